import { describe, expect, test } from '@jest/globals';
import { parse } from '../../src/language/parse.ts';
import { quote, readQuoted, startsQuote } from '../../src/language/quotes.ts';
import { moment } from './arbitraries.ts';

describe('a name in quotes', () => {
  test.each(
    ['""', '“”', '“"', '"”', '"“', '„“', '„”', '„"', '‟”', '‟"', '””', '”"', '«»', '»«'].concat([
      "''",
      '‘’',
      "‘'",
      "'’",
      "'‘",
      '‚‘',
      '‚’',
      "‚'",
      '’’',
      "’'",
      '‹›',
      '›‹',
    ]),
  )('may stand in %s', (pair) => {
    const [open = '', close = ''] = Array.from(pair);
    for (const behind of [' for 1h', ', B for 1h', '; ', '&B', '+B', '=', '.', '!']) {
      const quoted = readQuoted(`${open}A and B${close}${behind}`, 0, 9 + behind.length);
      expect([behind, quoted]).toEqual([behind, { name: 'A and B', end: 9 }]);
    }
    expect(startsQuote(pair, 0)).toBe(true);
    expect(parse(`activate ${open}A and B${close} for 1h`, moment)).toMatchObject({ groups: ['A and B'] });
  });

  test.each(['A', ' ', '`', '(', '', '´'])('does not begin with “%s”', (char) => {
    expect(startsQuote(char, 0)).toBe(false);
    expect(readQuoted(`${char}A${char}`, 0, 3)).toBeUndefined();
  });

  test('holds its own quote doubled', () => {
    expect(readQuoted('"say ""hi"""', 0, 12)).toEqual({ name: 'say "hi"', end: 12 });
    expect(readQuoted("'it''s'", 0, 7)).toEqual({ name: "it's", end: 7 });
    expect(readQuoted('""', 0, 2)).toEqual({ name: '', end: 2 });
  });

  test('is not closed by an apostrophe inside a word', () => {
    expect(readQuoted("'Bob's Team' for 1h", 0, 19)).toEqual({ name: "Bob's Team", end: 12 });
    expect(readQuoted('‘Bob’s Team’', 0, 12)).toEqual({ name: 'Bob’s Team', end: 12 });
  });

  test('ends where its quote is, and where the sentence does', () => {
    expect(readQuoted('"A', 0, 2)).toBeUndefined();
    expect(readQuoted('"A" "B"', 0, 7)).toEqual({ name: 'A', end: 3 });
    expect(readQuoted('x "A" y', 2, 7)).toEqual({ name: 'A', end: 5 });
    expect(readQuoted('"A = B"', 0, 6)).toBeUndefined();
    expect(readQuoted('"A"', 0, 2)).toBeUndefined();
  });

  test('reads back as it was written', () => {
    for (const name of ['A', 'say "hi"', '"', '""', "Bob's", 'a, b and c', '“q”']) {
      const text = quote(name);
      expect(readQuoted(text, 0, text.length)).toEqual({ name, end: text.length });
    }
  });
});
