import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { appToken } from '../support/graph-tokens.ts';
import { readLedger } from '../support/ledger.ts';
import { eventually } from '../support/processes.ts';
import type { Card, Done, TeamsPerson } from '../support/teams-client.ts';
import { trust } from '../support/trust.ts';
import { idOn, startWorld } from './world.ts';
import type { World } from './world.ts';

/** PIM, or the sign-in before it, is down: the person hears so and decides whether the wish is kept or let go. */

let world: World;
let adele: TeamsPerson;

beforeAll(async () => {
  world = await startWorld();
  [adele] = await world.arrived('Adele Vance');
  trust(world.sandbox.ca);
}, 60_000);
afterAll(() => world.stop());
beforeEach(async () => {
  await world.sandbox.ask('faults', undefined, 'DELETE');
  // Nothing of the test before is open or fresh any more.
  await world.untilOver();
  await world.forget();
});

const orders = { method: 'POST', path: 'assignmentScheduleRequests' } as const;
const lists = { method: 'GET', path: 'eligibilitySchedule' } as const;
type Match = typeof orders | typeof lists;

/** Until mended; a write would be asked about if its answer got lost, so this one is turned away. */
async function down(match: Match): Promise<void> {
  await world.sandbox.fault({ match, times: 10_000, answer: { status: match === orders ? 429 : 503 } });
}
async function mend(): Promise<void> {
  await world.sandbox.ask('faults', undefined, 'DELETE');
}

async function ask(group: string): Promise<{ readonly said: Done; readonly card: Card }> {
  const said = await adele.say(`activate ${group} for 1h because the outage`);
  const card = await said.reply(({ text }) => text.includes(`${group}\nPIM cannot be asked now`));
  return { said, card };
}

async function actions(card: Card): Promise<readonly string[]> {
  const lines = await readLedger(world.bot);
  const own = lines.filter(({ activationId }) => activationId?.startsWith(idOn(card)));
  return own.map(({ action }) => action).filter((action) => action !== 'pim.write');
}

/** Goes on with the clock until it is there: also Graph's own client needs a moment to believe that Graph is back. */
async function later(said: Done, match: RegExp | ((card: Card) => boolean)): Promise<void> {
  const isThere = (card: Card): boolean => (match instanceof RegExp ? match.test(card.text) : match(card));
  for (let round = 0; round < 20 && !said.replies().some(isThere); round += 1) await world.later('PT20S');
  await said.reply(match);
}

/** The try that a press began is over, and the next one is a while away. Nothing can be let go while one is on its way. */
async function tried(card: Card): Promise<void> {
  const now = Date.parse((await world.sandbox.state()).now);
  await eventually(
    () => {
      const { held, readAt } = world.stored(card);
      return held?.kept === true && held.trying === null && readAt !== null && readAt > now + 5_000;
    },
    () => world.bot.printed,
  );
}

const effects = async (): Promise<number> => (await world.writes()).filter((write) => write === 'activate 201').length;

