import type { Activation } from './activation.ts';
import type { Verb } from './message.ts';

/**
 * All that one button is good for, and what its seal covers beside tenant, time and nonce: one verb on one thing, for one
 * reader, in the chat where its card stands. chat is empty for what is pressed elsewhere. content is what an approver read.
 */
export type Button = {
  readonly verb: string;
  readonly id: string;
  readonly reader: string;
  readonly chat: string;
  readonly content: string;
};

/** bad: not ours, not theirs, or not as it was sent; never told apart. expired: ours, theirs and whole, but too old. */
export type SealState = 'good' | 'expired' | 'bad';
export type Guard = (button: Button, seal: string, now: number) => SealState;

/** In the place of a reader: the seal of a button that anybody may press. Only `ask` is ever sealed so. */
export const anybody = 'anybody';

/** Pressed outside the chat with Jitney: a card in a room, a window over a message box. */
const elsewhere: readonly string[] = ['ask', 'fill'] satisfies Verb[];
/** The buttons of an approver's card. */
const deciding: readonly string[] = ['approve', 'deny', 'denyForm', 'decideForm'] satisfies Verb[];

export function isPressedElsewhere(verb: string): boolean {
  return elsewhere.includes(verb);
}

export function isDeciding(verb: string): boolean {
  return deciding.includes(verb);
}

/** Everything of a request that an approver decides on. It never changes once it was shown; a decision covers just this. */
export function contentOf(activation: Activation): string {
  const { person, personName, target, targetName, wish, approvalId } = activation;
  const { length, startAt, justification, ticket } = wish;
  const asked = length.kind === 'for' ? ['for', length.minutes] : ['until', length.at];
  const where =
    target.kind === 'group' ? [target.kind, target.groupId, target.access] : [target.kind, target.roleId, target.scope];
  const why = [justification, ticket?.system ?? null, ticket?.number ?? null];
  return JSON.stringify([person.tid, person.oid, personName, where, targetName, asked, startAt, why, approvalId]);
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * How long a button works after its card was drawn. Approvals wait 24 hours in PIM and activations run for about as long;
 * questions wait 15 minutes, and an hour leaves the word to them. What only reads or asks may be older.
 */
export const lifetimes: Readonly<Record<Verb, number>> = {
  approve: 25 * hour,
  denyForm: 25 * hour,
  deny: 25 * hour,
  decideForm: 25 * hour,
  cancel: 25 * hour,
  end: 7 * day,
  lengthen: 7 * day,
  endLater: hour,
  extend: hour,
  renew: hour,
  noRenewal: 7 * day,
  retry: day,
  page: day,
  again: 30 * day,
  activate: day,
  endTarget: day,
  answer: hour,
  dismiss: hour,
  pick: hour,
  keepTrying: day,
  letGo: day,
  list: 365 * day,
  ask: 30 * day,
  fill: hour,
};
