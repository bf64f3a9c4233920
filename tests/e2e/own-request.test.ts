import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { render } from '../../src/cards/render.ts';
import { sealer } from '../../src/cards/seal.ts';
import { loadConfig } from '../../src/config.ts';
import type { Activation } from '../../src/core/activation.ts';
import { readEnvironment } from '../../src/environment.ts';
import { unkeep } from '../../src/store/kept.ts';
import type { Kept } from '../../src/store/kept.ts';
import { contoso } from '../support/contoso.ts';
import { cardOf } from '../support/conversations.ts';
import type { Card, TeamsPerson, Where } from '../support/teams-client.ts';
import { idOn, startWorld } from './world.ts';
import type { World } from './world.ts';

/** Nobody decides on their own request, in a tenant whose PIM would let them. Alex is an approver by a group in a group. */

const group = 'Exchange L3 Search & Purge';
const own = /cannot decide on your own request/;
const notForYou = /This button is not for you/;

let world: World;
let alex: TeamsPerson;
let megan: TeamsPerson;
/** Alex's request, as Alex and as Megan see it. */
let mine: Card;
let task: Card;

beforeAll(async () => {
  world = await startWorld({}, tenant());
  [alex, megan] = await world.arrived('Alex Wilber', 'Megan Bowen');
  const said = await alex.say(`activate "${group}" for 1h because my own wish ticket INC1`);
  mine = await said.reply(/Waiting for approval/);
  task = await megan.waitForCard(/“my own wish”/);
  // From here on PIM would take it.
  await world.sandbox.ask('settings', { allowSelfApproval: true });
}, 60_000);
afterAll(() => world.stop());
beforeEach(() => world.forget());

function tenant(): string {
  return contoso.replace('[{ who: adele }, { who: diego }]', '[{ who: adele }, { who: diego }, { who: alex }]');
}

/** PIM was neither asked about the approval nor told anything. */
async function untouched(): Promise<void> {
  const calls = (await world.calls()).filter(({ path }) => path.includes('assignmentApprovals'));
  expect(calls.filter(({ token }) => token?.oid === alex.oid)).toEqual([]);
  expect(await world.writes()).toEqual([]);
}

test('who asked gets no card to decide, whatever group makes them an approver', async () => {
  const asked = alex.cards().filter(({ buttons }) => buttons.includes('Approve'));
  expect(asked).toEqual([]);
  expect(mine.text).not.toContain('Alex Wilber');
  await (await alex.say('approvals')).reply(/Nothing waits for your approval/);
  await untouched();
});

test.each(['approve ID', 'approve ID because I may', 'deny ID because of nothing', 'Approve ID because x'])(
  'not by the sentence “%s”',
  async (sentence) => {
    await (await alex.say(sentence.replace('ID', idOn(task)))).reply(own);
    await untouched();
  },
);

describe('not by pressing the approver’s card', () => {
  test.each([
    ['in one’s own chat', (): Where => ({})],
    ['in a group chat', (): Where => ({ in: world.teams.groupChat })],
    ['in a channel', (): Where => ({ in: world.teams.channel })],
    ['in a chat between two people', (): Where => ({ in: world.teams.twoPeople })],
  ])('%s', async (_where, where) => {
    for (const title of ['Approve', 'Deny…']) {
      const pressed = await alex.press(task, title, { justification: 'mine' }, {}, where());
      expect(pressed.card).toBeNull();
      // In a room only whoever pressed hears of it.
      if (where().in) expect(pressed.line).toMatch(notForYou);
      else await pressed.reply(notForYou);
    }
    await untouched();
  });
});

describe('not even by a card that was sealed for whoever asked, with the right key:', () => {
  /** What no code of ours sends: the approver's card of the request, whole and fresh, for the requester. */
  function forOneself(chat: string, form: 'decide' | 'deny'): Card {
    const db = new DatabaseSync(join(world.bot.folder, 'jitney.db'), { readOnly: true });
    const row = db.prepare('select body from activation').get();
    db.close();
    const activation = unkeep(String(row?.['body']) as Kept<Activation>);
    const { tenantId: TENANT_ID, graph: GRAPH_URL, authority: AUTHORITY_URL } = world.sandbox;
    const loaded = loadConfig(readEnvironment({ SANDBOX: '1', TENANT_ID, GRAPH_URL, AUTHORITY_URL, PORT: '3978' }));
    if (loaded.kind !== 'config') throw new Error(JSON.stringify(loaded.problems));
    const { keys } = loaded.config;
    const seal = sealer(keys.cards, activation.person.tid, () => 'nonce-of-12c');
    const reader = { oid: alex.oid, zone: 'UTC' };
    const message = { kind: 'approval', activation, form, note: null } as const;
    const { card } = render(message, { reader, chat, now: activation.askedAt, seal });
    return cardOf(card, { id: 'made', conversationId: chat, changed: 0 });
  }

  test('in one’s own chat the rule itself says so', async () => {
    const card = forOneself(`a:${alex.oid}`, 'decide');
    await (await alex.press(card, 'Approve')).reply(own);
    await (await alex.press(card, 'Deny…')).reply(/no such request waiting for you/);
    const form = forOneself(`a:${alex.oid}`, 'deny');
    await (await alex.press(form, 'Deny', { justification: 'mine' })).reply(own);
    await untouched();
  });

  test.each([
    ['a group chat', () => world.teams.groupChat],
    ['a channel', () => world.teams.channel],
  ])('in %s it is no button at all', async (_what, room) => {
    const card = forOneself(room().id, 'decide');
    const pressed = await alex.press(card, 'Approve', {}, {}, { in: room() });
    expect(pressed.line).toMatch(notForYou);
    await untouched();
  });
});

test('somebody else decides, and one’s own request is one like any other', async () => {
  const pressed = await megan.press(task, 'Approve', { justification: 'fine' });
  expect(pressed.card?.text).toContain('Approved by you');
  await alex.waitForCard(/is active. Approved by Megan Bowen/);
  expect(await world.writes()).toEqual(['decide 204']);
});
