import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startBot } from '../support/bot.ts';
import { botClientId, graphApp } from '../support/graph-tokens.ts';
import { startTeams } from '../support/teams-client.ts';
import type { Card, TeamsPerson } from '../support/teams-client.ts';
import { request, startWorld } from './world.ts';
import type { World } from './world.ts';

const resource = `api://jitney.example.com/${graphApp.clientId}`;

let world: World;
let adele: TeamsPerson;
let megan: TeamsPerson;
beforeAll(async () => {
  world = await startWorld({ SSO_RESOURCE: resource });
  [adele, megan] = [world.person('Adele Vance'), world.person('Megan Bowen')];
  await adele.open();
  await megan.open();
});
afterAll(() => world.stop());
beforeEach(async () => {
  await world.sandbox.ask('faults', undefined, 'DELETE');
  await world.untilOver();
  await Promise.all([adele, megan].map((person) => person.say('sign out')));
  await world.forget();
});

/** What Teams' own sign-in gives one of a person's clients for the bot. */
async function teamsToken({ oid }: TeamsPerson, more: { clientId?: string; seconds?: number } = {}): Promise<string> {
  const asked = { person: oid, clientId: graphApp.clientId, ...more };
  return ((await world.sandbox.ask('token', asked)) as { token: string }).token;
}

/** A card that asks Teams for a token. */
const isAsking = ({ content }: Card): boolean => 'tokenExchangeResource' in (content as object);
const isLink = (card: Card): boolean => card.buttons.includes('Sign in') && !isAsking(card);
const consent = {
  status: 400,
  body: {
    error: 'invalid_grant',
    error_description: 'AADSTS65001',
    error_codes: [65001],
    suberror: 'consent_required',
  },
};
const exchanges = { method: 'POST', path: '/token', body: 'jwt-bearer' };

