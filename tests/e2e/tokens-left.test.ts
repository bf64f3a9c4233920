import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { readIssued } from '../support/leftovers.ts';
import { signedInTokens } from '../support/graph-tokens.ts';
import { startPostgres } from '../support/postgres.ts';
import { eventually } from '../support/processes.ts';
import { trust } from '../support/trust.ts';
import { startSignedWorld, startWorld } from './world.ts';
import type { World } from './world.ts';

/** Every world of these tests is searched for tokens when it ends. Here one is left behind, to see that it is found. */

type Leave = (world: World, token: string) => Promise<void> | void;

async function isFound(leave: Leave, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const world = await startSignedWorld(env);
  trust(world.sandbox.ca);
  await world.person('Adele Vance').arrive();
  const { refresh_token: token = '' } = await signedInTokens(world.sandbox, 'Adele Vance');
  const issued = readIssued(world.sandbox.folder);
  expect(token).not.toBe('');
  // A code, and tokens to access Graph and the connector, to refresh, and of the sign-in.
  expect(issued.length).toBeGreaterThan(5);
  expect(issued).toContain(token.slice(2));
  await leave(world, token);
  return world.stop().then(
    () => 'nothing',
    (error: unknown) => String(error),
  );
}

test.each<[string, Leave, string]>([
  [
    'in the database',
    ({ bot }, token) => {
      const database = new DatabaseSync(join(bot.folder, 'jitney.db'));
      database.prepare("update person set name = 'a ' || ? where name is not null").run(token);
      database.close();
    },
    'jitney.db-wal',
  ],
  [
    'in a temporary file, cut off',
    ({ bot }, token) => writeFileSync(join(bot.folder, 'tmp', 'cache'), token.slice(0, 60)),
    'tmp/cache',
  ],
])('a token that is left %s is found', async (_where, leave, place) => {
  expect(await isFound(leave)).toMatch(`Error: a token stands in ${place}`);
});

test('nothing is left where nothing was put', async () => {
  expect(await isFound(() => undefined)).toBe('nothing');
});

test('a sign-in whose hours are over is deleted without anybody asking for anything', async () => {
  const world = await startWorld();
  await world.arrived('Adele Vance', 'Megan Bowen');
  const database = new DatabaseSync(join(world.bot.folder, 'jitney.db'), { timeout: 5_000 });
  const kept = (): unknown[] => database.prepare('select oid from token where sealed is not null').all();
  expect(kept()).toHaveLength(2);

  database.prepare('update token set expires_at = 1 where oid = ?').run(world.person('Adele Vance').oid);

  await eventually(
    () => kept().length < 2,
    () => 'it is still there',
  );
  expect(kept()).toEqual([{ oid: world.person('Megan Bowen').oid }]);
  database.close();
  await world.stop();
});

describe('on PostgreSQL', () => {
  async function onPostgres(leave: (client: pg.Client, token: string) => Promise<unknown>): Promise<string> {
    const server = await startPostgres();
    try {
      const url = await server.database();
      const inDatabase: Leave = async (_world, token) => {
        const client = new pg.Client({ connectionString: url });
        await client.connect();
        await leave(client, token).finally(() => client.end());
      };
      return await isFound(inDatabase, { DATABASE_URL: url });
    } finally {
      await server.stop();
    }
  }

  test('a token that is left in a column is found', async () => {
    const left = onPostgres((client, token) => client.query("update person set name = 'a ' || $1", [token]));
    expect(await left).toBe('Error: a token stands in person.name');
  });

  test('so is the beginning of one, in a table that nobody knows, as bytes', async () => {
    const left = onPostgres(async (client, token) => {
      await client.query('create table leftover (at int, bytes bytea)');
      await client.query('insert into leftover values (1, $1)', [Buffer.from(`x${token.slice(0, 60)}`)]);
    });
    expect(await left).toBe('Error: a token stands in leftover.bytes');
  });

  test('nothing is left where nothing was put', async () => {
    expect(await onPostgres(() => Promise.resolve())).toBe('nothing');
  });
});
