import { expect, test } from '@jest/globals';
import fc from '../support/fast-check.ts';
import { slips } from '../../src/language/slips.ts';

test.each([
  ['', '', 0],
  ['', 'abc', 3],
  ['abc', 'abc', 0],
  ['abc', 'abd', 1],
  ['abc', 'ac', 1],
  ['abc', 'abcd', 1],
  ['abc', 'bac', 1],
  ['abc', 'acb', 1],
  ['abcd', 'badc', 2],
  ['ab', 'bxa', 3],
  ['aab', 'baa', 2],
  ['abcdef', 'abxdfe', 2],
  ['kitten', 'sitting', 3],
  ['prod', 'test', 4],
])('from %j to %j it takes %d', (one, other, count) => {
  expect(slips(one, other)).toBe(count);
  expect(slips(other, one)).toBe(count);
});

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd'), maxLength: 8 });

test('they are as many as it takes one slip at a time', () => {
  fc.assert(
    fc.property(word, word, (one, other) => {
      const fewest = slips(one, other);
      expect(fewest === 0).toBe(one === other);
      expect(fewest).toBeGreaterThanOrEqual(Math.abs(one.length - other.length));
      expect(fewest).toBeLessThanOrEqual(Math.max(one.length, other.length));
    }),
  );
});

test('a letter more, in front or behind, is one slip more at most', () => {
  fc.assert(
    fc.property(word, word, (one, other) => {
      expect(Math.abs(slips(`x${one}`, other) - slips(one, other))).toBeLessThanOrEqual(1);
      expect(slips(`x${one}`, `x${other}`)).toBe(slips(one, other));
      expect(slips(`${one}x`, `${other}x`)).toBe(slips(one, other));
    }),
  );
});
