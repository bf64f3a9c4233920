import { beforeEach, expect, test } from '@jest/globals';
import { createRefuse } from '../src/refuse.ts';
import { createDesk, hour, person } from './press/desk.ts';
import type { Desk } from './press/desk.ts';
import { quickStore } from './press/quick-store.ts';

/** What a press whose seal does not fit leads to, whatever is wrong with it: the same words, a line in the log, few in the ledger. */

const store = await quickStore();
let desk: Desk;
let before = 0;

beforeEach(async () => {
  desk = createDesk(store);
  before = (await store.ledger(0, 100_000)).length;
});

async function lines(): Promise<readonly unknown[]> {
  return (await store.ledger(before, 100_000)).map(({ entry }) => JSON.parse(entry) as unknown);
}

test('it is said that the button is not theirs, under which rule, and where their own cards are', async () => {
  expect(await createRefuse(desk.ports)('approve', person())).toMatchObject({
    kind: 'problem',
    what: 'This button is not for you, or its card is not one of mine.',
    why: 'A card works for the person it was sent to, in the chat it was sent to, as it was sent. That is my own rule, for everybody.',
    next: 'Say “approvals” or “status” to get your own cards.',
    ...{ button: null, link: null, reference: null },
  });
});

test('log and ledger hear who pressed what, and of a verb that is none only that', async () => {
  const refuse = createRefuse(desk.ports);
  const mallory = person('Mallory');
  await refuse('approve', mallory);
  await refuse('constructor', mallory);
  expect(desk.logged.map((line) => JSON.parse(line) as unknown)).toEqual(
    ['approve', 'unknown'].map((verb) => ['card.refused', { verb, actor: mallory.oid }]),
  );
  expect(await lines()).toMatchObject(
    ['approve', 'unknown'].map((verb) => ({
      ...{ action: 'card.refused', at: desk.now, actor: { oid: mallory.oid, tid: mallory.tid } },
      ...{ activationId: null, target: null, detail: { verb, unwritten: 0 } },
    })),
  );
});

test('an hour later to the millisecond the next lines are written, with how many there were meanwhile', async () => {
  const refuse = createRefuse(desk.ports);
  const mallory = person('Mallory');
  for (let press = 0; press < 7; press += 1) await refuse('approve', mallory);
  desk.now += hour - 1;
  await refuse('approve', mallory);
  expect(await lines()).toHaveLength(5);
  desk.now += 1;
  await refuse('approve', mallory);
  await refuse('approve', mallory);
  const details = (await lines()).slice(5).map((line) => (line as { readonly detail: unknown }).detail);
  expect(details).toEqual([3, 0].map((unwritten) => ({ verb: 'approve', unwritten })));
});
