import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../support/processes.ts';
import type { TeamsPerson } from '../support/teams-client.ts';
import { request, startWorld } from './world.ts';
import type { World } from './world.ts';

/** PIM answers later than Teams waits: the turn has its answer first, and the work its end. */

let world: World;
let adele: TeamsPerson;
let megan: TeamsPerson;
let grady: TeamsPerson;

beforeAll(async () => {
  world = await startWorld();
  [adele, megan, grady] = ['Adele Vance', 'Megan Bowen', 'Grady Archie'].map((name) => world.person(name)) as [
    TeamsPerson,
    TeamsPerson,
    TeamsPerson,
  ];
  await Promise.all([adele, megan, grady].map((person) => person.arrive()));
}, 60_000);
afterAll(() => world.stop());

test('an order that takes 4.9 s, and one that takes longer than anybody waits for an answer, each have one effect', async () => {
  const match = { method: 'POST', path: 'assignmentScheduleRequests' };
  await world.sandbox.fault({ match: { ...match, body: 'rather slow' }, answer: { delay: 4_900 } });
  await world.sandbox.fault({ match: { ...match, body: 'far too slow' }, answer: { delay: 14_900 } });
  const slow = adele.say('activate Intune Helpdesk for 1h because rather slow');
  const slower = adele.say('activate RDP Servers Munich for 1h because far too slow');

  const [said, saidLater] = await Promise.all([slow, slower]);

  expect([said.status, saidLater.status]).toEqual([200, 200]);
  // Nobody is told this whom PIM has answered.
  expect(adele.cards().filter(({ text }) => /Working on it|That took a while/.test(text))).toHaveLength(2);
  await said.reply(/Intune Helpdesk\nActive until/);
  await saidLater.reply(/RDP Servers Munich\nActive until/);
  // Nor does anybody find a line later that still says so.
  await eventually(
    () => adele.cards().filter(({ text }) => text.includes('That took a while')).length === 2,
    () => world.bot.printed,
  );
  expect((await world.writes()).filter((write) => write.startsWith('activate'))).toHaveLength(2);
});

test('a decision that takes 4.9 s is answered before, and the approver’s card tells it afterwards', async () => {
  const { said, task } = await request(grady, megan, 'Azure Admins');
  await world.sandbox.fault({ match: { method: 'PATCH', path: 'stages' }, answer: { delay: 4_900 } });

  const pressed = await megan.press(task, 'Approve');

  expect(pressed).toMatchObject({ status: 200, line: expect.stringContaining('Working on it') });
  await megan.waitForCard(
    ({ id, text }) => id === task.id && /Approved by you|Grady Archie has Azure Admins/.test(text),
  );
  await said.reply(/Azure Admins is active. Approved by Megan Bowen/);
});
