import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { migrate } from '../../src/store/migrations.ts';
import type { Database } from '../../src/store/schema.ts';
import { openSqlite } from '../../src/store/sqlite.ts';

let folder: string;
let file: string;
let database: Database;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'jitney-together-'));
  file = path.join(folder, 'jitney.db');
  database = openSqlite(file);
  await migrate(database);
});
afterEach(async () => {
  await database.db.destroy();
  rmSync(folder, { recursive: true, force: true });
});

/** Adds an event, and then does what is asked in the same work. */
function add(id: string, after: () => Promise<unknown> = () => Promise.resolve()): Promise<string> {
  return database.write(async (on) => {
    await on.insertInto('event').values({ id, at: 1, oid: null, settled: 0, place: '{}' }).execute();
    await after();
    return id;
  });
}

/** What another process sees. */
function durable(): readonly unknown[] {
  const other = new DatabaseSync(file, { readOnly: true });
  const ids = other.prepare('select id from event order by id').all();
  other.close();
  return ids.map(({ id }) => id);
}

describe('what SQLite is asked to write at the same moment', () => {
  test('is durable when whoever asked hears of it', async () => {
    const seen = await Promise.all(['a', 'b', 'c'].map((id) => add(id).then(() => durable())));

    for (const ids of seen) expect(ids).toEqual(['a', 'b', 'c']);
  });

  test('is undone alone when it fails, and whoever asked for it hears why', async () => {
    const fails = (): Promise<never> => Promise.reject(new Error('no'));

    const ends = await Promise.allSettled([add('a'), add('b', fails), add('a'), add('c')]);

    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(ends[1]).toMatchObject({ reason: { message: 'no' } });
    expect(durable()).toEqual(['a', 'c']);
  });

  test('fails as a whole when SQLite has rolled it back as a whole, and the next is written again', async () => {
    const rolledBack = database.write(async (on) => {
      await sql`rollback`.execute(on);
      throw new Error('full');
    });

    const ends = await Promise.allSettled([add('a'), rolledBack, add('b')]);

    expect(ends).toMatchObject(ends.map(() => ({ status: 'rejected', reason: { message: 'full' } })));
    expect(durable()).toEqual([]);
    await add('c');
    expect(durable()).toEqual(['c']);
  });
});
