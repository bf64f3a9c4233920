import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Card } from '../support/conversations.ts';
import { readLedger } from '../support/ledger.ts';
import { eventually } from '../support/processes.ts';
import type { TeamsPerson } from '../support/teams-client.ts';
import { idOn, request, startWorld } from './world.ts';
import type { Waiting, World } from './world.ts';

/** The switch for the worst day: after a restart with READ_ONLY=1 nothing changes any more, and everything still answers. */

const settings: Record<string, string> = {};
let world: World;
let adele: TeamsPerson;
let megan: TeamsPerson;
let waiting: Waiting;
/** What Megan is to pass before her approval goes on. */
let signIn: Card;

beforeAll(async () => {
  world = await startWorld(settings);
  [adele, megan] = await world.arrived('Adele Vance', 'Megan Bowen');
  waiting = await request(adele, megan, 'Azure Admins');
  const running = await adele.say('activate RDP Servers Munich for 1h because it runs already');
  await running.reply(/Active until/);
  const early = await adele.press(await running.reply(/Active until/), 'End now');
  const offer = await early.reply(/cannot end before/);
  await (await adele.press(offer, offer.buttons.find((title) => title.startsWith('End at')) ?? '')).reply(/ends at/);
  await (await megan.say('sign out')).reply(/You are signed out/);
  const asked = await megan.press(waiting.task, 'Approve');
  signIn = asked.card ?? waiting.task;
  // An order whose answer is lost in the middle of a crash, and that PIM never got: else it would be ordered once more.
  await world.sandbox.fault({
    match: { method: 'POST', path: 'assignmentScheduleRequests' },
    answer: { delay: 5_000, status: 503 },
  });
  await adele.say('activate Intune Helpdesk for 1h because it never arrived');
  await adele.waitForCard(/Asking PIM/);
  await world.bot.kill();
  await eventually(
    async () => (await world.writes()).includes('activate 503'),
    () => 'the order was not answered',
  );
  settings['READ_ONLY'] = '1';
  await world.bot.startAgain();
}, 60_000);
afterAll(() => world.stop());
beforeEach(() => world.forget());

const closed = /is switched to read-only/;

describe('refused, with the reason and the way into PIM:', () => {
  test.each([
    'activate Azure Readers for 1h because no',
    'deactivate RDP Servers Munich',
    'extend RDP Servers Munich by 1h because no',
    'again',
    'alias readers = Azure Readers',
    'remove alias readers',
    'announce here',
    'stop announcing',
    'cancel Azure Admins',
    'approve 1a2b3c4d',
  ])('%s', async (sentence) => {
    const card = await (await adele.say(sentence)).reply(closed);

    expect(card.buttons).toContain('Open PIM');
    expect(await world.writes()).toEqual([]);
  });

  test('a decision by button and by words, and the request stays as it was', async () => {
    expect((await megan.press(waiting.task, 'Approve')).status).toBe(200);
    await megan.waitForCard(closed);
    await (await megan.say(`deny ${idOn(waiting.task)} because no`)).reply(closed);
    await (await adele.press(waiting.card, 'Cancel request')).reply(closed);

    expect(await world.writes()).toEqual([]);
    await (await adele.say('pending')).reply(/Azure Admins/);
  });

  test('an order that a crash left open is read back and never sent again', async () => {
    await world.later('PT2M');

    await adele.waitForCard(/Intune Helpdesk[^]*is switched to read-only/);
    expect(await world.writes()).toEqual([]);
  });
});

describe('what waited is refused when its time comes, told, and in the ledger, and no intent stands there:', () => {
  async function newOf(person: TeamsPerson, work: () => Promise<unknown>): Promise<readonly unknown[]> {
    const [cards, before] = [person.cards().length, (await readLedger(world.bot)).length];
    await work();
    await person.waitForCard((card) => closed.test(card.text) && person.cards().indexOf(card) >= cards);
    expect(await world.writes()).toEqual([]);
    return (await readLedger(world.bot))
      .slice(before)
      .filter(({ actor }) => actor?.oid === person.oid)
      .map(({ action, detail }) => [action, detail]);
  }

  test('an approval, after the sign-in', async () => {
    expect(await newOf(megan, () => megan.signIn(signIn))).toEqual([
      ['signIn', {}],
      ['command.refused', { command: 'approve', why: 'readOnly' }],
    ]);
  });

  test('an ending, after the first five minutes', async () => {
    expect(await newOf(adele, () => world.later('PT6M'))).toEqual([
      ['command.refused', { command: 'end', why: 'readOnly' }],
    ]);
  });
});

describe('answered as ever:', () => {
  test.each([
    ['list', /Azure Readers/],
    ['status', /RDP Servers Munich/],
    ['who has Azure Admins', /Azure Admins/],
    ['policy Azure Admins', /Azure Admins/],
    ['activate Azure Readers for 1h dry run because a try', /Azure Readers/],
  ])('%s', async (sentence, answer) => {
    const card = await (await adele.say(sentence)).reply(answer);

    expect(card.text).not.toMatch(closed);
  });
});

test('the ledger says who wanted what and why it was refused', async () => {
  await (await adele.say('deactivate RDP Servers Munich')).reply(closed);

  const db = new DatabaseSync(join(world.bot.folder, 'jitney.db'), { readOnly: true, timeout: 5_000 });
  const rows = db.prepare('select entry from ledger order by seq').all();
  db.close();
  const entries = rows.map(({ entry }) => JSON.parse(String(entry)) as { action: string; detail: unknown });
  expect(entries).toContainEqual(
    expect.objectContaining({ action: 'activation.refused', detail: { why: 'readOnly' } }),
  );
  expect(entries.at(-1)).toMatchObject({
    action: 'command.refused',
    actor: { oid: adele.oid },
    detail: { command: 'deactivate', why: 'readOnly' },
  });
});
