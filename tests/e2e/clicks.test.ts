import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { TeamsPerson } from '../support/teams-client.ts';
import { idOn, reached, request, startWorld } from './world.ts';
import type { World } from './world.ts';

/** Buttons pressed twice, too late, by others, or with other data than the card carried. */

let world: World;
let adele: TeamsPerson;
let grady: TeamsPerson;
let pradeep: TeamsPerson;
let megan: TeamsPerson;
let alex: TeamsPerson;
let isaiah: TeamsPerson;

beforeAll(async () => {
  world = await startWorld();
  [adele, grady, pradeep, megan, alex, isaiah] = await world.arrived(
    'Adele Vance',
    'Grady Archie',
    'Pradeep Gupta',
    'Megan Bowen',
    'Alex Wilber',
    'Isaiah Langer',
  );
}, 60_000);
afterAll(() => world.stop());
beforeEach(() => world.forget());

const azure = 'Azure Admins';
const notForYou = /This button is not for you/;

describe('pressed again', () => {
  test('a second approval on the card as it was tells what became of it', async () => {
    const { said, task } = await request(adele, megan, azure);
    expect((await megan.press(task, 'Approve')).card?.text).toContain('✓ Approved by you');
    expect((await megan.press(task, 'Approve')).card?.text).toContain('✓ Approved by you');
    await said.reply(/Azure Admins is active. Approved by Megan Bowen./);
    expect((await megan.press(task, 'Approve')).card?.text).toMatch(/Approved by you[^]*Adele Vance has Azure Admins/);
    expect((await megan.press(task, 'Deny…')).card?.text).toContain('✓ Approved by you');
    expect(await world.writes()).toEqual(['activate 201', 'decide 204']);
    await world.later('PT2H');
    await said.reply(/Azure Admins has ended/);
  });

  test('two presses at the same moment are one decision, and the card ends with it', async () => {
    const { said, task } = await request(adele, megan, azure);
    const both = await Promise.all([megan.press(task, 'Approve'), megan.press(task, 'Approve')]);
    for (const { card } of both) expect(card?.text).toMatch(/Approved by you|our decision is on its way/);
    await said.reply(/is active. Approved by Megan Bowen/);
    await megan.waitForCard(({ id, text }) => id === task.id && text.includes('Adele Vance has Azure Admins'));
    expect(await world.writes()).toEqual(['activate 201', 'decide 204']);
    await world.later('PT2H');
    await said.reply(/Azure Admins has ended/);
  });

  test('the same press delivered five times is one decision', async () => {
    const { said, task } = await request(adele, megan, azure);
    const form = await megan.press(task, 'Deny…');
    const denied = await megan.press(form.card ?? task, 'Deny', { justification: 'use the other one' });
    const again = await Promise.all(Array.from({ length: 5 }, () => megan.redeliver(denied)));
    expect(again.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect((await said.reply(/was denied by Megan Bowen/)).text).toContain('“use the other one”');
    expect(await world.writes()).toEqual(['activate 201', 'decide 204']);
  });

  test('cancelling twice at once takes the request back once', async () => {
    const { said, card } = await request(adele, megan, azure);
    await Promise.all([adele.press(card, 'Cancel request'), adele.press(card, 'Cancel request')]);
    await said.reply(/Azure Admins\nCancelled/);
    const late = await adele.press(card, 'Cancel request');
    expect(late.card?.text).toContain('Cancelled');
    await late.reply(/Azure Admins is over already/);
    expect(await world.writes()).toEqual(['activate 201', 'cancel 204']);
  });

  test('what was decided is not taken back, also before PIM has been read', async () => {
    const { said, task, card } = await request(adele, megan, azure);
    await world.sandbox.fault({ match: { method: 'POST', path: '$batch' }, times: 1_000, answer: { status: 503 } });
    expect((await megan.press(task, 'Approve')).card?.text).toContain('✓ Approved by you');
    await (await adele.press(card, 'Cancel request')).reply(/Azure Admins is approved: nothing waits to be cancelled/);
    await world.sandbox.ask('faults', undefined, 'DELETE');
    expect(await world.writes()).toEqual(['activate 201', 'decide 204']);
    await world.later('PT30S');
    await said.reply(/is active. Approved by Megan Bowen/);
    await world.later('PT2H');
    await said.reply(/Azure Admins has ended/);
  });

  test('a press during which PIM is read for other reasons is not lost', async () => {
    const { said, task } = await request(adele, megan, azure);
    await world.sandbox.fault({ match: { method: 'GET', path: 'assignmentApprovals' }, answer: { delay: 1_500 } });
    const pressing = megan.press(task, 'Approve');
    await reached(world.sandbox, 'GET', 'assignmentApprovals');
    await world.later('PT5S');
    // In the answer, or where that had to be given before PIM's, a moment later.
    expect((await pressing).status).toBe(200);
    await megan.waitForCard(({ id, text }) => id === task.id && text.includes('✓ Approved by you'));
    await said.reply(/is active. Approved by Megan Bowen/);
    expect(await world.writes()).toEqual(['activate 201', 'decide 204']);
    await world.later('PT2H');
    await said.reply(/Azure Admins has ended/);
  });

  test('a decision that is typed changes the one card there is, and is answered in a line', async () => {
    const { said, task } = await request(adele, megan, azure);
    const id = idOn(task);
    const approved = await megan.say(`approve ${id} because fine`);
    await approved.reply(/^✓ Approved: Adele Vance, Azure Admins\.$/);
    await approved.reply((card) => card.id === task.id && /Approved by you[^]*Adele Vance has/.test(card.text));
    const again = await megan.say(`deny ${id} because no`);
    await again.reply(/It is decided already/);
    expect(megan.cards().filter(({ text }) => text.includes(`Request ${id}`))).toHaveLength(1);
    expect((await said.reply(/is active. Approved by Megan Bowen/)).text).toContain('“fine”');
    expect(await world.writes()).toEqual(['activate 201', 'decide 204']);
    await world.later('PT2H');
    await said.reply(/Azure Admins has ended/);
  });

  test('a typed decision of somebody who is not signed in goes on after the sign-in', async () => {
    const nestor = world.person('Nestor Wilke');
    await nestor.open();
    const { said, task } = await request(pradeep, nestor, 'Power Automate Licences');
    const typed = await nestor.say(`deny ${idOn(task)} because not this month`);
    const signIn = await typed.reply((card) => card.buttons.includes('Sign in'));
    expect(await world.writes()).toEqual(['activate 201']);
    expect(await nestor.signIn(signIn)).toContain('You are signed in');
    await typed.reply((card) => card.id === signIn.id && card.text.includes('Signed in'));
    await typed.reply((card) => card.id === task.id && card.text.includes('Denied by you'));
    expect((await said.reply(/was denied by Nestor Wilke/)).text).toContain('“not this month”');
    expect(await world.writes()).toEqual(['activate 201', 'decide 204']);
  });

  test('a question that was answered is not answered again', async () => {
    const question = await (await adele.say('activate Azure Admins for 20h because long')).reply(/shorter time/);
    const [one, two] = await Promise.all([
      adele.press(question, 'Activate', { duration: '60' }),
      adele.press(question, 'Activate', { duration: '120' }),
    ]);
    expect([one, two].filter(({ card }) => card?.text.includes('answered or is too old'))).toHaveLength(1);
    const card = await adele.waitForCard(/Waiting for approval[^]*“long”/);
    await (await adele.press(card, 'Cancel request')).reply(/Cancelled/);
    expect(await world.writes()).toEqual(['activate 201', 'cancel 204']);
  });
});

describe('pressed by somebody else', () => {
  test('a card that was passed on works for nobody but its approver', async () => {
    const { task, card, said } = await request(adele, megan, azure);
    await (await isaiah.press(task, 'Approve')).reply(notForYou);
    await (await adele.press(task, 'Approve')).reply(notForYou);
    await (await alex.press(task, 'Approve')).reply(notForYou);
    await (await megan.press(card, 'Cancel request')).reply(notForYou);
    expect(await world.writes()).toEqual(['activate 201']);
    await adele.press(card, 'Cancel request');
    await said.reply(/Cancelled/);
  });

  test('nobody decides on their own request, even where PIM would let them', async () => {
    await world.sandbox.ask('settings', { allowSelfApproval: true });
    const { said, card, task } = await request(megan, alex, azure);
    expect(megan.cards().filter(({ text }) => text.includes('Megan Bowen asks for'))).toEqual([]);
    const own = await (await megan.say(`approve ${idOn(card)}`)).reply(/cannot decide on your own request/);
    expect(own.text).toContain('Nobody approves their own access');
    await (await megan.say(`deny ${idOn(card)} because no`)).reply(/cannot decide on your own request/);
    await (await megan.press(task, 'Approve')).reply(notForYou);
    await (await isaiah.say(`approve ${idOn(card)}`)).reply(/no such request waiting for you/);
    expect(await world.writes()).toEqual(['activate 201']);
    await megan.press(card, 'Cancel request');
    await said.reply(/Cancelled/);
    await world.sandbox.ask('settings', { allowSelfApproval: false });
  });

  test('of two approvers at the same moment one decides, and the other reads who was first', async () => {
    const { said, task } = await request(adele, megan, azure);
    const other = await alex.waitForCard(
      ({ text, buttons }) => text.includes(idOn(task)) && buttons.includes('Approve'),
    );
    const [one, two] = await Promise.all([megan.press(task, 'Approve'), alex.press(other, 'Approve')]);
    const active = await said.reply(/is active. Approved by (Megan Bowen|Alex Wilber)/);
    const [first, late, card] = active.text.includes('Megan')
      ? (['Megan Bowen', alex, two] as const)
      : (['Alex Wilber', megan, one] as const);
    expect(card.card?.text).toMatch(new RegExp(`${first} (is deciding|was first)|Approved by ${first}`));
    await late.waitForCard(({ text }) => text.includes(idOn(task)) && text.includes(`Approved by ${first}`));
    expect((await world.writes()).filter((write) => write === 'decide 204')).toHaveLength(1);
    await world.later('PT2H');
    await said.reply(/Azure Admins has ended/);
  });
});

describe('pressed with other data', () => {
  test('another request, another word or another seal is refused, and PIM hears of nothing', async () => {
    const [mine, other] = [await request(adele, megan, azure), await request(grady, megan, azure)];
    const { id } = dataOf(other.task.content);
    const longId = { id };
    for (const data of [
      longId,
      { seal: `abcdef.mi000000.nonce-nonce-.${'x'.repeat(43)}` },
      { seal: '' },
      { verb: 'deny' },
      { verb: 'end' },
      { verb: 'constructor' },
      { id: '' },
    ]) {
      const pressed = await megan.press(mine.task, 'Approve', { justification: 'ha' }, data);
      await pressed.reply(notForYou);
      expect(pressed.card).toBeNull();
    }
    expect(await world.writes()).toEqual(['activate 201', 'activate 201']);
    for (const { said, card } of [mine, other]) {
      await (said === mine.said ? adele : grady).press(card, 'Cancel request');
      await said.reply(/Cancelled/);
    }
  });
});

describe('pressed too late', () => {
  test('after a day nobody decided: both are told, and a late press changes nothing', async () => {
    const { said, task } = await request(adele, megan, azure);
    await world.later('PT24H');
    const early = await megan.press(task, 'Approve');
    expect(early.card?.text).toContain('Nobody decided in time');
    await said.reply(/Nobody decided on Azure Admins within 24 hours, so the request lapsed/);
    await said.reply(/Azure Admins\nNobody decided in time/);
    await megan.waitForCard(({ text }) => text.includes(idOn(task)) && text.includes('Nobody decided in time'));
    const late = await megan.press(task, 'Approve');
    expect(late.card?.text).toContain('Nobody decided in time');
    expect(late.card?.buttons).toEqual([]);
    expect(await world.writes()).toEqual(['activate 201']);
  });

  test('after a restart of the bot the old cards work', async () => {
    const { said, task } = await request(pradeep, megan, 'Power Automate Licences');
    expect(await world.bot.stop()).toBe(0);
    await world.bot.startAgain();
    const pressed = await megan.press(task, 'Approve', { justification: 'for the fair' });
    expect(pressed.card?.text).toContain('Approved by you');
    await said.reply(/Power Automate Licences is active. Approved by Megan Bowen./);
    expect(await world.writes()).toEqual(['activate 201', 'decide 204']);
  });
});

test('nothing of what people wrote, and no token, is in the log', () => {
  expect(world.bot.printed).not.toMatch(/reason number|use the other one|not this month|for the fair|eyJ/);
});

function dataOf(content: unknown): { readonly id: string } {
  return { id: /"id":"([0-9a-f-]{36})"/.exec(JSON.stringify(content))?.[1] ?? '' };
}
