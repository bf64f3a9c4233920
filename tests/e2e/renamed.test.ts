import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { TeamsPerson } from '../support/teams-client.ts';
import { startWorld } from './world.ts';
import type { World } from './world.ts';

/** A group that gets another name while somebody has it, or waits for it: it is the same group, by either name. */

let world: World;
let adele: TeamsPerson;

beforeAll(async () => {
  world = await startWorld();
  [adele] = await world.arrived('Adele Vance');
}, 60_000);
afterAll(() => world.stop());

/** And she sees it in her list, which is read anew. */
async function rename(from: string, to: string): Promise<void> {
  const { groups } = await world.sandbox.state();
  await world.sandbox.ask('rename', { group: groups.find(({ name }) => name === from)!.id, name: to });
  await (await adele.say(`list ${to}`)).reply(new RegExp(to));
}

test('what was activated under the old name ends by the new name, and by the old one', async () => {
  for (const name of ['Cloud Readers', 'Azure Readers']) {
    const card = await (await adele.say('activate Azure Readers for 2h because of a review')).reply(/Active until/);
    await world.later('PT6M');
    await rename('Azure Readers', 'Cloud Readers');
    await adele.say(`deactivate ${name}`);
    await adele.waitForCard(({ id, text }) => id === card.id && /Ended at/.test(text));
    await rename('Cloud Readers', 'Azure Readers');
  }
});

test('what waits under the old name is cancelled by the new name, and by the old one', async () => {
  for (const name of ['Azure Administrators', 'Azure Admins']) {
    const card = await (await adele.say('activate Azure Admins for 1h because of a fix')).reply(/Waiting for approval/);
    await rename('Azure Admins', 'Azure Administrators');
    await adele.say(`cancel ${name}`);
    await adele.waitForCard(({ id, text }) => id === card.id && /Cancelled/i.test(text));
    await rename('Azure Administrators', 'Azure Admins');
  }
});

test.each([
  ['cancel', 'Only a request that waits can be cancelled, and it is not among yours.'],
  ['extend', 'Only what is active can be extended, and it is not among what you have active now.'],
  ['deactivate', 'Only what is active can end, and it is not among what you have active now.'],
])('a name that nothing ever had is told as what cannot be done: %s', async (verb, rule) => {
  const said = await (await adele.say(`${verb} Moon Base`)).reply(/No group “Moon Base” that you can/);
  expect(said.text).toContain(rule);
});
