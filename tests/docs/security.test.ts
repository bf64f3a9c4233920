import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { schema } from '../../src/config.ts';
import { expectThere, shown } from './shown.ts';

const page = new URL('../../docs/security.md', import.meta.url);
const rows = readFileSync(page, 'utf8')
  .split('\n')
  .filter((line) => /^\| T\d+ /.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, threat = '', , holds = '', shownBy = '']) => ({ id: threat.split(' ')[0] ?? '', holds, shownBy }));

describe('the page about security', () => {
  test('has a row for each threat, in order', () => {
    expect(rows.map(({ id }) => id)).toEqual(Array.from({ length: 38 }, (_, at) => `T${at + 1}`));
  });

  test.each(rows)('says what holds $id, and names a test of it', ({ holds, shownBy }) => {
    expect(holds).not.toBe('');
    expect(shown(shownBy).filter(({ title }) => title !== '')).not.toEqual([]);
  });

  test.each(rows)('names tests for $id that are there, by their titles', ({ shownBy }) => {
    expectThere(page, shownBy);
  });

  test('lists every secret of the configuration among the keys', () => {
    const [, section = ''] = readFileSync(page, 'utf8').split('## Keys and secrets\n');
    const [table = ''] = section.split('## ASVS');
    const secrets = Object.keys(schema.shape).filter((name) => /KEY|SECRET|PASSWORD|CERTIFICATE|DATABASE/.test(name));
    expect(secrets.length).toBeGreaterThan(6);
    expect(secrets.filter((name) => !table.includes(`${name}\``))).toEqual([]);
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
