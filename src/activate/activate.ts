import { identityOf } from '../core/person.ts';
import { newActivation } from '../core/activation.ts';
import type { Activation } from '../core/activation.ts';
import { decide } from '../core/decide.ts';
import type { Ask, Need, Refusal } from '../core/decide.ts';
import { sayMinutes } from '../core/duration.ts';
import { notice } from '../core/message.ts';
import type { Message } from '../core/message.ts';
import { sayMoment } from '../core/moment.ts';
import { policySnapshot } from '../core/policy.ts';
import type { Policy } from '../core/policy.ts';
import { targetKey } from '../core/target.ts';
import type { NamedTarget } from '../core/target.ts';
import type { Place } from '../core/place.ts';
import { refusal } from '../core/refusal.ts';
import { isOutage } from '../core/pim-problem.ts';
import type { Actor } from '../ports/incoming.ts';
import type { ParkedAsk, ParkedBody } from '../ports/parked.ts';
import type { Ports } from '../ports/ports.ts';
import type { Change } from '../ports/store.ts';
import { requesterCard } from '../watch/settle.ts';
import { order } from './order.ts';
import { offerToKeep } from './outage.ts';

/** A question waits this long; an older answer is asked again, because the world has moved on. */
export const questionMs = 15 * 60_000;

/**
 * One wish for one target that the person is eligible for: policy, decision, then the order to PIM as that person.
 * The returned message answers the sentence; null when the activation's card does. batch: the sentence named several
 * targets, and they share one card.
 */
export async function activate(
  ports: Ports,
  actor: Actor,
  place: Place,
  named: NamedTarget,
  ask: Ask,
  batch: string | null = null,
): Promise<Message | null> {
  let policy: Policy;
  try {
    policy = await ports.pim.policy(named.target);
  } catch (error) {
    if (!isOutage(error)) throw error;
    return offerToKeep(ports, actor, place, wishFor(named, ask));
  }
  const open = await ports.store.openActivation(actor, targetKey(named.target));
  const now = ports.clock.now();
  const decision = decide(ask, policy, { now, defaultMinutes: ports.settings.defaultMinutes, open });
  switch (decision.kind) {
    case 'refused':
      return refuse(ports, actor, named, decision.reason);
    case 'question':
      return question(ports, actor, place, named, ask, policy, decision.needs, decision.minutes);
    case 'order': {
      const activation = intend(ports, actor, place, named, policy, decision.wish, batch);
      if (!(await ports.store.commit(intent(ports, activation, policy)))) {
        const other = await ports.store.openActivation(actor, targetKey(named.target));
        return other ? refuse(ports, actor, named, { kind: 'open', activation: other }) : raced(named);
      }
      return order(ports, activation);
    }
  }
}

/** The question about a target without a wish: also where the policy wants nothing, so that nothing happens unasked. */
export async function askAbout(ports: Ports, actor: Actor, place: Place, named: NamedTarget): Promise<Message> {
  const policy = await ports.pim.policy(named.target);
  const open = await ports.store.openActivation(actor, targetKey(named.target));
  const { defaultMinutes } = ports.settings;
  const decision = decide({}, policy, { now: ports.clock.now(), defaultMinutes, open });
  if (decision.kind === 'refused') return refuse(ports, actor, named, decision.reason);
  const { needs, minutes } =
    decision.kind === 'question' ? decision : { needs: [], minutes: minutesOf(decision.wish) ?? defaultMinutes };
  return question(ports, actor, place, named, {}, policy, needs, minutes);
}

function minutesOf({ length }: Activation['wish']): number | null {
  return length.kind === 'for' ? length.minutes : null;
}

function intend(
  ports: Ports,
  actor: Actor,
  place: Place,
  named: NamedTarget,
  policy: Policy,
  wish: Activation['wish'],
  batch: string | null,
): Activation {
  const now = ports.clock.now();
  return newActivation({
    id: ports.ids.id(),
    person: identityOf(actor),
    personName: actor.name ?? 'Somebody',
    target: named.target,
    targetName: named.name,
    targetMark: named.mark,
    wish,
    phase: 'ordering',
    askedAt: now,
    place,
    batch,
    startsAt: wish.startAt,
    approverJustification: policy.approval?.justification ?? false,
    maximumMinutes: policy.maximumMinutes,
    // Long enough for the order itself; after that the watch asks PIM what became of it.
    readAt: now + 20_000,
  });
}

/** Durable before PIM hears of it: the wish, its ledger line, and the card that says we are asking. */
function intent(ports: Ports, activation: Activation, policy: Policy): Change[] {
  const { id, person, target, wish, askedAt } = activation;
  return [
    { kind: 'newActivation', activation },
    {
      kind: 'audit',
      entry: {
        at: askedAt,
        actor: person,
        action: 'activation.order',
        activationId: id,
        target: targetKey(target),
        detail: {
          minutes: wish.length.kind === 'for' ? wish.length.minutes : null,
          until: wish.length.kind === 'until' ? wish.length.at : null,
          startAt: wish.startAt,
          ticket: wish.ticket?.number ?? null,
          policy: policySnapshot(policy),
        },
      },
    },
    { kind: 'job', job: requesterCard(activation), due: ports.clock.now() },
  ];
}

