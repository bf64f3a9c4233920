import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ofType } from '../cards/reading.ts';
import type { Card, TeamsPerson, Where } from '../support/teams-client.ts';
import { startWorld } from './world.ts';
import type { World } from './world.ts';

/** The message extension against the real bot: searching, the card in a room, and the form. */

let world: World;
let lunch: Where;
let channel: Where;
let adele: TeamsPerson;
let grady: TeamsPerson;
let megan: TeamsPerson;
let lynne: TeamsPerson;

beforeAll(async () => {
  world = await startWorld();
  lunch = { in: world.teams.groupChat };
  channel = { in: world.teams.channel };
  [adele, grady, megan, lynne] = await world.arrived('Adele Vance', 'Grady Archie', 'Megan Bowen', 'Lynne Robbins');
}, 60_000);
afterAll(() => world.stop());
beforeEach(() => world.forget());

/** Where anything was ever written that is nobody's own chat. */
function writtenElsewhere(): readonly string[] {
  const places = world.teams.connector.accepted.map(({ conversationId }) => conversationId);
  return places.filter((id) => !id.startsWith('a:'));
}

async function cardOf(person: TeamsPerson, group: string): Promise<Card> {
  const { results } = await person.search(group);
  const found = results.find(({ card }) => card.text.startsWith(`○ ${group}\n`));
  if (!found) throw new Error(`${person.name} finds no ${group}`);
  return found.card;
}

function choices(form: Card): readonly string[] {
  const [targets] = ofType(form.content, 'Input.ChoiceSet');
  return ((targets?.['choices'] ?? []) as { readonly title: string }[]).map(({ title }) => title);
}

function keyOf(form: Card, group: string): string {
  const [targets] = ofType(form.content, 'Input.ChoiceSet');
  const offered = (targets?.['choices'] ?? []) as { readonly title: string; readonly value: string }[];
  return offered.find(({ title }) => title === group)?.value ?? '';
}

async function filled(person: TeamsPerson, group: string, more: Readonly<Record<string, string>> = {}) {
  const form = await person.form(channel);
  return person.submit(form, { target: keyOf(form, group), duration: '60', ...more }, channel);
}

const notMine = 'group:bbbbbbbb-0000-4000-8000-000000000012:member';

