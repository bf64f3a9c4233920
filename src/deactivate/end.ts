import { identityOf } from '../core/person.ts';
import { isOver, mayBegin, newActivation, shortId } from '../core/activation.ts';
import type { Activation } from '../core/activation.ts';
import { explain, refusalFacts } from '../core/explain.ts';
import { notice, portalMyGroups } from '../core/message.ts';
import type { Message } from '../core/message.ts';
import { shortestMinutes } from '../core/duration.ts';
import { sayMoment } from '../core/moment.ts';
import type { Moment } from '../core/moment.ts';
import type { Reading } from '../core/observe.ts';
import type { NamedTarget } from '../core/target.ts';
import { targetKey } from '../core/target.ts';
import type { Place } from '../core/place.ts';
import { refusal } from '../core/refusal.ts';
import type { Actor } from '../ports/incoming.ts';
import type { ParkedBody } from '../ports/parked.ts';
import type { Done, Leave } from '../ports/pim.ts';
import type { Ports } from '../ports/ports.ts';
import { parkForSignIn } from '../sign-in/park.ts';
import { requesterCard, settle } from '../watch/settle.ts';
import type { Known } from '../watch/settle.ts';
import { claimStep, leaveOfStep } from '../watch/step.ts';

/** How a write goes on after a check. challenge: it was passed just now. then: what to go on with, if not the same again. */
export type Going = { readonly challenge?: string | null; readonly then?: ParkedBody };

/**
 * Ends the person's own running activation. Null: its card tells how it went, or the card of the check that PIM wants
 * first.
 */
export async function end(
  ports: Ports,
  actor: Actor,
  activation: Activation,
  going: Going = {},
): Promise<Message | null> {
  if (activation.person.oid !== actor.oid || activation.person.tid !== actor.tid) return notYours();
  if (isOver(activation.phase)) return notice('■', `${activation.targetName} is over already.`);
  if (activation.phase !== 'active') {
    return refusal(`${activation.targetName} is not active yet.`, {
      rule: 'Only what is active can end.',
      owner: 'pim',
      next: 'A request that waits can be cancelled.',
      button: { verb: 'cancel', id: activation.id, title: 'Cancel request' },
    });
  }
  const written = await write(ports, actor, activation, 'end', (leave) =>
    ports.pim.end(activation.person, activation.target, activation.id, going.challenge, leave),
  );
  if (written === null) return busy(activation);
  const { outcome, over } = written;
  if (outcome.kind === 'late') return late(ports, activation, `end ${activation.targetName}`);
  const by = { oid: actor.oid, name: activation.personName };
  if (outcome.kind === 'done' || outcome.kind === 'missing') {
    await settle(ports, activation.id, answered(activation, 'Revoked'), { step: null, endedBy: by });
    return null;
  }
  // It may have happened: the step stays, so that an end that is read back is told as this person's.
  const isUnclear = outcome.kind === 'unclear';
  // This one did not; an earlier one, whose answer was lost, still may have.
  const left = isUnclear ? { readAt: ports.clock.now() + readBackMs } : { over };
  await settle(ports, activation.id, answered(activation, null), left);
  if (await checkFirst(ports, activation, outcome, going.then ?? { ...again, verb: 'end', id: activation.id }))
    return null;
  ports.log.warn('pim.refused', { activation: activation.id, ...refusalFacts(outcome) });
  return outcome.kind === 'tooShort'
    ? tooEarly(ports, actor, activation)
    : explain(outcome, `end ${activation.targetName}`, shortId(activation.id));
}

/** Somebody waits for it. */
const readBackMs = 1_000;

const shortestMs = shortestMinutes * 60_000;

/** When PIM will let it end: five minutes after it began. */
function endableAt(ports: Ports, activation: Activation): Moment {
  const now = ports.clock.now();
  return Math.max((activation.startsAt ?? now) + shortestMs, now + 1_000);
}

function tooEarly(ports: Ports, actor: Actor, activation: Activation): Message {
  const zone = actor.zone ?? ports.settings.defaultTimeZone;
  const from = sayMoment(endableAt(ports, activation), zone, ports.clock.now());
  return refusal(`${activation.targetName} cannot end before ${from}.`, {
    rule: 'An activation lasts at least 5 minutes.',
    owner: 'pim',
    next: 'I can end it for you then.',
    button: { verb: 'endLater', id: activation.id, title: `End at ${from}` },
  });
}

/** The person's wish to end it as soon as PIM allows, kept until then. */
export async function endLater(ports: Ports, actor: Actor, activation: Activation): Promise<Message> {
  if (activation.person.oid !== actor.oid || activation.person.tid !== actor.tid) return notYours();
  if (isOver(activation.phase)) return notice('■', `${activation.targetName} is over already.`);
  const due = endableAt(ports, activation);
  const entry = {
    at: ports.clock.now(),
    actor: identityOf(actor),
    action: 'activation.endLater',
    activationId: activation.id,
    target: targetKey(activation.target),
    detail: { due },
  };
  await ports.store.commit([
    { kind: 'audit', entry },
    { kind: 'job', job: { kind: 'end', activationId: activation.id }, due },
  ]);
  const zone = actor.zone ?? ports.settings.defaultTimeZone;
  return notice('◷', `${activation.targetName} ends at ${sayMoment(due, zone, ports.clock.now())}.`);
}

