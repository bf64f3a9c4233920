/** Names against what the person can mean: exact acts, anything else asks. */

import { foldQuotes, foldSpaces, removeInvisible } from './clean.ts';
import { closeNames } from './close-names.ts';
import { isMixedScript, skeleton } from './confusables.ts';

export type NameMatch =
  | { readonly kind: 'exact'; readonly name: string }
  | { readonly kind: 'near'; readonly name: string }
  | { readonly kind: 'several'; readonly names: readonly string[] }
  | { readonly kind: 'none' };

/**
 * How `typed` meets `names`. Exact is equality after NFC, case folding, folded white space and straight quotes, with a name that neither
 * holds invisible characters nor mixes look-alike scripts in a word; two names that are equal so (or the same name twice) are several.
 */
export function matchName(typed: string, names: readonly string[]): NameMatch {
  const wanted = nameKey(removeInvisible(typed));
  if (wanted === '') return { kind: 'none' };
  const exact = names.filter((name) => nameKey(name) === wanted && isPlain(name));
  if (exact.length > 0) return among(exact, 'exact');
  const look = lookOf(wanted);
  const looks = names.map(lookOf);
  const alike = names.filter((_, index) => looks[index] === look);
  if (alike.length > 0) return among(alike, 'near');
  const close = closeNames(look, looks).flatMap((index) => names[index] ?? []);
  return close.length > 0 ? among(close, 'near') : { kind: 'none' };
}

function among(names: readonly string[], one: 'exact' | 'near'): NameMatch {
  const [first] = names;
  return names.length === 1 && first !== undefined ? { kind: one, name: first } : { kind: 'several', names };
}

/** What a name looks like at a glance: letters that pass for one another are one. */
function lookOf(name: string): string {
  return skeleton(nameKey(removeInvisible(name)));
}

export function sameLook(one: string, other: string): boolean {
  return lookOf(one) === lookOf(other);
}

/** Two names with one key are the same name to a reader. */
export function nameKey(name: string): string {
  return foldCase(foldQuotes(foldSpaces(name.normalize('NFC'))));
}

/**
 * Case folding, character by character so that positions in the folded text can be found again. Narrower than Unicode's on purpose:
 * letters that merely look alike (ı, ſ) stay apart and are asked about.
 */
export function foldCase(text: string): string {
  return text.toLowerCase().replace(/[ßς]/g, (letter) => (letter === 'ß' ? 'ss' : 'σ'));
}

/** A name that may be matched without a question. */
export function isPlain(name: string): boolean {
  return removeInvisible(name) === name.replace(/[\t\n\v\f\r]/g, ' ') && !isMixedScript(name);
}
