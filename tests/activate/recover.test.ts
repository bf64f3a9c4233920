import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { pauseAt } from '../../src/activate/recover.ts';

test('property: a lost order is looked for again after whole milliseconds, no sooner than 2 s and no later than 15 s', () => {
  fc.assert(
    fc.property(fc.nat(10 * 60_000), (age) => {
      const pause = pauseAt(age);
      expect(Number.isInteger(pause) && pause >= 2_000 && pause <= 15_000).toBe(true);
    }),
  );
});

test('the pauses never shrink', () => {
  fc.assert(fc.property(fc.nat(60_000), fc.nat(60_000), (age, more) => pauseAt(age) <= pauseAt(age + more)));
});
