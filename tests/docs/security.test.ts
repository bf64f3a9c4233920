import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';

const page = new URL('../../docs/security.md', import.meta.url);
const rows = readFileSync(page, 'utf8')
  .split('\n')
  .filter((line) => /^\| T\d+ /.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, threat = '', , holds = '', shownBy = '']) => ({ id: threat.split(' ')[0] ?? '', holds, shownBy }));

/** `[name](file) “a title”, “another”` gives the file with each title behind it, and the file alone. */
function shown(cell: string): readonly { readonly file: string; readonly title: string }[] {
  return [...cell.matchAll(/\]\(([^)]+)\)([^[]*)/g)].flatMap(([, file = '', behind = '']) => {
    const titles = [...behind.matchAll(/“([^”]+)”/g)].map(([, title = '']) => title);
    return ['', ...titles].map((title) => ({ file, title }));
  });
}

describe('the page about security', () => {
  test('has a row for each threat, in order', () => {
    expect(rows.map(({ id }) => id)).toEqual(Array.from({ length: 38 }, (_, at) => `T${at + 1}`));
  });

  test.each(rows)('says what holds $id, and names a test of it', ({ holds, shownBy }) => {
    expect(holds).not.toBe('');
    expect(shown(shownBy).filter(({ title }) => title !== '')).not.toEqual([]);
  });

  test.each(rows)('names tests for $id that are there, by their titles', ({ shownBy }) => {
    for (const { file, title } of shown(shownBy)) {
      const path = new URL(file, page);
      expect(file).toMatch(/^\.\.\/tests\/.*\.ts$/);
      expect([file, existsSync(path)]).toEqual([file, true]);
      expect([title, readFileSync(path, 'utf8').includes(title)]).toEqual([title, true]);
    }
  });

  test('would be found wrong in a file or a title that is not there', () => {
    expect(shown('[gate](../tests/a.ts) “one”, “two”; [seal](../tests/b.ts) “three”')).toEqual([
      { file: '../tests/a.ts', title: '' },
      { file: '../tests/a.ts', title: 'one' },
      { file: '../tests/a.ts', title: 'two' },
      { file: '../tests/b.ts', title: '' },
      { file: '../tests/b.ts', title: 'three' },
    ]);
  });
});
