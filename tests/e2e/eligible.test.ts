import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { contoso } from '../support/contoso.ts';
import type { TeamsPerson } from '../support/teams-client.ts';
import { startWorld } from './world.ts';
import type { World } from './world.ts';

/** Eligible for nothing, for one group, and for one until a while from now. */

let world: World;
let johanna: TeamsPerson;
let nestor: TeamsPerson;
let isaiah: TeamsPerson;

beforeAll(async () => {
  const ending = contoso.replace('{ who: isaiah }', '{ who: isaiah, until: PT1H }');
  world = await startWorld({}, ending);
  [johanna, nestor, isaiah] = await world.arrived('Johanna Lorenz', 'Nestor Wilke', 'Isaiah Langer');
}, 60_000);
afterAll(() => world.stop());
beforeEach(() => world.forget());

test('somebody who may activate nothing is told so, and who can change it', async () => {
  const list = await (await johanna.say('list')).reply(/There is no group that you can activate/);
  expect(list.text).toContain('Whoever runs PIM can make you eligible.');
  const said = await johanna.say('activate Azure Admins for 1h because I want to');
  await said.reply(/No group “Azure Admins”/);
  expect(await world.writes()).toEqual([]);
});

test('somebody who may activate a single group sees that one', async () => {
  const list = await (await nestor.say('list')).reply(/You can activate 1 group/);
  expect(list.text).toContain('CA Exclusion Travel');
});

test('an activation ends with the eligibility that it rests on', async () => {
  const said = await isaiah.say('activate Intune Helpdesk for 2h because a laptop is lost');
  const card = await said.reply(/Intune Helpdesk[^]*Active until/);
  await world.later('PT61M');
  await isaiah.waitForCard(({ id, text }) => id === card.id && text.includes('Ended'));
});

test('an eligibility that has ended meanwhile lets nothing be activated', async () => {
  const said = await isaiah.say('activate Intune Helpdesk for 1h because a laptop is lost');
  await said.reply(/PIM says you are not eligible for it/);
  expect(await world.writes()).toEqual(['activate 400']);
});
