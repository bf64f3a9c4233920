import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { startBot } from '../support/bot.ts';
import type { StartedBot } from '../support/bot.ts';
import { readLedger } from '../support/ledger.ts';
import { startPostgres } from '../support/postgres.ts';
import type { PostgresServer } from '../support/postgres.ts';
import { eventually } from '../support/processes.ts';
import { startSandbox } from '../support/sandbox.ts';
import type { StartedSandbox } from '../support/sandbox.ts';
import { startTeams } from '../support/teams-client.ts';
import type { Teams, TeamsPerson } from '../support/teams-client.ts';
import { idOn, request } from './world.ts';

/**
 * A deploy: this release runs, and the next one, which brings tables and columns of its own, starts beside it on the same
 * database. The tests tell it in order.
 */

const next = ['--import', fileURLToPath(new URL('../support/next-release.ts', import.meta.url))];
const group = 'Azure Admins';

let server: PostgresServer;
let sandbox: StartedSandbox;
let database: string;
let older: StartedBot;
let newer: StartedBot;
/** The one that takes what people do now. */
let at: StartedBot;
let teams: Teams;
let adele: TeamsPerson;
let megan: TeamsPerson;

beforeAll(async () => {
  [server, sandbox] = await Promise.all([startPostgres(), startSandbox()]);
  database = await server.database();
  at = older = await startBot({ sandbox, env: { DATABASE_URL: database } });
  const either = Object.create(older, { url: { get: () => at.url } }) as StartedBot;
  teams = await startTeams(either, sandbox);
  [adele, megan] = [teams.person('Adele Vance'), teams.person('Megan Bowen')];
  for (const person of [adele, megan]) await person.arrive();
}, 120_000);
afterAll(async () => {
  await Promise.all([older.stop(), newer.stop()]);
  await teams.close();
  await Promise.all([sandbox.stop(), server.stop()]);
  for (const bot of [older, newer]) bot.forget();
});
/** Asks at one and decides at the other; what PIM, the chats and the ledger have of it in the end. */
async function wish(asked: StartedBot, meanwhile: () => Promise<StartedBot>): Promise<void> {
  await sandbox.ask('calls', undefined, 'DELETE');
  at = asked;
  const { said, task, card } = await request(adele, megan, group);
  at = await meanwhile();
  await megan.press(task, 'Approve');
  await said.reply(/is active. Approved by Megan Bowen/);

  const writes = (await sandbox.calls()).filter(({ path, method }) => method !== 'GET' && path.includes('/group/'));
  expect(writes.map(({ method, status }) => `${method} ${status}`)).toEqual(['POST 201', 'PATCH 204']);
  const id = idOn(task);
  const cards = (person: TeamsPerson): number => person.cards().filter(({ text }) => text.includes(id)).length;
  expect([cards(adele), cards(megan)]).toEqual([1, 1]);
  const order = (writes[0]!.body as { readonly customData: string }).customData;
  const lines = (await readLedger(older)).filter(({ activationId }) => activationId === order);
  const times = (action: string): number => lines.filter((line) => line.action === action).length;
  expect([times('activation.order'), times('approval.approve')]).toEqual([1, 1]);

  await sandbox.advance('PT2H');
  await adele.waitForCard((one) => one.id === card.id && one.text.includes('Ended'));
}

/** What was sent is written down: a message that is under way in a kill may come twice. */
async function nothingIsDue(): Promise<void> {
  const client = new pg.Client(database);
  await client.connect();
  const { now } = await sandbox.state();
  await eventually(
    async () => (await client.query('select 1 from job where due <= $1', [Date.parse(now)])).rowCount === 0,
    () => older.printed,
  );
  await client.end();
}

async function columns(table: string): Promise<readonly string[]> {
  const client = new pg.Client(database);
  await client.connect();
  const { rows } = await client.query<{ name: string }>(
    'select column_name as name from information_schema.columns where table_name = $1',
    [table],
  );
  await client.end();
  return rows.map(({ name }) => name);
}

test('what was asked at the release before is approved at the next one, which came meanwhile', async () => {
  await wish(older, async () => {
    newer = await startBot({ sandbox, env: { DATABASE_URL: database }, node: next });
    return newer;
  });
  expect(await columns('activation')).toContain('next_note');
}, 60_000);

test('what was asked at the next release is approved at the one before', async () => {
  await wish(newer, () => Promise.resolve(older));
}, 60_000);

test('the release before, killed beside the next one, comes back and goes on', async () => {
  await wish(older, async () => {
    await nothingIsDue();
    await older.kill();
    await older.startAgain();
    return newer;
  });
}, 60_000);

test('the release before goes on alone when the next one is taken back', async () => {
  await wish(newer, async () => {
    await newer.stop();
    return older;
  });
}, 60_000);
