import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { TeamsPerson, Where } from '../support/teams-client.ts';
import { startWorld } from './world.ts';
import type { World } from './world.ts';

/** Short names for groups: made, said, shared, hidden, removed. */

const securityLeads = 'bbbbbbbb-0000-4000-8000-000000000005';

let world: World;
let room: Where;
let adele: TeamsPerson;
let megan: TeamsPerson;
let alex: TeamsPerson;

beforeAll(async () => {
  world = await startWorld({ ADMIN_GROUP_ID: securityLeads });
  room = { in: world.teams.channel };
  [adele, megan, alex] = await world.arrived('Adele Vance', 'Megan Bowen', 'Alex Wilber');
}, 60_000);
afterAll(() => world.stop());
beforeEach(() => world.forget());

async function answer(person: TeamsPerson, sentence: string, match: RegExp, where: Where = {}): Promise<string> {
  return (await (await person.say(sentence, where)).reply(match)).text;
}

describe('a short name of one’s own', () => {
  test('stands for its groups in every verb that names one’s own groups', async () => {
    const made = await answer(adele, 'alias night = Azure Readers & Research and Development', /night means/);
    expect(made).toContain('night means Azure Readers, Research and Development.');
    expect(made).toContain('Only you can say it.');
    expect(await world.writes()).toEqual([]);

    const said = await adele.say('activate night for 1h because on call');
    await said.reply(/Azure Readers[^]*Research and Development|Research and Development[^]*Azure Readers/);
    await adele.waitForCard(/Azure Readers[^]*active until/i);
    expect(await world.writes()).toEqual(['activate 201', 'activate 201']);
    await world.later('PT6M');
    await adele.say('drop NIGHT');
    await adele.waitForCard(/Azure Readers[^]*ended/i);
    expect(await world.writes()).toEqual(['activate 201', 'activate 201', 'deactivate 201', 'deactivate 201']);
  });

  test('and a group beside it count once each', async () => {
    await answer(adele, 'alias half = Intune Helpdesk', /half means/);
    const said = await adele.say('activate half, Intune Helpdesk for 1h because once');
    await said.reply(/Intune Helpdesk\nActive until/);
    expect(await world.writes()).toEqual(['activate 201']);
  });

  test('is cancelled and extended by the same name', async () => {
    await answer(adele, 'alias cloud = Azure Admins', /cloud means/);
    const asked = await adele.say('activate cloud for 1h because soon taken back');
    await asked.reply(/Waiting for approval/);
    await adele.say('cancel cloud');
    await asked.reply(/Cancelled/);
    await answer(adele, 'extend half by 1h because not done yet', /Extending Intune Helpdesk until/);
    expect(await world.writes()).toEqual(['activate 201', 'cancel 204']);
  });

  test('means nothing to anybody else', async () => {
    await answer(megan, 'activate night for 1h because x', /No group “night”/);
    expect(await answer(megan, 'aliases', /no short names/)).not.toContain('night');
    expect(await world.writes()).toEqual([]);
  });

  test('is shown, changed with the old meaning named, and removed', async () => {
    await answer(adele, 'alias exchange = SQL Prod', /exchange means SQL Prod/);
    const again = await answer(adele, 'alias Exchange = Exchange L3 Search & Purge, SQL Prod', /Exchange means/);
    expect(again).toContain('It meant SQL Prod.');
    const shown = await answer(adele, 'aliases', /Short names you can say/);
    expect(shown).toContain('Exchange: Exchange L3 Search & Purge, SQL Prod');
    expect(shown).not.toContain('exchange: SQL Prod');
    await answer(adele, 'remove alias EXCHANGE', /Exchange means nothing any more/);
    await answer(adele, 'activate exchange for 1h because x', /No group “exchange”|Did you mean/);
    await answer(adele, 'remove alias exchange', /no short name “exchange” to remove/);
    expect(await world.writes()).toEqual([]);
  });

  test.each([
    ['alias SQL Prod = Azure Readers', /"SQL Prod" is the name of a group/],
    ['alias sql  PROD = Azure Readers', /"SQL Prod" is the name of a group/],
    ['alias 1a2b3c4d = Azure Readers', /cannot be a short name/],
    ['alias for = Azure Readers', /cannot be a short name/],
    ['alias this and that = Azure Readers', /cannot be a short name/],
    [`alias ${'x'.repeat(41)} = Azure Readers`, /at most 40 characters/],
    ['alias team = Azure Wizards', /No group “Azure Wizards”/],
    ['alias team = Azure Reader', /Did you mean/],
    ['alias team = CA Exclusion Travel, night', /No group “night”/],
    ['alias team', /An alias is a name, "=", and what it stands for/],
  ])('is refused: %s', async (sentence, why) => {
    await answer(adele, sentence, why);
    expect(await answer(adele, 'aliases', /Short names you can say/)).not.toMatch(/team|1a2b|xxx|this and|Prod:/);
  });
});

