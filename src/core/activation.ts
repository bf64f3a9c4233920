import type { Moment } from './moment.ts';
import type { NamedPerson, Person } from './person.ts';
import type { Place } from './place.ts';
import type { NamedTarget, Target } from './target.ts';

/** PIM lets an approval request wait this long; not configurable there. */
export const approvalWindowMs = 24 * 3_600_000;

/**
 * Our last reading of what PIM says about one wish.
 * ordering: the intent is durable, PIM may or may not have it yet. waiting: an approver must decide. starting: accepted,
 * PIM is at work. scheduled: accepted, starts later. The last five are terminal and never change.
 */
export type Phase =
  'ordering' | 'waiting' | 'starting' | 'scheduled' | 'active' | 'ended' | 'denied' | 'lapsed' | 'cancelled' | 'failed';

export type Ticket = { readonly system?: string; readonly number: string };

/** What the person asked for, complete: nothing is left to a default that was not shown. */
export type Wish = {
  readonly length: { readonly kind: 'for'; readonly minutes: number } | { readonly kind: 'until'; readonly at: Moment };
  readonly startAt: Moment | null;
  readonly justification: string | null;
  readonly ticket: Ticket | null;
};

export type Verdict = 'approve' | 'deny';

/** What an approver decided; by is null when the decision was made elsewhere and PIM did not say by whom. */
export type Ruling = {
  readonly verdict: Verdict;
  readonly by: NamedPerson | null;
  readonly at: Moment;
  readonly reason: string | null;
};

/** A PIM write that is under way for this activation; at most one at a time, claimed by compare-and-set. */
export type Step = { readonly kind: 'decide' | 'end' | 'cancel'; readonly by: NamedPerson; readonly at: Moment };

/**
 * A write leaves for PIM within this time after it was claimed, or never: whoever was held up longer finds out by itself.
 * With the time that an answer is waited for it is the lease of a step.
 */
export const leaveMs = 20_000;
/** A write that is under way longer than this was cut off; PIM is asked how it went. */
const stepLeaseMs = 30_000;
/** PIM's lists may lag by a minute: within this time "not there", or "still there", is no proof. */
export const lagMs = 60_000;

export function isSameStep(a: Step | null, b: Step | null | undefined): boolean {
  return a !== null && b != null && a.kind === b.kind && a.at === b.at && a.by.oid === b.by.oid;
}

/** True while somebody's write for it is on its way to PIM. */
export function isUnderWay({ step }: Pick<Activation, 'step'>, now: Moment): boolean {
  return step !== null && now - step.at < stepLeaseMs;
}

/** True when a reading that shows nothing of this write is proof that it came to nothing. What ends may be listed for a while. */
export function isCutOff({ step }: Pick<Activation, 'step'>, now: Moment): boolean {
  return step !== null && now - step.at >= (step.kind === 'end' ? lagMs : stepLeaseMs);
}

/** What nobody has decided can be decided or taken back, also while PIM has not yet been read; what runs can be ended. */
export function mayBegin(kind: Step['kind'], { phase, ruling }: Activation): boolean {
  return kind === 'end' ? phase === 'active' : phase === 'waiting' && ruling === null;
}

/**
 * PIM could not be asked, and nothing happened. kept false: the person is asked until then whether to go on; true: it is
 * tried until then. trying: when an order left that is not answered yet. Means something only while PIM is being asked.
 */
export type Held = { readonly kept: boolean; readonly until: Moment; readonly trying: Moment | null };

export type ApproverContact = NamedPerson & { readonly reached: boolean };

export type Activation = {
  readonly id: string;
  /** Grows by one with every stored change; the compare-and-set of all writers. */
  readonly version: number;
  readonly person: Person;
  readonly personName: string;
  readonly target: Target;
  readonly targetName: string;
  /** What tells the target from others of its name in the tenant; absent when there are none. */
  readonly targetMark?: string | undefined;
  readonly wish: Wish;
  readonly phase: Phase;
  readonly askedAt: Moment;
  /** Until when the newest order of it may have reached PIM; askedAt where it is not there. */
  readonly orderedAt?: Moment;
  /** The requester's own chat, where the living card is. */
  readonly place: Place;
  /** Ordered in one sentence with others: they share one living card. null: it has its own. */
  readonly batch: string | null;
  /** PIM's request id; null until PIM answered. */
  readonly requestId: string | null;
  readonly approvalId: string | null;
  /** Until when an approver may decide; null when no approval is needed. */
  readonly deadline: Moment | null;
  readonly startsAt: Moment | null;
  readonly endsAt: Moment | null;
  /** True once PIM listed the assignment as active, so that its absence means it ended. */
  readonly seenActive: boolean;
  readonly approverJustification: boolean;
  readonly approvers: readonly ApproverContact[];
  readonly maximumMinutes: number | null;
  readonly ruling: Ruling | null;
  readonly step: Step | null;
  /** The newest decision that PIM did not answer and did not show either, so that anybody may decide; it may still be carried out. */
  readonly unanswered?: Step;
  /** Who ended it early through us; null when it ran out or was ended elsewhere. */
  readonly endedBy: NamedPerson | null;
  /** What PIM refused, why, and what to do next, in our words; when phase is failed. */
  readonly failure: string | null;
  /** When PIM is to be read next; null when nothing is expected any more. */
  readonly readAt: Moment | null;
  readonly held?: Held | null;
  /** PIM gets it when the person has signed in or passed a check. Means something only while PIM is being asked. */
  readonly unverified?: boolean;
  /** Known from a copy only: what became of it since may have been told already, so nobody is told again. */
  readonly restored?: boolean;
};

type Begun =
  'id' | 'person' | 'personName' | 'target' | 'targetName' | 'wish' | 'phase' | 'askedAt' | 'place' | 'readAt';

/** Who wants what; of all else nothing is known yet, unless it is given. */
export function newActivation(begun: Pick<Activation, Begun> & Partial<Activation>): Activation {
  return {
    version: 1,
    batch: null,
    requestId: null,
    approvalId: null,
    deadline: null,
    startsAt: null,
    endsAt: null,
    seenActive: false,
    approverJustification: false,
    approvers: [],
    maximumMinutes: null,
    ruling: null,
    step: null,
    endedBy: null,
    failure: null,
    ...begun,
  };
}

const terminal: readonly Phase[] = ['ended', 'denied', 'lapsed', 'cancelled', 'failed'];

export function isOver(phase: Phase): boolean {
  return terminal.includes(phase);
}

/** What it gives, as whoever asks for it again names it. */
export function namedTargetOf({ target, targetName, targetMark }: Activation): NamedTarget {
  return { target, name: targetName, mark: targetMark };
}

/** The eight digits that a person reads and types: `approve 1a2b3c4d`. */
export function shortId(id: string): string {
  return id.slice(0, 8);
}
