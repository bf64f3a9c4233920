import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import pg from 'pg';
import { sealer } from '../../src/audit/ledger.ts';
import { notice } from '../../src/core/message.ts';
import type { Change } from '../../src/ports/store.ts';
import { commit } from '../../src/store/commit.ts';
import { events } from '../../src/store/events.ts';
import { jobQueue } from '../../src/store/jobs.ts';
import { migrate } from '../../src/store/migrations.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { nameOf } from '../../src/store/prepared.ts';
import type { Database } from '../../src/store/schema.ts';
import { startPostgres } from '../support/postgres.ts';
import type { PostgresServer } from '../support/postgres.ts';
import { chat, ledgerKey } from './fixtures.ts';

let server: PostgresServer;
let url: string;
let database: Database;

beforeAll(async () => {
  server = await startPostgres();
});
beforeEach(async () => {
  url = await server.database();
  database = openPostgres(url);
  await migrate(database);
});
afterEach(() => database.db.destroy());
afterAll(() => server.stop());

/** Says false when it was known. All that is asked here one after the other goes over one connection. */
function claim(id: string): Promise<boolean> {
  return events(database).claim(id, null, chat(), 1);
}

function answer(eventId: string): Promise<boolean> {
  const job = { kind: 'notice', key: eventId, to: chat(), oid: eventId, message: notice('✓', 'Done', '') } as const;
  const changes: readonly Change[] = [
    { kind: 'answered', eventId, once: true },
    { kind: 'job', job, due: 1 },
  ];
  return commit(database, sealer(ledgerKey), changes);
}

async function send(): Promise<number> {
  const queue = jobQueue(database);
  const leased = await queue.leaseJobs(60_000, 'w', 9, 100);
  await queue.finishJobs(leased);
  return leased.length;
}

async function texts(): Promise<readonly string[]> {
  const { rows } = await sql<{ statement: string }>`select statement from pg_prepared_statements`.execute(database.db);
  return rows.map(({ statement }) => statement);
}

async function beside(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement);
  await client.end();
}

const forget = () => sql`deallocate all`.execute(database.db);

describe('what PostgreSQL plans once for each connection', () => {
  test('are inserts into the tables of every turn that look nothing up, and no search', async () => {
    await claim('a');
    await answer('a');
    await send();

    const planned = await texts();

    expect(planned.map((text) => /^insert into "(\w+)"/.exec(text)?.[1]).toSorted()).toEqual(['event', 'job', 'pace']);
    for (const text of planned) expect(text).not.toMatch(/select|where|returning/);
  });

  test('goes on while a later release adds columns to its tables', async () => {
    await claim('a');
    await answer('a');
    await send();

    for (const table of ['event', 'job', 'pace']) await beside(`alter table ${table} add column later text`);

    expect(await claim('a')).toBe(false);
    expect(await claim('b')).toBe(true);
    expect(await answer('b')).toBe(true);
    expect(await send()).toBe(1);
  });

  // As of a pooler that gives out another connection each time, or clears one before it gives it out again.
  test('is written once all the same when the connection has forgotten it', async () => {
    await claim('a');
    await forget();

    expect(await claim('a')).toBe(false);
    expect(await claim('b')).toBe(true);
  });

  test('is written once all the same when the connection forgets it before a commit of several', async () => {
    await claim('a');
    await answer('a');
    await claim('b');
    await forget();

    expect(await answer('b')).toBe(true);
    expect(await answer('b')).toBe(false);
    expect(await send()).toBe(2);
  });

  test('is written once all the same when somebody else has planned it on this connection', async () => {
    await claim('a');
    const [text = ''] = await texts();
    await database.db.destroy();
    database = openPostgres(url);
    await sql.raw(`prepare ${nameOf(text)} as select 1`).execute(database.db);

    expect(await claim('a')).toBe(false);
    expect(await claim('b')).toBe(true);
  });

  test('is planned each time once a connection forgot', async () => {
    await claim('a');
    await forget();
    await claim('b');

    await claim('c');

    expect(await texts()).toEqual([]);
  });
});

describe('a connection to PostgreSQL', () => {
  test('compiles no query to machine code, which takes longer than leasing out of a long queue', async () => {
    const { rows } = await sql<{ jit: string }>`show jit`.execute(database.db);

    expect(rows).toEqual([{ jit: 'off' }]);
  });
});
