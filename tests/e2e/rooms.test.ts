import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { TeamsPerson, Where } from '../support/teams-client.ts';
import { somebody } from '../support/connector.ts';
import { pause, request, startWorld } from './world.ts';
import type { World } from './world.ts';

/** What is said and shown where several people read it. */

let world: World;
let room: Where;
let second: Where;
let adele: TeamsPerson;
let grady: TeamsPerson;
let megan: TeamsPerson;
let alex: TeamsPerson;

beforeAll(async () => {
  // Alex is one of the Security Leads, who administer the bot here.
  world = await startWorld({ ADMIN_GROUP_ID: 'bbbbbbbb-0000-4000-8000-000000000005' });
  room = { in: world.teams.channel };
  second = { in: world.teams.secondChannel };
  [adele, grady, megan, alex] = await world.arrived('Adele Vance', 'Grady Archie', 'Megan Bowen', 'Alex Wilber');
}, 60_000);
afterAll(() => world.stop());
beforeEach(() => world.forget());

type Line = { readonly action: string; readonly actor: string | undefined; readonly groups: unknown };

/** What the ledger holds of announcements, oldest first. */
function ledger(): readonly Line[] {
  const db = new DatabaseSync(join(world.bot.folder, 'jitney.db'), { readOnly: true });
  const rows = db.prepare('select entry from ledger order by seq').all();
  db.close();
  return rows
    .map(
      ({ entry }) =>
        JSON.parse(String(entry)) as { action: string; actor: { oid: string } | null; detail: { groups?: string } },
    )
    .map(({ action, actor, detail }) => ({ action, actor: actor?.oid, groups: detail.groups }))
    .filter(({ action }) => action.startsWith('announcements.'));
}

async function idOf(group: string): Promise<string> {
  return (await world.sandbox.state()).groups.find(({ name }) => name === group)?.id ?? '?';
}

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

  test('somebody who only bears an owner’s name is told the same', async () => {
    const namesake = world.teams.somebody('Adele Vance', megan.oid);
    await (await namesake.say('announce here', room)).reply(/Only an owner of this team/, room);
  });

  test('in a personal chat and in a group chat it is said where it belongs, to administrators as well', async () => {
    await (await adele.say('announce here')).reply(/Announcements go to a channel/);
    const dinner = { in: { ...world.teams.groupChat, id: '19:dinner@thread.v2' } };
    await (await alex.say('announce here', dinner)).reply(/Announcements go to a channel/, dinner);
  });

  test('where Teams does not say whose team it is, nobody is its owner', async () => {
    const unnamed = { in: { ...world.teams.channel, team: { id: '19:team@thread.tacv2', name: 'Operations' } } };
    const refused = await (await adele.say('announce here', unnamed)).reply(/Only an owner of this team/, room);
    expect(refused.text).toContain('Ask an owner of the team.');
  });

  test('a group that is not there is said to be unknown, and nothing is announced', async () => {
    await (await adele.say('announce here for Blue Team', room)).reply(/No group “Blue Team” was found/, room);
    await (await adele.say('stop announcing', room)).reply(/Nothing is announced here/, room);
  });

  test('a group that one channel hears of by name can be ended there neither with others nor alone, nor left out', async () => {
    const named = await adele.say('announce here for Azure Readers and SQL Prod', room);
    await named.reply(/Activations of Azure Readers, SQL Prod are announced here/, room);
    await (
      await adele.say('stop announcing', room)
    ).reply(/last channel that hears of Azure Readers, SQL Prod\./, room);
    const one = /last channel that hears of SQL Prod\./;
    await (await adele.say('stop announcing for SQL Prod', room)).reply(one, room);
    await (await adele.say('announce here for Azure Readers', room)).reply(one, room);
  });

  test('an administrator of the bot may, and may end it where another channel hears the same', async () => {
    await (
      await alex.say('announce here for Azure Readers and SQL Prod', room)
    ).reply(/Activations of Azure Readers, SQL Prod are announced here/, room);
    await (await alex.say('announce here', second)).reply(/all groups are announced here/, second);
    await (await alex.say('stop announcing', room)).reply(/no longer announced here/, room);
  });
});

