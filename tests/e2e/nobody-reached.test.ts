import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startWorld } from './world.ts';
import type { World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
}, 60_000);
afterAll(() => world.stop());

test('a request whose approvers have no chat with Jitney is told in the room that hears of its group, and reaches them when they come', async () => {
  const [adele, megan] = [world.person('Adele Vance'), world.person('Megan Bowen')];
  const room = { in: world.teams.channel };
  await adele.arrive();
  await (await adele.say('announce here', room)).reply(/announced here from now on/, room);

  const said = await adele.say('activate Azure Admins for 1h because nobody is there');
  await said.reply(/I could reach nobody who can approve Azure Admins/);
  const told = await said.reply(/I could reach nobody who may decide on it/, room);
  expect(told.text).toContain('Adele Vance asked for Azure Admins');
  // It stays when the request is decided, so it says nothing that is not true then.
  expect(told.text).toContain('It could be decided by: Megan Bowen, Alex Wilber.');
  expect(told.text).toContain('Whoever of them reads this while it waits');
  expect(told.text).not.toContain('nobody is there');
  expect(told.buttons).toEqual(['Approvals in PIM']);
  expect(world.bot.printed).toContain('approvers.unreachable');

  await megan.arrive();
  const task = await megan.waitForCard(({ buttons }) => buttons.includes('Deny…'));
  expect((await megan.press(task, 'Approve')).card?.text).toContain('Approved by you');
  await said.reply(/Azure Admins is active. Approved by Megan Bowen/);
}, 60_000);
