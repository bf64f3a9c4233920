import { beforeEach, describe, expect, test } from '@jest/globals';
import fc from '../support/fast-check.ts';
import { contentOf } from '../../src/core/button.ts';
import type { Activation } from '../../src/core/activation.ts';
import type { Message } from '../../src/core/message.ts';
import type { Actor } from '../../src/ports/incoming.ts';
import { toPressed } from '../../src/teams/incoming.ts';
import { chatOf, createDesk, hour, minute, person } from './desk.ts';
import type { Data, Desk } from './desk.ts';
import { quickStore } from './quick-store.ts';

/** A press whose data is not to the letter what its card carried: one refusal for all, a line in the ledger, no call of PIM. */

const store = await quickStore();
let desk: Desk;
let megan: Actor;
let alex: Actor;
let mine: Activation;
let other: Activation;
let events = 0;

beforeEach(async () => {
  desk = createDesk(store);
  [megan, alex] = [person('Megan Bowen'), person('Alex Wilber')];
  events += 1_000_000;
  desk.ports.ids.id();
  mine = await desk.request([megan, alex], {
    id: `1111${events}-0000-4000-8000-000000000000`,
    approvalId: `a${events}`,
  });
  other = await desk.request([megan], { id: `2222${events}-0000-4000-8000-000000000000`, approvalId: `b${events}` });
});

function card(activation: Activation): Message {
  return { kind: 'approval', activation, form: 'decide', note: null };
}

function own(): Actor {
  return { ...mine.person, name: mine.personName, zone: null };
}

type Pressed = { readonly card: Message | null; readonly said: readonly Message[] };

/** As an activity brings it: data first through the shape, then to the program. */
async function press(data: unknown, actor: Actor = megan, place = chatOf(actor)): Promise<Pressed> {
  events += 1;
  const before = desk.sent.length;
  const incoming = {
    kind: 'action',
    eventId: `e${events}`,
    actor,
    place,
    activityId: null,
    ...toPressed(data),
  } as const;
  // Time enough between two presses for the chat's own pace.
  desk.now += 5_000;
  const card = await desk.app.handle(incoming);
  await desk.quiet();
  return { card, said: desk.sent.slice(before).map(({ message }) => message) };
}

const generic = expect.objectContaining({
  kind: 'problem',
  what: 'This button is not for you, or its card is not one of mine.',
  reference: null,
});

async function refused(data: unknown, actor: Actor = megan, place = chatOf(actor)): Promise<void> {
  const { card: there, said } = await press(data, actor, place);
  // In a room the presser alone reads it, as the answer to the press.
  expect(place.kind === 'personal' ? [there, ...said] : [...said, there]).toEqual(
    place.kind === 'personal' ? [null, generic] : [generic],
  );
  expect(desk.model.calls).toEqual([]);
}

function approve(activation: Activation = mine, actor: Actor = megan): Data {
  return desk.button(card(activation), actor, 'Approve');
}

async function ledger(): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const rows = [];
  for (let after = 0; ;) {
    const page = await store.ledger(after, 500);
    if (page.length === 0) return rows;
    rows.push(...page.map(({ entry }) => JSON.parse(entry) as Record<string, unknown>));
    after = page.at(-1)?.seq ?? after;
  }
}

async function refusalsOf({ oid }: Actor): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const lines = (await ledger()).filter(({ action }) => action === 'card.refused');
  return lines.filter((line) => JSON.stringify(line).includes(oid));
}

test('the button as it was sent decides', async () => {
  const { card: after } = await press(approve());
  expect(after).toMatchObject({ kind: 'approval', activation: { ruling: { verdict: 'approve' } } });
  expect(desk.model.writes).toHaveLength(1);
});

