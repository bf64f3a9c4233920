import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { TeamsPerson } from '../support/teams-client.ts';
import { reached, request, startWorld } from './world.ts';
import type { World } from './world.ts';

/** Told to end in the middle of a call of PIM: what was begun is finished and answered, and nothing is half done. */

let world: World;
let adele: TeamsPerson;
let megan: TeamsPerson;

beforeAll(async () => {
  world = await startWorld();
  [adele, megan] = await world.arrived('Adele Vance', 'Megan Bowen');
}, 60_000);
afterAll(() => world.stop());
beforeEach(() => world.forget());

function left(sql: string): readonly unknown[] {
  const database = new DatabaseSync(join(world.bot.folder, 'jitney.db'), { readOnly: true });
  try {
    return database.prepare(sql).all();
  } finally {
    database.close();
  }
}

/** SIGTERM while this call of PIM is on its way; the exit code. */
async function endedDuring(method: string, path: string, doing: () => Promise<unknown>): Promise<number | null> {
  await world.sandbox.fault({ match: { method, path }, answer: { delay: 2_000 } });
  const done = doing();
  await reached(world.sandbox, method, path);
  const code = await world.bot.stop();
  await done;
  return code;
}

test('an order that was on its way is answered, shown and closed before the process ends', async () => {
  let status = 0;
  const code = await endedDuring('POST', 'assignmentScheduleRequests', async () => {
    ({ status } = await adele.say('activate Intune Helpdesk for 1h because deploy'));
  });
  expect([code, status]).toEqual([0, 200]);
  expect(await world.writes()).toEqual(['activate 201']);
  expect(adele.cards().filter(({ text }) => text.includes('“deploy”'))).toHaveLength(1);
  expect(left("select id from job where id like 'card:%' or id like 'notice:%'")).toEqual([]);
  expect(left('select id from event where settled = 0')).toEqual([]);
  await world.bot.startAgain();
  await adele.waitForCard(/Intune Helpdesk\nActive until[^]*“deploy”/);
  expect(adele.cards().filter(({ text }) => text.includes('I was interrupted'))).toEqual([]);
  expect(await world.writes()).toEqual(['activate 201']);
});

test('a decision that was on its way has its card, and is known by the program that starts next', async () => {
  const { said, task } = await request(adele, megan, 'Azure Admins');
  let card: string | undefined;
  const code = await endedDuring('PATCH', 'stages', async () => {
    card = (await megan.press(task, 'Approve')).card?.text;
  });
  expect(code).toBe(0);
  expect(card).toContain('✓ Approved by you');
  await world.bot.startAgain();
  await said.reply(/Azure Admins is active. Approved by Megan Bowen./);
  expect(await world.writes()).toEqual(['activate 201', 'decide 204']);
});
