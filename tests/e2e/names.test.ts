import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { nodes } from '../cards/reading.ts';
import { contosoWith } from '../support/contoso.ts';
import type { Card, TeamsPerson, Where } from '../support/teams-client.ts';
import { request, startWorld } from './world.ts';
import type { World } from './world.ts';

/** Names that look like others, and names that are meant to be read as something else. */

/** Markdown, a link, an image, a mention, a card function, a template, a turn of the reading direction, a Cyrillic А. */
const hostile =
  '[Аpprove](https://evil.example) ![x](https://evil.example/x.png) <at>CEO</at> **ok** {{TIME(2026-11-23T15:05:00Z)}} ${$root} \u202enimdA';
/** What is left of it for a reader: the same signs in the same order, and none that cannot be seen. */
const shown =
  '[Аpprove](https://evil.example) ![x](https://evil.example/x.png) <at>CEO</at> **ok** { {TIME(2026-11-23T15:05:00Z)}} ${$root} nimdA';

/** Four people in one sign, joined by characters that nobody sees. */
const joined = 'Family \u{1f469}\u200d\u{1f469}\u200d\u{1f467}\u200d\u{1f466} Office';

let world: World;
let adele: TeamsPerson;
let megan: TeamsPerson;
let mallory: TeamsPerson;
let room: Where;
let second: Where;

beforeAll(async () => {
  world = await startWorld({}, tenant());
  [adele, megan, mallory] = [world.person('Adele Vance'), world.person('Megan Bowen'), world.person(hostile)];
  const team = { ...world.teams.channel.team, name: hostile };
  room = { in: { ...world.teams.channel, name: hostile, team } };
  second = { in: world.teams.secondChannel };
  await Promise.all([adele, megan, mallory].map((person) => person.arrive()));
}, 60_000);
afterAll(() => world.stop());
beforeEach(() => world.forget());

/** The default tenant, a second group called Azure Admins, one with a Cyrillic А, and a group and a person with the hostile name. */
function tenant(): string {
  const group = (at: number, name: string, who: readonly string[], rest: readonly string[]): string =>
    [
      `  added-${at}:`,
      `    id: dddddddd-0000-4000-8000-00000000000${at}`,
      `    name: ${JSON.stringify(name)}`,
      '    owners: [patti]',
      `    eligible: [${who.map((one) => `{ who: ${one} }`).join(', ')}]`,
      ...rest,
    ].join('\n');
  const asked = ['    policies: { member: { approvers: { people: [megan] } } }'];
  const groups = [
    group(1, 'Azure Admins', ['adele'], ['    description: "Only the [test](https://evil.example) subscription"']),
    group(2, 'Аzure Readers', ['adele'], asked),
    group(3, hostile.slice(0, 120), ['mallory'], asked),
    group(4, hostile.slice(0, 110), ['adele'], []),
    group(5, 'SQL ✓ Team', ['adele'], []),
    group(6, joined, ['adele'], []),
  ];
  const mallorys = `  mallory: { id: aaaaaaaa-0000-4000-8000-000000000066, name: ${JSON.stringify(hostile)}, upn: mallory@contoso.onmicrosoft.com }`;
  const whole = contosoWith({ people: [mallorys], groups });
  return whole.replace('people: [megan, alex]', 'people: [megan, alex, mallory]');
}

