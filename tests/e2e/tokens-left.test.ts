import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from '@jest/globals';
import { readIssued } from '../support/leftovers.ts';
import { signedInTokens } from '../support/graph-tokens.ts';
import { trust } from '../support/trust.ts';
import { startSignedWorld } from './world.ts';
import type { World } from './world.ts';

/** Every world of these tests is searched for tokens when it ends. Here one is left behind, to see that it is found. */

async function isFound(leave: (world: World, token: string) => void): Promise<string> {
  const world = await startSignedWorld();
  trust(world.sandbox.ca);
  await world.person('Adele Vance').arrive();
  const { refresh_token: token = '' } = await signedInTokens(world.sandbox, 'Adele Vance');
  const issued = readIssued(world.sandbox.folder);
  expect(token).not.toBe('');
  // A code, and tokens to access Graph and the connector, to refresh, and of the sign-in.
  expect(issued.length).toBeGreaterThan(5);
  expect(issued).toContain(token.slice(2));
  leave(world, token);
  return world.stop().then(
    () => 'nothing',
    (error: unknown) => String(error),
  );
}

test.each<[string, (world: World, token: string) => void, string]>([
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