describe('the defenders cannot be blinded:', () => {
  test('the last channel that hears of a group cannot fall silent, whoever asks', async () => {
    const stop = await (await adele.say('stop announcing', second)).reply(/last channel that hears of/, second);
    expect(stop.text).toContain('This is the last channel that hears of all groups.');
    expect(stop.text).toContain('Say “announce here” in another channel first');
    await (await alex.say('stop announcing', second)).reply(/last channel that hears of all groups/, second);
  });

  test('nor can it be narrowed to a group that does not matter', async () => {
    const said = await adele.say('announce here for "Research and Development"', second);
    await said.reply(/last channel that hears of all groups/, second);
  });

  test('of named groups the ones that another channel hears of may end, the others not', async () => {
    await (await adele.say('announce here', room)).reply(/all groups are announced here/, room);
    await (
      await adele.say('announce here for Azure Readers and SQL Prod', second)
    ).reply(/Activations of Azure Readers, SQL Prod are announced here/, second);
    await (
      await adele.say('stop announcing for SQL Prod', second)
    ).reply(/Still announced here: Azure Readers/, second);
    await (await adele.say('stop announcing', room)).reply(/last channel that hears of all groups/, room);
    await (await adele.say('stop announcing', second)).reply(/no longer announced here/, second);
  });

  test('every change is announced in the other channels, by name, and stands in the ledger', async () => {
    const on = await alex.say('announce here for Azure Readers', second);
    await on.reply(
      /^⚠ Alex Wilber has activations of Azure Readers announced in the channel “Security” from now on/,
      room,
    );
    const off = await alex.say('stop announcing', second);
    await off.reply(/^⚠ Alex Wilber ended the announcements of Azure Readers in the channel “Security”/, room);
    const groups = await idOf('Azure Readers');
    expect(ledger().slice(-2)).toEqual([
      { action: 'announcements.on', actor: alex.oid, groups },
      { action: 'announcements.off', actor: alex.oid, groups },
    ]);
  });

  test('the ledger names what was taken away and nothing else, of several, of the rest and of all', async () => {
    const [readers, sql] = [await idOf('Azure Readers'), await idOf('SQL Prod')];
    await (await adele.say('announce here for Azure Readers and SQL Prod', second)).reply(/are announced here/, second);
    await (await adele.say('stop announcing for SQL Prod', second)).reply(/Still announced here/, second);
    await (await adele.say('stop announcing', second)).reply(/no longer announced here/, second);
    await (await adele.say('announce here', second)).reply(/all groups are announced here/, second);
    await (await adele.say('stop announcing', second)).reply(/no longer announced here/, second);
    const off = ledger().filter(({ action }) => action === 'announcements.off');
    expect(off.slice(-3).map(({ groups }) => groups)).toEqual([sql, readers, 'all']);
  });

  test('so it does when the bot is taken out of a team', async () => {
    await (await adele.say('announce here for Azure Readers', second)).reply(/are announced here/, second);
    await (await adele.remove(world.teams.secondChannel)).reply(/^⚠ I was taken out of the channel/, room);
    expect(ledger().at(-1)).toMatchObject({ action: 'announcements.removed', groups: await idOf('Azure Readers') });
  });

  test('a channel that hears of some groups learns of no others from a change', async () => {
    await (await adele.say('announce here for Azure Readers', second)).reply(/Azure Readers are announced/, second);
    const third = { in: { ...world.teams.secondChannel, id: '19:third@thread.tacv2', name: 'Third' } };
    const on = await adele.say('announce here for SQL Prod', third);
    const heard = await on.reply(/^⚠ Adele Vance has activations of other groups announced/, second);
    expect(heard.text).not.toContain('SQL Prod');
    const off = await adele.say('stop announcing', third);
    await off.reply(/^⚠ Adele Vance ended the announcements of other groups in the channel “Third”/, second);
    await (await adele.say('stop announcing', second)).reply(/no longer announced here/, second);
  });

  test('a refused change changes nothing and leaves no line in the ledger', async () => {
    const before = ledger().length;
    await (await megan.say('stop announcing', room)).reply(/Only an owner of this team/, room);
    await (await adele.say('stop announcing', room)).reply(/last channel/, room);
    expect(ledger()).toHaveLength(before);
  });
});

describe('where people from outside read along', () => {
  const outsider = { ...somebody, id: '29:outsider', tenantId: '99999999-9999-4999-8999-999999999999' };

  test('announcements do not begin', async () => {
    world.teams.connector.seat(world.teams.secondChannel.id, [somebody, outsider]);
    const refused = await (await adele.say('announce here', second)).reply(/from outside your organisation/, second);
    expect(refused.text).toContain('People from outside your organisation read this channel.');
    world.teams.connector.seat(world.teams.secondChannel.id, [{ ...somebody, userRole: 'guest' }]);
    await (await adele.say('announce here', second)).reply(/from outside your organisation/, second);
  });

  test('nor while Teams does not say who they are', async () => {
    const { teams } = world;
    teams.connector.failRoster(teams.secondChannel.id);
    await (await adele.say('announce here', second)).reply(/could not see who reads this channel/, second);
  });

  test('they pause when one comes, the room and the others hear why, and go on when they left', async () => {
    world.teams.connector.seat(world.teams.secondChannel.id, [somebody]);
    await adele.join(world.teams.secondChannel);
    await (await adele.say('announce here for Azure Readers', second)).reply(/are announced here/, second);
    world.teams.connector.seat(world.teams.secondChannel.id, [somebody, outsider]);

    const came = await adele.join(world.teams.secondChannel);

    await came.reply(/Announcements pause here/, second);
    await came.reply(/^⚠ Announcements of Azure Readers pause in the channel “Security”/, room);
    const said = await adele.say('activate Azure Readers for 1h');
    await said.reply(/Adele Vance is in Azure Readers/, room);
    expect(said.replies(second)).toEqual([]);
    await world.later('PT1H');
    await said.reply(/Azure Readers\nEnded/);

    world.teams.connector.seat(world.teams.secondChannel.id, [somebody]);
    await adele.join(world.teams.secondChannel);
    const again = await adele.say('activate Azure Readers for 1h');
    await again.reply(/Adele Vance is in Azure Readers/, second);
    await world.later('PT1H');
    await (await adele.say('stop announcing', second)).reply(/no longer announced here/, second);
  });
});

describe('what is announced', () => {
  test('an activation, once PIM says active, with its end in the same card, and without its reason', async () => {
    const said = await grady.say('activate RDP Servers Munich for 1h because secret migration');
    const card = await said.reply(/Grady Archie is in RDP Servers Munich\nuntil .*\d\d:\d\d/, room);
    expect(card.buttons).toEqual([]);
    // An hour that passes while it is still being written down looks like a sender that was killed: it would be sent again.
    await world.nothingIsDue();
    await world.later('PT1H');
    const ended = await said.reply(/Grady Archie was in RDP Servers Munich/, room);
    expect(ended.id).toBe(card.id);
    expect(announcements().filter((text) => text.includes('RDP Servers Munich'))).toHaveLength(1);
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
    await (await adele.say('announce here', second)).reply(/all groups are announced here/, second);
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
    const gone = await adele.remove(world.teams.channel);
    await gone.reply(/^⚠ I was taken out of the channel “[^”]+”: activations of all groups are no longer/, second);
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
