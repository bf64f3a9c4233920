import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startBot } from '../support/bot.ts';
import type { StartedBot } from '../support/bot.ts';
import { startPostgres } from '../support/postgres.ts';
import type { PostgresServer } from '../support/postgres.ts';
import { startSandbox } from '../support/sandbox.ts';
import type { StartedSandbox } from '../support/sandbox.ts';
import { startTeams } from '../support/teams-client.ts';
import type { Teams, TeamsPerson } from '../support/teams-client.ts';

/** Teams sends again what it is not sure of, to any replica: one effect, and the person reads what is there. */

let server: PostgresServer;
let sandbox: StartedSandbox;
let bots: readonly StartedBot[];
let teams: Teams;
let adele: TeamsPerson;
let at = 0;

beforeAll(async () => {
  [server, sandbox] = await Promise.all([startPostgres(), startSandbox()]);
  const env = { DATABASE_URL: await server.database() };
  const first = await startBot({ sandbox, env });
  bots = [first, await startBot({ sandbox, env })];
  teams = await startTeams(Object.defineProperty({ ...first }, 'url', { get: () => bots[at]!.url }), sandbox);
  adele = teams.person('Adele Vance');
  await adele.arrive();
}, 120_000);
afterAll(async () => {
  for (const bot of bots) {
    await bot.stop();
    bot.forget();
  }
  await teams.close();
  await sandbox.stop();
  await server.stop();
});

async function ordersOf(why: string): Promise<number> {
  const { requests } = await sandbox.state();
  return requests.filter(({ justification }) => justification === why).length;
}

describe('the same activity', () => {
  test('fifty times at once, to both replicas: one effect and one answer', async () => {
    const why = 'fifty times';
    const said = await adele.say(`activate RDP Servers Munich for 1h because ${why}`);
    const again = Array.from({ length: 50 }, (_, count) => {
      at = count % 2;
      return adele.redeliver(said);
    });
    await Promise.all(again);
    await said.reply(/RDP Servers Munich\nActive until/);
    expect(await ordersOf(why)).toBe(1);
    expect(said.replies()).toHaveLength(1);
  });

  test('to another replica than the one that took it: the card of the first is all there is', async () => {
    const why = 'other replica';
    at = 0;
    const said = await adele.say(`activate Azure Readers for 1h because ${why}`);
    await said.reply(/Azure Readers\nActive until/);
    at = 1;
    expect((await adele.redeliver(said)).status).toBe(200);
    expect(await ordersOf(why)).toBe(1);
    expect(said.replies()).toHaveLength(1);
  });

  test('after a restart of the replica that took it: nothing more happens', async () => {
    const why = 'after a restart';
    at = 0;
    const said = await adele.say(`activate Intune Helpdesk for 1h because ${why}`);
    await said.reply(/Intune Helpdesk\nActive until/);
    await bots[0]!.kill();
    await bots[0]!.startAgain();
    expect((await adele.redeliver(said)).status).toBe(200);
    expect(await ordersOf(why)).toBe(1);
    expect(said.replies()).toHaveLength(1);
  });
});

test('the same sentence with a new id half a minute later: no second effect, and the answer is what there is', async () => {
  const why = 'new id';
  at = 0;
  const text = `activate Research and Development for 1h because ${why}`;
  const card = await (await adele.say(text)).reply(/Research and Development\nActive until/);
  const until = /Active until .*?(\d\d:\d\d)/.exec(card.text)?.[1] ?? 'no time';
  await sandbox.advance('PT30S');
  at = 1;
  const again = await adele.say(text);
  const answer = await again.reply(/Research and Development is active already until/);
  expect(answer.text).toContain(until);
  expect(await ordersOf(why)).toBe(1);
});
