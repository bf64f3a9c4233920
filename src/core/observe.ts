import { approvalWindowMs, isOver } from './activation.ts';
import type { Activation, Phase } from './activation.ts';
import type { Moment } from './moment.ts';

/**
 * What PIM said about one activation at one moment. status is the request's, as PIM wrote it (compared case-insensitively);
 * null when the request was not found. instance is the running assignment: null when PIM lists none, 'unread' when it was not asked.
 */
export type Reading = {
  readonly requestId: string | null;
  readonly approvalId: string | null;
  readonly status: string | null;
  readonly createdAt: Moment | null;
  readonly startsAt: Moment | null;
  readonly endsAt: Moment | null;
  readonly instance: { readonly startsAt: Moment | null; readonly endsAt: Moment | null } | null | 'unread';
};

export type Observed = { readonly activation: Activation; readonly became: Phase | null };

/** How long PIM's lists may lag behind a write (Graph throttling-and-consistency notes: seconds; a margin on top). */
const listLagMs = 120_000;

/**
 * The only place where a phase changes. Pure: the activation as we knew it, what PIM says now, and the time.
 * Terminal phases never change. An unknown status that starts with "Pending" is pending, any other unknown one is a failure.
 */
export function observe(known: Activation, reading: Reading, now: Moment): Observed {
  if (isOver(known.phase)) return { activation: known, became: null };
  const read: Activation = {
    ...known,
    requestId: known.requestId ?? reading.requestId,
    approvalId: known.approvalId ?? reading.approvalId,
    startsAt: startOf(known, reading),
    endsAt: endOf(known, reading),
    seenActive: known.seenActive || (reading.instance !== 'unread' && reading.instance !== null),
  };
  const phase = forward(known, phaseOf(known, read, reading, now));
  const next: Activation = {
    ...read,
    phase,
    deadline: phase === 'waiting' ? deadlineOf(known, reading) : known.deadline,
    failure: phase === 'failed' ? `PIM answered “${reading.status ?? 'nothing'}”.` : known.failure,
    step: isOver(phase) ? null : known.step,
    endedBy: phase === 'ended' ? whoEnded(known, read, now) : known.endedBy,
    // An early end leaves PIM's planned end behind; the card tells the real one.
    endsAt: phase === 'ended' && read.endsAt !== null ? Math.min(read.endsAt, now) : read.endsAt,
  };
  return { activation: { ...next, readAt: nextReading(next, now) }, became: phase === known.phase ? null : phase };
}

/** Whose ending was on its way when PIM ended it before its time: its answer may have been lost with the program. */
function whoEnded({ endedBy, step }: Activation, { endsAt }: Activation, now: Moment): Activation['endedBy'] {
  const isEarly = endsAt === null || now < endsAt;
  return endedBy ?? (step?.kind === 'end' && isEarly ? step.by : null);
}

function deadlineOf({ deadline, askedAt }: Activation, { createdAt }: Reading): Moment {
  if (createdAt !== null) return createdAt + approvalWindowMs;
  return deadline ?? askedAt + approvalWindowMs;
}

function startOf(known: Activation, reading: Reading): Moment | null {
  const instance = reading.instance === 'unread' ? null : reading.instance;
  return instance?.startsAt ?? reading.startsAt ?? known.startsAt;
}

function endOf(known: Activation, reading: Reading): Moment | null {
  const instance = reading.instance === 'unread' ? null : reading.instance;
  return instance?.endsAt ?? reading.endsAt ?? known.endsAt;
}

/** PIM's replicas may answer with what was before: nothing goes back from active, nor behind a decision PIM has taken. */
function forward(known: Activation, phase: Phase): Phase {
  const isOlder =
    (known.phase === 'active' && (phase === 'waiting' || phase === 'starting')) ||
    (known.ruling !== null && phase === 'waiting');
  return isOlder ? known.phase : phase;
}

function phaseOf(known: Activation, read: Activation, reading: Reading, now: Moment): Phase {
  const status = reading.status?.toLowerCase() ?? null;
  switch (status) {
    case null:
      return withoutRequest(known, read, reading, now);
    case 'provisioned':
      return provisionedPhase(known, read, reading, now);
    case 'granted':
    case 'schedulecreated':
    case 'pendingschedulecreation':
      return startsLater(known, read, now) ? 'scheduled' : 'starting';
    case 'pendingapproval':
      return 'waiting';
    case 'denied':
      return 'denied';
    case 'revoked':
      return known.phase === 'active' || known.seenActive ? 'ended' : 'cancelled';
    case 'canceled':
    case 'failed':
    case 'timedout':
      return stoppedPhase(known, status, now);
    default:
      return status.startsWith('pending') ? 'starting' : 'failed';
  }
}

