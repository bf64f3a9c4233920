import { expect, test } from '@jest/globals';
import fc from '../support/fast-check.ts';
import type { Context } from '../../src/language/parse.ts';
import { possibleNames } from '../../src/language/possible-names.ts';

const context: Context = { now: 0, timeZone: 'UTC', botName: 'Jitney' };

test.each([
  ['who has Azure Admins?', ['Azure Admins']],
  [
    'who has Research and Development, SQL',
    ['Research', 'Development', 'SQL', 'Research and Development, SQL', 'Research and Development', 'Development, SQL'],
  ],
  ['policy "Out for Lunch"', ['Out for Lunch']],
  ['policy Out for Lunch', ['Out for Lunch']],
  ['<at>Jitney</at> policy R&amp;D', ['R&D', 'R', 'D']],
  ['alias x = Azure Admins + SQL Prod', ['Azure Admins', 'SQL Prod', 'Azure Admins + SQL Prod']],
  ['alias x = ', []],
  ['alias = A, B', ['A, B', 'A', 'B']],
  ['who has A, B, C', ['A', 'B', 'C', 'A, B, C', 'A, B', 'B, C']],
  ['who has "A" and B', ['A', 'B']],
  ['alias x', []],
  ['nonsense', []],
])('%s', (text, names) => {
  expect(possibleNames(text, context)).toEqual(names);
});

test('a sentence of separators asks for twelve names at most', () => {
  const text = `who has ${Array.from({ length: 400 }, (_, n) => `a${n}`).join(', ')}`;
  expect(possibleNames(text, context)).toHaveLength(12);
});

test('nothing throws, and no name is empty', () => {
  const words = fc.string({ unit: fc.constantFrom(...'ab "“”nd,;&+=@<>for .?'.split('')) });
  fc.assert(
    fc.property(fc.constantFrom('who has ', 'policy ', 'alias x = ', ''), words, (verb, rest) => {
      for (const name of possibleNames(verb + rest, context)) expect(name.trim()).not.toBe('');
    }),
  );
});
