import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';

const page = new URL('../../docs/reliability.md', import.meta.url);
const text = readFileSync(page, 'utf8');
const rows = text.split('\n').filter((line) => /^\| I\d+ /.test(line));

function links(of: string): readonly string[] {
  return [...of.matchAll(/\]\(([^)]+)\)/g)].map(([, file = '']) => file);
}

describe('the page about reliability', () => {
  test('has a row for each of the twelve invariants, in order', () => {
    expect(rows.map((row) => row.split('|')[1]?.trim())).toEqual(Array.from({ length: 12 }, (_, at) => `I${at + 1}`));
  });

  test.each(rows)('names a test that is there: %s', (row) => {
    const files = links(row);
    expect(files.filter((file) => file.endsWith('.test.ts'))).not.toEqual([]);
  });

  test.each(links(text))('links to a file that is there: %s', (file) => {
    expect([file, existsSync(new URL(file, page))]).toEqual([file, true]);
  });
});
