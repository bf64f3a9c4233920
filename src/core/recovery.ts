import { lagMs } from './activation.ts';
import type { Activation } from './activation.ts';
import type { Moment } from './moment.ts';

/** Later than this nobody waits in front of the chat any more, so nothing is ordered on its own. */
const patienceMs = 10 * 60_000;

/** What to do about an order whose answer was lost and that PIM does not list. */
export type Recovery =
  { readonly kind: 'look'; readonly at: Moment } | { readonly kind: 'order' } | { readonly kind: 'giveUp' };

/** Counted from the newest order: that an older one is not there says nothing of it. */
export function recovery(
  { askedAt, orderedAt = askedAt, readAt, restored }: Pick<Activation, 'askedAt' | 'orderedAt' | 'readAt' | 'restored'>,
  now: Moment,
): Recovery {
  const age = now - orderedAt;
  if (age < lagMs) return { kind: 'look', at: now + pauseAt(age) };
  // From a copy: PIM may have refused it since, and the person knows; ordering it now would be a surprise.
  const isLate = restored === true || now - askedAt > patienceMs;
  if (!isLate) return { kind: 'order' };
  // Nobody looked when it was time: a program that stood still may be sending the order at this moment. Once: readings that
  // are always late must not keep a wish open for ever.
  const isFirst = readAt !== null && readAt - orderedAt <= 2 * lagMs;
  const stoodStill = restored !== true && isFirst && now - readAt > lagMs;
  return stoodStill ? { kind: 'look', at: now + lagMs } : { kind: 'giveUp' };
}

/** Somebody waits, so at once and then with growing pauses. */
function pauseAt(age: number): number {
  return Math.min(15_000, Math.max(2_000, Math.round(age / 2)));
}