/** Takes back the person's own waiting request. */
export async function cancel(
  ports: Ports,
  actor: Actor,
  activation: Activation,
  going: Going = {},
): Promise<Message | null> {
  if (activation.person.oid !== actor.oid || activation.person.tid !== actor.tid) return notYours();
  if (isOver(activation.phase)) return notice('■', `${activation.targetName} is over already.`);
  const { requestId } = activation;
  if (activation.phase === 'scheduled') {
    return refusal(`${activation.targetName} is scheduled, and cannot be cancelled here.`, {
      rule: 'Only what waits for a decision can be cancelled.',
      owner: 'pim',
      next: 'End it when it has started, or take it back in PIM.',
      link: { url: portalMyGroups, title: 'Open PIM' },
    });
  }
  if (activation.phase !== 'waiting' || requestId === null) {
    return refusal(
      `${activation.targetName} is ${activation.phase === 'active' ? 'active' : 'on its way'}: nothing waits to be cancelled.`,
      {
        rule: 'Only what waits for a decision can be cancelled.',
        owner: 'pim',
        next: activation.phase === 'active' ? 'End it instead.' : 'Say “status” in a moment to see what became of it.',
        button: activation.phase === 'active' ? { verb: 'end', id: activation.id, title: 'End now' } : null,
      },
    );
  }
  if (!mayBegin('cancel', activation)) {
    const isDenied = activation.ruling?.verdict === 'deny';
    return refusal(`${activation.targetName} is ${isDenied ? 'denied' : 'approved'}: nothing waits to be cancelled.`, {
      rule: 'Only what waits for a decision can be cancelled.',
      owner: 'pim',
      next: isDenied ? 'Nothing is left to do.' : 'End it once it is active.',
    });
  }
  const written = await write(ports, actor, activation, 'cancel', (leave) =>
    ports.pim.cancel(activation.person, requestId, going.challenge, leave),
  );
  if (written === null) return busy(activation);
  const { outcome, over } = written;
  if (outcome.kind === 'late') return late(ports, activation, `cancel the request for ${activation.targetName}`);
  if (outcome.kind === 'done') {
    await settle(ports, activation.id, answered(activation, 'Canceled'), { step: null });
    return null;
  }
  await settle(ports, activation.id, answered(activation, null), { over, readAt: ports.clock.now() });
  if (await checkFirst(ports, activation, outcome, { ...again, verb: 'cancel', id: activation.id })) return null;
  ports.log.warn('pim.refused', { activation: activation.id, ...refusalFacts(outcome) });
  return explain(outcome, `cancel the request for ${activation.targetName}`, shortId(activation.id));
}

/** It was not sent. Whoever has claimed the step since, or reads PIM, settles it. */
function late(ports: Ports, { id }: Activation, doing: string): Message {
  ports.log.warn('pim.late', { activation: id });
  return explain({ kind: 'late' }, doing);
}

const again = { kind: 'action', reason: '' } as const;

/** True when PIM wants a check of the person before the write: it waits for that, and goes on by itself. */
async function checkFirst(ports: Ports, activation: Activation, outcome: Done, then: ParkedBody): Promise<boolean> {
  if (outcome.kind !== 'stepUp' || outcome.claims === null) return false;
  const { person, place, targetName } = activation;
  await parkForSignIn(ports, person, place, then, { claims: outcome.claims, targetName });
  return true;
}

/** Claims the step, then writes. Null: another write is under way, or the activation is past it. */
async function write(
  ports: Ports,
  actor: Actor,
  activation: Activation,
  kind: 'end' | 'cancel',
  effect: (leave: Leave) => Promise<Done>,
): Promise<{ readonly outcome: Done; readonly over: NonNullable<Known['over']> } | null> {
  const claimed = await claimStep(ports, actor, activation, {
    kind,
    name: activation.personName,
    action: `activation.${kind}`,
  });
  if (claimed.kind === 'lost') return null;
  const { step, before } = claimed;
  const over = { step, before: before?.kind === kind && kind === 'end' ? before : null };
  return { outcome: await effect(leaveOfStep(ports, claimed.activation)), over };
}

/** What PIM's answer to the write means as a reading; status null leaves the phase to the next reading. */
function answered(activation: Activation, status: string | null): Reading {
  const { requestId, approvalId } = activation;
  return { requestId, approvalId, status, createdAt: null, startsAt: null, endsAt: null, instance: 'unread' };
}

/**
 * An activation that was made elsewhere, in PIM's own pages or by another tool, becomes one of ours before it is ended,
 * so that it has a card, a ledger line and the one-write rule like any other.
 */
export async function adoptRunning(
  ports: Ports,
  actor: Actor,
  place: Place,
  named: NamedTarget,
  endsAt: number | null,
): Promise<Activation | null> {
  const now = ports.clock.now();
  const activation = newActivation({
    id: ports.ids.id(),
    person: identityOf(actor),
    personName: actor.name ?? 'Somebody',
    target: named.target,
    targetName: named.name,
    targetMark: named.mark,
    wish: { length: { kind: 'until', at: endsAt ?? now }, startAt: null, justification: null, ticket: null },
    phase: 'active',
    askedAt: now,
    place,
    endsAt,
    seenActive: true,
    readAt: now + 30_000,
  });
  const stored = await ports.store.commit([
    { kind: 'newActivation', activation },
    { kind: 'job', job: requesterCard(activation), due: now },
  ]);
  return stored ? activation : ports.store.openActivation(actor, targetKey(named.target));
}

export function notYours(): Message {
  return refusal('There is no such activation of yours.', {
    rule: 'Each of us ends and cancels only their own.',
    owner: 'jitney',
    next: 'Say “status” to see yours.',
  });
}

function busy(activation: Activation): Message {
  return notice('◷', `${activation.targetName}: a change is on its way to PIM already.`);
}
