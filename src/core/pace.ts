import type { Moment } from './moment.ts';

/** How often one conversation, or the whole tenant, was written to lately. */
export type Pace = {
  /** The newest sends, oldest first: those that a short limit still counts. */
  readonly sent: readonly Moment[];
  /** When a sender that kept exactly the hourly rate would have got here. */
  readonly hour: Moment;
};

type Limit = { readonly most: number; readonly ms: number };

/** Source: Teams rate limits, per bot and conversation, and per app and tenant. */
const conversation: readonly Limit[] = [
  { most: 7, ms: 1_000 },
  { most: 8, ms: 2_000 },
  { most: 60, ms: 30_000 },
];
const tenant: Limit = { most: 30, ms: 1_000 };

/** 1,800 an hour: 900 at once, and the other 900 evenly over it, so that no hour sees more. */
const hourlyStepMs = 4_000;
const hourlyBurst = 900;
const remembered = 60;
const rememberedMs = 30_000;

export const unpaced: Pace = { sent: [], hour: 0 };

/** One more send at `now`, and when the next one to the same conversation is allowed. */
export function paced(pace: Pace, now: Moment): { readonly pace: Pace; readonly freeAt: Moment } {
  const sent = [...before(pace, now), now].slice(-remembered);
  const hour = Math.max(Math.min(pace.hour, now + hourlyBurst * hourlyStepMs), now) + hourlyStepMs;
  const waits = conversation.map(({ most, ms }) => (sent[sent.length - most] ?? -Infinity) + ms);
  return { pace: { sent, hour }, freeAt: Math.max(now, hour - hourlyBurst * hourlyStepMs, ...waits) };
}

/** That many more sends by the whole tenant. */
export function counted(pace: Pace, now: Moment, sends: number): Pace {
  return { ...pace, sent: [...before(pace, now), ...Array.from({ length: sends }, () => now)].slice(-remembered) };
}

/** How many more messages the whole tenant takes at `now`. */
export function allowance(pace: Pace, now: Moment): number {
  return tenant.most - before(pace, now).filter((at) => at > now - tenant.ms).length;
}

/** What still counts. A clock that was set back must not hold anything up until it has caught up. */
function before({ sent }: Pace, now: Moment): readonly Moment[] {
  return sent.filter((at) => at <= now && at > now - rememberedMs);
}
