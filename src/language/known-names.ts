/** The names a person can mean, laid out so that the longest one standing at a place in a sentence is found without reading them all. */

import { foldCase, isPlain, nameKey } from './names.ts';
import { foldQuotes } from './clean.ts';

export type KnownNames = {
  readonly names: readonly string[];
  /** Names that may match without a question, by key. */
  readonly byKey: ReadonlyMap<string, readonly string[]>;
  /** The same keys, longest first, by their first character. */
  readonly byFirst: ReadonlyMap<string, readonly string[]>;
  /** The sentence folded, and for each position in it the position in the sentence. */
  readonly folded: string;
  readonly toFolded: ReadonlyMap<number, number>;
  readonly toText: ReadonlyMap<number, number>;
};

export function knownNames(names: readonly string[], text: string): KnownNames {
  const byKey = groupBy(names.filter(isPlain), nameKey);
  byKey.delete('');
  const keys = [...byKey.keys()].sort((a, b) => b.length - a.length);
  const byFirst = groupBy(keys, (key) => key[0] ?? '');
  return { names, byKey, byFirst, ...fold(text) };
}

function groupBy(texts: readonly string[], keyOf: (text: string) => string): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const text of texts) {
    const key = keyOf(text);
    const group = groups.get(key);
    if (group) group.push(text);
    else groups.set(key, [text]);
  }
  return groups;
}

function fold(text: string): Pick<KnownNames, 'folded' | 'toFolded' | 'toText'> {
  const toFolded = new Map<number, number>();
  const toText = new Map<number, number>();
  let folded = '';
  let at = 0;
  for (const character of text) {
    toFolded.set(at, folded.length);
    toText.set(folded.length, at);
    folded += foldCase(foldQuotes(character));
    at += character.length;
  }
  toFolded.set(at, folded.length);
  toText.set(folded.length, at);
  return { folded, toFolded, toText };
}

/** Where the longest known name that begins at `at` ends, if a name may end there. */
export function longestAt(known: KnownNames, text: string, at: number): number | undefined {
  const from = known.toFolded.get(at);
  if (from === undefined) return undefined;
  for (const key of known.byFirst.get(known.folded[from] ?? '') ?? []) {
    if (!known.folded.startsWith(key, from)) continue;
    const stop = known.toText.get(from + key.length);
    if (stop !== undefined && mayEnd(text, stop)) return stop;
  }
  return undefined;
}

/** A name ends before a space, a separator, the end, or final punctuation; `SQL` does not end inside `SQL-2` or `SQL's`. */
function mayEnd(text: string, at: number): boolean {
  const char = text[at];
  return char === undefined || ' ,;&+'.includes(char) || /^[.!?]+(?: |$)/.test(text.slice(at, at + 8));
}
