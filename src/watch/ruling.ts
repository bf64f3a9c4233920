import { lagMs } from '../core/activation.ts';
import type { Activation, Ruling } from '../core/activation.ts';
import type { Moment } from '../core/moment.ts';
import type { Reading } from '../core/observe.ts';
import type { Stage } from '../ports/pim.ts';
import type { Ports } from '../ports/ports.ts';

/** The decision that PIM has, as it tells one of the approvers; null when nobody decided. */
export function rulingOf(stage: Stage, at: Moment): Ruling | null {
  if (stage.result === 'notReviewed') return null;
  const verdict = stage.result === 'approved' ? 'approve' : 'deny';
  return { verdict, by: stage.by, at, reason: stage.justification === '' ? null : stage.justification };
}

/**
 * PIM has decided, and somebody's decision here was never answered: PIM is asked as them whose it is. Null: nobody's, or it
 * cannot be had. later: PIM may tell in a moment.
 */
export async function findRuling(
  ports: Ports,
  activation: Activation,
  reading: Reading,
  now: Moment,
): Promise<Ruling | null | 'later'> {
  const { phase, ruling, step, unanswered, approvalId, person } = activation;
  const decision = step?.kind === 'decide' ? step : unanswered;
  const isOpen = reading.status === null || reading.status.toLowerCase() === 'pendingapproval';
  if (phase !== 'waiting' || ruling !== null || approvalId === null || isOpen || !decision) return null;
  const staged = await ports.pim.stage({ tid: person.tid, oid: decision.by.oid }, approvalId);
  if (staged.kind === 'stage' && !staged.stage.open) {
    const isTheirs = staged.stage.by?.oid === decision.by.oid;
    return rulingOf(staged.stage, isTheirs ? decision.at : now);
  }
  const isSoon = staged.kind === 'stage' || staged.kind === 'unavailable';
  return isSoon && now - decision.at < lagMs ? 'later' : null;
}