/** Nothing on the card, of which user text is a part, is a link, an image, a mention, markdown or a function. */
function holds(card: Card): void {
  const all = nodes(card.content);
  expect(all.filter(({ type }) => ['Image', 'Media', 'ImageSet'].includes(type))).toEqual([]);
  // Only a TextBlock reads markdown; a function runs in it and in a plain run of text.
  const blocks = all.filter(({ type }) => type === 'TextBlock').map((block) => String(block['text']));
  expect(blocks.join('\n')).not.toMatch(/evil\.example|<at>|\*\*|\$\{/);
  const runs = all.filter(({ type }) => type === 'TextRun').map((run) => String(run['text']));
  expect(runs.join('\n')).not.toContain('{{');
  for (const { url } of all.filter(({ type }) => type === 'Action.OpenUrl')) {
    expect(String(url)).toMatch(/^https:\/\/entra\.microsoft\.com\/|^http:\/\/127\.0\.0\.1/);
  }
  expect(JSON.stringify(card.content)).not.toMatch(/[\u200b-\u200f\u202a-\u202e\u2066-\u2069]/);
}

/** No message that was ever sent mentions anybody, or says in its notification what a client could take for markup. */
function mentionsNobody(): void {
  const sent = world.teams.connector.accepted.map(({ activity }) => activity);
  expect(
    sent.flatMap(({ entities }) => (entities ?? []) as { type: string }[]).filter(({ type }) => type === 'mention'),
  ).toEqual([]);
  expect(JSON.stringify(sent.map(({ summary, text }) => [summary, text]))).not.toMatch(/<at>|\]\(http/);
}

describe('two groups of one name', () => {
  const mine = /Azure Admins[^]*…00000001 · Owner of the production subscriptions/;
  const other = /…00000001 · Only the \[test\]\(https:\/\/evil.example\) subscription/;

  test('are told apart by the end of the id and the description when one of them is asked for', async () => {
    const asked = await adele.say('activate Azure Admins for 1h because which one');
    const choice = await asked.reply(/can mean several things/);
    expect(choice.text).toMatch(other);
    expect(choice.text).toContain('Azure Admins …00000001 · Owner of the production subscriptions');
    holds(choice);
    expect(await world.writes()).toEqual([]);
  });

  test('on the question about one of them, on the card of its approver and on one’s own', async () => {
    const choice = await (await adele.say('activate Azure Admins for 1h')).reply(/can mean several things/);
    const picked = choice.buttons.find((title) => title.includes('· Owner')) ?? '';
    const question = (await adele.press(choice, picked)).card;
    expect(question?.text).toMatch(mine);
    const answered = await adele.press(question!, 'Activate', { justification: 'the real one', duration: '60' });
    const task = await megan.waitForCard(/“the real one”/);
    expect(task.text).toMatch(mine);
    const own = await answered.reply(/Waiting for approval/);
    expect(own.text).toMatch(mine);
    await adele.press(own, 'Cancel request');
    await answered.reply(/Cancelled/);
  });

  test('in the list, in the status and where groups are picked from a form', async () => {
    const list = await (await adele.say('list azure admins')).reply(/You can activate|2 groups/);
    expect(list.text).toMatch(mine);
    expect(list.text).toMatch(other);
    holds(list);
    const form = await adele.form();
    expect(JSON.stringify(form.content)).toContain('Azure Admins …00000001 · Owner of the production subscriptions');
  });

  test('in the answers about who has them and what their policies are', async () => {
    const who = await adele.say('who has Azure Admins');
    await who.reply(/Azure Admins …00000001 · Owner of the production subscriptions: \d+ ha/);
    holds(await who.reply(/Nobody has|Azure Admins …00000001 · Only the \[test\][^:]*/));
    const policy = await adele.say('policy Azure Admins');
    await policy.reply(/Azure Admins …00000001 · Owner of the production subscriptions as a member: what/);
    await policy.reply(/Azure Admins …00000001 · Only the \[test\]\(https:\/\/evil.example\) subscription as a member/);
  });

  test('somebody who may use only one of them is told which one it is, too', async () => {
    const grady = world.person('Grady Archie');
    await grady.arrive();
    const { card, task } = await request(grady, megan, 'Azure Admins');
    expect(card.text).toMatch(mine);
    expect(task.text).toMatch(mine);
    await grady.press(card, 'Cancel request');
    await (await grady.say('policy Azure Admins')).reply(/Azure Admins …00000001 · Owner of the production[^]*: what/);
  });
});

describe('a name with a letter of another alphabet', () => {
  const warned = /⚠ Look twice: “А” in “Аzure Readers” is a Cyrillic letter\./;

  test('is never taken for the one it looks like', async () => {
    const said = await adele.say('activate Azure Readers for 1h because the Latin one');
    await said.reply(/Azure Readers\nActive until/);
    expect(
      said
        .replies()
        .map(({ text }) => text)
        .join(),
    ).not.toMatch(/Look twice/);
    expect(await world.writes()).toEqual(['activate 201']);
  });

  test('is flagged in the answers about it, and where it is announced', async () => {
    const who = await (await adele.say('who has "SQL ✓ Team"')).reply(/SQL ✓ Team: 1 has it now/);
    expect(who.text).toContain('⚠ Look twice: “✓” in “SQL ✓ Team” is part of the name and says nothing.');
    const policy = await (await adele.say('policy "SQL ✓ Team"')).reply(/what activation asks for/);
    expect(policy.text).toContain('⚠ Look twice: “✓” in “SQL ✓ Team” is part of the name and says nothing.');
    // Of the people who may approve, too.
    const approvers = await (await adele.say('policy Azure Admins')).reply(/production[^]*what activation asks for/);
    expect(approvers.text).toMatch(/⚠ Look twice: “А” in “\[Аpprove\]/);
    await (await adele.say('announce here', second)).reply(/all groups are announced here/, second);
    const on = await adele.say('announce here for "Аzure Readers" and SQL Prod', room);
    expect((await on.reply(/are announced here/, room)).text).toMatch(warned);
    const told = await on.reply(/has activations of Аzure Readers, SQL Prod announced in the channel/, second);
    expect(told.text).toContain('“А” in “Аzure Readers” is a Cyrillic letter.');
    // The name of the channel is odd too.
    expect(told.text).toMatch(/“А” in “\[Аpprove\]/);
    const less = await adele.say('stop announcing for SQL Prod', room);
    expect((await less.reply(/Still announced here: Аzure Readers/, room)).text).toMatch(warned);
    await (await adele.say('stop announcing', room)).reply(/no longer announced here/, room);
    const refused = await mallory.say('announce here', room);
    expect((await refused.reply(/Only an owner/, room)).text).not.toContain('Look twice');
  });

  test('is flagged in plain words on the approver’s card and on one’s own', async () => {
    const list = await (await adele.say('list аzure')).reply(/1 group/);
    expect(list.text).toContain('⚠ Look twice: “А” in this name is a Cyrillic letter');
    const question = await (await adele.press(list, 'Activate')).reply(/needs/);
    expect(question.text).toMatch(warned);
    const answered = await adele.press(question, 'Activate', { justification: 'disguise', duration: '60' });
    const task = await megan.waitForCard(/“disguise”/);
    expect(task.text).toMatch(warned);
    const own = await answered.reply(/Waiting for approval/);
    expect(own.text).toMatch(warned);
    await adele.press(own, 'Cancel request');
  });
});

describe('a name with characters that nobody sees', () => {
  test('is never taken at its word, but shown with a button of its own', async () => {
    const said = await adele.say(`activate “${joined}” for 1h because four in one`);
    const list = await said.reply(/1 group for “Family/);
    expect(await world.writes()).toEqual([]);
    const question = await (await adele.press(list, 'Activate')).reply(/needs/);
    const answered = await adele.press(question, 'Activate', { justification: 'four in one', duration: '60' });
    await answered.reply(/Family [^]*\nActive until/);
    expect(await world.writes()).toEqual(['activate 201']);
  });

  test('is not there for somebody who may not use it', async () => {
    const said = await megan.say(`activate “${joined}” for 1h because four in one`);
    await said.reply(/No group “Family/);
    expect(await world.writes()).toEqual([]);
  });
});

describe('a hostile name stays words:', () => {
  test('of a group, of a person who asks, in a reason, a ticket and a denial', async () => {
    const list = await (await mallory.say('list evil')).reply(/1 group/);
    holds(list);
    const question = await (await mallory.press(list, 'Activate')).reply(/needs/);
    holds(question);
    const inputs = { justification: hostile, duration: '60', ticket: '[1](https://evil.example)' };
    const answered = await mallory.press(question, 'Activate', inputs);
    const own = await answered.reply(/Waiting for approval/);
    holds(own);
    const task = await megan.waitForCard(/asks for \[Аpprove\]/);
    holds(task);
    expect(task.text).toContain(`“${shown}”`);
    const form = (await megan.press(task, 'Deny…')).card;
    holds(form!);
    const denied = await megan.press(form!, 'Deny', { justification: hostile });
    holds(denied.card!);
    const told = await answered.reply(/was denied by/);
    holds(told);
    expect(told.text).toContain(`“${shown}”`);
    mentionsNobody();
  });

  test('of somebody who decides', async () => {
    const grady = world.person('Grady Archie');
    const { said, task } = await request(grady, mallory, 'Azure Admins');
    const form = (await mallory.press(task, 'Deny…')).card;
    await mallory.press(form!, 'Deny', { justification: 'no' });
    const told = await said.reply(/was denied by \[Аpprove\]/);
    holds(told);
    for (const card of [...grady.cards(), ...megan.cards()]) holds(card);
    mentionsNobody();
  });

  test('of a channel and of a team', async () => {
    holds(await (await adele.say('announce here', second)).reply(/are announced here/, second));
    const on = await adele.say('announce here for Azure Readers', room);
    holds(await on.reply(/are announced here/, room));
    const told = await on.reply(/has activations of Azure Readers announced in the channel/, second);
    expect(told.text).toContain(`the channel “${shown.slice(0, 90)}`);
    holds(told);
    const off = await adele.say('stop announcing', room);
    holds(await off.reply(/no longer announced here/, room));
    holds(await off.reply(/ended the announcements of Azure Readers/, second));
    mentionsNobody();
  });

  test('of a group on the announcement in a channel', async () => {
    const list = await (await adele.say('list evil')).reply(/1 group/);
    const question = await (await adele.press(list, 'Activate')).reply(/needs/);
    await adele.press(question, 'Activate', { justification: hostile, duration: '60' });
    const announced = await adele.waitForCard(/Adele Vance is in \[Аpprove\]/, second);
    holds(announced);
    expect(announced.text).toContain('is a Cyrillic letter');
    mentionsNobody();
  });

  test.each([
    ['markdown and a link', '[x](https://evil.example)'],
    ['a mention', '&lt;at&gt;CEO&lt;/at&gt;'],
    ['an image', '![x](https://evil.example/x.png)'],
    ['a card function', '{{TIME(2026-11-23T15:05:00Z)}}'],
    ['a Cyrillic letter', 'аzure'],
  ])('of an alias: %s', async (_what, name) => {
    const made = await adele.say(`alias "${name}" = Research and Development`);
    holds(await made.reply(/means|cannot be a short name|./));
    const aliases = await adele.say('aliases');
    holds(await aliases.reply(/short names/i));
    const said = await adele.say(`remove alias "${name}"`);
    holds(await said.reply(/./));
    mentionsNobody();
  });
});
