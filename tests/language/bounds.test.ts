import { describe, expect, test } from '@jest/globals';
import { parse } from '../../src/language/parse.ts';
import { moment } from './arbitraries.ts';

const thousand = Array.from({ length: 1000 }, (_, at) => `Azure Team ${at} and Friends`);

/** Input that grows: each would take quadratic time in a careless reader. */
const growing: readonly (readonly [string, (size: number) => string])[] = [
  ['letters', (size) => 'a'.repeat(size)],
  ['one long name', (size) => `activate ${'a'.repeat(size)}`],
  ['words', (size) => `activate ${'a '.repeat(size / 2)}`],
  ['lengths', (size) => `activate a ${'1h '.repeat(size / 3)}`],
  ['glued lengths', (size) => `activate a for ${'1h'.repeat(size / 2)}`],
  ['digits', (size) => `activate a for ${'9'.repeat(size)}h`],
  ['decimals', (size) => `activate a for 1.${'9'.repeat(size)}h`],
  ['ISO parts', (size) => `activate a for P${'1D'.repeat(size / 2)}`],
  ['commas', (size) => `activate a${','.repeat(size)}`],
  ['targets', (size) => `activate ${'a,'.repeat(size / 2)}b`],
  ['known targets', (size) => `activate ${'azure team 7 and friends,'.repeat(size / 25)}`],
  ['open quotes', (size) => `activate ${"'a ".repeat(size / 3)}`],
  ['doubled quotes', (size) => `activate ${'""'.repeat(size / 2)}`],
  ['clauses', (size) => `activate a ${'as owner '.repeat(size / 9)}`],
  ['tickets', (size) => `activate a because ${'ticket '.repeat(size / 7)}`],
  ['dashes', (size) => `activate a ${'-- '.repeat(size / 3)}`],
  ['orders', (size) => `activate a ${'and activate '.repeat(size / 13)}`],
  ['full stops', (size) => `${'.'.repeat(size)}a`],
  ['sentences', (size) => 'a. '.repeat(size / 3)],
  ['spaces', (size) => `activate${' '.repeat(size)}a`],
  ['tags', (size) => '<a>'.repeat(size / 3)],
  ['open tags', (size) => '<a'.repeat(size / 2)],
  ['angle brackets', (size) => `${'<'.repeat(size)}>`],
  ['mentions', (size) => '<at>Jitney</at>'.repeat(size / 15)],
  ['open mentions', (size) => '<at>'.repeat(size / 4)],
  ['plain mentions', (size) => '@Jitney '.repeat(size / 8)],
  ['quotations', (size) => '<blockquote>'.repeat(size / 12)],
  ['entities', (size) => '&amp;'.repeat(size / 5)],
  ['ampersands', (size) => '&'.repeat(size)],
  ['invisible characters', (size) => `activate\u200b${'\u200b'.repeat(size)} a`],
  ['variation selectors', (size) => `activate ${'\u2764\ufe0f'.repeat(size / 2)}`],
  ['combining marks', (size) => `activate a${'\u0301'.repeat(size)}`],
  ['lone surrogates', (size) => `activate ${'\ud800'.repeat(size)}`],
];

function quickest(text: string, names: readonly string[] | undefined): number {
  const times = [0, 1, 2].map(() => {
    const start = performance.now();
    parse(text, names ? { ...moment, names } : moment);
    return performance.now() - start;
  });
  return Math.min(...times);
}

describe('time', () => {
  test.each(growing)('stays under 50 ms for 10,000 characters of %s', (_, make) => {
    expect(quickest(make(10_000), undefined)).toBeLessThan(50);
    expect(quickest(make(10_000), thousand)).toBeLessThan(50);
  });

  test.each(growing)('stays under 50 ms for a message just short enough, of %s', (_, make) => {
    expect(quickest(make(1_900), thousand)).toBeLessThan(50);
  });

  test.each(growing)('stays under a second for a million characters of %s', (_, make) => {
    const start = performance.now();
    parse(make(1_000_000), moment);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe('length', () => {
  const reason = (size: number): string => `activate A because ${'x'.repeat(size)}`;

  test('a reason of 500 characters is taken, of 501 is not', () => {
    expect(parse(reason(500), moment)).toMatchObject({ kind: 'activate', justification: 'x'.repeat(500) });
    expect(parse(reason(501), moment)).toMatchObject({ kind: 'problem', code: 'justification_too_long' });
  });

  test('characters are counted, not their halves', () => {
    expect(parse(`activate A because ${'🙂'.repeat(500)}`, moment)).toMatchObject({ kind: 'activate' });
    expect(parse(`activate A because ${'🙂'.repeat(501)}`, moment)).toMatchObject({ code: 'justification_too_long' });
  });

  test('a ticket behind a reason does not count towards it', () => {
    expect(parse(`${reason(500)} ticket ServiceNow INC0012345`, moment)).toMatchObject({
      ticket: { number: 'INC0012345' },
    });
  });

  test('a message of 2,000 characters is read, of 2,001 is too long', () => {
    const list = (size: number): string => `list ${'x'.repeat(size - 5)}`;
    expect(parse(list(2000), moment)).toMatchObject({ kind: 'list' });
    expect(parse(list(2001), moment)).toMatchObject({ kind: 'problem', code: 'too_long' });
  });

  test('white space counts as one character, markup as none', () => {
    expect(parse(`activate${' \n'.repeat(3000)}A`, moment)).toMatchObject({ kind: 'activate', groups: ['A'] });
    expect(parse(`${'<p>'.repeat(1000)}activate A`, moment)).toMatchObject({ kind: 'activate', groups: ['A'] });
  });

  test('too long wins over not understood', () => {
    expect(parse('blah '.repeat(500), moment)).toMatchObject({ code: 'too_long' });
  });
});
