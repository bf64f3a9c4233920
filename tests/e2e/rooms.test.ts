import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { TeamsPerson, Where } from '../support/teams-client.ts';
import { pause, request, startWorld } from './world.ts';
import type { World } from './world.ts';

/** What is said and shown where several people read it. */

let world: World;
let room: Where;
let adele: TeamsPerson;
let grady: TeamsPerson;
let megan: TeamsPerson;
let alex: TeamsPerson;

beforeAll(async () => {
  // Alex is one of the Security Leads, who administer the bot here.
  world = await startWorld({ ADMIN_GROUP_ID: 'bbbbbbbb-0000-4000-8000-000000000005' });
  room = { in: world.teams.channel };
  adele = world.person('Adele Vance');
  grady = world.person('Grady Archie');
  megan = world.person('Megan Bowen');
  alex = world.person('Alex Wilber');
  await Promise.all([adele, grady, megan, alex].map((person) => person.arrive()));
}, 60_000);
afterAll(() => world.stop());
beforeEach(() => world.forget());

/** Everything that was ever written to the channel, as it went over the wire. */
function written(): string {
  const { accepted } = world.teams.connector;
  const inRoom = accepted.filter(({ conversationId }) => conversationId === world.teams.channel.id);
  return JSON.stringify(inRoom.map(({ activity }) => activity));
}

const announcements = (): readonly string[] =>
  adele
    .cards(room)
    .map(({ text }) => text)
    .filter((text) => / (is|was) in /.test(text));

describe('who may have activations announced', () => {
  test('somebody who owns nothing here is told who can', async () => {
    const refused = await (await megan.say('announce here', room)).reply(/Only an owner of this team/, room);
    expect(refused.text).toContain('Ask Adele Vance.');
    const stop = await (await megan.say('stop announcing', room)).reply(/Only an owner of this team/, room);
    expect(stop.text).toContain('Ask Adele Vance.');
  });

  test('in a personal chat it is said where it belongs', async () => {
    await (await adele.say('announce here')).reply(/Announcements go to a channel/);
  });

  test('a group that is not there is said to be unknown, and nothing is announced', async () => {
    await (await adele.say('announce here for Blue Team', room)).reply(/No group “Blue Team” was found/, room);
    await (await adele.say('stop announcing', room)).reply(/Nothing is announced here/, room);
  });

  test('an administrator of the bot may, and may end it', async () => {
    await (
      await alex.say('announce here for SQL Prod', room)
    ).reply(/Activations of SQL Prod are announced here/, room);
    await (await alex.say('stop announcing', room)).reply(/no longer announced here/, room);
  });
});

