import { activate, unkeep } from './activate/activate.ts';
import { orderVerified } from './activate/order.ts';
import { isWaiting } from './activate/outage.ts';
import type { Outage } from './activate/outage.ts';
import { rule } from './approve/rule.ts';
import { causedBy } from './caused.ts';
import { isVerb, press } from './clicks.ts';
import { notice } from './core/message.ts';
import type { Message } from './core/message.ts';
import { isOutage } from './core/pim-problem.ts';
import type { Place } from './core/place.ts';
import { readTargetKey } from './core/target.ts';
import { end } from './deactivate/end.ts';
import type { KeepTrying } from './deliver/jobs.ts';
import { extendTaken } from './extend/extend.ts';
import { renewWhenOver } from './extend/renew.ts';
import { forEvent } from './interrupted.ts';
import type { Actor } from './ports/incoming.ts';
import type { Parked, ParkedBody } from './ports/parked.ts';
import type { Ports } from './ports/ports.ts';
import type { Change } from './ports/store.ts';
import { refuseWhenReadOnly } from './read-only.ts';
import { obey } from './sentences.ts';

/** What waited for a sign-in goes on as if it had just been said. */
async function resume(ports: Ports, parked: Parked): Promise<void> {
  const known = await ports.store.knownPerson(parked.person);
  const actor: Actor = { ...parked.person, name: known?.name ?? null, zone: known?.zone ?? null };
  const { place } = parked;
  const event = resumed(parked);
  const within = forEvent(causedBy(ports, { event, conversation: place.conversationId }), event);
  const replies = await goOn(within, actor, parked);
  await ports.store.commit([
    ...replies.map((message, index) => say(ports, `${parked.id}:${index}`, parked, message)),
    { kind: 'answered', eventId: event },
  ]);
}

function say(ports: Ports, key: string, { place, person }: Pick<Parked, 'place' | 'person'>, message: Message): Change {
  return { kind: 'job', job: { kind: 'notice', key, to: place, oid: person.oid, message }, due: ports.clock.now() };
}

/** Handed out once, however often the sign-in page was opened; claimed like an activity, so that a crash is noticed. */
export async function takeUp(ports: Ports, parkedId: string): Promise<void> {
  const parked = await ports.store.parked(parkedId);
  if (!parked) return;
  const { person, place } = parked;
  const eventId = resumed(parked);
  const isFirst = await ports.store.claim(eventId, person, place, ports.clock.wall());
  // An order is taken with the commit that claims it, so that it still waits when this is cut off in between.
  const isOrder = parked.body.kind === 'stepUp';
  const taken = isOrder ? parked : await ports.store.takeParked(parkedId, person, ports.clock.wall());
  if (taken) await resume(ports, taken);
  else if (isFirst) await ports.store.commit([{ kind: 'answered', eventId }]);
}

function resumed({ id }: Parked): string {
  return `resumed ${id}`;
}

/** The five minutes are over: it is ended as the person asked. */
export async function endDue(ports: Ports, activationId: string): Promise<void> {
  const activation = await ports.store.activation(activationId);
  if (!activation) return;
  const { person, personName } = activation;
  const actor: Actor = { ...person, name: personName, zone: (await ports.store.knownPerson(person))?.zone ?? null };
  const message = (await refuseWhenReadOnly(ports, actor, 'end')) ?? (await end(ports, actor, activation));
  if (message) await ports.store.commit([say(ports, `${activationId}:end`, activation, message)]);
}

/** The running activation has ended: the request that was prepared for then is sent. */
export async function renew(ports: Ports, parkedId: string): Promise<number | null> {
  const parked = await ports.store.parked(parkedId);
  if (!parked) return null;
  const cause = { event: resumed(parked), conversation: parked.place.conversationId };
  const renewed = await renewWhenOver(causedBy(ports, cause), parked);
  if (renewed.kind === 'later') return renewed.afterMs;
  if (renewed.kind === 'told') {
    await ports.store.commit([say(ports, `${parkedId}:renewed`, parked, renewed.message)]);
  }
  return null;
}

