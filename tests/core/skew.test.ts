import { describe, expect, test } from '@jest/globals';
import { observe } from '../../src/core/observe.ts';
import type { Reading } from '../../src/core/observe.ts';
import { activation } from './samples.ts';

/** Our clock and PIM's differ, by as much as nobody has noticed yet. */

const minute = 60_000;
const hour = 60 * minute;

describe.each([-10, -5, -1, 0, 1, 5, 10])('PIM’s clock is %i minutes ahead of ours', (ahead) => {
  const asked = Date.parse('2026-11-23T12:00:00Z');
  const wish = { length: { kind: 'for', minutes: 60 }, startAt: null, justification: null, ticket: null } as const;
  const known = activation({ phase: 'ordering', askedAt: asked, wish, endsAt: null, startsAt: null });
  const starts = asked + ahead * minute;
  const reading: Reading = {
    requestId: 'r',
    approvalId: null,
    status: 'Provisioned',
    createdAt: starts,
    startsAt: starts,
    endsAt: starts + hour,
    instance: { startsAt: starts, endsAt: starts + hour },
  };
  const active = observe(known, reading, asked + 2_000).activation;

  test('what runs is active at once, not scheduled and not over', () => {
    expect(active.phase).toBe('active');
    expect(active.endsAt).toBe(starts + hour);
    expect(active.readAt).toBeGreaterThan(asked);
  });

  test('it is active for as long as PIM lists it', () => {
    for (const passed of [30 * minute, hour - minute, hour + 9 * minute])
      expect(observe(active, reading, asked + passed).activation.phase).toBe('active');
  });

  test('it ends when PIM lists it no more, and its end is not after that', () => {
    const gone = observe(active, { ...reading, instance: null }, starts + hour + minute);
    expect(gone.activation.phase).toBe('ended');
    expect(gone.activation.endsAt).toBeLessThanOrEqual(starts + hour + minute);
  });

  test('what nobody looked at while it ran is over when its length has passed, on our clock as on PIM’s', () => {
    const late = observe({ ...known, orderedAt: asked }, { ...reading, instance: null }, asked + hour + 3 * minute);
    expect(late.activation.phase).toBe('ended');
  });

  test('what has just been approved elsewhere, and is not listed yet, is not over', () => {
    const [start, end] = [starts + 3 * hour, starts + 4 * hour];
    const approved = { ...reading, startsAt: start, endsAt: end, instance: null };
    const seen = observe({ ...known, phase: 'waiting', orderedAt: asked }, approved, asked + 3 * hour + minute);
    expect(seen.activation.phase).not.toBe('ended');
  });

  test('an order without a start is never taken for one that starts later', () => {
    const granted = observe(known, { ...reading, status: 'Granted', instance: null }, asked + 2_000);
    expect(granted.activation.phase).toBe('starting');
  });
});
