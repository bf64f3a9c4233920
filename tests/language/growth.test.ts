import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { matchName } from '../../src/language/names.ts';
import { parse } from '../../src/language/parse.ts';
import { growing } from '../../bench/growing-input.ts';
import { moment } from './arbitraries.ts';

test.each(growing)('a million characters of %s are answered, not thrown at', (_, make) => {
  expect(parse(make(1_000_000), moment).kind).toMatch(/^[a-zA-Z]+$/);
});

test('one name among a thousand is found in about a millisecond', () => {
  const { names, queries } = JSON.parse(readFileSync(new URL('names.json', import.meta.url), 'utf8')) as {
    readonly names: readonly string[];
    readonly queries: readonly { readonly typed: string }[];
  };
  const many = Array.from(
    { length: 1000 },
    (_, at) => `${names[at % names.length] ?? ''} ${Math.floor(at / names.length)}`,
  );
  const typed = queries.map((query) => query.typed);
  for (const one of typed) matchName(one, many);

  const times = typed.map((one) => {
    const start = performance.now();
    matchName(one, many);
    return performance.now() - start;
  });

  // The middle one: the machine that runs this may be busy.
  expect(times.sort((a, b) => a - b)[Math.floor(times.length / 2)]).toBeLessThan(2);
});