describe('an order that PIM could not be asked for', () => {
  beforeEach(() => down(orders));

  test('says that nothing was asked, and asks whether to go on', async () => {
    const { card } = await ask('Azure Readers');
    expect(card.text).toContain('Nothing has been asked of PIM yet. Shall I try again by myself, for an hour?');
    expect(card.buttons).toEqual(['Keep trying', 'Drop it']);
    await world.later('PT10M');
    await mend();
    await world.later('PT4M');
    expect(await effects()).toBe(0);
  });

  test('is tried again when it is kept, and told when PIM took it', async () => {
    const { said, card } = await ask('Azure Readers');
    const kept = await adele.press(card, 'Keep trying');
    expect(kept.card?.text).toMatch(/PIM cannot be asked now; I keep trying until .*\d\d:\d\d/);
    expect(kept.card?.buttons).toEqual(['Drop it']);
    await world.later('PT10M');
    expect(await effects()).toBe(0);
    await mend();
    await later(said, /Azure Readers\nActive until/);
    await said.reply(/Azure Readers is active: PIM answers again/);
    await world.later('PT10M');
    expect(await effects()).toBe(1);
    expect(await actions(card)).toEqual(['activation.order', 'activation.held', 'activation.kept']);
  });

  test('is never asked again when it is let go, before or after it was kept', async () => {
    const first = await ask('Azure Readers');
    expect((await adele.press(first.card, 'Drop it')).card?.text).toContain('Azure Readers\nCancelled');
    const second = await ask('Azure Readers');
    const kept = await adele.press(second.card, 'Keep trying');
    await tried(second.card);
    expect((await adele.press(kept.card!, 'Drop it')).card?.text).toContain('Azure Readers\nCancelled');
    await mend();
    await world.later('PT10M');
    expect(await effects()).toBe(0);
    expect(await actions(second.card)).toContain('activation.letGo');
    // The old card does nothing any more.
    expect((await adele.press(second.card, 'Keep trying')).card?.text).toContain('Cancelled');
  });

  test('ends by itself when nobody says a word, and after an hour of trying', async () => {
    const unsaid = await ask('Azure Readers');
    await world.later('PT16M');
    await unsaid.said.reply(/I let go of Azure Readers[^]*you did not say to keep trying/);
    const kept = await ask('Intune Helpdesk');
    await adele.press(kept.card, 'Keep trying');
    await world.later('PT59M');
    await world.later('PT2M');
    await kept.said.reply(/I let go of Intune Helpdesk[^]*could not be asked for an hour/);
    await mend();
    await world.later('PT10M');
    expect(await effects()).toBe(0);
  });

  test('goes on after the bot was killed', async () => {
    const { said, card } = await ask('Azure Readers');
    await adele.press(card, 'Keep trying');
    await world.bot.kill();
    await mend();
    await world.bot.startAgain();
    await later(said, /Azure Readers\nActive until/);
    expect(await effects()).toBe(1);
  });

  test('meets a policy that has changed meanwhile as it is now', async () => {
    const { said, card } = await ask('Research and Development');
    await adele.press(card, 'Keep trying');
    await tried(card);
    const answer = await changedPolicy('Research and Development');
    await mend();
    await world.sandbox.fault({ match: { method: 'GET', path: 'roleManagementPolicyAssignments' }, times: 50, answer });
    await later(said, /I did not ask PIM for Research and Development[^]*Its policy has changed/);
    await said.reply(/Research and Development\nFailed/);
    expect(await effects()).toBe(0);
  });

  test('has no effect for somebody who signed out meanwhile, until they sign in', async () => {
    const { said, card } = await ask('Azure Readers');
    await adele.press(card, 'Keep trying');
    await adele.say('sign out');
    await mend();
    await later(said, ({ buttons }) => buttons.includes('Sign in'));
    const signIn = await said.reply(({ buttons }) => buttons.includes('Sign in'));
    expect(await effects()).toBe(0);
    await adele.signIn(signIn);
    await said.reply(/Azure Readers\nActive until/);
    expect(await effects()).toBe(1);
  });

  test('of several groups: one choice on their card', async () => {
    const said = await adele.say('activate Azure Readers and Intune Helpdesk for 1h because the outage');
    const card = await said.reply(({ text }) => text.split('PIM cannot be asked now').length === 3);
    expect(card.buttons).toContain('Keep trying');
    await adele.press(card, 'Keep trying');
    await mend();
    await later(said, ({ text }) => text.split('Active until').length === 3);
    expect(await effects()).toBe(2);
  });
});

test('a sign-in service that is down is told like PIM itself, and the order follows when it is back', async () => {
  // Her groups and the policy have just been read with good tokens: it is the order that no token is to be had for.
  await (await adele.say('list')).reply(/You can activate/);
  await (await adele.say('policy Azure Readers')).reply(/Azure Readers/);
  await world.sandbox.ask('settings', { tokenSeconds: -1 });
  await adele.say('sign out');
  await adele.arrive();
  await world.sandbox.fault({ match: { method: 'POST', path: 'token' }, times: 10_000, answer: { status: 503 } });
  const { said, card } = await ask('Azure Readers');
  await adele.press(card, 'Keep trying');
  await world.later('PT1M');
  expect(await effects()).toBe(0);
  await world.sandbox.ask('settings', { tokenSeconds: 3600 });
  await mend();
  await later(said, /Azure Readers\nActive until/);
});