describe('is refused, in the same words and without a call of PIM:', () => {
  test.each([
    ['an approver’s', 'Approve', () => approve(), () => megan],
    ['an approver’s', 'Deny…', () => desk.button(card(mine), megan, 'Deny…'), () => megan],
    [
      'one’s own',
      'Cancel request',
      () => desk.button({ kind: 'activation', activation: mine }, own(), 'Cancel request'),
      own,
    ],
  ])(
    'any byte changed in any field of %s button %s',
    async (_whose, _title, button, who) => {
      const data = button();
      // Each place in turn: its lowest bit, its case, and a byte that is no letter of any of them.
      for (const [name, value] of Object.entries(data))
        for (const [at, char] of Array.from(String(value)).entries())
          for (const code of [char.charCodeAt(0) ^ 1, char.charCodeAt(0) ^ 32, 0x7f])
            await refused(
              { ...data, [name]: String(value).slice(0, at) + String.fromCharCode(code) + String(value).slice(at + 1) },
              who(),
            );
    },
    60_000,
  );

  test('any field that is longer, shorter, empty, missing or of another kind', async () => {
    const data = approve();
    const wrong = ['', null, 7, true, [], {}, ['approve'], 'constructor', 'x'.repeat(600)];
    for (const name of Object.keys(data)) {
      const text = String(data[name]);
      for (const value of [
        ...wrong,
        `${text} `,
        ` ${text}`,
        text.slice(1),
        text.slice(0, -1),
        undefined,
        `${text}\u0000`,
      ])
        await refused({ ...data, [name]: value });
    }
  });

  test('a field more', async () => {
    const data = approve();
    const more = fc.record({
      name: fc.oneof(fc.string(), fc.constantFrom('approverId', 'isAdmin', 'verb2', 'constructor')),
      value: fc.anything(),
    });
    await fc.assert(
      fc.asyncProperty(more, async ({ name, value }) => {
        fc.pre(!['verb', 'id', 'seal', 'justification', 'ticket', 'duration', 'target'].includes(name));
        await refused(Object.defineProperty({ ...data }, name, { value, enumerable: true }));
      }),
      { numRuns: 100 },
    );
    await refused(JSON.parse(JSON.stringify(data).replace('{', '{"__proto__":{"isAdmin":true},')) as unknown);
    await refused([data]);
    await refused(null);
  });

  test('parts of two valid buttons put together', async () => {
    const [one, two] = [approve(mine), approve(other)];
    const deny = desk.button(card(mine), megan, 'Deny…');
    await refused({ ...one, id: two.id });
    await refused({ ...one, seal: two.seal });
    await refused({ ...one, verb: deny.verb });
    await refused({ ...one, seal: deny.seal });
    const [a, b] = [one.seal.split('.'), two.seal.split('.')];
    for (const at of [1, 2, 3]) if (a[at] !== b[at]) await refused({ ...one, seal: a.with(at, b[at] ?? '').join('.') });
  });

  test('somebody else’s card, also of another approver, and the requester’s own', async () => {
    await refused(approve(mine, megan), alex);
    await refused(approve(mine, megan), { ...mine.person, name: 'Adele', zone: null });
    await refused(approve(mine, megan), person('Stranger'));
  });

  test('one’s own card in another conversation, or of another tenant', async () => {
    await refused(approve(), megan, { ...chatOf(megan), conversationId: 'a:elsewhere' });
    await refused(approve(), { ...megan, tid: '22222222-2222-4222-8222-222222222222' });
    await refused(approve(), megan, { ...chatOf(megan), kind: 'groupChat' });
    await refused(approve(), megan, { ...chatOf(megan), kind: 'channel', conversationId: '19:x@thread.tacv2' });
  });

  test('a request that was altered after it was shown', async () => {
    const shown = approve();
    const { wish } = mine;
    const altered: readonly Partial<Activation>[] = [
      { wish: { ...wish, length: { kind: 'for', minutes: 480 } } },
      { wish: { ...wish, justification: 'something else' } },
      { target: { kind: 'group', groupId: 'another', access: 'member' } },
      { approvalId: other.approvalId },
      { personName: 'Somebody Else' },
    ];
    let { version } = mine;
    for (const change of altered) {
      version += 1;
      const changed = { ...mine, ...change, version };
      expect(await store.commit([{ kind: 'activation', activation: changed }])).toBe(true);
      expect(contentOf(changed)).not.toBe(contentOf(mine));
      for (const data of [shown, { ...desk.button(card(mine), megan, 'Deny…') }]) await refused(data);
    }
    expect(await store.commit([{ kind: 'activation', activation: { ...mine, version: version + 1 } }])).toBe(true);
    expect((await press(shown)).card).toMatchObject({ activation: { ruling: { verdict: 'approve' } } });
  });

  test('a request that is no more', async () => {
    await refused({ ...approve(), id: 'ffffffff-0000-4000-8000-000000000000' });
  });
});

