/** Names against what the person can mean: exact acts, anything else asks. */

import { isMixedScript } from '../core/odd-name.ts';
import { foldQuotes, foldSpaces, removeInvisible } from './clean.ts';
import { closeIndex, closeNames } from './close-names.ts';
import type { CloseIndex } from './close-names.ts';
import { skeleton } from './confusables.ts';

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
  const keys = keysOf(names);
  const exact = names.filter((name, at) => keys[at] === wanted && isPlain(name));
  if (exact.length > 0) return among(exact, 'exact');
  const { looks, close: index } = looksOf(names);
  const look = lookOf(wanted);
  const alike = names.filter((_, at) => looks[at] === look);
  if (alike.length > 0) return among(alike, 'near');
  const close = closeNames(look, index).flatMap((at) => names[at] ?? []);
  return close.length > 0 ? among(close, 'near') : { kind: 'none' };
}

function among(names: readonly string[], one: 'exact' | 'near'): NameMatch {
  const [first] = names;
  return names.length === 1 && first !== undefined ? { kind: one, name: first } : { kind: 'several', names };
}

/** Most names are typed exactly, so what only the others need is made for them. */
const keysOf = kept((names) => names.map(nameKey));
const looksOf = kept((names): { readonly looks: readonly string[]; readonly close: CloseIndex } => {
  const looks = names.map(lookOf);
  return { looks, close: closeIndex(looks) };
});

/** Kept for as long as the list itself: a list of names that was matched against is not changed afterwards. */
function kept<T extends object>(make: (names: readonly string[]) => T): (names: readonly string[]) => T {
  const known = new WeakMap<readonly string[], T>();
  return (names) => {
    const before = known.get(names);
    if (before) return before;
    const made = make(names);
    known.set(names, made);
    return made;
  };
}

/** What a name looks like at a glance: letters that pass for one another are one. */
function lookOf(name: string): string {
  if (plainAscii.test(name)) return name.toLowerCase();
  return skeleton(nameKey(removeInvisible(name)));
}

export function sameLook(one: string, other: string): boolean {
  return lookOf(one) === lookOf(other);
}

/** Nothing to fold but case: most names, and the quick way for them. */
const plainAscii = /^[!-~]+(?: [!-~]+)*$/;

/** Two names with one key are the same name to a reader. */
export function nameKey(name: string): string {
  if (plainAscii.test(name)) return name.toLowerCase();
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
  if (plainAscii.test(name)) return true;
  const spaced = foldSpaces(name);
  return removeInvisible(spaced) === spaced && !isMixedScript(spaced);
}