describe('a sentence for which PIM could not even be read', () => {
  const berlin = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Berlin', timeStyle: 'short' });

  /** The time of day, in the person's zone, in so many minutes. */
  async function clockIn(minutes: number): Promise<string> {
    const { now } = await world.sandbox.state();
    return berlin.format(Date.parse(now) + minutes * 60_000);
  }

  beforeEach(async () => {
    // A time past midnight would be asked about.
    if ((await clockIn(0)) >= '21:00') await world.later('PT4H');
    // Nothing that was read before is still at hand.
    await world.bot.stop();
    await world.bot.startAgain();
    await down(lists);
  });

  test('waits, goes on when PIM answers again, and means what it meant when it was said', async () => {
    const at = await clockIn(90);
    const said = await adele.say(`activate Azure Readers until ${at} because the outage`);
    const card = await said.reply(/PIM does not answer now[^]*Nothing has been asked of PIM yet/);
    expect(card.buttons).toEqual(['Keep trying', 'Drop it']);
    expect((await adele.press(card, 'Keep trying')).card?.text).toMatch(/I keep trying until/);
    await world.later('PT30M');
    await mend();
    await later(said, ({ text }) => text.includes(`Active until`) && text.includes(at));
    expect(await effects()).toBe(1);
    // Nor does the card say any longer that I keep trying, with a button to drop it.
    const over = await adele.waitForCard(({ id, text }) => id === card.id && text.includes('PIM answers again'));
    expect(over.text).toContain(`Going on with: “activate Azure Readers until ${at}`);
    expect(over.buttons).toEqual([]);
  });

  test('says on its card when it was tried for an hour and let go', async () => {
    const card = await (
      await adele.say('activate Azure Readers for 1h because the outage')
    ).reply(/PIM does not answer/);
    await adele.press(card, 'Keep trying');
    // What is parked ages by the clock on the wall, so its hour ends in the database.
    const database = new DatabaseSync(join(world.bot.folder, 'jitney.db'), { timeout: 5000 });
    database.exec('update parked set expires_at = 1 where taken = 0');
    database.close();
    const over = await adele.waitForCard(({ id, text }) => id === card.id && text.includes('so I let it go'));
    expect(over.buttons).toEqual([]);
  });

  test('is not done on another day than was meant', async () => {
    const at = await clockIn(20);
    const said = await adele.say(`activate Azure Readers until ${at} because the outage`);
    await adele.press(await said.reply(/PIM does not answer now/), 'Keep trying');
    await world.later('PT30M');
    await mend();
    await later(said, /That end is over before it begins/);
    expect(await effects()).toBe(0);
  });

  test('is let go when the person says so', async () => {
    const said = await adele.say('activate Azure Readers for 1h because the outage');
    const card = await said.reply(/PIM does not answer now/);
    const kept = await adele.press(card, 'Keep trying');
    expect((await adele.press(kept.card!, 'Drop it')).card?.text).toContain('I let it go');
    await mend();
    await world.later('PT2M');
    expect(await effects()).toBe(0);
    expect((await adele.press(card, 'Keep trying')).card?.text).toContain('answered or is too old');
  });

  test.each(['list', 'deactivate Azure Readers'])('%s is told that PIM does not answer', async (sentence) => {
    const told = await (await adele.say(sentence)).reply(/PIM (does not answer|is not answering) now/);
    expect(told.text).not.toContain('my own database');
  });
});

/** The policy as PIM gives it, but a ticket is wanted, too. */
async function changedPolicy(group: string): Promise<unknown> {
  const { groups } = await world.sandbox.state();
  const id = groups.find(({ name }) => name === group)?.id ?? '';
  const filter = `scopeId eq '${id}' and scopeType eq 'Group' and roleDefinitionId eq 'member'`;
  const query = `$filter=${encodeURIComponent(filter)}&$expand=policy($expand=rules)`;
  const response = await fetch(`${world.sandbox.graph}/v1.0/policies/roleManagementPolicyAssignments?${query}`, {
    headers: { Authorization: `Bearer ${await appToken(world.sandbox)}` },
  });
  const text = await response.text();
  const changed = text.replace(
    /("id":"Enablement_EndUser_Assignment"[^}]*?"enabledRules":\[)([^\]]*)/,
    (_, before: string, rules: string) => `${before}${rules === '' ? '' : `${rules},`}"Ticketing"`,
  );
  if (changed === text) throw new Error(`no such rule in ${text}`);
  return { status: 200, body: JSON.parse(changed) as unknown };
}
