import { expect, test } from '@jest/globals';
import fc from '../support/fast-check.ts';
import { allowance, counted, paced, unpaced } from '../../src/core/pace.ts';

const limits = [
  [7, 1_000],
  [8, 2_000],
  [60, 30_000],
  [1_800, 3_600_000],
] as const;

/** Sends as early as allowed, after the given pauses of whoever has something to say. */
function play(pauses: readonly number[]): readonly number[] {
  let pace = unpaced;
  let free = 0;
  let now = 1_000_000;
  return pauses.map((pause) => {
    now = Math.max(now + pause, free);
    ({ pace, freeAt: free } = paced(pace, now));
    return now;
  });
}

function mostWithin(sent: readonly number[], ms: number): number {
  let first = 0;
  return sent.reduce((most, at, last) => {
    while ((sent[first] ?? at) <= at - ms) first += 1;
    return Math.max(most, last - first + 1);
  }, 0);
}

test('property: no window of one conversation sees more messages than Teams allows', () => {
  const pause = fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.nat(40_000), fc.nat(400));
  fc.assert(
    fc.property(fc.array(pause, { minLength: 1, maxLength: 300 }), (pauses) => {
      const sent = play(pauses);
      for (const [most, ms] of limits) expect(mostWithin(sent, ms)).toBeLessThanOrEqual(most);
    }),
    { numRuns: 200 },
  );
});

test('a flood of an afternoon keeps all limits and is not slower than the hourly one asks', () => {
  const sent = play(Array.from({ length: 5_000 }, () => 0));
  for (const [most, ms] of limits) expect(mostWithin(sent, ms)).toBeLessThanOrEqual(most);
  expect(sent.at(-1)! - sent[0]!).toBeLessThan(4_500 * 4_000);
});

test('seven messages go at once', () => {
  expect(new Set(play([0, 0, 0, 0, 0, 0, 0])).size).toBe(1);
});

test('the tenant takes thirty in a second, and a clock that was set back holds nothing up', () => {
  const full = counted(unpaced, 5_000, 30);
  expect(allowance(full, 5_999)).toBe(0);
  expect(allowance(full, 6_000)).toBe(30);
  expect(allowance(full, 4_000)).toBe(30);
  expect(paced({ sent: Array.from({ length: 60 }, () => 9e12), hour: 9e12 }, 5_000).freeAt).toBeLessThan(10_000);
});
