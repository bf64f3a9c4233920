import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { TeamsPerson } from '../support/teams-client.ts';
import { request, startWorld } from './world.ts';
import type { World } from './world.ts';

/** `who has` and `policy`: what is said, to whom, and what the others hear instead. */

const securityLeads = 'bbbbbbbb-0000-4000-8000-000000000005';

let world: World;
let adele: TeamsPerson;
let megan: TeamsPerson;
let alex: TeamsPerson;
let isaiah: TeamsPerson;
let patti: TeamsPerson;

beforeAll(async () => {
  world = await startWorld({ ADMIN_GROUP_ID: securityLeads });
  const names = ['Adele Vance', 'Megan Bowen', 'Alex Wilber', 'Isaiah Langer', 'Patti Fernandez'];
  [adele, megan, alex, isaiah, patti] = names.map((name) => world.person(name)) as [
    TeamsPerson,
    TeamsPerson,
    TeamsPerson,
    TeamsPerson,
    TeamsPerson,
  ];
  await Promise.all([adele, megan, alex, isaiah, patti].map((person) => person.arrive()));
}, 60_000);
afterAll(() => world.stop());
beforeEach(() => world.forget());

async function answer(person: TeamsPerson, sentence: string, match: RegExp): Promise<string> {
  return (await (await person.say(sentence)).reply(match)).text;
}

describe('who has a group', () => {
  test('nobody but its owner, who is loudly called so', async () => {
    const text = await answer(adele, 'who has SQL Prod?', /SQL Prod/);
    expect(text).toContain('SQL Prod: 1 has it now');
    expect(text).toContain('Lee Gu: OWNER, assigned permanently');
  });

  test('who activated it is named with the end, the zone and who approved it', async () => {
    const { said, task } = await request(adele, megan, 'Azure Admins');
    await megan.press(task, 'Approve');
    await said.reply(/Azure Admins is active/);
    const text = await answer(adele, 'who has Azure Admins', /Azure Admins: 2 have it now/);
    expect(text).toMatch(/Adele Vance: member until (tomorrow )?\d\d:\d\d, activated, approved by Megan Bowen/);
    expect(text).toContain('Patti Fernandez: OWNER, assigned permanently');
    expect(text).toContain('Times are those of Europe/Berlin.');
  });

  test('an owner may ask although they can activate nothing', async () => {
    expect(await answer(patti, 'who has Azure Admins', /Azure Admins/)).toContain('have it now');
  });

  test('several groups get an answer each, and a name with “and” in it stays one', async () => {
    const said = await adele.say('who has Research and Development, SQL Prod');
    await said.reply(/Research and Development: 1 has it now/);
    await said.reply(/SQL Prod: 1 has it now/);
    expect(said.replies()).toHaveLength(2);
  });

  test('a name with “and” stays one for an administrator, who can activate none of it', async () => {
    expect(await answer(alex, 'who has Research and Development', /has it now/)).toContain('Lynne Robbins: OWNER');
  });

  test('a group inside a group is listed as one', async () => {
    const text = await answer(alex, 'who has Exchange Approvers', /have it now/);
    expect(text).toContain('Security Leads (not a person): member');
    expect(text).toContain('Megan Bowen: member');
  });

  test('a group of others is answered like one that does not exist', async () => {
    const real = await answer(isaiah, 'who has Azure Admins', /No group “Azure Admins”/);
    const made = await answer(isaiah, 'who has Azure Wizards', /No group “Azure Wizards”/);
    expect(real.replaceAll('Azure Admins', 'Azure Wizards')).toBe(made);
  });

  test('a near name is asked about, and the picked one is answered', async () => {
    const choice = await (
      await adele.say('who has Azure Admin')
    ).reply(/No group “Azure Admin” that you can ask about/);
    const picked = await adele.press(choice, 'Azure Admins');
    await picked.reply(/Azure Admins: 2 have it now/);
  });

  test('without a sign-in what is one’s own is answered, and what only a sign-in can show goes on after it', async () => {
    const grady = world.person('Grady Archie');
    await grady.open();
    await answer(grady, 'who has RDP Servers Munich', /RDP Servers Munich: 1 has it now/);
    const said = await grady.say('who has Key Vault Operators');
    await grady.signIn(await said.reply((card) => card.buttons.includes('Sign in')));
    await said.reply(/Key Vault Operators: 1 has it now/);
  });

  test('more than five groups at once are refused', async () => {
    const five = 'SQL Prod, Azure Admins, Azure Readers, Intune Helpdesk, CA Exclusion Travel, Finance Break Glass';
    expect(await answer(adele, `who has ${five}`, /5 groups at a time/)).toContain('at most');
  });
});

