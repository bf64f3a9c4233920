import { describe, expect, test } from '@jest/globals';
import fc from '../support/fast-check.ts';
import { decide } from '../../src/core/decide.ts';
import type { Ask, Decision, Facts } from '../../src/core/decide.ts';
import type { Policy } from '../../src/core/policy.ts';
import { activation, asked as now, hour, minute, open } from './samples.ts';

const facts: Facts = { now, defaultMinutes: 60, open: null };
const strict: Policy = { ...open, maximumMinutes: 240, justification: true, ticket: true };
const ticket = { number: 'INC0012345' };

/** One line a decision: what is ordered, asked or refused. */
function told(ask: Ask, policy: Policy = open, changes: Partial<Facts> = {}): string {
  const decision = decide(ask, policy, { ...facts, ...changes });
  if (decision.kind === 'refused') return `refused ${decision.reason.kind}`;
  if (decision.kind === 'question') return `asks ${decision.needs.join('+')} with ${decision.minutes}`;
  const { length, startAt } = decision.wish;
  const span = length.kind === 'for' ? `${length.minutes} minutes` : `until ${(length.at - now) / minute}`;
  return `orders ${span}${startAt === null ? '' : ` from ${(startAt - now) / minute}`}`;
}

describe('a wish is', () => {
  test.each<[string, Ask, Policy, Partial<Facts>, string]>([
    ['ordered as it was said', { minutes: 120 }, open, {}, 'orders 120 minutes'],
    ['ordered with the default when nothing was said', {}, open, {}, 'orders 60 minutes'],
    [
      'ordered with the default cut to the policy’s maximum',
      {},
      { ...open, maximumMinutes: 30 },
      {},
      'orders 30 minutes',
    ],
    [
      'ordered with the whole default where the policy has no maximum',
      {},
      { ...open, maximumMinutes: null },
      {},
      'orders 60 minutes',
    ],
    ['ordered at exactly the maximum', { minutes: 480 }, open, {}, 'orders 480 minutes'],
    ['asked about when longer than the maximum', { minutes: 481 }, open, {}, 'asks duration with 480'],
    [
      'ordered at any length where the policy has no maximum',
      { minutes: 9_999 },
      { ...open, maximumMinutes: null },
      {},
      'orders 9999 minutes',
    ],
    ['ordered until a time', { until: now + 2 * hour }, open, {}, 'orders until 120'],
    ['ordered until exactly the maximum', { until: now + 8 * hour }, open, {}, 'orders until 480'],
    [
      'asked about when its end is beyond the maximum',
      { until: now + 8 * hour + 1 },
      open,
      {},
      'asks duration with 480',
    ],
    ['ordered from a later start', { minutes: 60, startAt: now + hour }, open, {}, 'orders 60 minutes from 60'],
    [
      'measured from its start to its end',
      { startAt: now + hour, until: now + 9 * hour },
      open,
      {},
      'orders until 540 from 60',
    ],
    [
      'asked about when too long from its start',
      { startAt: now + hour, until: now + 10 * hour },
      open,
      {},
      'asks duration with 480',
    ],
    ['ordered at the least PIM takes', { minutes: 5 }, open, {}, 'orders 5 minutes'],
    ['refused below the least PIM takes', { minutes: 4 }, open, {}, 'refused tooShort'],
    ['refused for no length', { minutes: 0 }, open, {}, 'refused tooShort'],
    ['refused when its end is nearer than the least', { until: now + 4 * minute }, open, {}, 'refused tooShort'],
    ['refused when its end has passed', { until: now }, open, {}, 'refused untilPassed'],
    [
      'refused when its end is before its start',
      { startAt: now + hour, until: now + hour },
      open,
      {},
      'refused untilPassed',
    ],
    ['refused when its start has passed', { startAt: now - 1 }, open, {}, 'refused startPassed'],
    ['ordered when its start is now', { startAt: now }, open, {}, 'orders 60 minutes from 0'],
    ['refused while the same one is open', {}, open, { open: activation() }, 'refused open'],
    ['asked about for everything at once', { minutes: 600 }, strict, {}, 'asks justification+ticket+duration with 240'],
    ['asked about for the reason alone', { ticket }, strict, {}, 'asks justification with 60'],
    ['asked about for the ticket alone', { justification: 'fix' }, strict, {}, 'asks ticket with 60'],
    [
      'asked about when the reason is blank',
      { ticket, justification: ' \t' },
      strict,
      {},
      'asks justification with 60',
    ],
    [
      'asked about when the ticket is blank',
      { ticket: { number: ' ' }, justification: 'fix' },
      strict,
      {},
      'asks ticket with 60',
    ],
    ['ordered when all is said', { ticket, justification: 'fix', minutes: 240 }, strict, {}, 'orders 240 minutes'],
  ])('%s', (_rule, ask, policy, changes, line) => {
    expect(told(ask, policy, changes)).toBe(line);
  });

  test('ordered with exactly what was said beside its length', () => {
    const decision = decide({ minutes: 60, justification: ' why ', ticket }, open, facts);
    expect(decision).toEqual({
      kind: 'order',
      wish: { length: { kind: 'for', minutes: 60 }, startAt: null, justification: ' why ', ticket },
    });
  });

  test('refused with the open one at hand, whatever else is wrong', () => {
    const other = activation();
    const decision = decide({ minutes: 1, until: now - 1 }, strict, { ...facts, open: other });
    expect(decision).toEqual({ kind: 'refused', reason: { kind: 'open', activation: other } });
  });
});

