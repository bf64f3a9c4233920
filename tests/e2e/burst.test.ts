import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { personLimit, strangerLimit } from '../../src/teams/limits.ts';
import { eventually } from '../support/processes.ts';
import type { TeamsPerson } from '../support/teams-client.ts';
import { startSignedWorld } from './world.ts';
import type { World } from './world.ts';

let world: World;
let adele: TeamsPerson;
let megan: TeamsPerson;

beforeAll(async () => {
  world = await startSignedWorld();
  [adele, megan] = [world.person('Adele Vance'), world.person('Megan Bowen')];
  await Promise.all([adele, megan].map(async (person) => (await person.open()).reply(/./)));
}, 60_000);
afterAll(() => world.stop());

function count(sql: string): number {
  const database = new DatabaseSync(join(world.bot.folder, 'jitney.db'), { timeout: 5000 });
  const found = database.prepare(`select count(*) as n from ${sql}`).get();
  database.close();
  return Number(found?.['n']);
}

/** Open files and sockets of the bot's process; 0 where the system does not tell. */
function open(): number {
  try {
    return readdirSync(`/proc/${world.bot.pid}/fd`).length;
  } catch {
    return 0;
  }
}

/** Answers to Adele: those that were delivered and those that wait for Teams' pace. */
function answers(): number {
  const delivered = world.teams.connector.accepted.filter(({ conversationId }) => conversationId === `a:${adele.oid}`);
  return delivered.length + count(`job where lane like '%${adele.oid}%' and lease_by is null`);
}

test('a person in a great hurry and a crowd without tokens: nothing is lost or doubled, and others have their answers', async () => {
  const [openBefore, answersBefore, eventsBefore] = [open(), answers(), count('event')];
  const stranger = async (): Promise<number> => {
    const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' };
    const answer = await fetch(`${world.bot.url}/api/messages`, init);
    expect(await answer.text()).toBe('');
    return answer.status;
  };

  const crowd = Promise.all(Array.from({ length: 500 }, stranger));
  const hurry = Promise.all(Array.from({ length: 200 }, () => adele.say('aliases')));
  const meanwhile = await megan.say('aliases');
  await meanwhile.reply(/no short names/);
  const [statuses, said] = [await crowd, await hurry];

  expect(new Set(said.map(({ status }) => status))).toEqual(new Set([200]));
  expect(statuses.filter((status) => status === 401)).toHaveLength(strangerLimit.many);
  expect(statuses.filter((status) => status === 429)).toHaveLength(500 - strangerLimit.many);
  // Megan's message, and what Adele said until she was told to wait; then one answer to each, and that one.
  expect(count('event') - eventsBefore).toBe(1 + personLimit.many);
  await eventually(
    () => answers() - answersBefore === personLimit.many + 1,
    () => `${answers() - answersBefore} answers`,
  );
  await eventually(
    () => open() <= openBefore + 4,
    () => `${open()} open files, before ${openBefore}`,
  );
}, 60_000);