/** The request was not read, or PIM has it no more: then what PIM lists as running still tells the end. */
function withoutRequest(known: Activation, read: Activation, reading: Reading, now: Moment): Phase {
  if (known.phase === 'active') return provisionedPhase(known, read, reading, now);
  const isGone = reading.instance === null && known.phase === 'waiting' && known.ruling === null;
  return isGone && now - (known.deadline ?? Infinity) >= clockDifferenceMs ? 'lapsed' : known.phase;
}

/** Our clock may be behind PIM's, so only a start that was asked for counts, or one that is farther off than any clock. */
function startsLater({ wish, phase }: Activation, { startsAt }: Activation, now: Moment): boolean {
  if (phase === 'active') return false;
  const margin = wish.startAt === null ? clockErrorMs : 0;
  return (startsAt ?? wish.startAt ?? now) - margin > now;
}

/** How wrong a clock may be before the operator has to mend it. */
const clockErrorMs = 15 * 60_000;

/** PIM's request stays Provisioned after the end, so the running assignment decides between active and ended. */
function provisionedPhase(known: Activation, read: Activation, reading: Reading, now: Moment): Phase {
  if (reading.instance === 'unread') {
    if (known.wish.startAt !== null && known.wish.startAt > now) return 'scheduled';
    if (read.endsAt === null || read.endsAt > now) return 'active';
    // An order that PIM had taken long ago, and that is found only now: what runs tells the rest.
    return known.phase === 'ordering' ? 'starting' : known.phase;
  }
  if (reading.instance !== null) return 'active';
  if (startsLater(known, read, now)) return 'scheduled';
  const due = read.endsAt !== null && read.endsAt <= now;
  // By our own clock, or an end would go unseen for as long as PIM's is ahead of it.
  const since = [known.askedAt, known.ruling?.at ?? 0, startByOurClock(known, reading) ?? 0].filter((at) => at <= now);
  const age = now - Math.max(...since, 0);
  // Nobody may have looked while it ran; then its length, which is the same on both clocks, tells that it is over.
  const isThrough = read.startsAt !== null && read.endsAt !== null && age >= read.endsAt - read.startsAt;
  // It was asked to end, and PIM lists it no more, or does not list it yet.
  const isEnding = known.step?.kind === 'end';
  return due || ((known.seenActive || isThrough || isEnding) && age > listLagMs) ? 'ended' : 'active';
}

/** PIM made the request when we sent it, whatever the two clocks said. */
function startByOurClock({ askedAt, orderedAt = askedAt, startsAt }: Activation, reading: Reading): Moment | null {
  const start = reading.startsAt ?? startsAt;
  return start === null || reading.createdAt === null ? start : orderedAt + Math.max(0, start - reading.createdAt);
}

/** How far PIM's clock, by which requests lapse, may be ahead of ours. */
const clockDifferenceMs = 120_000;

/** A request that PIM closed without a decision: at its deadline it lapsed, before that it was cancelled or failed. */
function stoppedPhase(known: Activation, status: string, now: Moment): Phase {
  const left = known.phase === 'waiting' && known.ruling === null ? (known.deadline ?? Infinity) - now : Infinity;
  if (status === 'canceled') return left <= 0 ? 'lapsed' : 'cancelled';
  return left <= clockDifferenceMs ? 'lapsed' : 'failed';
}

const atOnceMs = 500;
const soonMs = 2_000;
const waitingMs = 4_000;
const activeMs = 30_000;

/** When to look again: soon while PIM works, every few seconds while people decide, at the end and now and then while active. */
function nextReading(activation: Activation, now: Moment): Moment | null {
  const { phase, ruling, askedAt } = activation;
  switch (phase) {
    case 'ordering':
      return now + soonMs;
    case 'starting':
      return now + sinceThen(ruling?.at ?? askedAt, now, soonMs);
    case 'waiting':
      return now + (ruling === null ? waitingMs : sinceThen(ruling.at, now, waitingMs));
    case 'scheduled':
      return Math.max(now + soonMs, Math.min(activation.startsAt ?? Infinity, now + activeMs));
    case 'active': {
      // Whoever ended it waits to hear whether it ended.
      const pause = activation.step?.kind === 'end' ? waitingMs : activeMs;
      const end = activation.endsAt ?? now + pause;
      return end <= now ? now + soonMs : Math.min(end, now + pause);
    }
    default:
      return null;
  }
}

/** Somebody sits and waits: at once, then each time after twice as long. */
function sinceThen(then: Moment, now: Moment, most: number): number {
  return Math.min(most, Math.max(atOnceMs, now - then));
}