describe('whatever is asked under whatever policy:', () => {
  const minutes = fc.integer({ min: 1, max: 5_000 });
  const moment = fc.integer({ min: -3 * hour, max: 100 * hour }).map((ms) => now + ms);
  const anyAsk: fc.Arbitrary<Ask> = fc.record(
    {
      minutes,
      until: moment,
      startAt: moment,
      justification: fc.string(),
      ticket: fc.record({ number: fc.string() }),
    },
    { requiredKeys: [] },
  );
  const anyPolicy: fc.Arbitrary<Policy> = fc.record({
    maximumMinutes: fc.option(minutes, { nil: null }),
    justification: fc.boolean(),
    ticket: fc.boolean(),
    mfa: fc.boolean(),
    authenticationContext: fc.constantFrom(null, 'c1'),
    approval: fc.constantFrom(null, { justification: true, approvers: [] }),
  });

  function always(holds: (decision: Decision, ask: Ask, policy: Policy) => void): void {
    fc.assert(
      fc.property(anyAsk, anyPolicy, minutes, (ask, policy, defaultMinutes) =>
        holds(decide(ask, policy, { ...facts, defaultMinutes }), ask, policy),
      ),
      { numRuns: 1_000 },
    );
  }

  function lengthOf(decision: Extract<Decision, { kind: 'order' }>): number {
    const { length, startAt } = decision.wish;
    return length.kind === 'for' ? length.minutes : (length.at - (startAt ?? now)) / minute;
  }

  test('nothing is ordered for longer than the policy’s maximum, or shorter than PIM takes', () => {
    always((decision, _ask, policy) => {
      if (decision.kind !== 'order') return;
      expect(lengthOf(decision)).toBeLessThanOrEqual(policy.maximumMinutes ?? Infinity);
      expect(lengthOf(decision)).toBeGreaterThan(4);
    });
  });

  test('nothing is ordered without what the policy requires', () => {
    always((decision, _ask, policy) => {
      if (decision.kind !== 'order') return;
      if (policy.justification) expect(decision.wish.justification).toMatch(/\S/);
      if (policy.ticket) expect(decision.wish.ticket?.number).toMatch(/\S/);
    });
  });

  test('nothing is ordered that ends or starts in the past', () => {
    always((decision) => {
      if (decision.kind !== 'order') return;
      const { length, startAt } = decision.wish;
      expect(startAt ?? now).toBeGreaterThanOrEqual(now);
      if (length.kind === 'until') expect(length.at).toBeGreaterThan(startAt ?? now);
    });
  });

  test('what was said is never changed in silence', () => {
    always((decision, ask) => {
      if (decision.kind !== 'order') return;
      const { length, startAt, justification, ticket: number } = decision.wish;
      expect([startAt, justification, number]).toEqual([
        ask.startAt ?? null,
        ask.justification ?? null,
        ask.ticket ?? null,
      ]);
      if (ask.until !== undefined) expect(length).toEqual({ kind: 'until', at: ask.until });
      else if (ask.minutes !== undefined) expect(length).toEqual({ kind: 'for', minutes: ask.minutes });
    });
  });

  test('a question asks for something, only for what lacks, and offers no more than the maximum', () => {
    always((decision, ask, policy) => {
      if (decision.kind !== 'question') return;
      const { needs } = decision;
      expect(needs.length).toBeGreaterThan(0);
      expect(needs.includes('justification')).toBe(policy.justification && !ask.justification?.trim());
      expect(needs.includes('ticket')).toBe(policy.ticket && !ask.ticket?.number.trim());
      expect(decision.minutes).toBeLessThanOrEqual(policy.maximumMinutes ?? Infinity);
    });
  });

  test('an answer to a question is ordered', () => {
    always((decision, ask, policy) => {
      if (decision.kind !== 'question' || decision.minutes < 5) return;
      const { until, ...rest } = ask;
      const answered: Ask = {
        ...rest,
        ...(decision.needs.includes('duration') || until === undefined ? { minutes: decision.minutes } : { until }),
        justification: 'because',
        ticket,
      };
      expect(decide(answered, policy, facts).kind).toBe('order');
    });
  });
});