/** Between two looks whether PIM answers again. */
const pauseMs = 15_000;

/** Once PIM can be read again, what waited goes on as if it had just been said. */
export async function keepTrying(ports: Ports, { parkedId, count }: KeepTrying): Promise<void> {
  const parked = await ports.store.parked(parkedId);
  if (parked?.body.kind !== 'outage' || !(await isWaiting(ports, parked.person, parkedId))) return;
  try {
    await ports.pim.eligibilities(parked.person, { fresh: true });
  } catch (error) {
    if (!isOutage(error)) throw error;
    const job = { kind: 'keepTrying', parkedId, count: count + 1 } as const;
    await ports.store.commit([{ kind: 'job', job, due: ports.clock.now() + pauseMs }]);
    return;
  }
  await takeUp(ports, parkedId);
}

function goOnAfterOutage(
  within: Ports,
  actor: Actor,
  place: Place,
  { going, saidAt }: Outage,
): Promise<readonly Message[]> {
  if (going.kind === 'wish') return fulfil(within, actor, place, going);
  return obey(within, { text: going.text, actor, place, scope: going.scope, saidAt });
}

async function fulfil(
  within: Ports,
  actor: Actor,
  place: Place,
  { targetKey, targetName, targetMark, ask }: Extract<ParkedBody, { kind: 'wish' }>,
): Promise<readonly Message[]> {
  const target = readTargetKey(targetKey);
  const named = target && { target, name: targetName, mark: targetMark };
  const message = named && (await activate(within, actor, place, named, unkeep(ask)));
  return message ? [message] : [];
}

async function goOn(within: Ports, actor: Actor, parked: Parked): Promise<readonly Message[]> {
  const { place, body, check } = parked;
  const challenge = check?.claims ?? null;
  if (body.kind === 'sentence')
    return body.text === '' ? [] : obey(within, { text: body.text, actor, place, scope: body.scope });
  if (body.kind === 'outage') {
    const job = { kind: 'signInCard', parkedId: parked.id, state: 'done' } as const;
    await within.store.commit([{ kind: 'job', job, due: within.clock.now() }]);
    return goOnAfterOutage(within, actor, place, body);
  }
  if (body.kind === 'stepUp') {
    const message = await orderVerified(within, body.activationId, parked);
    return message ? [message] : [];
  }
  if (body.kind === 'extension') {
    const closed = await refuseWhenReadOnly(within, actor, 'extend');
    return closed ? [closed] : extendTaken(within, actor, place, body, challenge);
  }
  if (body.kind === 'wish') return fulfil(within, actor, place, body);
  if (body.kind !== 'action' || !isVerb(body.verb)) return [];
  if (body.verb !== 'approve' && body.verb !== 'deny') {
    return (await press(within, { actor, place, verb: body.verb, id: body.id, inputs: {}, challenge })).said;
  }
  const closed = await refuseWhenReadOnly(within, actor, body.verb);
  const ruled = closed
    ? ({ kind: 'said', message: closed } as const)
    : await rule(within, actor, place, body.id, body.verb, body.reason, challenge);
  // The card still shows the sign-in; it takes its own form again, with whatever came out.
  const reader = { kind: 'approver', oid: actor.oid } as const;
  await within.store.commit([
    { kind: 'job', job: { kind: 'card', activationId: body.id, reader }, due: within.clock.now() },
  ]);
  if (ruled.kind === 'said') return [ruled.message];
  if (ruled.kind === 'signIn') {
    const job = { kind: 'signInCard', parkedId: ruled.parkedId, state: 'open' } as const;
    await within.store.commit([{ kind: 'job', job, due: within.clock.now() }]);
    return [];
  }
  const note = ruled.message.kind === 'approval' ? ruled.message.note : null;
  return note === null ? [] : [notice('⚠', note)];
}
