import { execFile } from 'node:child_process';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { TeamsPerson } from '../support/teams-client.ts';
import { outside } from './outside.ts';
import { request, startWorld } from './world.ts';
import type { World } from './world.ts';

/** `audit`: what auditors are shown, what everybody else hears, and where PIM's own audit differs. */

const securityLeads = 'bbbbbbbb-0000-4000-8000-000000000005';

let world: World;
let adele: TeamsPerson;
let megan: TeamsPerson;
let alex: TeamsPerson;

beforeAll(async () => {
  world = await startWorld({ AUDITOR_GROUP_ID: securityLeads });
  adele = world.person('Adele Vance');
  megan = world.person('Megan Bowen');
  alex = world.person('Alex Wilber');
  await Promise.all([adele, megan, alex].map((person) => person.arrive()));
  const { said, task } = await request(adele, megan, 'Azure Admins');
  await megan.press(task, 'Approve');
  await said.reply(/Azure Admins is active/);
  await (
    await adele.say('activate RDP Servers Munich for 1h because a reason that stays private')
  ).reply(/Active until/);
}, 60_000);
afterAll(() => world.stop());

async function answer(person: TeamsPerson, sentence: string, match: RegExp): Promise<string> {
  return (await (await person.say(sentence)).reply(match)).text;
}

type Entry = { readonly action: string; readonly actor: { readonly oid: string } | null; readonly detail: unknown };

function ledger(action: string): readonly Entry[] {
  const db = new DatabaseSync(join(world.bot.folder, 'jitney.db'), { readOnly: true, timeout: 5_000 });
  const rows = db.prepare('select entry from ledger order by seq').all();
  db.close();
  return rows.map(({ entry }) => JSON.parse(String(entry)) as Entry).filter((entry) => entry.action === action);
}

describe('an auditor is shown', () => {
  test('the last activations of a group, with who approved them', async () => {
    const text = await answer(alex, 'audit Azure Admins', /Azure Admins: the last activation/);

    expect(text).toMatch(/\d\d:\d\d Adele Vance: Azure Admins as member, active until .*, approved by Megan Bowen/);
    expect(text).not.toContain('RDP Servers Munich');
    expect(text).toContain('npm run -s audit -- export');
  });

  test('those of a person, the newest first, and no reason', async () => {
    const text = await answer(alex, 'audit Adele Vance', /Adele Vance: the last 2 activations/);

    expect(text).toMatch(/RDP Servers Munich[^]*Azure Admins/);
    expect(text).not.toContain('private');
  });

  test('that a name is nobody’s', async () => {
    await answer(alex, 'audit Nobody At All', /No person and no group is called “Nobody At All”/);
  });

  test('nothing before the ledger knows who asked about whom', () => {
    expect(ledger('audit.read')).toContainEqual(
      expect.objectContaining({ actor: expect.objectContaining({ oid: alex.oid }), detail: { about: 'Adele Vance' } }),
    );
  });
});

describe('everybody else hears one and the same, whatever they name:', () => {
  test.each(['audit', 'audit Azure Admins', 'audit Adele Vance', 'audit Nobody At All'])('%s', async (sentence) => {
    const before = ledger('audit.read').length;

    const text = await answer(megan, sentence, /Only auditors can ask that/);

    expect(text).not.toMatch(/Azure Admins|Adele|Nobody/);
    expect(ledger('audit.read')).toHaveLength(before);
  });
});

async function findings(count: number): Promise<readonly Entry[]> {
  const until = performance.now() + 15_000;
  for (;;) {
    const found = ledger('reconcile.mismatch');
    if (found.length >= count) return found;
    if (performance.now() > until) throw new Error(`${found.length} findings; the bot printed ${world.bot.printed}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** The command as an operator runs it beside the bot. */
function compareByCommand(...args: readonly string[]): Promise<{ readonly code: unknown; readonly out: string }> {
  const { sandbox, bot } = world;
  const env = {
    PATH: process.env['PATH'],
    SANDBOX: '1',
    DATABASE_URL: `sqlite:${join(bot.folder, 'jitney.db')}`,
    GRAPH_URL: sandbox.graph,
    AUTHORITY_URL: sandbox.authority,
    TENANT_ID: sandbox.tenantId,
    NODE_EXTRA_CA_CERTS: sandbox.ca,
  };
  const command = ['--disable-warning=ExperimentalWarning', 'scripts/audit.ts', 'reconcile', ...args];
  return new Promise((done) => {
    execFile(process.execPath, command, { env }, (error, out, err) =>
      done({ code: error === null ? 0 : error.code, out: out + err }),
    );
  });
}

test('while both records agree an auditor is told so', async () => {
  await world.later('PT1H');

  await answer(alex, 'audit', /do not differ/);
  expect(ledger('reconcile.mismatch')).toEqual([]);
  expect(await compareByCommand()).toEqual({ code: 0, out: 'No difference.\n' });
});

test('an activation in the portal is found once, shown to auditors and kept in the ledger', async () => {
  const { groups } = await world.sandbox.state();
  const readers = groups.find(({ name }) => name === 'Azure Readers')?.id ?? '';
  await (await outside(world.sandbox, 'Adele Vance')).activate(readers);
  await world.later('PT40M');

  const [found] = await findings(1);
  expect(found).toMatchObject({ actor: null, detail: { kind: 'notHere', person: adele.oid, group: readers } });
  await answer(alex, 'audit', /Adele Vance: Azure Readers, asked for outside Jitney/);
  await world.later('PT40M');
  await answer(alex, 'audit', /Azure Readers/);
  expect(ledger('reconcile.mismatch')).toHaveLength(1);
});

test('the command finds the same, a line of JSON each, and changes nothing', async () => {
  const before = ledger('reconcile.mismatch').length;

  const { code, out } = await compareByCommand();

  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({ kind: 'notHere', name: 'Adele Vance', groupName: 'Azure Readers' });
  expect(ledger('reconcile.mismatch')).toHaveLength(before);
  expect(await compareByCommand('--since', '2999-01-01')).toEqual({ code: 0, out: 'No difference.\n' });
});

test('what Jitney did and PIM’s audit lacks is found', async () => {
  await (
    await adele.say('activate Intune Helpdesk for 1h because it is not audited')
  ).reply(/Intune Helpdesk\nActive until/);
  await world.sandbox.fault({
    match: { method: 'GET', path: 'directoryAudits' },
    answer: { status: 200, body: { value: [] } },
  });
  await world.later('PT40M');

  const found = await findings(2);
  expect(found.at(-1)).toMatchObject({ detail: { kind: 'notInEntra', person: adele.oid } });
  await answer(alex, 'audit', /Intune Helpdesk, asked for here, and PIM’s audit does not have it/);
});

test('while PIM’s audit does not answer nothing is missed: the next round goes on from where the last one ended', async () => {
  const { groups } = await world.sandbox.state();
  const helpdesk = groups.find(({ name }) => name === 'CA Exclusion Travel')?.id ?? '';
  await (await outside(world.sandbox, 'Adele Vance')).activate(helpdesk);
  await world.sandbox.fault({
    match: { method: 'GET', path: 'directoryAudits' },
    times: 10,
    answer: { status: 403 },
  });
  await world.later('PT40M');
  await world.sandbox.ask('faults', undefined, 'DELETE');
  await world.later('PT10M');

  expect((await findings(3)).at(-1)).toMatchObject({ detail: { kind: 'notHere', group: helpdesk } });
});
