import { expect, test } from '@jest/globals';
import fc from '../support/fast-check.ts';
import { isCutOff, isOver, isUnderWay, leaveMs, mayBegin } from '../../src/core/activation.ts';
import type { Activation, Step } from '../../src/core/activation.ts';
import { observe } from '../../src/core/observe.ts';
import { activation, approved, asked, hour, minute, reading } from './samples.ts';

type Event =
  { readonly kind: 'begin'; readonly step: Step['kind'] } | { readonly kind: 'read'; readonly status: string };

const event: fc.Arbitrary<Event> = fc.oneof(
  fc.record({ kind: fc.constant('begin' as const), step: fc.constantFrom('decide', 'end', 'cancel') }),
  fc.record({
    kind: fc.constant('read' as const),
    status: fc.constantFrom('PendingApproval', 'Granted', 'Provisioned', 'Denied', 'Canceled', 'Revoked'),
  }),
);

/** Each write that may begin takes effect at once; PIM is read whenever it happens to be, and its lists may lag behind. */
function live(events: readonly Event[]): { readonly began: readonly Step['kind'][]; readonly last: Activation } {
  const began: Step['kind'][] = [];
  let last = activation();
  events.forEach((one, at) => {
    if (one.kind === 'read') last = observe(last, reading({ status: one.status }), asked + at * minute).activation;
    else if (mayBegin(one.step, last)) {
      began.push(one.step);
      if (one.step === 'decide') last = { ...last, ruling: approved };
      if (one.step === 'cancel') last = observe(last, reading({ status: 'Canceled' }), asked + at * minute).activation;
    }
  });
  return { began, last };
}

test('a request is decided once or taken back once, never both, however late PIM is read', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), (events) => {
      expect(live(events).began.filter((kind) => kind !== 'end').length).toBeLessThanOrEqual(1);
    }),
  );
});

test('nothing begins on what is over', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), fc.constantFrom('decide', 'end', 'cancel'), (events, kind) => {
      const { last } = live(events);
      expect(isOver(last.phase) && mayBegin(kind, last)).toBe(false);
    }),
  );
});

test('what is decided is ended only once PIM runs it', () => {
  expect(mayBegin('end', activation({ ruling: approved }))).toBe(false);
  expect(mayBegin('end', activation({ ruling: approved, phase: 'active' }))).toBe(true);
});

test.each(['decide', 'cancel', 'end'] as const)(
  'a write (%s) stands in the way of others for as long as it may leave and be answered, half a minute',
  (kind) => {
    const step = { kind, by: { oid: 'adele', name: 'Adele Vance' }, at: asked };
    expect(isUnderWay({ step }, asked + leaveMs + 9_999)).toBe(true);
    expect(isUnderWay({ step }, asked + leaveMs + 10_000)).toBe(false);
    expect(isUnderWay({ step: null }, asked)).toBe(false);
  },
);

test.each<[Step['kind'], number]>([
  ['decide', 30_000],
  ['cancel', 30_000],
  ['end', 60_000],
])('a write (%s) of which PIM shows nothing came to nothing after %i ms', (kind, after) => {
  const step = { kind, by: { oid: 'adele', name: 'Adele Vance' }, at: asked };
  expect(isCutOff({ step }, asked + after - 1)).toBe(false);
  expect(isCutOff({ step }, asked + after)).toBe(true);
  expect(isCutOff({ step: null }, asked + hour)).toBe(false);
});
