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

/** Positions in `looks` that are close to `typed`, best first, at most ten. */
export function closeNames(typed: string, looks: readonly string[]): readonly number[] {
  const [found, info, order] = search.search([...looks], typed.slice(0, 100), 3);
  const ranked = info ? order.map((index) => info.idx[index] ?? -1) : (found ?? []);
  return ranked.slice(0, 10);
}
