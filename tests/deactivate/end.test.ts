import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Activation } from '../../src/core/activation.ts';
import { end } from '../../src/deactivate/end.ts';
import type { Actor } from '../../src/ports/incoming.ts';
import type { Done } from '../../src/ports/pim.ts';
import { createDesk, hour, minute, person } from '../press/desk.ts';
import type { Desk } from '../press/desk.ts';
import { quickStore } from '../press/quick-store.ts';

const store = await quickStore();
let desk: Desk;
let adele: Actor;
let round = 0;

beforeEach(() => {
  desk = createDesk(store);
  adele = person('Adele Vance');
});

async function running(): Promise<Activation> {
  round += 1;
  return desk.request([], {
    id: `6666${String(round).padStart(4, '0')}-0000-4000-8000-000000000000`,
    person: { tid: adele.tid, oid: adele.oid },
    target: { kind: 'group', groupId: `group-${round}`, access: 'member' },
    phase: 'active',
    approvalId: null,
    startsAt: desk.now,
    endsAt: desk.now + hour,
    seenActive: true,
    readAt: desk.now + hour,
  });
}

/** Presses `End now`, and PIM answers this; meanwhile: before its answer is there. */
async function press({ id }: Activation, answer: Done, meanwhile?: () => Promise<unknown>): Promise<Activation> {
  const pim = {
    ...desk.ports.pim,
    end: async () => {
      await meanwhile?.();
      return answer;
    },
  };
  await end({ ...desk.ports, pim }, adele, (await store.activation(id))!);
  return (await store.activation(id))!;
}

describe('an ending whose answer was lost', () => {
  test('stays the person’s when they press again and PIM takes nothing', async () => {
    const activation = await running();
    const first = await press(activation, { kind: 'unclear' });
    expect(first.step).toMatchObject({ kind: 'end', by: { oid: adele.oid } });
    desk.now += 40_000;
    const again = await press(activation, { kind: 'unavailable', afterMs: null });
    // Nobody knows yet what became of the first one.
    expect(again.step).toEqual(first.step);
  });

  test('is given back when PIM says that nothing was done', async () => {
    expect((await press(await running(), { kind: 'unavailable', afterMs: null })).step).toBeNull();
  });

  test('and comes when it was long given up leaves alone what was claimed since', async () => {
    const activation = await running();
    const { step } = await press(activation, { kind: 'unavailable', afterMs: null }, async () => {
      desk.now += minute;
      await press(activation, { kind: 'unclear' });
    });
    expect(step).toMatchObject({ kind: 'end', at: desk.now });
  });
});
