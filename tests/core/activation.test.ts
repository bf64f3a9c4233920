import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isOver, mayBegin } from '../../src/core/activation.ts';
import type { Activation, Step } from '../../src/core/activation.ts';
import { observe } from '../../src/core/observe.ts';
import { activation, approved, asked, minute, reading } from './samples.ts';

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
