import { activate, keep, question, unkeep } from '../activate/activate.ts';
import { isOver, namedTargetOf } from '../core/activation.ts';
import type { Activation } from '../core/activation.ts';
import { decide } from '../core/decide.ts';
import type { Ask } from '../core/decide.ts';
import { sayMinutes } from '../core/duration.ts';
import { notice, problem } from '../core/message.ts';
import type { Message } from '../core/message.ts';
import { sayMoment } from '../core/moment.ts';
import type { Moment } from '../core/moment.ts';
import { identityOf } from '../core/person.ts';
import type { Place } from '../core/place.ts';
import type { Policy } from '../core/policy.ts';
import { refusal } from '../core/refusal.ts';
import { targetKey } from '../core/target.ts';
import type { Actor } from '../ports/incoming.ts';
import type { Parked } from '../ports/parked.ts';
import type { Ports } from '../ports/ports.ts';

/** PIM may list an activation a little longer than its end says. */
const lagMs = 3_600_000;
const lookAgainMs = 2_000;

/**
 * Where somebody has to approve, ending first would lose what runs for a request that may be denied. So the request that
 * will be needed is prepared, and sent after a yes when the running activation has ended.
 */
export async function offerRenewal(
  ports: Ports,
  actor: Actor,
  place: Place,
  running: Activation,
  policy: Policy,
  said: Ask,
): Promise<Message> {
  const name = running.targetName;
  const now = ports.clock.now();
  const { defaultMinutes } = ports.settings;
  const minutes = Math.min(said.minutes ?? defaultMinutes, policy.maximumMinutes ?? Infinity);
  const ask: Ask = { ...said, minutes };
  const decision = decide(ask, policy, { now, defaultMinutes, open: null });
  if (decision.kind === 'question') {
    const named = { target: running.target, name };
    return question(ports, actor, place, named, ask, policy, decision.needs, minutes, running.id);
  }
  const id = ports.ids.id();
  const end = running.endsAt ?? now;
  const body = { kind: 'renewal', activationId: running.id, ask: keep(ask) } as const;
  await ports.store.commit([
    { kind: 'park', parked: { id, person: identityOf(actor), place, at: now, expiresAt: end + lagMs, body } },
  ]);
  const at = sayMoment(end, zoneOf(ports, actor), now);
  return refusal(`${name} cannot be extended while it runs.`, {
    rule: 'PIM lets nobody lengthen a running activation, and each new one of this group waits for approval.',
    owner: 'group',
    next: `It runs until ${at}. When it has ended I can ask for ${sayMinutes(minutes)} more; you are out until somebody approves.`,
    button: { verb: 'renew', id, title: `Ask again at ${at}` },
  });
}

/** The person said yes: kept until the end, however often it is pressed. */
export async function renewLater(ports: Ports, actor: Actor, id: string): Promise<Message> {
  const prepared = await ownRenewal(ports, actor, id);
  const running = prepared && (await ports.store.activation(prepared.activationId));
  if (!prepared || !running) return gone();
  const now = ports.clock.now();
  const due = isOver(running.phase) ? now : (running.endsAt ?? now);
  const entry = {
    at: now,
    actor: identityOf(actor),
    action: 'activation.renewLater',
    activationId: running.id,
    target: targetKey(running.target),
    detail: { due, prepared: id },
  };
  await ports.store.commit([
    { kind: 'audit', entry },
    { kind: 'job', job: { kind: 'renew', parkedId: id }, due },
  ]);
  return problem(`${running.targetName} will be asked for again at ${sayMoment(due, zoneOf(ports, actor), now)}.`, {
    why: 'It is a new request, and its approvers are asked then.',
    next: 'You can take that back until then.',
    button: { verb: 'noRenewal', id, title: 'Do not ask again' },
  });
}

/** Taken back before it was sent. */
export async function takeBackRenewal(ports: Ports, actor: Actor, id: string): Promise<Message> {
  if (!(await ownRenewal(ports, actor, id))) return gone();
  const taken = await ports.store.takeParked(id, actor, ports.clock.now());
  return taken ? notice('■', 'It will not be asked for again.', 'What runs now goes on until its end.') : gone();
}

export type Renewed =
  | { readonly kind: 'later'; readonly afterMs: number }
  | { readonly kind: 'told'; readonly message: Message }
  | { readonly kind: 'done' };

/** Sent once, and only when PIM says that the running one is over; never for somebody who ended it early on their own. */
export async function renewWhenOver(ports: Ports, parked: Parked): Promise<Renewed> {
  if (parked.body.kind !== 'renewal') return { kind: 'done' };
  const { activationId, ask } = parked.body;
  const before = await ports.store.activation(activationId);
  if (!before) return { kind: 'done' };
  const now = ports.clock.now();
  if (!isOver(before.phase) && now < parked.expiresAt) return { kind: 'later', afterMs: waitFor(before.endsAt, now) };
  const taken = await ports.store.takeParked(parked.id, parked.person, now);
  if (!taken) return now < parked.expiresAt ? { kind: 'done' } : told(tooLong(before));
  if (before.endedBy?.oid === parked.person.oid) {
    return told(notice('■', `You ended ${before.targetName} yourself, so I did not ask for it again.`));
  }
  const known = await ports.store.knownPerson(parked.person);
  const actor: Actor = { ...parked.person, name: known?.name ?? before.personName, zone: known?.zone ?? null };
  const named = namedTargetOf(before);
  const message = await activate(ports, actor, parked.place, named, unkeep(ask));
  return message ? told(message) : { kind: 'done' };
}

function waitFor(endsAt: Moment | null, now: Moment): number {
  return Math.max(lookAgainMs, (endsAt ?? now) - now);
}

function told(message: Message): Renewed {
  return { kind: 'told', message };
}

async function ownRenewal(ports: Ports, actor: Actor, id: string): Promise<{ readonly activationId: string } | null> {
  const parked = await ports.store.parked(id);
  if (parked?.body.kind !== 'renewal') return null;
  const isOwn = parked.person.oid === actor.oid && parked.person.tid === actor.tid;
  return isOwn && ports.clock.now() < parked.expiresAt ? { activationId: parked.body.activationId } : null;
}

function zoneOf(ports: Ports, actor: Actor): string {
  return actor.zone ?? ports.settings.defaultTimeZone;
}

function tooLong(before: Activation): Message {
  return problem(`I did not ask for ${before.targetName} again.`, {
    why: 'An hour after its end PIM still listed it, or I was not running then.',
    next: 'Say “status” to see what is there, then ask for it.',
  });
}

function gone(): Message {
  return refusal('There is no such prepared request any more.', {
    rule: 'It is sent once, and it was sent or taken back, or its time is over.',
    owner: 'jitney',
    next: 'Say “status” to see what is there.',
  });
}
