import { existsSync, readFileSync } from 'node:fs';
import { expect } from '@jest/globals';

export type Shown = { readonly file: string; readonly title: string };

/** `[name](file) “a title”, “another”` gives the file with each title behind it, and the file alone. */
export function shown(cell: string): readonly Shown[] {
  return [...cell.matchAll(/\]\(([^)]+)\)([^[]*)/g)].flatMap(([, file = '', behind = '']) => {
    const titles = [...behind.matchAll(/“([^”]+)”/g)].map(([, title = '']) => title);
    return ['', ...titles].map((title) => ({ file, title }));
  });
}

/** Each file is a test's, is there, and holds the title. */
export function expectThere(page: URL, cell: string): void {
  for (const { file, title } of shown(cell)) {
    const path = new URL(file, page);
    expect(file).toMatch(/^\.\.\/tests\/.*\.ts$/);
    expect([file, existsSync(path)]).toEqual([file, true]);
    expect([file, title, readFileSync(path, 'utf8').includes(title)]).toEqual([file, title, true]);
  }
}
