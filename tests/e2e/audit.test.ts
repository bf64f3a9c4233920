import { execFile } from 'node:child_process';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { TeamsPerson } from '../support/teams-client.ts';
import { nodes } from '../cards/reading.ts';
import { signInInBrowser } from '../support/browser-sign-in.ts';
import { eventually } from '../support/processes.ts';
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
  [adele, megan, alex] = await world.arrived('Adele Vance', 'Megan Bowen', 'Alex Wilber');
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
    expect(text).toContain('The export is for you alone, works once, and waits ten minutes.');
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

describe('the export of an answer', () => {
  type Page = { readonly status: number; readonly type: string; readonly name: string; readonly text: string };

  async function linkOf(sentence: string): Promise<string> {
    const said = await alex.say(sentence);
    const { content } = await said.reply((card) => card.buttons.includes('Export as CSV'));
    return String(nodes(content).find(({ type }) => type === 'Action.OpenUrl')?.['url']);
  }

  /** As a browser in which this person signs in, or is signed in. */
  async function open(url: string, name: string): Promise<Page> {
    const start = await fetch(url, { redirect: 'manual' });
    const location = start.headers.get('location');
    const authorize = location === null ? null : new URL(location);
    // Another person would choose their own account instead of the one that is offered.
    authorize?.searchParams.delete('login_hint');
    const answer = authorize === null ? start : await fetch(await signInInBrowser(authorize.href, name));
    const header = (key: string): string => answer.headers.get(key) ?? '';
    const type = header('content-type');
    return { status: answer.status, type, name: header('content-disposition'), text: await answer.text() };
  }

  test('of everything is the whole ledger as CSV, for whoever asked, kept nowhere on the way', async () => {
    const before = ledger('audit.export').length;
    const file = await open(await linkOf('audit'), 'Alex Wilber');

    expect(file).toMatchObject({ status: 200, type: 'text/csv; charset=utf-8' });
    expect(file.name).toMatch(/^attachment; filename="jitney-ledger-\d{4}-\d\d-\d\d.csv"$/);
    const [head, ...lines] = file.text.trimEnd().split('\n');
    expect(head).toBe('seq,at,tenant,actor,action,activation,target,event,conversation,detail,hash');
    expect(lines.map((line) => Number(line.split(',')[0]))).toEqual(lines.map((_line, index) => index + 1));
    expect(file.text).not.toContain('a reason that stays private');
    expect(ledger('audit.export').slice(before)).toEqual([
      expect.objectContaining({ actor: expect.objectContaining({ oid: alex.oid }), detail: { about: 'everything' } }),
    ]);
    // The record of the reading is in the very file that was read.
    expect(lines.some((line) => line.includes('audit.export'))).toBe(true);
  });

  test('of a group is what was done with it and by whom it was decided, and nothing else', async () => {
    const file = await open(await linkOf('audit Azure Admins'), 'Alex Wilber');

    expect(file.text).toMatch(/,activation.order,/);
    expect(file.text).toMatch(new RegExp(`,${megan.oid},approval.approve,`));
    expect(file.text).toMatch(/,pim.write,[^\n]*decide|,pim.write,[^\n]*Approve/);
    const { groups } = await world.sandbox.state();
    const other = groups.find(({ name }) => name === 'RDP Servers Munich')?.id ?? '?';
    expect(file.text).not.toContain(other);
  });

  test('of somebody holds a name that is a formula as text', async () => {
    await (await adele.say('alias "=1+cmd" = Azure Readers')).reply(/means|cannot be/);
    const file = await open(await linkOf('audit Adele Vance'), 'Alex Wilber');
    expect(file.status).toBe(200);
    for (const cell of file.text.split('\n').flatMap((line) => line.split(','))) expect(cell).not.toMatch(/^"?[=+@]/);
  });

  test('a link that was passed on opens nothing for anybody else, auditor or not, and stays good for its owner', async () => {
    const url = await linkOf('audit Azure Admins');
    const before = ledger('audit.export').length;
    for (const name of ['Megan Bowen', 'Adele Vance', 'Nestor Wilke']) {
      const page = await open(url, name);
      expect(page).toMatchObject({ status: 403, type: 'text/html; charset=utf-8' });
      expect(page.text).toContain('That was another account');
      expect(page.text).not.toContain('Azure Admins');
    }
    expect(ledger('audit.export')).toHaveLength(before);
    expect((await open(url, 'Alex Wilber')).status).toBe(200);
  });

  test('works once', async () => {
    const url = await linkOf('audit Azure Admins');
    const both = await Promise.all([open(url, 'Alex Wilber'), open(url, 'Alex Wilber')]);
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 410]);
    const again = await open(url, 'Alex Wilber');
    expect(again).toMatchObject({ status: 410, type: 'text/html; charset=utf-8' });
    expect(again.text).not.toContain('Azure Admins');
  });

  test('waits ten minutes', async () => {
    const url = await linkOf('audit Azure Admins');
    const db = new DatabaseSync(join(world.bot.folder, 'jitney.db'), { timeout: 5_000 });
    db.exec(`update parked set expires_at = expires_at - 600000 where body like '%"kind":"export"%' and taken = 0`);
    db.close();
    expect((await open(url, 'Alex Wilber')).status).toBe(410);
  });

  test('any letter changed in the link opens nothing', async () => {
    const url = await linkOf('audit');
    const at = url.length - 9;
    const changed = url.slice(0, at) + (url[at] === 'A' ? 'B' : 'A') + url.slice(at + 1);
    expect((await open(changed, 'Alex Wilber')).status).toBe(400);
  });

  test('somebody who is an auditor no more reads nothing with a link of before', async () => {
    const url = await linkOf('audit');
    const before = ledger('audit.export').length;
    // Who is in the group is kept for a minute; so the bot that has the link forgets it, and Entra says nobody is.
    await world.bot.stop();
    await world.bot.startAgain();
    const members = { method: 'GET', path: `${securityLeads}/transitiveMembers` };
    await world.sandbox.fault({ match: members, answer: { status: 200, body: { value: [] } } });
    expect((await open(url, 'Alex Wilber')).status).toBe(410);
    expect(ledger('audit.export')).toHaveLength(before);
    await world.sandbox.ask('faults', undefined, 'DELETE');
    await world.bot.stop();
    await world.bot.startAgain();
  });

  test('no link, nor what it holds, is in the log', () => {
    expect(world.bot.printed).not.toMatch(/auth\/start|[?&]s=|code=/);
  });
});