describe('a short name that everybody shares', () => {
  test('is made by an administrator in a channel and said by anybody', async () => {
    const made = await alex.say('alias readers = Azure Readers', room);
    await made.reply(/Answered in your own chat/, room);
    expect((await made.reply(/readers means Azure Readers/)).text).toContain('Everybody here can say it');
    expect(await answer(adele, 'aliases', /Short names/)).toContain('readers (shared): Azure Readers');
    const said = await alex.say('activate readers for 1h');
    await said.reply(/Azure Readers\nActive until/);
    expect(await world.writes()).toEqual(['activate 201']);
  });

  test('says plainly which of its groups somebody cannot activate', async () => {
    await answer(megan, 'activate readers for 1h because x', /No group “Azure Readers” that you can activate/);
    expect(await world.writes()).toEqual([]);
  });

  test('may hold groups that the administrator cannot activate, by their exact names', async () => {
    await alex.say('alias desk = Intune Helpdesk, Research and Development', room);
    await alex.waitForCard(/desk means Intune Helpdesk, Research and Development/);
  });

  test('never carries the name of a group, whoever can see that group', async () => {
    await alex.say('alias SQL Prod = Azure Readers', room);
    await alex.waitForCard(/“SQL Prod” is the name of a group/);
  });

  test('is hidden by one’s own of the same name, which says so', async () => {
    await answer(adele, 'alias Readers = SQL Prod', /Readers means SQL Prod/);
    const shown = await answer(adele, 'aliases', /Short names/);
    expect(shown).toContain('Readers: SQL Prod');
    expect(shown).toContain('readers (shared, hidden by your own): Azure Readers');
    await answer(adele, 'activate readers for 1h because x', /SQL Prod needs|ticket/i);
    await answer(adele, 'remove alias readers', /Readers means nothing any more/);
    expect(await world.writes()).toEqual([]);
  });

  test('is made and removed by nobody else, and not from a personal chat', async () => {
    await adele.say('alias mine = SQL Prod', room);
    await adele.waitForCard(/are for administrators of Jitney/);
    await adele.say('remove alias readers', room);
    expect(await answer(adele, 'remove alias readers', /no short name “readers”/)).toContain('shared by everybody');
    expect(await answer(alex, 'remove alias readers', /no short name “readers”/)).toContain('shared by everybody');
    expect(await answer(adele, 'aliases', /Short names/)).toContain('readers (shared)');
  });

  test('is removed by an administrator in a channel', async () => {
    await alex.say('remove alias readers', room);
    await alex.waitForCard(/readers means nothing any more/);
    expect(await answer(adele, 'aliases', /Short names/)).not.toContain('readers');
  });
});

test('who made and removed short names stands in the ledger, with what they meant', () => {
  const db = new DatabaseSync(join(world.bot.folder, 'jitney.db'), { readOnly: true, timeout: 5_000 });
  const entries = db
    .prepare('select entry from ledger order by seq')
    .all()
    .map(({ entry }) => JSON.parse(String(entry)) as { action: string; actor: { oid: string }; detail: unknown })
    .filter(({ action }) => action.startsWith('alias.'));
  db.close();
  const shared = { alias: 'readers', shared: true, groups: 'Azure Readers' };
  expect(entries).toContainEqual(expect.objectContaining({ action: 'alias.set', detail: shared }));
  const last = entries.at(-1);
  expect([last?.action, last?.actor.oid, last?.detail]).toEqual(['alias.removed', alex.oid, shared]);
});