/** Asks in one card for what the policy wants and the sentence lacks. extending: the activation that the answer lengthens. */
export async function question(
  ports: Ports,
  actor: Actor,
  place: Place,
  named: NamedTarget,
  ask: Ask,
  policy: Policy,
  needs: readonly Need[],
  minutes: number,
  extending: string | null = null,
): Promise<Message> {
  const id = ports.ids.id();
  const now = ports.clock.now();
  const body = {
    kind: 'question',
    targetKey: targetKey(named.target),
    targetName: named.name,
    targetMark: named.mark,
    ask: keep(ask),
    ...(extending === null ? {} : { extending }),
  } as const;
  await ports.store.commit([
    { kind: 'park', parked: { id, person: identityOf(actor), place, at: now, expiresAt: now + questionMs, body } },
  ]);
  return {
    kind: 'question',
    id,
    targetName: named.name,
    mark: named.mark,
    access: named.target.kind === 'group' ? named.target.access : 'member',
    extending: extending !== null,
    needs,
    minutes,
    askedMinutes:
      ask.minutes ?? (ask.until === undefined ? null : Math.ceil((ask.until - (ask.startAt ?? now)) / 60_000)),
    maximumMinutes: policy.maximumMinutes,
    justification: ask.justification ?? null,
    ticket: ask.ticket ?? null,
  };
}

/** A wish that waits for its person or for PIM. */
export function wishFor({ target, name, mark }: NamedTarget, ask: Ask): Extract<ParkedBody, { kind: 'wish' }> {
  return { kind: 'wish', targetKey: targetKey(target), targetName: name, targetMark: mark, ask: keep(ask) };
}

export function keep(ask: Ask): ParkedAsk {
  return {
    minutes: ask.minutes ?? null,
    until: ask.until ?? null,
    startAt: ask.startAt ?? null,
    justification: ask.justification ?? null,
    ticket: ask.ticket ?? null,
  };
}

export function unkeep(kept: ParkedAsk): Ask {
  return {
    ...(kept.minutes === null ? {} : { minutes: kept.minutes }),
    ...(kept.until === null ? {} : { until: kept.until }),
    ...(kept.startAt === null ? {} : { startAt: kept.startAt }),
    ...(kept.justification === null ? {} : { justification: kept.justification }),
    ...(kept.ticket === null ? {} : { ticket: kept.ticket }),
  };
}

function refuse(ports: Ports, actor: Actor, named: NamedTarget, reason: Refusal): Message {
  const zone = actor.zone ?? ports.settings.defaultTimeZone;
  switch (reason.kind) {
    case 'open':
      return alreadyOpen(reason.activation, zone, ports.clock.now());
    case 'tooShort':
      return refusal(`That is too short for ${named.name}.`, {
        rule: `An activation lasts at least ${sayMinutes(reason.minimum)}.`,
        owner: 'pim',
        next: 'Ask for longer.',
        examples: [`activate ${named.name} for 30 minutes`],
      });
    case 'untilPassed':
      return refusal('That end is over before it begins.', {
        rule: 'An activation ends after its start, and nothing is activated for the past.',
        owner: 'pim',
        next: 'Give a later time.',
        examples: [`activate ${named.name} for 1h`],
      });
    case 'startPassed':
      return refusal('That start has passed.', {
        rule: 'An activation starts now or later.',
        owner: 'pim',
        next: 'Give a later time, or leave it out to start now.',
      });
  }
}

function alreadyOpen(open: Activation, zone: string, now: number): Message {
  const name = open.targetName;
  if (open.phase === 'active') {
    const until = open.endsAt === null ? '' : ` until ${sayMoment(open.endsAt, zone, now)}`;
    return notice('✓', `${name} is active already${until}.`, 'Nothing was asked of PIM again.');
  }
  const waits = open.phase === 'waiting' ? 'waits for approval already' : 'has been asked for already';
  return refusal(`${name} ${waits}.`, {
    rule: 'One request at a time for one group.',
    owner: 'pim',
    next: 'Wait for it, or cancel it and ask again.',
    button: open.phase === 'waiting' ? { verb: 'cancel', id: open.id, title: 'Cancel request' } : null,
  });
}

function raced(named: NamedTarget): Message {
  return refusal(`${named.name} was being asked for twice at the same moment.`, {
    rule: 'Of two equal wishes at once only the first counts.',
    owner: 'jitney',
    next: 'Say “status” to see what is there.',
  });
}
