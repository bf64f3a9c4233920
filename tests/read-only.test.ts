import { describe, expect, test } from '@jest/globals';
import { graphPim } from '../src/graph/pim.ts';
import { readOnlyPim } from '../src/read-only.ts';

/** What only reads, and a dry run, of which nothing comes. Whatever else PIM can be asked for is a write. */
const reads = 'eligibilities policy policies validate findOrder read active traces holders stage'.split(' ');

const nobody = (): never => {
  throw new Error('a token was asked for');
};
const pim = graphPim({
  graphUrl: 'http://127.0.0.1:1',
  tid: 'nowhere',
  clock: { now: () => 0, wall: () => 0 },
  tokens: { app: nobody, of: nobody, stepUps: { of: nobody, taken: nobody, refused: nobody } },
});
type Ask = () => Promise<unknown>;
const open = new Map<string, Ask>(Object.entries(pim) as [string, Ask][]);
const closed = new Map<string, Ask>(Object.entries(readOnlyPim(pim)) as [string, Ask][]);

describe('PIM when nothing may change', () => {
  test('is asked for everything that reads, as ever', () => {
    const same = [...open].filter(([name, ask]) => closed.get(name) === ask).map(([name]) => name);
    expect(same.toSorted()).toEqual(reads.toSorted());
  });

  test.each([...open.keys()].filter((name) => !reads.includes(name)))('is not asked for %s', async (name) => {
    expect(await closed.get(name)?.()).toEqual({ kind: 'readOnly' });
  });
});