describe('what is announced', () => {
  test('an activation, once PIM says active, with its end in the same card, and without its reason', async () => {
    await (
      await adele.say('announce here', room)
    ).reply(/Activations of all groups are announced here from now on/, room);
    const said = await grady.say('activate RDP Servers Munich for 1h because secret migration');
    const card = await said.reply(/Grady Archie is in RDP Servers Munich\nuntil \d\d:\d\d/, room);
    expect(card.buttons).toEqual([]);
    await world.later('PT1H');
    const ended = await said.reply(/Grady Archie was in RDP Servers Munich/, room);
    expect(ended.id).toBe(card.id);
    expect(announcements()).toHaveLength(1);
    expect(written()).not.toContain('secret migration');
  });

  test('an approved one names its approver, and nothing before the approval', async () => {
    const { said, task } = await request(grady, megan, 'Azure Admins');
    expect(said.replies(room)).toEqual([]);
    await megan.press(task, 'Approve');
    const card = await said.reply(/Grady Archie is in Azure Admins/, room);
    expect(card.text).toContain('Approved by Megan Bowen');
    await world.later('PT1H');
    await said.reply(/Grady Archie was in Azure Admins/, room);
    expect(written()).not.toMatch(/reason number/);
  });

  test('a denial stays between the two', async () => {
    const { said, task } = await request(grady, megan, 'Azure Admins');
    const form = await megan.press(task, 'Deny…');
    await megan.press(form.card ?? task, 'Deny', { justification: 'not for this' });
    await said.reply(/was denied by Megan Bowen/);
    await pause(700);
    expect(said.replies(room)).toEqual([]);
    expect(written()).not.toMatch(/denied|not for this/i);
  });

  test('only the named groups, once groups are named, and nothing after it was stopped', async () => {
    const named = await adele.say('announce here for Azure Readers and Intune Helpdesk', room);
    await named.reply(/Activations of Azure Readers, Intune Helpdesk are announced here/, room);
    const before = announcements().length;
    const other = await adele.say('activate Research and Development for 1h because elsewhere');
    await other.reply(/Research and Development\nActive until/);
    const readers = await adele.say('activate Azure Readers for 1h');
    await readers.reply(/Adele Vance is in Azure Readers/, room);
    expect(announcements()).toHaveLength(before + 1);

    const less = await adele.say('stop announcing for Azure Readers', room);
    await less.reply(/Still announced here: Intune Helpdesk/, room);
    const stopped = await adele.say('stop announcing', room);
    await stopped.reply(/Activations are no longer announced here/, room);
    const quiet = await adele.say('activate Intune Helpdesk for 1h because quiet');
    await quiet.reply(/Intune Helpdesk\nActive until/);
    await world.later('PT1H');
    await readers.reply(/Adele Vance was in Azure Readers/, room);
    await quiet.reply(/Intune Helpdesk has ended/);
    expect(announcements()).toHaveLength(before + 1);
  });

  test('a room that the bot was taken out of hears nothing more', async () => {
    await (await adele.say('announce here', room)).reply(/announced here from now on/, room);
    await adele.remove(world.teams.channel);
    const said = await adele.say('activate Azure Readers for 1h');
    await said.reply(/Azure Readers\nActive until/);
    await pause(700);
    expect(said.replies(room)).toEqual([]);
  });
});

describe('what is asked in a room', () => {
  test('an activation is answered in the person’s own chat, with a neutral line in the room', async () => {
    const said = await adele.say('activate Privileged Group Owners as owner for 1h because room service', room);
    await said.reply(/Privileged Group Owners[^]*Active until/);
    await said.reply(/^○ Answered in your own chat\.$/, room);
    expect(written()).not.toMatch(/Privileged Group Owners|room service/);
  });

  test('a reason that speaks of announcing is no announcement and stays private', async () => {
    const said = await adele.say('activate SQL Prod for 1h because announced maintenance ticket INC0012345', room);
    await said.reply(/SQL Prod\nActive until/);
    await said.reply(/Answered in your own chat/, room);
    expect(written()).not.toMatch(/SQL Prod\W+Active|announced maintenance/);
  });

  test('what a person may activate, and a sentence that makes no sense, are answered in private', async () => {
    await (await adele.say('list', room)).reply(/You can activate/);
    await (await adele.say('abracadabra announce', room)).reply(/I did not understand/);
    expect(written()).not.toMatch(/You can activate|CA Exclusion|did not understand/);
  });

  test('a group chat hears no more than a channel', async () => {
    const lunch = { in: world.teams.groupChat };
    const said = await adele.say('activate CA Exclusion Travel for 1h because fair in Munich', lunch);
    await said.reply(/CA Exclusion Travel\nActive until/);
    const line = await said.reply(/./, lunch);
    expect(line.text).toBe('○ Answered in your own chat.');
    expect(adele.cards(lunch)).toHaveLength(1);
  });

  test('a sign-in is asked for in the person’s own chat', async () => {
    const isaiah = world.person('Isaiah Langer');
    const early = await isaiah.say('activate Intune Helpdesk for 1h because first day', room);
    await early.reply(/Open a chat with me/, room);
    await isaiah.open();
    const said = await isaiah.say('activate Intune Helpdesk for 1h because first day', room);
    const signIn = await said.reply((card) => card.buttons.includes('Sign in'));
    await isaiah.signIn(signIn);
    await said.reply(/Intune Helpdesk\nActive until/);
    expect(written()).not.toMatch(/first day|auth\/start/);
  });

  test('an edit in a room gets one line there and has no effect', async () => {
    const edited = await adele.edit(await adele.say('list', room), 'activate Azure Readers for 1h');
    await edited.reply(/I saw the edit and did nothing/, room);
    expect(await world.writes()).toEqual([]);
  });
});