describe('a sentence of somebody who is not signed in', () => {
  test('goes on by itself: Teams brings a token, and nobody is asked anything', async () => {
    const said = await adele.say('activate Azure Readers for 30m');
    const asking = await said.reply(isAsking);
    expect(asking.content).toMatchObject({ tokenExchangeResource: { uri: resource } });
    const done = await adele.exchange(asking, await teamsToken(adele));
    expect(done.status).toBe(200);
    await said.reply(/Azure Readers\s+Active until/);
    expect(await world.writes()).toEqual(['activate 201']);
    await said.reply(/Signed in/);
    expect(said.replies().some(isLink)).toBe(false);
  });

  test('goes on once, however many clients bring a token, to whichever replica', async () => {
    const other = await startBot({
      sandbox: world.sandbox,
      env: { SSO_RESOURCE: resource, DATABASE_URL: `sqlite:${join(world.bot.folder, 'jitney.db')}` },
    });
    const there = await startTeams(other, world.sandbox);
    try {
      const said = await adele.say('activate Azure Readers for 30m');
      const asking = await said.reply(isAsking);
      const elsewhere = there.person('Adele Vance');
      const brought = await Promise.all(
        [adele, elsewhere, adele, elsewhere].map(async (by) => by.exchange(asking, await teamsToken(adele))),
      );
      expect(brought.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      await said.reply(/Azure Readers\s+Active until/);
      expect((await adele.exchange(asking, await teamsToken(adele))).status).toBe(200);
      expect(await world.writes()).toEqual(['activate 201']);
      expect((await said.reply(/Signed in/)).buttons).toEqual([]);
    } finally {
      await other.stop();
      other.forget();
      await there.close();
    }
  });

  test.each([
    ['wants consent', () => teamsToken(adele), true],
    ['is another’s', () => teamsToken(megan), false],
    ['is for another app', () => teamsToken(adele, { clientId: botClientId }), false],
    ['is over', () => teamsToken(adele, { seconds: -300 }), false],
    ['is none', () => Promise.resolve('x.y.z'), false],
  ])('gets the card with the link when the token %s, and goes on with that', async (_, token, wantsConsent) => {
    if (wantsConsent) await world.sandbox.fault({ match: exchanges, answer: consent });
    const said = await adele.say('activate Azure Readers for 30m');
    const asking = await said.reply(isAsking);
    const refused = await adele.exchange(asking, await token());
    expect([refused.status, refused.answer]).toEqual([412, expect.objectContaining({ connectionName: '' })]);
    const link = await said.reply(isLink);
    expect(link.id).toBe(asking.id);
    expect(link.text).toContain('activate Azure Readers for 30m');
    expect(await adele.signIn(link)).toContain('You are signed in');
    await said.reply(/Azure Readers\s+Active until/);
    expect(await world.writes()).toEqual(['activate 201']);
  });

  test('gets the link by itself where Teams brings nothing', async () => {
    const said = await adele.say('activate Azure Readers for 30m');
    const asking = await said.reply(isAsking);
    await world.later('PT9S');
    const link = await said.reply(isLink);
    expect(link.id).toBe(asking.id);
    await adele.signIn(link);
    await said.reply(/Azure Readers\s+Active until/);
  });

  test('is nobody else’s to sign in for', async () => {
    const said = await adele.say('activate Azure Readers for 30m');
    const asking = await said.reply(isAsking);
    expect((await megan.exchange(asking, await teamsToken(megan))).status).toBe(412);
    const unknown = { ...asking, content: { tokenExchangeResource: { id: 'unknown' } } };
    expect((await megan.exchange(unknown, await teamsToken(megan))).status).toBe(412);
    expect(await world.writes()).toEqual([]);
    await adele.exchange(asking, await teamsToken(adele));
    await said.reply(/Azure Readers\s+Active until/);
  });
});

describe('a press of somebody who is not signed in', () => {
  async function waiting(): Promise<{ card: Card; task: Card }> {
    await adele.exchange(await (await adele.say('sign in')).reply(isAsking), await teamsToken(adele));

    const { card, task } = await request(adele, megan, 'Azure Admins');
    await world.forget();
    return { card, task };
  }

  test('is answered with the wish for a token, and done when it is repeated with one', async () => {
    const { task } = await waiting();
    const pressed = await megan.press(task, 'Approve');
    expect(pressed.answer).toMatchObject({
      statusCode: 401,
      type: 'application/vnd.microsoft.activity.loginRequest',
      value: { tokenExchangeResource: { uri: resource }, buttons: [{ type: 'signin', title: 'Sign in' }] },
    });
    expect(await world.writes()).toEqual([]);
    const again = await megan.pressSignedOn(pressed, await teamsToken(megan));
    expect(again.answer).toMatchObject({ statusCode: 200 });
    expect(again.card?.text).toContain('Approved by you');
    const twice = await megan.pressSignedOn(pressed, await teamsToken(megan));
    expect(twice.status).toBe(200);
    expect(await world.writes()).toEqual(['decide 204']);
  });

  test('falls back to the link when the token is refused, and goes on with that', async () => {
    const { task } = await waiting();
    await world.sandbox.fault({ match: exchanges, answer: consent });
    const pressed = await megan.press(task, 'Approve');
    const again = await megan.pressSignedOn(pressed, await teamsToken(megan));
    expect(again.answer).toMatchObject({
      statusCode: 412,
      type: 'application/vnd.microsoft.error.preconditionFailed',
    });
    await megan.signIn(await megan.waitForCard(isLink));
    await megan.waitForCard(({ id, text }) => id === task.id && text.includes('Approved by you'));
    expect(await world.writes()).toEqual(['decide 204']);
  });

  test('with another’s token does nothing', async () => {
    const { task } = await waiting();
    const pressed = await megan.press(task, 'Approve');
    const again = await megan.pressSignedOn(pressed, await teamsToken(adele));
    expect(again.answer).toMatchObject({ statusCode: 412 });
    expect(await world.writes()).toEqual([]);
  });

  test('on one’s own card: taking a request back', async () => {
    const { card } = await waiting();
    await adele.say('sign out');
    const current = adele.cards().find(({ id }) => id === card.id)!;
    const pressed = await adele.press(current, 'Cancel request');
    expect(pressed.answer).toMatchObject({ statusCode: 401 });
    const again = await adele.pressSignedOn(pressed, await teamsToken(adele));
    expect(again.card?.text).toContain('Cancelled');
    expect(await world.writes()).toEqual(['cancel 204']);
  });
});
