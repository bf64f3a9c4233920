import { describe, expect, test } from '@jest/globals';
import { parse } from '../../src/language/parse.ts';
import { moment } from './arbitraries.ts';

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