async function findings(count: number): Promise<readonly Entry[]> {
  let found: readonly Entry[] = [];
  await eventually(
    () => {
      found = ledger('reconcile.mismatch');
      return found.length >= count;
    },
    () => `${found.length} findings; the bot printed ${world.bot.printed}`,
  );
  return found;
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

test('while both records agree an auditor is told so: requests, decisions, cancellings and endings', async () => {
  const denied = await request(adele, megan, 'Power Automate Licences');
  const form = (await megan.press(denied.task, 'Deny…')).card;
  await megan.press(form ?? denied.task, 'Deny', { justification: 'not now' });
  await denied.said.reply(/was denied by Megan Bowen/);
  const cancelled = await request(adele, megan, 'Power Automate Licences');
  await adele.press(cancelled.card, 'Cancel request');
  await cancelled.said.reply(/Cancelled/);
  await world.later('PT6M');
  await adele.say('deactivate RDP Servers Munich');
  await adele.waitForCard(/RDP Servers Munich\nEnded/);
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
  const cancelled = await request(adele, megan, 'Power Automate Licences');
  await adele.press(cancelled.card, 'Cancel request');
  await cancelled.said.reply(/Cancelled/);
  await world.sandbox.fault({
    match: { method: 'GET', path: 'directoryAudits' },
    answer: { status: 200, body: { value: [] } },
  });
  await world.later('PT40M');

  const found = await findings(4);
  const lacking = found.slice(1).map(({ detail }) => detail as Readonly<Record<string, unknown>>);
  expect(lacking.map(({ kind, act }) => `${String(kind)} ${String(act)}`)).toEqual([
    'notInEntra asked',
    'notInEntra asked',
    'notInEntra cancelled',
  ]);
  expect(lacking.every(({ person }) => person === adele.oid)).toBe(true);
  await answer(alex, 'audit', /Intune Helpdesk, asked for here, and PIM’s audit does not have it/);
  await answer(alex, 'audit', /Power Automate Licences, cancelled here, and PIM’s audit does not have it/);
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

  expect((await findings(5)).at(-1)).toMatchObject({ detail: { kind: 'notHere', group: helpdesk } });
});

test('a decision in the portal that Jitney never saw is found by the command, also when Jitney has seen what came of it', async () => {
  const decided = async (): Promise<readonly unknown[]> => {
    const { out } = await compareByCommand();
    const found = out.split('\n').filter((line) => line.startsWith('{'));
    return found.map((line) => JSON.parse(line) as { act: string }).filter(({ act }) => act === 'approved');
  };
  const { said } = await request(adele, megan, 'Azure Admins');
  await world.bot.stop();
  await (await outside(world.sandbox, 'Megan Bowen')).decide('Approve', 'in the portal');
  await world.sandbox.advance('PT40M');

  const here = { kind: 'notHere', act: 'approved', oid: megan.oid, name: 'Megan Bowen', groupName: 'Azure Admins' };
  expect(await decided()).toMatchObject([here]);

  await world.bot.startAgain();
  // The request tells that it was approved, and not by whom.
  await said.reply(/Azure Admins\nActive until/);
  expect(await decided()).toMatchObject([here]);
}, 60_000);
