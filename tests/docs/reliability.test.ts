import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { metInHistories } from '../simulation/met.ts';
import { expectThere, shown } from './shown.ts';

const page = new URL('../../docs/reliability.md', import.meta.url);
const text = readFileSync(page, 'utf8');
const rows = text.split('\n').filter((line) => /^\| I\d+ /.test(line));

const faults = text
  .split('\n')
  .filter((line) => /^\| F\d+ /.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, fault = '', histories = '', metIn = '']) => ({ id: fault.split(' ')[0] ?? '', histories, metIn }));

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

  test('has a row for each fault, in order', () => {
    expect(faults.map(({ id }) => id)).toEqual(Array.from({ length: 42 }, (_, at) => `F${at + 1}`));
  });

  test('says of the faults that a history can meet that it does, and of no other', () => {
    expect(faults.filter(({ histories }) => histories === 'yes').map(({ id }) => id)).toEqual(metInHistories);
  });

  test.each(faults)('names tests where $id is met that are there, by their titles', ({ metIn }) => {
    expect(shown(metIn).filter(({ title }) => title !== '')).not.toEqual([]);
    expectThere(page, metIn);
  });
});