describe('a search', () => {
  test('finds what the person may activate, with what it needs', async () => {
    const { results } = await adele.search('');
    const byName = new Map(results.map(({ title, text }) => [title, text]));
    expect(byName.get('Azure Admins')).toBe('Approval · up to 8 hours');
    expect(byName.get('SQL Prod')).toBe('Ticket · up to 4 hours');
    expect(byName.has('Privileged Group Owners (OWNER)')).toBe(true);
    expect(results.length).toBeGreaterThan(10);
    const some = await adele.search('EXCH', channel);
    expect(some.results.map(({ card }) => card.text.split('\n')[0])).toEqual(['○ Exchange L3 Search & Purge']);
    expect(await world.writes()).toEqual([]);
  });

  test('shows each person only what is theirs', async () => {
    expect((await lynne.search('')).results.map(({ title }) => title)).toEqual(['Research and Development']);
    expect(await lynne.search('azure')).toMatchObject({ results: [], line: 'No group fits “azure”' });
  });

  test('gives a page when it is asked for one', async () => {
    const whole = (await adele.search('')).results.map(({ title }) => title);
    const first = (await adele.search('', {}, { skip: 0, count: 5 })).results.map(({ title }) => title);
    const second = (await adele.search('', {}, { skip: 5, count: 5 })).results.map(({ title }) => title);
    expect([...first, ...second]).toEqual(whole.slice(0, 10));
  });

  test.each(['x'.repeat(60_000), '${1+1} {{DATE(x)}} <b>', '%00‮\u0000', "'; drop table person; --"])(
    'for hostile words finds nothing and says so in plain text',
    async (words) => {
      const { status, results, line } = await adele.search(words);
      expect([status, results]).toEqual([200, []]);
      expect(line).not.toMatch(/[<>]|\{\{/);
      expect(line?.length).toBeLessThan(300);
    },
  );

  test('from a chat of two people does not make that chat the person’s own', async () => {
    await lynne.search('research', { in: world.teams.twoPeople });
    await lynne.form({ in: world.teams.twoPeople });
    const card = await cardOf(lynne, 'Research and Development');
    await lynne.press(card, 'Activate…', {}, {}, { in: world.teams.twoPeople });
    const said = await lynne.say('status');
    await said.reply(/Nothing of yours is active/);
    expect(writtenElsewhere()).toEqual([]);
  });
});

describe('the card in a room', () => {
  test('says the group and the way, and nothing of the person who put it there', async () => {
    await (await adele.say('activate Azure Readers for 1h')).reply(/Azure Readers\nActive until/);
    const { results } = await adele.search('azure readers');
    expect(results[0]?.text).toMatch(/^Active until .*\d\d:\d\d/);
    const card = results[0]?.card;
    expect(card?.text).toBe(
      '○ Azure Readers\nPress the button and Jitney asks you in your own chat. Nothing is activated from here.',
    );
    expect(card?.buttons).toEqual(['Activate…']);
    expect(JSON.stringify(card?.content)).not.toMatch(/Active until|Adele|aaaaaaaa-0000/);
  });

  test('asks whoever presses it in their own chat, and PIM only when they say so there', async () => {
    const card = await cardOf(adele, 'RDP Servers Munich');
    const pressed = await grady.press(card, 'Activate…', {}, {}, lunch);
    expect([pressed.line, pressed.card]).toEqual(['Answered in your own chat.', null]);
    const question = await pressed.reply(/RDP Servers Munich needs one more thing/);
    expect(await world.writes()).toEqual([]);
    await grady.press(question, 'Activate', { duration: '60', justification: 'patch day' });
    await pressed.reply(/RDP Servers Munich\nActive until/);
    expect(await world.writes()).toEqual(['activate 201']);
    expect(writtenElsewhere()).toEqual([]);
    const again = await grady.press(card, 'Activate…', {}, {}, lunch);
    await again.reply(/RDP Servers Munich is active already/);
    expect(await world.writes()).toEqual(['activate 201']);
  });

  test('asks also where the policy wants nothing at all', async () => {
    const alex = world.person('Alex Wilber');
    await alex.arrive();
    const card = await cardOf(adele, 'Azure Readers');
    const question = await (await alex.press(card, 'Activate…', {}, {}, lunch)).reply(/Azure Readers for how long\?/);
    expect(await world.writes()).toEqual([]);
    const answered = await alex.press(question, 'Cancel');
    expect(answered.card?.text).toContain('Nothing was asked of PIM');
  });

  test('tells somebody who may not activate it so, and only them', async () => {
    const card = await cardOf(adele, 'SQL Prod');
    const pressed = await lynne.press(card, 'Activate…', {}, {}, lunch);
    expect(pressed.line).toBe('Answered in your own chat.');
    await pressed.reply(/not among those you can activate/);
    expect(await world.writes()).toEqual([]);
    expect(writtenElsewhere()).toEqual([]);
  });

  test('asks somebody without a sign-in for it first, and goes on by itself', async () => {
    const diego = world.person('Diego Siciliani');
    await diego.open();
    const card = await cardOf(adele, 'Exchange L3 Search & Purge');
    const pressed = await diego.press(card, 'Activate…', {}, {}, lunch);
    await diego.signIn(await pressed.reply((one) => one.buttons.includes('Sign in')));
    await pressed.reply(/Exchange L3 Search & Purge needs two more things/);
    expect(await world.writes()).toEqual([]);
  });

  test('tells somebody whom Jitney cannot write to what to do', async () => {
    const johanna = world.person('Johanna Lorenz');
    const pressed = await johanna.press(await cardOf(adele, 'SQL Prod'), 'Activate…', {}, {}, lunch);
    expect(pressed.line).toBe('I answer such things in your own chat, and have none with you yet.');
    const filled = await johanna.submit(await adele.form(), { duration: '60' }, lunch);
    expect(filled.line).toBe(pressed.line);
  });

  test.each([
    ['of another group', { id: notMine }],
    ['of another verb', { verb: 'activate' }],
    ['that ends somebody’s access', { verb: 'endTarget' }],
    ['without a seal', { seal: '' }],
    ['with a guessed seal', { seal: `abcdef.mi000000.nonce-nonce-.${'x'.repeat(43)}` }],
  ])('with a forged button %s does nothing', async (_, forged) => {
    const card = await cardOf(adele, 'SQL Prod');
    const pressed = await megan.press(card, 'Activate…', {}, forged, lunch);
    if ('verb' in forged) expect(pressed.line).toBe('This button is not for you, or its card is not one of mine.');
    else await pressed.reply(/This button is not for you/);
    expect(await world.writes()).toEqual([]);
  });

  test('in the person’s own chat works the same', async () => {
    const pressed = await adele.press(await cardOf(adele, 'SQL Prod'), 'Activate…');
    expect(pressed.card).toBeNull();
    const question = await pressed.reply(/SQL Prod needs two more things/);
    await adele.press(question, 'Cancel');
  });

  test('is no way to press a card of one’s own where others read', async () => {
    const list = await (await adele.say('list')).reply(/You can activate/);
    const pressed = await adele.press(list, 'Activate', {}, {}, lunch);
    expect(pressed.line).toBe('This button is not for you, or its card is not one of mine.');
    expect(await world.writes()).toEqual([]);
    expect(writtenElsewhere()).toEqual([]);
  });
});

describe('the form', () => {
  test('offers what the person may activate', async () => {
    const form = await adele.form(channel);
    expect(choices(form)).toEqual(
      expect.arrayContaining(['Azure Admins', 'Key Vault Operators', 'Privileged Group Owners (OWNER)']),
    );
    expect(choices(await lynne.form(lunch))).toEqual(['Research and Development']);
  });

  test('does what the typed sentence does, and tells only the person', async () => {
    const done = await filled(lynne, 'Research and Development', { justification: 'monthly report' });
    expect(done.line).toBe('Answered in your own chat.');
    await done.reply(/Research and Development\nActive until/);
    expect(await world.writes()).toEqual(['activate 201']);
    expect(writtenElsewhere()).toEqual([]);
    const again = await lynne.redeliver(done);
    const twice = await filled(lynne, 'Research and Development', { justification: 'monthly report' });
    await twice.reply(/Research and Development is active already/);
    expect([again.line, await world.writes()]).toEqual(['Answered in your own chat.', ['activate 201']]);
  });

  test('answers in time while PIM does not, and the outcome comes all the same', async () => {
    const form = await megan.form(channel);
    const order = { method: 'POST', path: 'assignmentScheduleRequests' };
    await world.sandbox.ask('faults', { match: order, answer: { delay: 3500 } });
    const inputs = { target: keyOf(form, 'RDP Servers Munich'), duration: '60', justification: 'slow day' };
    const done = await megan.submit(form, inputs, lunch);
    expect(done.line).toBe('On its way. Your own chat with me tells how it goes.');
    await done.reply(/RDP Servers Munich\nActive until/);
    expect(await world.writes()).toEqual(['activate 201']);
  });

  test('asks in the own chat for what the policy wants and the form lacks', async () => {
    const done = await filled(megan, 'SQL Prod', { duration: '720', justification: 'index rebuild' });
    const question = await done.reply(/SQL Prod needs one more thing/);
    expect(question.text).toContain('You asked 12 hours, the policy allows 4 hours');
    await megan.press(question, 'Activate', { duration: '60', ticket: 'INC0012345' });
    await done.reply(/SQL Prod\nActive until/);
    expect(await world.writes()).toEqual(['activate 201']);
  });

  test('brings a waiting request to its approvers', async () => {
    const done = await filled(grady, 'Azure Admins', { justification: 'by form' });
    const card = await done.reply(/Azure Admins\nWaiting for approval/);
    await megan.waitForCard(({ text }) => text.includes('Grady Archie asks for') && text.includes('“by form”'));
    await grady.press(card, 'Cancel request');
  });

  test('goes on by itself after the sign-in, with all that was filled in', async () => {
    const nestor = world.person('Nestor Wilke');
    await nestor.open();
    const done = await filled(nestor, 'CA Exclusion Travel', { duration: '120', justification: 'conference' });
    const signIn = await done.reply((card) => card.buttons.includes('Sign in'));
    expect(signIn.text).toContain('“activate CA Exclusion Travel”');
    await nestor.signIn(signIn);
    const active = await done.reply(/CA Exclusion Travel\nActive until/);
    expect(active.text).toContain('“conference”');
    expect(await world.writes()).toEqual(['activate 201']);
  });

  test('made for one person works for nobody else', async () => {
    const form = await adele.form();
    const done = await megan.submit(form, { target: keyOf(form, 'SQL Prod'), duration: '60' }, lunch);
    await done.reply(/This button is not for you/);
    expect(await world.writes()).toEqual([]);
  });

  test.each([
    ['a group that is not the person’s', { target: notMine }, /not among the groups you can activate/],
    ['no group', { target: '' }, /not among the groups you can activate/],
    ['a group that is none', { target: '../../me' }, /not among the groups you can activate/],
    ['a reason of 501 characters', { justification: 'x'.repeat(501) }, /longer than 500 characters/],
    ['a ticket of 61 characters', { ticket: '1'.repeat(61) }, /longer than 60 characters/],
    ['a ticket without a digit', { ticket: 'soon' }, /contains a digit/],
    ['a length that was not offered', { duration: '37' }, /not one of the form/],
    ['an endless length', { duration: '1e99' }, /not one of the/],
    ['no length', { duration: '' }, /not one of the/],
  ])('with %s asks nothing of PIM', async (_, wrong, why) => {
    const form = await lynne.form();
    const good = { target: keyOf(form, 'Research and Development'), duration: '60', justification: 'fine' };
    const done = await lynne.submit(form, { ...good, ...wrong }, lunch);
    await done.reply(why);
    expect(await world.writes()).toEqual([]);
  });

  test.each([{ seal: '' }, { id: '9999999999999' }, { verb: 'approve' }, { verb: 'constructor' }])(
    'with other data than its own, %j, does nothing',
    async (forged) => {
      const form = await adele.form();
      const done = await adele.submit(form, { target: keyOf(form, 'SQL Prod'), duration: '60' }, lunch, forged);
      if ('verb' in forged) expect(done.line).toContain('This button is not for you');
      else await done.reply(/This button is not for you/);
      expect(await world.writes()).toEqual([]);
    },
  );
});

test('a form that was left open for longer than a question waits is asked for anew', async () => {
  const form = await lynne.form();
  await world.later('PT16M');
  const inputs = { target: keyOf(form, 'Research and Development'), duration: '60', justification: 'late' };
  await (await lynne.submit(form, inputs)).reply(/This form is too old/);
  expect(await world.writes()).toEqual([]);
});

test('nothing of what people wrote, and no token, is in the log', () => {
  expect(world.bot.printed).not.toMatch(/monthly report|index rebuild|conference|patch day|drop table|eyJ/);
});
