import type { Activation, Phase, Step } from '../core/activation.ts';
import { sayMinutes } from '../core/duration.ts';
import type { Shape } from '../core/message.ts';
import type { Access, Target } from '../core/target.ts';
import { sentence } from './text.ts';
import type { When } from './time.ts';

/** Colours of the host, always beside a shape and a word. */
export type Tone = 'Default' | 'Attention';

type Words = { readonly shape: Shape; readonly tone: Tone; readonly state: string };

/** Every phase as its reader meets it. Past tense only for what PIM has confirmed. */
const phases: Readonly<Record<Phase, Words>> = {
  ordering: { shape: '◷', tone: 'Default', state: 'asking PIM…' },
  waiting: { shape: '◷', tone: 'Default', state: 'waiting for approval' },
  starting: { shape: '◷', tone: 'Default', state: 'PIM is making it active…' },
  scheduled: { shape: '◷', tone: 'Default', state: 'scheduled' },
  active: { shape: '✓', tone: 'Default', state: 'active' },
  ended: { shape: '■', tone: 'Default', state: 'ended' },
  denied: { shape: '✕', tone: 'Attention', state: 'denied' },
  lapsed: { shape: '■', tone: 'Default', state: 'nobody decided in time' },
  cancelled: { shape: '■', tone: 'Default', state: 'cancelled' },
  failed: { shape: '✕', tone: 'Attention', state: 'failed' },
};

const steps: Readonly<Record<Step['kind'], string>> = {
  decide: 'a decision is on its way to PIM…',
  end: 'ending…',
  cancel: 'cancelling…',
};

/** What the activation says of itself, with the time that belongs to it; a write under way says so instead. */
export function wordsOf(activation: Activation, when: When): Words {
  const words = phases[phaseShown(activation)];
  if (activation.step !== null) return { ...words, shape: '◷', tone: 'Default', state: steps[activation.step.kind] };
  return { ...words, state: timedState(activation, words.state, when) };
}

/** After a ruling PIM may still call the request pending for a moment; its reader must not be told to wait for approval. */
export function phaseShown({ phase, ruling }: Activation): Phase {
  if (phase !== 'waiting' || ruling === null) return phase;
  return ruling.verdict === 'approve' ? 'starting' : 'denied';
}

function timedState(activation: Activation, state: string, when: When): string {
  const { phase, startsAt, endsAt, wish } = activation;
  if (phase === 'ordering' && activation.held != null) {
    const { kept, until } = activation.held;
    return kept ? `PIM cannot be asked now; I keep trying until ${when(until)}` : 'PIM cannot be asked now';
  }
  if (phase === 'ordering' && activation.unverified === true) return 'waiting for your sign-in';
  if (phase === 'active' && endsAt !== null) return `${state} until ${when(endsAt)}`;
  if (phase === 'ended' && endsAt !== null) return `${state} at ${when(endsAt)}`;
  const start = startsAt ?? wish.startAt;
  if (phase === 'scheduled' && start !== null) return `${state} for ${when(start)}`;
  return state;
}

/** How long, as it was asked: "for 2 hours", "until 17:00", with the start when one was asked for. */
export function lengthOf(activation: Activation, when: When): string {
  const { length, startAt } = activation.wish;
  const long = length.kind === 'for' ? `for ${sayMinutes(length.minutes)}` : `until ${when(length.at)}`;
  return startAt === null ? long : `${long}, from ${when(startAt)}`;
}

export function isOwner(target: Target): boolean {
  return target.kind === 'group' && target.access === 'owner';
}

/** What the target opens, in words. */
export function accessOf(target: Target): string {
  if (target.kind === 'group') return accessWords(target.access);
  return target.kind === 'entraRole' ? 'as an Entra role' : 'as an Azure role';
}

/** Access and length in one line; an owner's access has a louder line of its own. */
export function accessAndLength(target: Target, length: string): string {
  const parts = [isOwner(target) ? '' : accessOf(target), length].filter((part) => part !== '');
  return sentence(parts.join(', '));
}

export function accessWords(access: Access): string {
  return access === 'owner' ? 'as OWNER: may change the group and who is in it' : 'as a member';
}

/** Short, beside a name in a row or on a button. */
export function ownerMark(owner: boolean): string {
  return owner ? ' (OWNER)' : '';
}

export function ticketWords(activation: Activation): string | null {
  const { ticket } = activation.wish;
  if (ticket === null) return null;
  return ticket.system === undefined ? ticket.number : `${ticket.system} ${ticket.number}`;
}

/** True when an ended activation lasted as long as it was asked for; false when somebody ended it early. */
export function ranOut(activation: Activation): boolean {
  const { startsAt, endsAt, wish } = activation;
  if (endsAt === null) return false;
  if (wish.length.kind === 'until') return endsAt >= wish.length.at - 60_000;
  return startsAt !== null && endsAt >= startsAt + (wish.length.minutes - 1) * 60_000;
}
