/** "Did you mean …?": names close to a word that is none, found by uFuzzy. The result asks a person; it never acts. */

import UFuzzy from '@leeoniya/ufuzzy';

const search = new UFuzzy({
  unicode: true,
  interSplit: "[^\\p{L}\\d']+",
  intraSplit: '\\p{Ll}\\p{Lu}',
  intraBound: '\\p{L}\\d|\\d\\p{L}|\\p{Ll}\\p{Lu}',
  intraChars: "[\\p{L}\\d']",
  intraContr: "'\\p{L}{1,2}\\b",
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- a const enum, which type stripping cannot read
  intraMode: 1,
  intraSub: 1,
  intraTrn: 1,
  intraDel: 1,
  intraIns: 1,
});

/**
 * Names close to `typed`, best first, at most ten.
 * @param look how a name looks, folded as `typed` is.
 */
export function closeNames(typed: string, names: readonly string[], look: (name: string) => string): readonly string[] {
  const haystack = names.map(look);
  const [found, info, order] = search.search(haystack, typed.slice(0, 100), 3);
  const ranked = info ? order.map((index) => info.idx[index]) : (found ?? []);
  return ranked.slice(0, 10).flatMap((index) => names[index ?? -1] ?? []);
}
