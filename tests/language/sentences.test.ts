import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { answerLine } from '../../src/language/machine.ts';
import { parse } from '../../src/language/parse.ts';
import { moment } from './arbitraries.ts';

/** `want` is the machine form's answer; a string stands for `{"error": …}` alone. */
type Row = {
  readonly category: string;
  readonly text: string;
  readonly given?: Record<string, unknown>;
  readonly want: unknown;
};
type Table = {
  readonly known: readonly string[];
  readonly open: readonly string[];
  readonly base: Record<string, unknown>;
  readonly sentences: readonly Row[];
};

const table = JSON.parse(readFileSync(new URL('sentences.json', import.meta.url), 'utf8')) as Table;
const categories = [...new Set(table.sentences.map((row) => row.category))];

function answer({ text, given = {} }: Row): unknown {
  const request: Record<string, unknown> = { ...table.base, ...given, text };
  if (request['eligibleGroups'] === 'known') request['eligibleGroups'] = table.known;
  if (request['openRequestIds'] === 'open') request['openRequestIds'] = table.open;
  return JSON.parse(answerLine(JSON.stringify(request), () => 0));
}

describe.each(categories)('%s', (category) => {
  const rows = table.sentences.filter((row) => row.category === category);

  test.each(rows.map((row) => [JSON.stringify({ ...row.given, text: row.text }), row] as const))('%s', (_, row) => {
    expect(answer(row)).toEqual(typeof row.want === 'string' ? { error: row.want } : row.want);
  });
});

test('whatever is refused is refused in a sentence', () => {
  const contexts = [moment, { ...moment, names: table.known, openIds: table.open }];
  const wordless = table.sentences.flatMap(({ text }) =>
    contexts.flatMap((context) => {
      const parsed = parse(text, context);
      return parsed.kind === 'problem' && !/^["A-Z](?!").*[.?]$/u.test(parsed.message) ? [parsed.message] : [];
    }),
  );
  expect(wordless).toEqual([]);
});

test('the table has at least three hundred different sentences', () => {
  const different = new Set(table.sentences.map((row) => JSON.stringify([row.text, row.given])));
  expect(different.size).toBe(table.sentences.length);
  expect(different.size).toBeGreaterThanOrEqual(300);
});
