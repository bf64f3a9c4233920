import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { sql as statement } from 'kysely';
import { openSqlite } from '../../src/store/sqlite.ts';
import { activation, makeAtRelease, open } from './fixtures.ts';
import type { OpenStore } from './fixtures.ts';
import { everyRule } from './rules/every-rule.ts';

let folder = '';
let file = '';
let made = 0;
const opened: OpenStore[] = [];

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'jitney-store-'));
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function store(): Promise<OpenStore> {
  file = path.join(folder, `${++made}`, 'jitney.db');
  opened.push(await open(`sqlite:${file}`));
  return opened.at(-1)!;
}

const stores = {
  store,
  // One process has one connection to a file: two of them in one process would wait for each other without yielding.
  replica: () => Promise.resolve(opened.at(-1)!),
  async upgraded(release: string, statements: readonly string[]) {
    file = path.join(folder, `${++made}`, 'jitney.db');
    await makeAtRelease(`sqlite:${file}`, release);
    for (const statement of statements) await sql(statement);
    opened.push(await open(`sqlite:${file}`));
    return opened.at(-1)!;
  },
  sql,
};

// A promise, as on the other database.
function sql(statement: string): Promise<void> {
  return new Promise((resolve) => {
    const connection = new DatabaseSync(file);
    try {
      resolve(connection.exec(statement));
    } finally {
      connection.close();
    }
  });
}

describe('on SQLite', () => {
  everyRule(stores);

  test('refuses to replace a ledger row', async () => {
    await store();
    await sql(`insert into ledger values (1, 1, '{}', 'x', 'x', 'x')`);

    await expect(sql(`insert or replace into ledger values (1, 1, 'forged', 'x', 'x', 'x')`)).rejects.toThrow('no gap');
  });

  test('finds everything again after it was closed, in a file that others cannot read', async () => {
    const first = await store();
    await first.commit([{ kind: 'newActivation', activation: activation('a') }]);
    await first.close();
    opened.length = 0;

    opened.push(await open(`sqlite:${file}`));

    expect(await opened[0]!.activation('a')).toEqual(activation('a'));
    expect(statSync(file).mode & 0o077).toBe(0);
  });

  test('waits for the disk at every commit, and writes to a log', async () => {
    await store();
    const database = openSqlite(file);
    const pragma = async (name: string) => (await statement.raw(`pragma ${name}`).execute(database.db)).rows;

    expect(await pragma('journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    expect(await pragma('synchronous')).toEqual([{ synchronous: 2 }]);

    await database.db.destroy();
  });

  test.each([
    ['is no database', 'this is not a database, but something that somebody put there'],
    ['lost its content', ''],
  ])('refuses a file that %s and leaves it as it is', async (_, content) => {
    const broken = path.join(folder, `${++made}`, 'broken.db');
    mkdirSync(path.dirname(broken));
    writeFileSync(broken, content);

    await expect(open(`sqlite:${broken}`)).rejects.toThrow('restore it from a backup');

    expect(readFileSync(broken, 'utf8')).toBe(content);
  });

  test('refuses to begin anew where a database was lost, until somebody says so', async () => {
    await (await store()).close();
    opened.length = 0;
    rmSync(file);

    await expect(open(`sqlite:${file}`)).rejects.toThrow(/is gone[^]*npm run restore[^]*jitney.db.made to start empty/);

    expect(existsSync(file)).toBe(false);
    rmSync(`${file}.made`);
    opened.push(await open(`sqlite:${file}`));
  });

  test('refuses a file with a damaged page', async () => {
    const sound = await store();
    for (let n = 0; n < 50; n++) await sound.commit([{ kind: 'newActivation', activation: activation(`a${n}`) }]);
    await sound.close();
    opened.length = 0;
    const content = readFileSync(file);
    const page = content.indexOf('Azure Admins') & ~4095;
    content.fill(0xff, page, page + 4096);
    writeFileSync(file, content);

    await expect(open(`sqlite:${file}`)).rejects.toThrow('restore it from a backup');

    expect(readFileSync(file).equals(content)).toBe(true);
  });
});
