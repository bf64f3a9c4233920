import { createHash } from 'node:crypto';
import { leaveMs } from '../core/activation.ts';
import type { Activation } from '../core/activation.ts';
import { explain, refusalFacts } from '../core/explain.ts';
import type { Message } from '../core/message.ts';
import { notice, problem } from '../core/message.ts';
import type { Moment } from '../core/moment.ts';
import type { PimProblem } from '../core/pim-problem.ts';
import type { Parked } from '../ports/parked.ts';
import type { Leave } from '../ports/pim.ts';
import type { Ports } from '../ports/ports.ts';
import type { Change } from '../ports/store.ts';
import { hold } from './hold.ts';
import { requesterCard, settle } from '../watch/settle.ts';

/** What the person has just done for it: signed in (claims null), or passed the check that these claims ask for. */
type Verified = { readonly claims: string | null };

/**
 * Sends the durable intent to PIM as the person, and takes in what PIM answers. A lost answer is never ordered again
 * here: the watch reads it back. Null: the activation's own card tells how it went. A sign-in that changed nothing is
 * told and not looped; of a check PIM says so itself (a challenge without claims).
 */
export async function order(ports: Ports, activation: Activation, verified?: Verified): Promise<Message | null> {
  const { person, target, wish, id: marker } = activation;
  const [outcome, known] = await Promise.all([
    ports.pim.order(person, target, wish, marker, verified?.claims, leaveOf(ports, activation)),
    lookUpNamesakes(ports, activation),
    lookUpApprovers(ports, activation),
  ]);
  switch (outcome.kind) {
    case 'accepted':
      await settle(ports, activation.id, outcome.reading, known);
      return null;
    case 'unavailable':
      ports.log.warn('pim.unavailable', { activation: activation.id });
      return hold(ports, activation.id, outcome.afterMs);
    case 'late':
      // Whoever has claimed it since orders it, or the watch reads it back: it is due.
      ports.log.warn('pim.late', { activation: activation.id });
      return null;
    case 'unclear':
      return readBack(ports, activation.id);
    case 'exists':
    case 'pending':
      return adopt(ports, activation, outcome);
    case 'signIn':
      return verified ? refused(ports, activation, outcome) : verify(ports, activation, null);
    case 'stepUp':
      return outcome.claims === null ? refused(ports, activation, outcome) : verify(ports, activation, outcome.claims);
    default:
      return refused(ports, activation, outcome);
  }
}

/** As long as nobody has claimed the wish anew, to order it themselves or to close it. */
function leaveOf({ store }: Ports, activation: Activation): Leave {
  const at = claimedAt(activation);
  return {
    until: at + leaveMs,
    isOurs: async () => {
      const stored = await store.activation(activation.id);
      return stored?.phase === 'ordering' && claimedAt(stored) === at;
    },
  };
}

/** When its newest order was about to be sent. */
function claimedAt({ held, orderedAt, askedAt }: Activation): Moment {
  return held?.trying ?? orderedAt ?? askedAt;
}

/** The card shows the first digits of the activation's id, so a person's "it said …" finds its line in the log. */
function refused(ports: Ports, activation: Activation, refusal: PimProblem): Promise<Message | null> {
  ports.log.warn('pim.refused', { activation: activation.id, ...refusalFacts(refusal) });
  return giveUp(ports, activation, explain(refusal, `activate ${activation.targetName}`), refusal.kind);
}

/** Meanwhile, so that they are known when PIM wants an approval; without them now they are looked up then. */
async function lookUpApprovers(ports: Ports, { person, target }: Activation): Promise<void> {
  try {
    const { approval } = await ports.pim.policy(target);
    if (approval) await ports.directory.approvers(person.tid, approval.approvers);
  } catch (error) {
    ports.log.warn('approvers.unavailable', { error });
  }
}

/** Meanwhile, for whoever reads its cards: they may know another group of this name. */
async function lookUpNamesakes(
  ports: Ports,
  { target, targetName }: Activation,
): Promise<Pick<Activation, 'targetMark'>> {
  if (target.kind !== 'group') return {};
  const mark = await ports.directory.mark({ groupId: target.groupId, name: targetName });
  return mark === null ? {} : { targetMark: mark };
}

/** Somebody waits for it, so the watch reads it back now and not only when the order would have been cut off. */
async function readBack(ports: Ports, id: string): Promise<Message | null> {
  const stored = await ports.store.activation(id);
  if (stored?.phase !== 'ordering') return null;
  // It may have taken effect as late as now, whenever it was begun.
  const now = ports.clock.now();
  const lost = { ...stored, orderedAt: now, readAt: now + 1_000, version: stored.version + 1 };
  await ports.store.commit([{ kind: 'activation', activation: lost }]);
  // Told as it was: the line stays when it has long been found out.
  return notice(
    '⚠',
    `PIM did not answer about ${stored.targetName}, so it may have the request or not.`,
    'I look, which can take a minute. Its card tells what came of it.',
  );
}

const verifyMs = 10 * 60_000;

/**
 * Nothing happened at PIM: the intent waits until the person has passed the check, or has signed in again (claims null),
 * then goes on by itself. All targets of a sentence that want the same share one card; so does what is asked while such a
 * card waits.
 */
