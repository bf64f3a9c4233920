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
  world = await startWorld({ LOG_LEVEL: 'info' });
  [adele, megan] = await world.arrived('Adele Vance', 'Megan Bowen');
}, 60_000);
afterAll(() => world.stop());

/** In which columns of the database, in the log, in whose chats and at PIM a text is. */
async function places(canary: string): Promise<readonly string[]> {
  const found = new Set<string>();
  const has = (value: unknown): boolean => JSON.stringify(value, binary).toLowerCase().includes(canary.toLowerCase());
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
  await fetch(`${world.bot.url}${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(activity),
  });
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
}, 30_000);

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
}, 30_000);

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
}, 30_000);

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
}, 30_000);

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
    for (const path of ['callback', 'start']) await fetch(`${world.bot.url}/auth/${path}?${query}`);
  await adele.search('canarysearch');
  await (await adele.say('status')).reply(/activ/);
  for (const word of 'query header cookie token agent property data verb id seal other code state error start search'.split(
    ' ',
  ))
    expect([word, await places(`canary${word}`)]).toEqual([word, []]);
}, 30_000);

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
}, 30_000);
