import type { Activation, Ticket, Wish } from './activation.ts';
import { shortestMinutes } from './duration.ts';
import type { Moment } from './moment.ts';
import type { Policy } from './policy.ts';

/** What the sentence said; everything else is unsaid and may be asked about. */
export type Ask = {
  readonly minutes?: number;
  readonly until?: Moment;
  readonly startAt?: Moment;
  readonly justification?: string;
  readonly ticket?: Ticket;
};

export type Need = 'justification' | 'ticket' | 'duration';

export type Facts = {
  readonly now: Moment;
  /** The configured default length; the policy caps it. */
  readonly defaultMinutes: number;
  /** An activation of this person and target that is not over. */
  readonly open: Activation | null;
};

export type Decision =
  | { readonly kind: 'order'; readonly wish: Wish }
  | { readonly kind: 'question'; readonly needs: readonly Need[]; readonly minutes: number }
  | { readonly kind: 'refused'; readonly reason: Refusal };

/** The closed list of reasons why nothing is ordered. */
export type Refusal =
  | { readonly kind: 'open'; readonly activation: Activation }
  | { readonly kind: 'tooShort'; readonly minimum: number }
  | { readonly kind: 'untilPassed' }
  | { readonly kind: 'startPassed' };

/** Pure: what the person asked, what the policy wants, what is known. Never fills in what the policy requires a person to say. */
export function decide(ask: Ask, policy: Policy, facts: Facts): Decision {
  if (facts.open) return refused({ kind: 'open', activation: facts.open });
  const start = ask.startAt ?? facts.now;
  if (ask.startAt !== undefined && ask.startAt < facts.now) return refused({ kind: 'startPassed' });
  if (ask.until !== undefined && ask.until <= start) return refused({ kind: 'untilPassed' });

  const capped = Math.min(facts.defaultMinutes, policy.maximumMinutes ?? facts.defaultMinutes);
  const minutes = askedMinutes(ask, start) ?? capped;
  if (minutes < shortestMinutes) return refused({ kind: 'tooShort', minimum: shortestMinutes });

  const needs: Need[] = [];
  if (policy.justification && !ask.justification?.trim()) needs.push('justification');
  if (policy.ticket && !ask.ticket?.number.trim()) needs.push('ticket');
  const tooLong = policy.maximumMinutes !== null && minutes > policy.maximumMinutes;
  if (tooLong) needs.push('duration');
  if (needs.length > 0) {
    return { kind: 'question', needs, minutes: tooLong ? policy.maximumMinutes : minutes };
  }
  return {
    kind: 'order',
    wish: {
      length: ask.until === undefined ? { kind: 'for', minutes } : { kind: 'until', at: ask.until },
      startAt: ask.startAt ?? null,
      justification: ask.justification ?? null,
      ticket: ask.ticket ?? null,
    },
  };
}

function refused(reason: Refusal): Decision {
  return { kind: 'refused', reason };
}

/** A length counted to an end is rounded up, so that asking until 17:00 never ends at 16:59. */
function askedMinutes(ask: Ask, start: Moment): number | null {
  if (ask.until !== undefined) return Math.ceil((ask.until - start) / 60_000);
  return ask.minutes ?? null;
}
