import { createHook } from 'node:async_hooks';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CompiledQuery, Kysely, SqliteDialect, sql } from 'kysely';
import type { Driver } from 'kysely';
import { DurableDriver } from '../../src/store/durable.ts';
import { openSqlite } from '../../src/store/sqlite.ts';

let database: Kysely<{ event: { id: string } }>;
/** What the disk has been asked and not answered. */
let asked: { readonly done: () => void; readonly fail: (error: Error) => void }[];

beforeEach(() => {
  asked = [];
  const connection = new DatabaseSync(':memory:');
  const sync = (): Promise<void> =>
    new Promise((resolve, reject) => {
      asked.push({ done: resolve, fail: reject });
    });
  const prepare = (text: string) => {
    const statement = connection.prepare(text);
    const reader = statement.columns().length > 0;
    return {
      reader,
      all: (given: readonly unknown[]) => statement.all(...(given as string[])),
      run: (given: readonly unknown[]) => statement.run(...(given as string[])),
      iterate: () => statement.iterate(),
    };
  };
  const config = { database: { prepare, close: () => connection.close() } };
  const driver = new DurableDriver(config, { isInTransaction: () => connection.isTransaction, sync });
  database = new Kysely({ dialect: new OnDriver(config, driver) });
  connection.exec('create table event (id text primary key)');
});
afterEach(() => database.destroy());

class OnDriver extends SqliteDialect {
  readonly #driver: Driver;
  constructor(config: ConstructorParameters<typeof SqliteDialect>[0], driver: Driver) {
    super(config);
    this.#driver = driver;
  }
  override createDriver(): Driver {
    return this.#driver;
  }
}

const add = (id: string, on = database): Promise<unknown> => on.insertInto('event').values({ id }).execute();
const ids = async (): Promise<readonly string[]> =>
  (await database.selectFrom('event').select('id').orderBy('id').execute()).map(({ id }) => id);

/** Long enough for everything that waits for nothing but other code. */
async function settled(): Promise<void> {
  for (let at = 0; at < 5; at += 1) await new Promise((done) => setImmediate(done));
}

function ended(work: Promise<unknown>): { readonly is: () => boolean } {
  let is = false;
  void work.finally(() => (is = true)).catch(() => undefined);
  return { is: () => is };
}

describe('what SQLite wrote', () => {
  test.each([
    ['a statement of its own', () => add('a')],
    ['a transaction', () => database.transaction().execute((on) => add('a', on))],
  ])('in %s is told of, and read, when the disk has it', async (_name, write) => {
    const written = write();
    const read = ids();
    const [isWritten, isRead] = [ended(written), ended(read)];
    await settled();
    expect([asked.length, isWritten.is(), isRead.is()]).toEqual([1, false, false]);

    asked[0]?.done();

    await written;
    expect(await read).toEqual(['a']);
    expect(asked).toHaveLength(1);
  });

  test('inside a transaction waits for no disk before its end', async () => {
    const written = database.transaction().execute(async (on) => {
      await add('a', on);
      await add('b', on);
      return asked.length;
    });
    await settled();
    asked[0]?.done();

    expect(await written).toBe(0);
    expect(asked).toHaveLength(1);
  });

  test('and the disk did not keep fails, and nothing is built on it', async () => {
    const written = add('a');
    await settled();
    asked[0]?.fail(new Error('EIO'));

    await expect(written).rejects.toMatchObject({ cause: { message: 'EIO' } });
    await expect(add('b')).rejects.toThrow('the disk does not keep');
    await expect(ids()).rejects.toThrow('the disk does not keep');
    expect(asked).toHaveLength(1);
  });

  test('waits for no disk when it was only read', async () => {
    expect(await ids()).toEqual([]);
    expect(asked).toEqual([]);
  });
});

test('a database in a file asks the disk once for each commit', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'jitney-durable-'));
  const { db, write } = openSqlite(path.join(folder, 'jitney.db'));
  let requests = 0;
  const hook = createHook({
    init: (_id, type) => {
      if (type === 'FSREQCALLBACK') requests += 1;
    },
  });
  try {
    await sql`create table one (id integer)`.execute(db);
    hook.enable();
    const insert = CompiledQuery.raw('insert into one values (1)');
    await Promise.all([write((on) => on.executeQuery(insert)), write((on) => on.executeQuery(insert))]);
    hook.disable();
    expect(requests).toBe(1);
  } finally {
    hook.disable();
    await db.destroy();
    rmSync(folder, { recursive: true, force: true });
  }
});
