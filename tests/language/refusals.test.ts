import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from '../../src/language/parse.ts';
import { moment } from './arbitraries.ts';

/** What a person reads who was not understood: the rule, the words that were meant, and a sentence that works. */
type Refusal = {
  readonly text: string;
  readonly code: string;
  readonly words: string;
  readonly message: string;
  readonly example: string;
  readonly suggestions?: readonly string[];
  /** The sentences that can be chosen instead. */
  readonly choices?: readonly string[];
};
type Table = {
  readonly known: readonly string[];
  readonly open: readonly string[];
  readonly plain: readonly Refusal[];
  readonly knowing: readonly Refusal[];
};

const table = JSON.parse(readFileSync(new URL('refusals.json', import.meta.url), 'utf8')) as Table;

function told(text: string, context: Parameters<typeof parse>[1]): Refusal {
  const parsed = parse(text, context);
  if (parsed.kind !== 'problem') throw new Error(`understood: ${text}`);
  const { code, words, message, example, suggestions, choices } = parsed;
  return {
    text,
    code,
    words,
    message,
    example,
    ...(suggestions && { suggestions }),
    ...(choices && { choices: choices.map(({ sentence }) => sentence) }),
  };
}

describe('names as typed', () => {
  test.each(table.plain.map((row) => [row.text, row] as const))('%j', (text, row) => {
    expect(told(text, moment)).toEqual(row);
  });
});

describe('names and requests known', () => {
  test.each(table.knowing.map((row) => [row.text, row] as const))('%j', (text, row) => {
    expect(told(text, { ...moment, names: table.known, openIds: table.open })).toEqual(row);
  });

  test.each([
    ['approve 1A2B3C4D', '1a2b3c4d'],
    ['approve #1a2b3c4d', '1a2b3c4d'],
    ['approve 2a2b3c4d', '2a2b3c4d'],
    ['approve deadbee0', 'deadbee0'],
    ['approve deadbee0-1111-2222-3333-444455556666', 'DEADBEE0-1111-2222-3333-444455556666'],
  ])('%j means the request %j', (text, id) => {
    expect(parse(text, { ...moment, openIds: table.open })).toEqual({ kind: 'approve', id });
  });

  test('a short id that two requests begin with is none', () => {
    const openIds = ['deadbeef-1111-2222-3333-444455556666', 'deadbeef-1111-2222-3333-444455557777'];
    expect(parse('approve deadbeef', { ...moment, openIds })).toMatchObject({ code: 'not_found' });
  });
});

test.each(['abc', 'x1', '1x', 'a#1', '2024 Admins'])('“cancel %s” names a group', (name) => {
  expect(parse(`cancel ${name}`, moment)).toEqual({ kind: 'cancel', groups: [name] });
});
