import { expect, test } from '@jest/globals';
import { parse } from '../../src/language/parse.ts';
import { growing } from '../../bench/growing-input.ts';
import { moment } from './arbitraries.ts';

test.each(growing)('a million characters of %s are answered, not thrown at', (_, make) => {
  expect(parse(make(1_000_000), moment).kind).toMatch(/^[a-zA-Z]+$/);
});