describe('the ledger', () => {
  test('has a line of each refusal, with the person and the verb and nothing of the data', async () => {
    await refused({ ...approve(), seal: 'planted-canary' });
    await refused({ verb: 'planted-canary', id: 'planted-canary', seal: '' });
    const lines = await refusalsOf(megan);
    expect(lines.map(({ detail }) => detail)).toEqual([
      { verb: 'approve', unwritten: 0 },
      { verb: 'unknown', unwritten: 0 },
    ]);
    expect(JSON.stringify([await ledger(), desk.logged])).not.toContain('planted-canary');
  });

  test('takes five an hour of one person and counts the rest', async () => {
    for (let times = 0; times < 40; times += 1) await refused({ ...approve(), seal: 'x' });
    expect(await refusalsOf(megan)).toHaveLength(5);
    desk.now += hour;
    await refused({ ...approve(), seal: 'x' });
    expect((await refusalsOf(megan)).at(-1)).toMatchObject({ detail: { unwritten: 35 } });
  });

  test('takes two hundred an hour of all', async () => {
    const before = (await ledger()).length;
    for (let times = 0; times < 220; times += 1) await refused({ verb: 'approve', id: '1', seal: 'x' }, person());
    expect((await ledger()).length - before).toBe(200);
  });
});

describe('a button that is too old', () => {
  test('decides nothing, and its card comes anew with buttons that work', async () => {
    const data = approve();
    desk.now += 25 * hour;
    const late = await press(data);
    expect(late.card).toMatchObject({ kind: 'approval', note: expect.stringContaining('grown old') });
    expect(desk.model.calls).toEqual([]);
    expect((await press(desk.button(late.card as Message, megan, 'Approve'))).card).toMatchObject({
      activation: { ruling: { verdict: 'approve' } },
    });
  });

  test('works until its last minute', async () => {
    const data = approve();
    desk.now += 25 * hour - minute;
    expect((await press(data)).card).toMatchObject({ activation: { ruling: { verdict: 'approve' } } });
  });

  test('shows nothing to who is no approver any more', async () => {
    const data = approve();
    const without = {
      ...mine,
      approvers: mine.approvers.filter(({ oid }) => oid !== megan.oid),
      version: mine.version + 1,
    };
    await store.commit([{ kind: 'activation', activation: without }]);
    desk.now += 25 * hour;
    const { card: none, said } = await press(data);
    expect(none).toBeNull();
    expect(said).toEqual([expect.objectContaining({ what: 'There is no such request waiting for you.' })]);
  });

  test.each([
    ['Cancel request', 'waiting'],
    ['End now', 'active'],
    ['Again', 'lapsed'],
  ] satisfies [string, Activation['phase']][])('%s brings the requester’s card anew', async (title, phase) => {
    const requester = { ...mine.person, name: mine.personName, zone: null };
    const activation = { ...mine, phase, version: mine.version + 1, endsAt: desk.now + 48 * hour };
    await store.commit([{ kind: 'activation', activation }]);
    const data = desk.button({ kind: 'activation', activation }, requester, title);
    desk.now += 31 * 24 * hour;
    const late = await press(data, requester);
    expect(late.card).toMatchObject({ kind: 'activation', activation: { id: mine.id, phase } });
    expect(late.said).toEqual([expect.objectContaining({ title: 'That card had grown old, so nothing was done.' })]);
    expect(desk.model.calls).toEqual([]);
  });
});
