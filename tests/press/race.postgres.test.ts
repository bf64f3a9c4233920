import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from '../support/fast-check.ts';
import { open } from '../store/fixtures.ts';
import type { OpenStore } from '../store/fixtures.ts';
import { startPostgres } from '../support/postgres.ts';
import type { PostgresServer } from '../support/postgres.ts';
import { createDesk } from './desk.ts';
import { announced, fifty, race } from './race.ts';

/** The same race on PostgreSQL, by two replicas with connections of their own, in the order in which these really answer. */

let server: PostgresServer;
let stores: readonly [OpenStore, OpenStore];
beforeAll(async () => {
  server = await startPostgres();
  const url = await server.database();
  stores = [await open(url), await open(url)];
  await announced(stores[0]);
}, 60_000);
afterAll(async () => {
  await Promise.all(stores.map((store) => store.close()));
  await server.stop();
});

test('fifty presses at once by two replicas are one decision, 40 times', async () => {
  const [one, other] = stores.map(createDesk);
  expect([one, other]).toEqual([expect.anything(), expect.anything()]);
  if (!one || !other) return;
  await fc.assert(
    fc.asyncProperty(fifty, (presses) => race(one, presses, (ports) => ports, undefined, other)),
    { numRuns: 40, endOnFailure: true },
  );
}, 120_000);