describe('the policy of a group', () => {
  test('every rule is a sentence, and the one that would activate it works', async () => {
    const text = await answer(adele, 'policy Exchange L3 Search & Purge', /what activation asks for/);
    expect(text).toContain('Exchange L3 Search & Purge as a member');
    expect(text).toContain('At most 4 hours at a time.');
    expect(text).toContain('A reason is needed.');
    expect(text).toContain('A ticket number is needed.');
    expect(text).toContain('An approval is needed, by anybody in Exchange Approvers.');
    expect(text).toContain('The approver must give a reason.');
    expect(text).toContain('within 24 hours');
    expect(text).toContain('An owner of the group (Patti Fernandez) or a Privileged Role Administrator');
    const sentence = /You would say: (.*)/.exec(text)?.[1] ?? '';
    expect(sentence).toBe('activate Exchange L3 Search & Purge for 1h because … ticket INC0012345');
    const said = await adele.say(sentence.replace('…', 'legal hold'));
    await adele.press(await said.reply(/Waiting for approval/), 'Cancel request');
    await said.reply(/Cancelled/);
  });

  test('approvers are named as people, and that one of them is enough', async () => {
    const text = await answer(adele, 'policy Azure Admins', /what activation asks for/);
    expect(text).toContain('One approval is enough, by Megan Bowen or Alex Wilber.');
    expect(text).toContain('The approver need not give a reason.');
  });

  test('what is only there as owner is told as owner', async () => {
    const text = await answer(adele, 'policy Privileged Group Owners', /what activation asks for/);
    expect(text).toContain('Privileged Group Owners as OWNER');
    expect(text).toContain('activate Privileged Group Owners as owner for 1h because …');
    expect(text).toContain('No approval is needed');
  });

  test('a further check at sign-in is named', async () => {
    expect(await answer(adele, 'policy Finance Break Glass', /asks for/)).toContain('authentication context c1');
  });

  test('an approver by way of a group may ask, and hears of member and owner', async () => {
    const nestor = world.person('Nestor Wilke');
    await nestor.arrive();
    const said = await nestor.say('policy Exchange L3 Search & Purge');
    await said.reply(/as a member: what activation asks for/);
    const owner = await said.reply(/as OWNER: what activation asks for/);
    expect(owner.text).toContain('You cannot activate it yourself.');
  });

  test('a group of others is answered like one that does not exist, also to somebody who owns another', async () => {
    const real = await answer(isaiah, 'policy SQL Prod', /No group “SQL Prod”/);
    const made = await answer(isaiah, 'policy SQL Proof', /No group “SQL Proof”/);
    expect(real.replaceAll('SQL Prod', 'SQL Proof')).toBe(made);
  });

  test('asked in a room it is answered in the own chat', async () => {
    const room = { in: world.teams.channel };
    const said = await adele.say('policy Azure Readers', room);
    await said.reply(/Answered in your own chat/, room);
    await said.reply(/Azure Readers as a member/);
    expect(said.replies(room).some(({ text }) => text.includes('Azure Readers'))).toBe(false);
  });
});

test('asking writes nothing to PIM', async () => {
  await answer(adele, 'who has SQL Prod', /has it now/);
  await answer(adele, 'policy SQL Prod', /asks for/);
  expect(await world.writes()).toEqual([]);
});
