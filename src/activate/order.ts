import type { Activation } from '../core/activation.ts';
import { explain } from '../core/explain.ts';
import type { Message } from '../core/message.ts';
import { notice, problem } from '../core/message.ts';
import type { PimProblem } from '../core/pim-problem.ts';
import type { Ports } from '../ports.ts';
import { requesterCard, settle } from '../watch/settle.ts';

/**
 * Sends the durable intent to PIM as the person, and takes in what PIM answers. A lost answer is never ordered again
 * here: the watch reads it back. Null: the activation's own card tells how it went. again: the person has just passed
 * the check that PIM asked for, so a second challenge is told and not looped.
 */
export async function order(ports: Ports, activation: Activation, again = false): Promise<Message | null> {
  const [outcome] = await Promise.all([
    ports.pim.order(activation.person, activation.target, activation.wish, activation.id),
    lookUpApprovers(ports, activation),
  ]);
  switch (outcome.kind) {
    case 'accepted':
      await settle(ports, activation.id, outcome.reading);
      return null;
    case 'unclear':
      return readBack(ports, activation.id);
    case 'exists':
    case 'pending':
      return adopt(ports, activation, outcome);
    case 'signIn':
      return again ? refused(ports, activation, outcome) : verify(ports, activation, null);
    case 'stepUp':
      return outcome.claims === null || again
        ? refused(ports, activation, outcome)
        : verify(ports, activation, outcome.claims);
    default:
      return refused(ports, activation, outcome);
  }
}

/** The card shows the first digits of the activation's id, so a person's "it said …" finds its line in the log. */
function refused(ports: Ports, activation: Activation, refusal: PimProblem): Promise<Message | null> {
  const code = refusal.kind === 'other' ? refusal.code : null;
  ports.log.warn('pim.refused', { activation: activation.id, kind: refusal.kind, pimCode: code });
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

/** Somebody waits for it, so the watch reads it back now and not only when the order would have been cut off. */
async function readBack(ports: Ports, id: string): Promise<null> {
  const stored = await ports.store.activation(id);
  if (stored?.phase !== 'ordering') return null;
  const readAt = ports.clock.now() + 1_000;
  await ports.store.commit([{ kind: 'activation', activation: { ...stored, readAt, version: stored.version + 1 } }]);
  return null;
}

const verifyMs = 10 * 60_000;

/**
 * Nothing happened at PIM: the intent waits until the person has passed the check, or has signed in again (claims null),
 * then goes on by itself.
 */
async function verify(ports: Ports, activation: Activation, claims: string | null): Promise<Message | null> {
  const stored = await ports.store.activation(activation.id);
  if (stored?.phase !== 'ordering') return null;
  const id = ports.ids.id();
  const at = ports.clock.wall();
  const body = { kind: 'stepUp', activationId: stored.id, targetName: stored.targetName, claims } as const;
  const { person, place } = stored;
  await ports.store.commit([
    {
      kind: 'activation',
      activation: { ...stored, readAt: ports.clock.now() + verifyMs, version: stored.version + 1 },
    },
    { kind: 'park', parked: { id, person, place, at, expiresAt: at + verifyMs, body } },
    { kind: 'job', job: { kind: 'signInCard', parkedId: id, state: 'open' }, due: ports.clock.now() },
  ]);
  return null;
}

/** The check is passed: the intent that waited for it is ordered. */
export async function orderVerified(ports: Ports, activationId: string): Promise<Message | null> {
  const activation = await ports.store.activation(activationId);
  if (activation?.phase !== 'ordering') return null;
  const claimed = { ...activation, readAt: ports.clock.now() + 20_000, version: activation.version + 1 };
  return (await ports.store.commit([{ kind: 'activation', activation: claimed }])) ? order(ports, claimed, true) : null;
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
  const why = problem('The sign-in for it was not finished in time.', { why: 'Nothing was asked of PIM.' });
  await giveUp(ports, activation, why, 'notVerified');
}
