import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Activation, Step } from '../../src/core/activation.ts';
import type { Reading } from '../../src/core/observe.ts';
import type { Actor } from '../../src/ports/incoming.ts';
import type { Staged } from '../../src/ports/pim.ts';
import type { Ports } from '../../src/ports/ports.ts';
import { watch } from '../../src/watch/watch.ts';
import { reading } from '../core/samples.ts';
import { createDesk, minute, person } from '../press/desk.ts';
import type { Desk } from '../press/desk.ts';
import { quickStore } from '../press/quick-store.ts';

/** What a round of reading makes of writes whose answer nobody got. */

const store = await quickStore();
let desk: Desk;
let megan: Actor;
let alex: Actor;

beforeEach(() => {
  desk = createDesk(store);
  [megan, alex] = [person('Megan Bowen'), person('Alex Wilber')];
});

let round = 0;
async function known(changes: Partial<Activation>): Promise<Activation> {
  round += 1;
  const id = `5555${String(round).padStart(4, '0')}-0000-4000-8000-000000000000`;
  return desk.request([megan, alex], { id, approvalId: `approval-${round}`, ...changes });
}

function stepOf({ oid, name }: Actor, kind: Step['kind'], ageMs: number): Step {
  return { kind, by: { oid, name: name ?? '' }, at: desk.now - ageMs };
}

/** PIM says this of it, and nothing of anything else; meanwhile: before its answer is there. */
async function look(
  { id, requestId, approvalId, askedAt }: Activation,
  said: Partial<Reading>,
  { stage = [], meanwhile }: { stage?: readonly Staged[]; meanwhile?: () => Promise<unknown> } = {},
): Promise<{ readonly after: Activation; readonly asked: readonly string[] }> {
  const asked: string[] = [];
  const pim: Ports['pim'] = {
    ...desk.ports.pim,
    read: async () => {
      await meanwhile?.();
      return new Map([[id, reading({ requestId, approvalId, createdAt: askedAt, ...said })]]);
    },
    stage: ({ oid }) => {
      asked.push(oid);
      return Promise.resolve(stage[asked.length - 1] ?? { kind: 'notFound' });
    },
  };
  await watch({ ...desk.ports, pim });
  return { after: (await store.activation(id))!, asked };
}

async function change({ id }: Activation, changes: Partial<Activation>): Promise<void> {
  const stored = (await store.activation(id))!;
  const activation = { ...stored, ...changes, version: stored.version + 1 };
  expect(await store.commit([{ kind: 'activation', activation }])).toBe(true);
}

describe('a step that was cut off', () => {
  const running = { startsAt: Date.UTC(2026, 10, 23, 13), endsAt: Date.UTC(2026, 10, 23, 14) };
  const still = { status: 'Provisioned', instance: running, ...running } as const;
  const active = { phase: 'active', seenActive: true, ...running } as const;

  test('is given back by a reading that shows nothing of it', async () => {
    const activation = await known({ ...active, step: stepOf(megan, 'end', 2 * minute) });
    expect((await look(activation, still)).after.step).toBeNull();
  });

  test('is not the one that was claimed while PIM was read: that one stands', async () => {
    const activation = await known({ ...active, step: stepOf(megan, 'end', 2 * minute) });
    const claimed = stepOf(megan, 'end', 0);
    const { after } = await look(activation, still, { meanwhile: () => change(activation, { step: claimed }) });
    expect(after).toMatchObject({ phase: 'active', step: claimed });
  });
});

describe('a decision that PIM has and whose answer was lost', () => {
  const taken = { startsAt: null, endsAt: null, instance: null } as const;
  const staged = (changes: object): Staged => {
    const stage = { id: 's', open: false, mine: true, result: 'approved', justification: 'ok', ...changes } as const;
    return { kind: 'stage', stage: { by: { oid: megan.oid, name: 'Megan Bowen' }, ...stage } };
  };
  const unavailable = { kind: 'unavailable', afterMs: null } as const;

  test.each<[string, (step: Step) => Partial<Activation>]>([
    ['with the program, or when it was read back', (step) => ({ step })],
    ['and was carried out after it was read back', (unanswered) => ({ unanswered })],
  ])('%s, is told as whose PIM says it is', async (_when, of) => {
    for (const status of ['Provisioned', 'Denied']) {
      const activation = await known(of(stepOf(megan, 'decide', minute)));
      const result = status === 'Denied' ? 'denied' : 'approved';
      const by = { oid: alex.oid, name: 'Alex Wilber' };
      const { after, asked } = await look(activation, { ...taken, status }, { stage: [staged({ result, by })] });
      expect(asked).toEqual([megan.oid]);
      expect(after.ruling).toMatchObject({ verdict: status === 'Denied' ? 'deny' : 'approve', by, reason: 'ok' });
      expect(after).toMatchObject({ phase: status === 'Denied' ? 'denied' : 'active', step: null });
    }
  });

  test('was made when they pressed', async () => {
    const step = stepOf(megan, 'decide', minute);
    const { after } = await look(await known({ step }), { ...taken, status: 'Denied' }, { stage: [staged({})] });
    expect(after.ruling).toMatchObject({ by: { oid: megan.oid }, at: step.at });
  });

  test.each<[string, () => Staged]>([
    ['cannot say', () => unavailable],
    ['says what was before', () => staged({ open: true, result: 'notReviewed', by: null })],
  ])('is asked for again while PIM %s, for a minute, and then told without a name', async (_what, first) => {
    const activation = await known({ unanswered: stepOf(megan, 'decide', minute / 2) });
    const denied = { ...taken, status: 'Denied' };
    expect((await look(activation, denied, { stage: [first()] })).after).toMatchObject({ phase: 'waiting' });
    desk.now += minute;
    const { after } = await look(activation, denied, { stage: [first()] });
    expect(after).toMatchObject({ phase: 'denied', ruling: null });
  });

  test('is not looked for while it is on its way, or when nobody here decided', async () => {
    const onItsWay = await known({ step: stepOf(megan, 'decide', 1_000) });
    expect(await look(onItsWay, { ...taken, status: 'Denied' })).toMatchObject({
      after: { phase: 'waiting' },
      asked: [],
    });
    const elsewhere = await known({});
    expect(await look(elsewhere, { ...taken, status: 'Denied' })).toMatchObject({
      after: { phase: 'denied' },
      asked: [],
    });
  });
});
