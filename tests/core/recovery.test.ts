import { expect, test } from '@jest/globals';
import fc from '../support/fast-check.ts';
import { recovery } from '../../src/core/recovery.ts';
import type { Activation } from '../../src/core/activation.ts';
import { activation, asked, minute } from './samples.ts';

const second = 1_000;

/** Looked for in time, unless a test says when it was to be. */
function order(changes: Partial<Activation> = {}): Activation {
  return activation({ phase: 'ordering', readAt: asked + 11 * minute, ...changes });
}

test('an order that PIM does not list is sent again only a minute after it was sent', () => {
  expect(recovery(order(), asked + 59 * second).kind).toBe('look');
  expect(recovery(order(), asked + minute).kind).toBe('order');
});

test('the minute counts from the newest order, whose answer may have been lost too', () => {
  const twice = order({ orderedAt: asked + 2 * minute });
  expect(recovery(twice, asked + 2 * minute + 5 * second).kind).toBe('look');
  expect(recovery(twice, asked + 3 * minute).kind).toBe('order');
});

test('after ten minutes nothing is ordered on its own, and it is closed only when the newest order is surely not there', () => {
  expect(recovery(order(), asked + 11 * minute)).toEqual({ kind: 'giveUp' });
  const late = order({ orderedAt: asked + 10 * minute });
  expect(recovery(late, asked + 10 * minute + 30 * second).kind).toBe('look');
  expect(recovery(late, asked + 11 * minute)).toEqual({ kind: 'giveUp' });
});

test('where everything stood still, an order that is on its way just then has its minute too', () => {
  const awake = asked + 20 * minute;
  expect(recovery(order({ readAt: asked + minute }), awake)).toEqual({ kind: 'look', at: awake + minute });
  expect(recovery(order({ readAt: awake + minute }), awake + minute)).toEqual({ kind: 'giveUp' });
});

test('where every look comes late, a wish that PIM does not list is closed all the same', () => {
  let known = order({ readAt: asked + 20 * second });
  let now = asked + 20 * minute;
  for (let looks = 0; looks < 3; looks += 1, now += 5 * minute) {
    const next = recovery(known, now);
    if (next.kind === 'giveUp') return;
    known = { ...known, readAt: next.kind === 'look' ? next.at : now };
  }
  throw new Error('still looking');
});

test('what comes from a copy of the database is never ordered again', () => {
  expect(recovery(order({ restored: true }), asked + 2 * minute)).toEqual({ kind: 'giveUp' });
});

function waitAfter(age: number): number {
  const next = recovery(order(), asked + age);
  return next.kind === 'look' ? next.at - (asked + age) : NaN;
}

const ages = fc.integer({ min: 0, max: minute - 1 });

test('the next look is a whole moment, soon at first, then later and later, and never more than a quarter of a minute away', () => {
  fc.assert(
    fc.property(ages, ages, (one, other) => {
      const [early, late] = [waitAfter(Math.min(one, other)), waitAfter(Math.max(one, other))];
      expect(Number.isInteger(early) && 2 * second <= early && early <= late && late <= 15 * second).toBe(true);
    }),
  );
});
