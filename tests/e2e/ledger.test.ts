import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { goesOnFrom, intentsOf, readLedger } from '../support/ledger.ts';
import type { Line } from '../support/ledger.ts';
import type { SandboxCall } from '../support/sandbox.ts';
import type { Card } from '../support/conversations.ts';
import type { Done, TeamsPerson } from '../support/teams-client.ts';
import { request, startWorld } from './world.ts';
import type { World } from './world.ts';

/** Every effect in PIM joins to exactly one record of it and to the intent before it, and the other way round. */

let world: World;
let adele: TeamsPerson;
let megan: TeamsPerson;
let writes: readonly SandboxCall[];
let ledger: readonly Line[];
let receiver: Server;
/** What came to the address for anchors. */
const anchors: string[] = [];

beforeAll(async () => {
  receiver = createServer((incoming, response) => {
    let body = '';
    incoming.on('data', (chunk) => (body += String(chunk)));
    incoming.on('end', () => {
      anchors.push(body);
      response.end();
    });
  });
  await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
  const { port } = receiver.address() as AddressInfo;
  world = await startWorld({ AUDIT_ANCHOR_URL: `http://127.0.0.1:${port}/anchors`, AUDIT_ANCHOR_INTERVAL: 'PT1M' });
  [adele, megan] = await world.arrived('Adele Vance', 'Megan Bowen');

  const { card } = await request(adele, megan, 'Azure Admins');
  await adele.press(card, 'Cancel request');
  await adele.waitForCard(({ text }) => text.includes('Cancelled'));
  const { task } = await request(adele, megan, 'Azure Admins');
  await megan.press(task, 'Approve');
  const running = await adele.waitForCard(({ buttons }) => buttons.includes('End now'));
  await pressNamed(await (await adele.say('extend Azure Admins by 1h because longer')).reply(/cannot be extended/));
  await world.later('PT6M');
  await adele.press(running, 'End now');
  await adele.waitForCard(({ text }) => text.includes('You ended it'));
  await (await adele.say('activate Azure Readers for 1h dry run')).reply(/Dry run/);
  const isaiah = world.person('Isaiah Langer');
  await isaiah.open();
  const first = await isaiah.say('activate Intune Helpdesk for 1h because first day');
  await isaiah.signIn(await first.reply(({ buttons }) => buttons.includes('Sign in')));
  await first.reply(/Active until/);

  writes = (await world.calls()).filter(({ method, path }) => method !== 'GET' && path.includes('/privilegedAccess/'));
  ledger = await readLedger(world.bot);
}, 90_000);
afterAll(async () => {
  await world.stop();
  receiver.close();
});

/** Presses the one button of the card that names a time. */
async function pressNamed(card: Card): Promise<Done> {
  return adele.press(card, card.buttons.find((title) => / at .*\d\d:\d\d$/.test(title)) ?? 'a time');
}

test('there were writes of every kind', async () => {
  expect(await world.writes()).toEqual([
    'activate 201',
    'cancel 204',
    'activate 201',
    'decide 204',
    'deactivate 201',
    'activate 201',
    'activate 201',
  ]);
});

test('each is in the ledger once, under the name that Graph knows it by, with its actor, its token and its answer', () => {
  const made = ledger.filter(({ action }) => action === 'pim.write');
  const names = writes.map(({ clientRequestId }) => clientRequestId);
  expect(new Set(names).size).toBe(writes.length);
  expect(made.map(({ detail }) => detail['clientRequestId'])).toEqual(names);
  expect(made.map(({ actor }) => actor?.oid)).toEqual(writes.map(({ token }) => token?.oid));
  expect(made.map(({ detail }) => detail['status'])).toEqual(writes.map(({ status }) => status));
  for (const { detail } of made) {
    expect(detail['uti']).toMatch(/^[0-9a-f-]{36}$/);
    expect(detail['graphRequestId']).toMatch(/^[0-9a-f-]{36}$/);
  }
});

test('each has its intent before it, which tells the activity and the conversation that brought it about', () => {
  const effects = writes.filter(({ body }) => (body as { isValidationOnly?: boolean }).isValidationOnly !== true);
  for (const effect of effects) {
    const record = ledger.find(({ detail }) => detail['clientRequestId'] === effect.clientRequestId);
    const intents = intentsOf(effect, ledger).filter(({ seq }) => seq < (record?.seq ?? 0));
    expect(intents).toHaveLength(1);
    // PIM's clock was moved by minutes in between, and by no more.
    expect(Math.abs((record?.at ?? 0) - (intents[0]?.at ?? 0))).toBeLessThan(3_600_000);
    expect(intents[0]?.cause).toEqual({ event: expect.any(String), conversation: `a:${effect.token?.oid ?? ''}` });
  }
  expect(new Set(ledger.map(({ cause }) => cause?.event).filter(Boolean)).size).toBeGreaterThan(4);
});

test('what PIM refuses stands there with its answer, and what is to be done later as soon as it is asked for, with what brought it about', async () => {
  const running = await (await adele.say('activate Azure Readers for 1h because soon over')).reply(/Active until/);
  const early = await (await adele.press(running, 'End now')).reply(/cannot end before/);
  await (await pressNamed(early)).reply(/Azure Readers ends at/);

  const lines = await readLedger(world.bot);
  const tooEarly = { what: 'selfDeactivate', status: 400, uti: expect.any(String), graphRequestId: expect.any(String) };
  expect(lines.findLast(({ action }) => action === 'pim.write')?.detail).toMatchObject(tooEarly);
  const [ending, renewal] = ['activation.endLater', 'activation.renewLater'].map((asked) =>
    lines.filter(({ action }) => action === asked),
  );
  const cause = { event: expect.any(String), conversation: `a:${adele.oid}` };
  const orders = lines.filter(({ action, actor }) => action === 'activation.order' && actor?.oid === adele.oid);
  const ofAdele = { actor: { oid: adele.oid }, detail: { due: expect.any(Number) }, cause };
  expect(ending).toMatchObject([
    { ...ofAdele, activationId: orders.at(-1)?.activationId, target: orders.at(-1)?.target },
  ]);
  expect(renewal).toMatchObject([{ ...ofAdele, activationId: orders[1]?.activationId, target: orders[1]?.target }]);
});

test('an order tells the policy it was made under, a decision what its card showed', () => {
  const order = ledger.find(({ action }) => action === 'activation.order');
  expect(JSON.parse(String(order?.detail['policy']))).toMatchObject({ approval: { justification: false } });
  const decision = ledger.find(({ action }) => action === 'approval.approve');
  expect(decision?.detail['version']).toBeGreaterThan(1);
});

test('its first record is noted outside at once, signed, and the ledger goes on from there', async () => {
  expect(anchors.map((line) => (JSON.parse(line) as { seq: number }).seq)[0]).toBeGreaterThan(0);
  expect(await goesOnFrom(world.bot, anchors)).toMatchObject({ ok: true });
});
