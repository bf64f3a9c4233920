import { readdirSync, readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { TeamsPerson } from '../support/teams-client.ts';
import { idOn, startWorld } from './world.ts';
import type { World } from './world.ts';

/** A word of its own in every place where words come in, and where each of them is found afterwards. */

let world: World;
let adele: TeamsPerson;
let megan: TeamsPerson;

beforeAll(async () => {
  world = await startWorld({ LOG_LEVEL: 'debug' });
  [adele, megan] = await world.arrived('Adele Vance', 'Megan Bowen');
}, 60_000);
afterAll(() => world.stop());

/** What the bot answered to whoever posted or visited something here. */
const answered: string[] = [];

/** In which columns of the database, in the log, in whose chats, in what answers, in which other files and at PIM a text is. */
async function places(canary: string): Promise<readonly string[]> {
  // What is still to be sent stands among the jobs until it is.
  await world.nothingIsDue();
  const found = new Set<string>();
  const has = (value: unknown): boolean => JSON.stringify(value, binary).toLowerCase().includes(canary.toLowerCase());
  if (has(answered)) found.add('answer');
  for (const entry of readdirSync(world.bot.folder, { recursive: true, withFileTypes: true })) {
    // The database's own files are looked through by their columns; what was deleted in them is its own affair.
    if (!entry.isFile() || entry.name.startsWith('jitney.db')) continue;
    if (has(readFileSync(join(entry.parentPath, entry.name), 'latin1'))) found.add(`file ${entry.name}`);
  }
  if (has(world.bot.printed)) found.add('log');
  for (const { conversationId, activity } of world.teams.connector.accepted) {
    const whose = { [`a:${adele.oid}`]: 'Adele', [`a:${megan.oid}`]: 'Megan' }[conversationId] ?? 'elsewhere';
    if (has(activity)) found.add(`chat of ${whose}`);
  }
  if (has(await world.calls())) found.add('PIM');
  const database = new DatabaseSync(join(world.bot.folder, 'jitney.db'), { readOnly: true });
  const tables = database.prepare("select name from sqlite_master where type = 'table'").all();
  for (const { name } of tables) {
    for (const row of database.prepare(`select * from "${String(name)}"`).all())
      for (const [column, value] of Object.entries(row)) if (has(value)) found.add(`${String(name)}.${column}`);
  }
  database.close();
  return [...found].toSorted();
}

function binary(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value;
}

async function post(path: string, activity: unknown, headers: Readonly<Record<string, string>> = {}): Promise<void> {
  await noted(`${world.bot.url}${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(activity),
  });
}

async function noted(url: string, init: RequestInit = {}): Promise<void> {
  const answer = await fetch(url, { redirect: 'manual', ...init });
  answered.push(JSON.stringify([[...answer.headers], await answer.text()]));
}

test('what is searched for is there', async () => {
  await (await adele.say('list')).reply(/You can activate/);
  expect(await places('You can activate')).toEqual(expect.arrayContaining(['chat of Adele']));
  expect(await places('signIn')).toContain('ledger.entry');
  expect(await places('started')).toContain('log');
});

test('a reason and an approver’s reason are where they are needed, and neither in log, ledger nor a room', async () => {
  const said = await adele.say('activate Azure Admins for 1h because canarywhy');
  await said.reply(/Waiting for approval/);
  const task = await megan.waitForCard(/canarywhy/);
  const denied = await megan.say(`deny ${idOn(task)} because canaryreason`);
  await denied.reply(/Denied/);
  await said.reply(/was denied by Megan/);
  const needed = ['PIM', 'activation.body', 'chat of Adele', 'chat of Megan'];
  expect(await places('canarywhy')).toEqual(needed);
  expect(await places('canaryreason')).toEqual(needed);
});

test('what looks like a secret goes nowhere before its author has said so', async () => {
  const before = (await world.writes()).length;
  const said = await adele.say('activate Azure Admins for 1h because password=canarysecret');
  const asked = await said.reply(/looks as if it held a password/);
  expect(asked.text).not.toContain('canarysecret');
  expect(asked.buttons).toEqual(['Change it', 'Send as it is']);
  expect((await adele.press(asked, 'Change it')).card?.text).toContain('Nothing was sent');
  expect((await adele.press(asked, 'Send as it is')).card?.text).toMatch(/has been answered or is too old/);
  expect((await world.writes()).length).toBe(before);
  // Kept as what waits for an answer, and nowhere else.
  expect(await places('canarysecret')).toEqual(['parked.body']);
});

test('and goes on as it was when they say so, by sentence and by card', async () => {
  const said = await adele.say('activate Azure Admins for 1h because the password is rotated');
  const asked = await said.reply(/looks as if it held a password/);
  expect((await adele.press(asked, 'Send as it is')).card?.text).toContain('Sent as it is');
  await said.reply(/Waiting for approval[^]*“the password is rotated”/);
  const task = await megan.waitForCard(/“the password is rotated”/);
  const form = await megan.press(task, 'Deny…');
  const pressed = await megan.press(form.card ?? task, 'Deny', { justification: 'my pin is 4711' });
  expect(pressed.card).toBeNull();
  const again = await pressed.reply(/looks as if it held a password/);
  expect((await megan.press(again, 'Send as it is')).card?.text).toContain('Denied by you');
  expect((await said.reply(/was denied by Megan/)).text).toContain('“my pin is 4711”');
});

test('what the question card and the form bring is held back alike', async () => {
  const question = await (await adele.say('activate SQL Prod for 1h')).reply(/needs two more things/);
  const inputs = { justification: 'token=canaryinput', ticket: 'INC0012345', duration: '60' };
  const answered = await adele.press(question, 'Activate', inputs);
  await answered.reply(/looks as if it held a password/);
  const form = await adele.form();
  const target = /"value":"(group:[^"]+)"/.exec(JSON.stringify(form.content))?.[1] ?? '';
  const filled = await adele.submit(form, { target, duration: '60', justification: 'token=canaryform' });
  await filled.reply(/looks as if it held a password/);
  expect(await places('canaryinput')).toEqual(['parked.body']);
  expect(await places('canaryform')).toEqual(['parked.body']);
});

test('what nobody asked for leaves no trace', async () => {
  const { activity } = await adele.say('status');
  const next = (more: Readonly<Record<string, unknown>>) => ({ ...activity, id: `canary-${Math.random()}`, ...more });
  await post('/api/messages?canaryquery=canaryquery', next({}), {
    'X-Canary': 'canaryheader',
    Cookie: 'a=canarycookie',
  });
  await post('/api/messages', next({}), { Authorization: 'Bearer canarytoken', 'User-Agent': 'canaryagent' });
  await post(
    '/api/messages',
    next({
      canaryproperty: 'canaryproperty',
      channelData: { ...(activity['channelData'] as object), x: 'canarydata' },
    }),
  );
  const press = {
    action: {
      verb: 'canaryverb',
      data: { verb: 'canaryverb', id: 'canaryid', seal: 'canaryseal', other: 'canaryother' },
    },
  };
  await post('/api/messages', next({ type: 'invoke', name: 'adaptiveCard/action', text: undefined, value: press }));
  await post('/api/messages', next({ text: '', value: { verb: 'approve', id: 'canaryid', seal: 'canaryseal' } }));
  for (const query of [
    'code=canarycode&state=canarystate',
    'error=canaryerror&error_description=canaryerror',
    's=canarystart',
  ])
    for (const path of ['callback', 'start']) await noted(`${world.bot.url}/auth/${path}?${query}`);
  await adele.search('canarysearch');
  await (await adele.say('status')).reply(/activ/);
  for (const word of 'query header cookie token agent property data verb id seal other code state error start search'.split(
    ' ',
  ))
    expect([word, await places(`canary${word}`)]).toEqual([word, []]);
});

test('a sentence that nobody understands, and a name, are in no log', async () => {
  await (await adele.say('canarywords canarywords')).reply(/./);
  expect(await places('canarywords')).toEqual([]);
  const { activity } = await adele.say('status');
  await post('/api/messages', {
    ...activity,
    id: 'canary-name',
    from: { ...(activity['from'] as object), name: 'Canaryname' },
  });
  expect((await places('canaryname')).filter((place) => !place.startsWith('person.'))).toEqual([]);
});

test('a ticket is where the reason is, its number in the ledger too, and nowhere else', async () => {
  const said = await adele.say('activate SQL Prod for 30m because x ticket Canarysystem CANARYTICKET1');
  await said.reply(/SQL Prod\nActive until/);
  const needed = ['PIM', 'activation.body', 'chat of Adele'];
  expect(await places('canarysystem')).toEqual(needed);
  expect(await places('canaryticket')).toEqual([...needed, 'ledger.entry']);
});

test('nor does what an activity says of its room, its sender’s settings, its files and its sign-in', async () => {
  const { activity } = await adele.say('status');
  const next = (more: Readonly<Record<string, unknown>>) =>
    post('/api/messages', { ...activity, id: `canary-${Math.random()}`, ...more });
  const invoke = (name: string, value: unknown) => next({ type: 'invoke', name, text: undefined, value });
  const mentioned = { id: 'x', name: 'canarymention' };
  const file = {
    contentType: 'text/html',
    name: 'canaryfile',
    content: '<p>canaryhtml</p>',
    contentUrl: 'https://canaryurl/',
  };
  const room = {
    team: { id: '19:x', name: 'canaryteam' },
    channel: { id: '19:x', name: 'canarychannel' },
    meeting: { id: 'canarymeeting' },
  };
  await next({ entities: [{ type: 'mention', text: 'canaryentity', mentioned }] });
  await next({ attachments: [file] });
  await next({
    localTimezone: 'canaryzone',
    locale: 'canarylocale',
    replyToId: 'canaryreply',
    callerId: 'canarycaller',
  });
  await next({ channelData: { ...(activity['channelData'] as object), ...room } });
  await invoke('signin/tokenExchange', {
    id: 'canaryexchange',
    token: 'canarysso',
    connectionName: 'canaryconnection',
  });
  await invoke('signin/verifyState', { state: 'canaryverify' });
  await invoke('canaryinvoke', { x: 'canaryvalue' });
  await next({ type: 'canarytype' });
  await next({ type: 'event', name: 'canaryevent' });
  await next({ type: 'messageReaction', reactionsAdded: [{ type: 'canaryreaction' }] });
  await (await adele.say('status')).reply(/activ/i);
  const traceless =
    'mention entity file html url zone locale reply caller team meeting sso connection verify invoke value type event reaction';
  for (const word of traceless.split(' ')) expect([word, await places(`canary${word}`)]).toEqual([word, []]);
  // Where the activity came from, until it is answered and for a week; and the id that Teams wants back.
  expect(await places('canarychannel')).toEqual(['event.place']);
  expect(await places('canaryexchange')).toEqual(['answer']);
});

test('what PIM says of a refusal reaches whoever asked, without its secrets, and the log has its code alone', async () => {
  const innerError = { x: 'canaryinner' };
  const error = { code: 'canaryrefusal', message: 'canarymessage password=canaryhidden', innerError };
  const headers = { 'x-ms-x': 'canaryresponse' };
  const order = { method: 'POST', path: 'assignmentScheduleRequests' };
  await world.sandbox.fault({ match: order, answer: { status: 400, body: { error }, headers } });
  await (await adele.say('activate RDP Servers Munich for 30m because x')).reply(/canarymessage/);
  const read = { code: 'canaryreadcode', message: 'canaryread' };
  const reading = { method: 'GET', path: 'eligibilityScheduleInstances' };
  await world.sandbox.fault({ match: reading, times: 9, answer: { status: 403, body: { error: read } } });
  await (await megan.say('list')).reply(/./);
  await world.sandbox.ask('faults', undefined, 'DELETE');
  expect(await places('canarymessage')).toEqual(['activation.body', 'chat of Adele']);
  expect(await places('canaryrefusal')).toEqual(['activation.body', 'chat of Adele', 'log']);
  for (const word of 'hidden inner response read'.split(' '))
    expect([word, await places(`canary${word}`)]).toEqual([word, []]);
});

test('what Entra says of a refusal stays with Entra', async () => {
  await (await adele.say('sign out')).reply(/./);
  const description = 'AADSTS1 canarydescription';
  const body = { error: 'invalid_grant', error_description: description, trace_id: 'canarytrace' };
  await world.sandbox.fault({ match: { method: 'POST', path: '/token' }, times: 9, answer: { status: 400, body } });
  const link = await (await adele.say('sign in')).reply(({ buttons }) => buttons.includes('Sign in'));
  answered.push(await adele.signIn(link));
  await world.sandbox.ask('faults', undefined, 'DELETE');
  expect(answered.at(-1)).toContain('You are not signed in');
  expect([await places('canarydescription'), await places('canarytrace')]).toEqual([[], []]);
});
