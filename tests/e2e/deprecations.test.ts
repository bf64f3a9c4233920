import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { TeamsPerson } from '../support/teams-client.ts';
import { request, startWorld } from './world.ts';
import type { World } from './world.ts';

/** A Node that throws at whatever it will drop some day: no package stands on something that the next release takes away. */

let world: World;
let adele: TeamsPerson;
let megan: TeamsPerson;

beforeAll(async () => {
  world = await startWorld({}, undefined, null, ['--pending-deprecation', '--throw-deprecation']);
  [adele, megan] = await world.arrived('Adele Vance', 'Megan Bowen');
}, 60_000);
afterAll(() => world.stop());

test('start, sign-in, request, approval and end work where each deprecation is an error', async () => {
  const { said, task } = await request(adele, megan, 'Azure Admins');
  await megan.press(task, 'Approve');
  await said.reply(/Azure Admins is active/);
  await world.later('PT1H');
  await said.reply(/Azure Admins has ended/);
  expect(await world.writes()).toEqual(['activate 201', 'decide 204']);
  expect(world.bot.printed).not.toMatch(/Deprecat/);
  expect(world.bot.isAlive).toBe(true);
});
