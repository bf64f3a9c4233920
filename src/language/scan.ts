/** Words of a cleaned sentence, read at a position. White space is single, so positions and single spaces are all there is. */

import * as words from './words.ts';
import type { ClauseWord, Verb } from './words.ts';

export type Word = { readonly text: string; readonly lower: string; readonly start: number; readonly end: number };

/**
 * The word at or after `at`. A comma is a word of its own, except between two digits; so is a semicolon that ends a word,
 * and a full stop behind which another order begins.
 */
export function wordAt(text: string, at: number, end: number): Word | undefined {
  const start = skipSpaces(text, at, end);
  if (start >= end) return undefined;
  let stop = start;
  while (stop < end && text[stop] !== ' ' && !isBreak(text, stop, end)) stop += 1;
  if (stop === start) stop += 1;
  const found = text.slice(start, stop);
  return { text: found, lower: found.toLowerCase(), start, end: stop };
}

function isBreak(text: string, at: number, end: number): boolean {
  const char = text[at];
  if (char === ',') return !(isDigit(text[at - 1]) && isDigit(text[at + 1]));
  if (char === ';') return at + 1 === end || text[at + 1] === ' ';
  if (char !== '.' && char !== '!') return false;
  return text[at + 1] === ' ' && verbTable.has(/^[^ .,;!]*/.exec(text.slice(at + 2, at + 40))?.[0].toLowerCase() ?? '');
}

/** Where the text ends without the characters of `tail` that it ends with. A loop, because a pattern anchored at the end would try every run. */
export function endWithout(text: string, tail: string): number {
  let end = text.length;
  while (end > 0 && tail.includes(text[end - 1] ?? '')) end -= 1;
  return end;
}

/** Characters as a person counts them closely enough: code points, so that an emoji is not two. */
export function countCharacters(text: string): number {
  return Array.from(text).length;
}

export function isDigit(char: string | undefined): boolean {
  return char !== undefined && char >= '0' && char <= '9';
}

export function skipSpaces(text: string, at: number, end: number): number {
  return at < end && text[at] === ' ' ? at + 1 : at;
}

/** Skips spaces, and commas between clauses. */
export function skipCommas(text: string, at: number, end: number): number {
  let next = skipSpaces(text, at, end);
  while (next < end && text[next] === ',') next = skipSpaces(text, next + 1, end);
  return next;
}

/** Where the phrase ends if it stands at `at` as whole words. */
export function phraseAt(text: string, at: number, end: number, phrase: string): number | undefined {
  const stop = at + phrase.length;
  if (stop > end || text.slice(at, stop).toLowerCase() !== phrase) return undefined;
  return stop === end || text[stop] === ' ' || isBreak(text, stop, end) ? stop : undefined;
}

export type Found<Kind> = { readonly kind: Kind; readonly end: number };

export function verbAt(text: string, at: number, end: number): Found<Verb> | undefined {
  return lookup(verbTable, text, at, end);
}

export function clauseAt(text: string, at: number, end: number): Found<ClauseWord> | undefined {
  return lookup(clauseTable, text, at, end);
}

type Table<Kind> = ReadonlyMap<string, readonly { readonly phrase: string; readonly kind: Kind }[]>;

const verbTable = tableOf(words.verbs);
const clauseTable = tableOf(words.clauses);

function tableOf<Kind extends string>(phrases: Readonly<Record<Kind, readonly string[]>>): Table<Kind> {
  const table = new Map<string, { phrase: string; kind: Kind }[]>();
  for (const kind of Object.keys(phrases) as Kind[]) {
    for (const phrase of phrases[kind]) {
      const first = phrase.split(' ', 1)[0] ?? phrase;
      table.set(first, [...(table.get(first) ?? []), { phrase, kind }]);
    }
  }
  return table;
}

function lookup<Kind>(table: Table<Kind>, text: string, at: number, end: number): Found<Kind> | undefined {
  const word = wordAt(text, at, end);
  if (!word) return undefined;
  for (const { phrase, kind } of table.get(word.lower) ?? []) {
    const stop = phraseAt(text, word.start, end, phrase);
    if (stop !== undefined) return { kind, end: stop };
  }
  return undefined;
}
