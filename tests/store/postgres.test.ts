import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { markRestored } from '../../src/store/backup.ts';
import { startPostgres } from '../support/postgres.ts';
import type { PostgresServer } from '../support/postgres.ts';
import { eventually } from '../support/processes.ts';
import { makeAtRelease, open, resume } from './fixtures.ts';
import type { OpenStore } from './fixtures.ts';
import { everyRule } from './rules/every-rule.ts';

let server: PostgresServer;
let url = '';
const opened: OpenStore[] = [];

beforeAll(async () => {
  server = await startPostgres();
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});
afterAll(() => server.stop());

async function replica(): Promise<OpenStore> {
  opened.push(await open(url));
  return opened.at(-1)!;
}

async function store(): Promise<OpenStore> {
  url = await server.database();
  return replica();
}

async function sql(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

async function upgraded(release: string, statements: readonly string[]): Promise<OpenStore> {
  url = await server.database();
  await makeAtRelease(url, release);
  for (const statement of statements) await sql(statement);
  return replica();
}

const stores = { store, replica, upgraded, sql };

describe('on PostgreSQL', () => {
  everyRule(stores);

  test('refuses to truncate the ledger, also in a session that plays a replica', async () => {
    await store();

    await expect(sql('truncate ledger')).rejects.toThrow('append-only');
    await expect(sql('set session_replication_role = replica; truncate ledger')).rejects.toThrow('append-only');
  });

  test('several replicas may start on an empty database at once', async () => {
    url = await server.database();

    opened.push(...(await Promise.all([open(url), open(url), open(url)])));

    for (const each of opened) await each.check();
  });

  test('starts also in the very moment in which a later release brings the tables further', async () => {
    await store();
    const later = new pg.Client({ connectionString: url });
    await later.connect();
    // Kysely's own lock for migrations, which the later release holds while it is at work.
    await later.query('select pg_advisory_lock(3853314791062309107)');
    const starting = replica();
    const waits = "select 1 from pg_locks where locktype = 'advisory' and not granted";
    while ((await later.query(waits)).rowCount === 0) await new Promise((done) => setTimeout(done, 10));

    const now = new Date().toISOString();
    await later.query(`insert into kysely_migration (name, timestamp) values ('999-later', '${now}')`);
    await later.end();

    await (await starting).check();
  });

  test('says that a database cannot be reached', async () => {
    url = (await server.database()).replace(/jitney_test/, 'no_such_database');

    await expect(replica()).rejects.toThrow('cannot be reached');
  });

  test('knows that it was restored when it is told so', async () => {
    const before = await store();
    await before.commit([{ kind: 'job', job: resume('p'), due: 10 }]);

    await markRestored(url);

    expect(await (await replica()).settleCopy(5_000)).toEqual({ knowsUntil: 0, open: 0, dropped: 1 });
  });

  test('has ten connections at most, however much is asked at once', async () => {
    const each = await store();
    const [locking, looking] = [new pg.Client({ connectionString: url }), new pg.Client({ connectionString: url })];
    await Promise.all([locking.connect(), looking.connect()]);
    await locking.query('begin; lock table pulse in access exclusive mode');
    const asked = Array.from({ length: 40 }, () => each.check());
    const ours = `select wait_event_type as waits from pg_stat_activity where application_name = 'jitney' and datname = current_database()`;
    const connections = async () => (await looking.query<{ waits: string | null }>(ours)).rows;
    await eventually(
      async () => (await connections()).filter(({ waits }) => waits === 'Lock').length >= 10,
      () => 'the connections are not all used',
    );

    expect(await connections()).toHaveLength(10);

    await locking.query('rollback');
    await Promise.all([...asked, locking.end(), looking.end()]);
  });

  test('survives that the server drops its connections', async () => {
    const each = await store();
    await sql(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'jitney'`);
    // One that is asked while it is being dropped fails, and the next one has a new connection.
    await eventually(
      () =>
        each
          .check()
          .then(() => true)
          .catch(() => false),
      () => 'the store did not come back',
    );
  });
});
