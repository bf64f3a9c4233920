import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Done, TeamsPerson } from '../support/teams-client.ts';
import { request, startWorld } from './world.ts';
import type { World } from './world.ts';

/** How many answers of Graph a person waits for, one after the other; what is asked side by side counts once. */

let world: World;
let adele: TeamsPerson;
let lee: TeamsPerson;
let megan: TeamsPerson;

beforeAll(async () => {
  world = await startWorld();
  [adele, lee, megan] = await world.arrived('Adele Vance', 'Lee Gu', 'Megan Bowen');
}, 60_000);
afterAll(() => world.stop());

const delay = 300;
const orders = '/assignmentScheduleRequests';

/** Not the people inside a batch, who would make it count twice. */
const slowPaths = ['/v1.0/identityGovernance', '/v1.0/policies', '/v1.0/$batch'];
/** Where policies come in a batch; beside it owners, and other groups of the name. */
const slowBatch = ['/v1.0/identityGovernance', '/owners', '/v1.0/groups?', '/v1.0/$batch'];

/** Every answer takes its time, so calls that wait for each other lie apart and those side by side do not. */
async function rounds(act: () => Promise<Done>, slow = slowPaths): Promise<readonly string[][]> {
  await world.forget();
  // Whether these two belong here is asked as well. Megan is in batches too, as an approver, so asking that of her is left out.
  const people = [adele, lee].map(({ oid }) => `/v1.0/users/${oid}`);
  for (const path of [...slow, ...people]) {
    await world.sandbox.fault({ match: { path }, times: 1_000, answer: { delay } });
  }
  await act();
  const calls = await world.calls();
  await world.sandbox.ask('faults', undefined, 'DELETE');
  const found: string[][] = [];
  let began = -Infinity;
  for (const { at, method, path, batch } of calls) {
    if (batch === true || !path.startsWith('/v1.0/') || path === `/v1.0/users/${megan.oid}`) continue;
    const call = `${method} ${path.slice(path.lastIndexOf('/') + 1)}`;
    // Whatever waits for an answer cannot begin before it; Node's timers may be a few milliseconds early.
    const isLater = Date.parse(at) - began >= delay - 10;
    if (isLater) {
      found.push([call]);
      began = Date.parse(at);
    } else found.at(-1)?.push(call);
  }
  return found;
}

/** Nothing is remembered but what is stored. */
async function forgetCaches(): Promise<void> {
  await world.bot.stop();
  await world.bot.startAgain();
}

test('activate: three when nothing is known yet, one when the group was asked for before', async () => {
  await forgetCaches();
  const cold = await rounds(() => adele.say('activate Azure Admins for 1h because cold'));
  expect(cold.length).toBeLessThanOrEqual(3);
  expect(cold.flat().filter((call) => call === 'POST assignmentScheduleRequests')).toHaveLength(1);

  const card = await adele.waitForCard(/Waiting for approval/);
  await adele.press(card, 'Cancel request');
  await adele.waitForCard(/Cancelled[^]*“cold”/);
  await (await adele.say('help')).reply(/What you can write/);
  const warm = await rounds(() => adele.say('activate Azure Admins for 1h because warm'));
  expect(warm).toEqual([['POST assignmentScheduleRequests']]);
  await adele.press(await adele.waitForCard(/Waiting for approval[^]*“warm”/), 'Cancel request');
  await adele.waitForCard(/Cancelled[^]*“warm”/);
});

test('five targets in one sentence wait for no more answers than one', async () => {
  const five = 'RDP Servers Munich, Intune Helpdesk, Azure Readers, Research and Development and CA Exclusion Travel';
  await forgetCaches();
  await world.forget();
  const long = 2_000;
  await world.sandbox.fault({ match: { method: 'POST', path: orders }, times: 5, answer: { delay: long } });
  await adele.say(`activate ${five} for 1h because moving house`);
  await adele.waitForCard(({ text }) => (text.match(/Active until/g) ?? []).length === 5);
  const calls = (await world.calls()).filter(({ batch }) => batch !== true);
  const posted = calls.filter(({ method, path }) => method === 'POST' && path.endsWith(orders));
  expect(posted).toHaveLength(5);
  // Side by side: the last one began before the first was answered.
  const times = posted.map(({ at }) => Date.parse(at));
  expect(Math.max(...times) - Math.min(...times)).toBeLessThan(long);
}, 60_000);

test('approve: two, the stage and the decision', async () => {
  const { said, task } = await request(adele, megan, 'Azure Admins');
  const approve = await rounds(() => megan.press(task, 'Approve'));
  expect(approve.length).toBeLessThanOrEqual(2);
  expect(approve.flat().filter((call) => call.startsWith('PATCH'))).toHaveLength(1);
  await said.reply(/is active. Approved by Megan Bowen/);
  await world.later('PT1H');
  await said.reply(/Azure Admins has ended/);
});

test('list: two when no policy is known yet, then one', async () => {
  await forgetCaches();
  expect((await rounds(() => adele.say('list'))).length).toBeLessThanOrEqual(2);
  expect((await rounds(() => adele.say('list'))).length).toBeLessThanOrEqual(1);
});

test('status: none while something of one’s own is open, else one', async () => {
  expect((await rounds(() => lee.say('status'))).length).toBeLessThanOrEqual(1);
  const said = await lee.say('activate SQL Prod for 1h because slow query ticket INC0012345');
  await said.reply(/SQL Prod\nActive until/);
  expect(await rounds(() => lee.say('status'))).toEqual([]);
});

test('deactivate: what is running, then the end', async () => {
  await world.later('PT6M');
  const all = await rounds(() => lee.say('deactivate SQL Prod'));
  // The watch may read the activation at the same time; nobody waits for that.
  const waited = all.filter((calls) => calls.some((call) => call !== 'POST $batch'));
  expect(waited.length).toBeLessThanOrEqual(2);
});

test('policy: its group and its rules, then who approves; then nothing', async () => {
  await forgetCaches();
  expect((await rounds(() => adele.say('policy SQL Prod'), slowBatch)).length).toBeLessThanOrEqual(2);
  expect((await rounds(() => adele.say('policy Azure Admins'), slowBatch)).length).toBeLessThanOrEqual(2);
  expect(await rounds(() => adele.say('policy Azure Admins'), slowBatch)).toEqual([]);
});

test('who has: the group and, side by side, who is in it', async () => {
  await forgetCaches();
  const warm = ['GET assignmentScheduleInstances', 'POST $batch'];
  const ask = (): Promise<Done> => adele.say('who has SQL Prod');
  const slow = ['/v1.0/identityGovernance', '/v1.0/groups?', '/v1.0/$batch'];
  expect((await rounds(ask, slow)).length).toBeLessThanOrEqual(2);
  expect((await rounds(ask, slow)).map((calls) => calls.toSorted())).toEqual([warm]);
});