async function verify(ports: Ports, activation: Activation, claims: string | null): Promise<Message | null> {
  const stored = await ports.store.activation(activation.id);
  if (stored?.phase !== 'ordering') return null;
  const card = cardFor(stored, claims);
  const before = (await ports.store.parkedFor(stored.person, ports.clock.wall())).find(
    ({ id, check }) => id === card || (claims !== null && check?.claims === claims),
  );
  if (before === undefined && (await park(ports, stored, card, claims, card))) return null;
  const isShared = before === undefined || before.id === card;
  // The card says for how many the check is, so it is drawn again.
  await park(ports, stored, ports.ids.id(), claims, isShared ? card : null);
  if (isShared) return null;
  return notice('◷', `${stored.targetName} waits for the same check.`, 'Pass it once and I go on with both.');
}

/** The same for all targets of one sentence that want the same check, and another one each time it is asked for. */
function cardFor({ batch, id, version }: Activation, claims: string | null): string {
  const text = JSON.stringify([batch ?? id, version, claims]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** False when somebody parked under this id already. card: the one that asks for it; null: it needs no new look. */
async function park(
  ports: Ports,
  stored: Activation,
  id: string,
  claims: string | null,
  card: string | null,
): Promise<boolean> {
  const { person, place, targetName } = stored;
  const at = ports.clock.wall();
  const body = { kind: 'stepUp', activationId: stored.id, targetName } as const;
  const parked = { id, person, place, at, expiresAt: at + verifyMs, body };
  // Whoever tells that the time is up goes first; a reading before that would only say less.
  const readAt = ports.clock.now() + verifyMs + 60_000;
  return ports.store.commit([
    {
      kind: 'activation',
      activation: { ...stored, held: null, unverified: true, readAt, version: stored.version + 1 },
    },
    { kind: 'park', parked: claims === null ? parked : { ...parked, check: { claims, targetName } } },
    { kind: 'job', job: requesterCard(stored), due: ports.clock.now() },
    ...(card === null ? [] : [openCard(ports, card)]),
  ]);
}

function openCard(ports: Ports, parkedId: string): Change {
  return { kind: 'job', job: { kind: 'signInCard', parkedId, state: 'open' }, due: ports.clock.now() };
}

/** The check is passed, or the sign-in done: the intent that waited for it is ordered, once. */
export async function orderVerified(ports: Ports, activationId: string, parked: Parked): Promise<Message | null> {
  const activation = await ports.store.activation(activationId);
  if (activation?.phase !== 'ordering') return null;
  const now = ports.clock.now();
  const version = activation.version + 1;
  const claimed = { ...activation, unverified: false, orderedAt: now, readAt: now + 20_000, version };
  const isOurs = await ports.store.commit([
    { kind: 'activation', activation: claimed },
    { kind: 'takeParked', parked, at: ports.clock.wall() },
  ]);
  return isOurs ? order(ports, claimed, { claims: parked.check?.claims ?? null }) : null;
}

/** PIM has one already: ours, if an earlier answer was lost, or one that was made elsewhere. */
async function adopt(
  ports: Ports,
  activation: Activation,
  refusal: { readonly kind: 'exists' | 'pending' },
): Promise<Message | null> {
  const ours = await ports.pim.findOrder(activation);
  if (ours) {
    await settle(ports, activation.id, ours);
    return null;
  }
  if (refusal.kind === 'exists') {
    const running = (await ports.pim.active(activation.person)).find(
      ({ target }) => JSON.stringify(target) === JSON.stringify(activation.target),
    );
    if (running) {
      await settle(ports, activation.id, {
        requestId: null,
        approvalId: null,
        status: 'Provisioned',
        createdAt: null,
        startsAt: null,
        endsAt: running.endsAt,
        instance: { startsAt: null, endsAt: running.endsAt },
      });
      return notice('✓', `${activation.targetName} was active already; nothing was asked of PIM again.`);
    }
  }
  return refused(ports, activation, refusal);
}

/** Nothing happened at PIM: the wish is closed and its card says why, the ledger in one word (cause). */
export async function giveUp(
  ports: Ports,
  activation: Activation,
  why: Message,
  cause: string,
): Promise<Message | null> {
  const stored = await ports.store.activation(activation.id);
  if (stored?.phase !== 'ordering') return null;
  const failure =
    why.kind === 'problem' ? [why.what, why.why, why.next].filter((line) => line !== null).join(' ') : null;
  await ports.store.commit([
    {
      kind: 'activation',
      activation: { ...stored, phase: 'failed', failure, readAt: null, version: stored.version + 1 },
    },
    {
      kind: 'audit',
      entry: {
        at: ports.clock.now(),
        actor: activation.person,
        action: 'activation.refused',
        activationId: activation.id,
        target: null,
        detail: { why: cause },
      },
    },
    {
      kind: 'job',
      job: requesterCard(activation),
      due: ports.clock.now(),
    },
  ]);
  return null;
}

/** The person did not finish the check in time, so the intent that waited for it is closed. */
export async function giveUpUnverified(ports: Ports, activationId: string): Promise<void> {
  const activation = await ports.store.activation(activationId);
  if (activation?.phase !== 'ordering') return;
  const why = problem('The sign-in for it was not finished in time.', {
    why: 'Nothing was asked of PIM.',
    next: 'Ask again if you need it.',
  });
  await giveUp(ports, activation, why, 'notVerified');
}
