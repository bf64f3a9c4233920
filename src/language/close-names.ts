/**
 * "Did you mean …?": names close to a word that is none. Shared letter pairs choose a few candidates. Among them edit distance, spaces apart,
 * finds a slip of the pen (`Helpdesk`, `SQL Pord`); without one, uFuzzy finds the names of which a part was said, in any order and with slips in it.
 * The result asks a person; it never acts.
 */

import UFuzzy from '@leeoniya/ufuzzy';
import { slips } from './slips.ts';

/** Looks of names (see `skeleton`), reduced to what is compared. */
export type CloseIndex = {
  /** Letters and digits, words apart by one space. */
  readonly words: readonly string[];
  /** The same without spaces. */
  readonly solid: readonly string[];
  /** Positions of the names that hold a pair of neighbouring letters. */
  readonly pairs: ReadonlyMap<string, readonly number[]>;
};

/** Longer input is no name. Bounding it, and the candidates, bounds the work. */
const longestName = 80;
const mostCandidates = 40;
const mostHits = 10;
const mostWords = 6;

export function closeIndex(looks: readonly string[]): CloseIndex {
  const words = looks.map((look) => reduce(look.slice(0, 256)));
  const solid = words.map((one) => one.replaceAll(' ', ''));
  const pairs = new Map<string, number[]>();
  for (const [at, name] of solid.entries()) {
    for (const pair of pairsOf(name)) {
      const holders = pairs.get(pair);
      if (holders) holders.push(at);
      else pairs.set(pair, [at]);
    }
  }
  return { words, solid, pairs };
}

/** Positions of the names that are close to `look`, best first, at most ten. */
export function closeNames(look: string, index: CloseIndex): readonly number[] {
  const typed = reduce(look.slice(0, longestName));
  const solid = typed.replaceAll(' ', '');
  const among = candidates(solid, index);
  if (among.length === 0) return [];
  const slipped = bySlips(solid, index, among);
  if (slipped.length > 0) return slipped.slice(0, mostHits);
  const parts = searchWords(typed, index, among);
  return parts.length > 0 ? parts.slice(0, mostHits) : withoutOneWord(typed, index, among);
}

function candidates(solid: string, { pairs }: CloseIndex): number[] {
  const shared = new Map<number, number>();
  const typed = pairsOf(solid);
  for (const pair of typed) {
    for (const at of pairs.get(pair) ?? []) shared.set(at, (shared.get(at) ?? 0) + 1);
  }
  const enough = typed.size / 4;
  const close = [...shared].filter(([, count]) => count >= enough).sort(([, one], [, other]) => other - one);
  return close.slice(0, mostCandidates).map(([at]) => at);
}

function pairsOf(solid: string): ReadonlySet<string> {
  const pairs = new Set<string>();
  for (let at = 0; at + 1 < solid.length; at += 1) pairs.add(solid.slice(at, at + 2));
  return pairs;
}

/** The names with the fewest slips, if few are enough. A name that is much longer was not mistyped; only a part of it was said. */
function bySlips(solid: string, index: CloseIndex, among: readonly number[]): readonly number[] {
  const distances = among.map((at) => {
    const name = index.solid[at] ?? '';
    return Math.abs(solid.length - name.length) > 1 ? Infinity : slips(solid, name);
  });
  const least = Math.min(...distances);
  return least <= slipsAllowed(solid) ? among.filter((_, at) => distances[at] === least) : [];
}

function slipsAllowed(solid: string): number {
  return solid.length < 5 ? 1 : solid.length < 12 ? 2 : 3;
}

function reduce(look: string): string {
  return look.replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
}

const mistakes = { intraIns: 1, intraSub: 1, intraTrn: 1, intraDel: 1 } as const;
const none = { intraIns: 0, intraSub: 0, intraTrn: 0, intraDel: 0 } as const;
const options: UFuzzy.Options = {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- a const enum, which type stripping cannot read
  intraMode: 1,
  ...mistakes,
  // Looks are lower case already, so no word is split where the case changes.
  intraSplit: null,
  intraRules: (term) =>
    term.length < 3
      ? { intraSlice: [1, Infinity], ...none }
      : { intraSlice: [term.length < 4 ? 1 : 0, Infinity], ...mistakes },
};
const latin = new UFuzzy(options);
const anyScript = new UFuzzy({
  ...options,
  unicode: true,
  interSplit: "[^\\p{L}\\d']+",
  intraBound: '\\p{L}\\d|\\d\\p{L}',
  intraChars: "[\\p{L}\\d']",
  intraContr: "'\\p{L}{1,2}\\b",
});

function fuzzyFor(typed: string): UFuzzy {
  return /^[a-z0-9 ]*$/.test(typed) ? latin : anyScript;
}

function searchWords(typed: string, { words }: CloseIndex, among: readonly number[]): readonly number[] {
  if (typed.split(' ').length > mostWords) return [];
  const few = among.map((at) => words[at] ?? '');
  const fuzzy = fuzzyFor(typed);
  const inOrder = fuzzy.search(few, typed);
  const [found, info, order] = inOrder[0]?.length ? inOrder : fuzzy.search(few, typed, 3);
  const ranked = info ? order.map((at) => info.idx[at] ?? -1) : (found ?? []);
  return ranked.flatMap((at) => among[at] ?? []);
}

/** `AKS Production Operators`: three words or more, one of which no name has. */
function withoutOneWord(typed: string, index: CloseIndex, among: readonly number[]): readonly number[] {
  const terms = typed.split(' ');
  if (terms.length < 3 || terms.length > mostWords) return [];
  const shorter = terms.map((_, left) => terms.filter((_one, at) => at !== left).join(' '));
  const hits = new Set(shorter.flatMap((rest) => (rest.length < 6 ? [] : searchWords(rest, index, among))));
  return hits.size <= 3 ? [...hits] : [];
}
