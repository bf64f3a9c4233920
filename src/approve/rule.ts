import { isOver, isSameStep, isUnderWay, mayBegin } from '../core/activation.ts';
import type { Activation, Verdict } from '../core/activation.ts';
import { explain, refusalFacts } from '../core/explain.ts';
import type { Message } from '../core/message.ts';
import type { PimProblem } from '../core/pim-problem.ts';
import type { Place } from '../core/place.ts';
import { refusal } from '../core/refusal.ts';
import type { Actor } from '../ports/incoming.ts';
import type { Stage } from '../ports/pim.ts';
import type { Ports } from '../ports/ports.ts';
import { parkedOf } from '../sign-in/park.ts';
import { rulingOf } from '../watch/ruling.ts';
import { settle } from '../watch/settle.ts';
import { claimStep, leaveOfStep } from '../watch/step.ts';
import type { Claimed } from '../watch/step.ts';

/** What a click or a typed decision leads to; the card kind is the approver's own card, ready to replace the clicked one. */
export type Ruled =
  | { readonly kind: 'card' | 'said'; readonly message: Message }
  /** It waits under this id. */
  | { readonly kind: 'signIn'; readonly parkedId: string; readonly message: Message };

/** One sentence for a request that is not there and for one that is none of the actor's business: they look alike. */
export function noSuchRequest(): Message {
  return refusal('There is no such request waiting for you.', {
    rule: 'Only its approvers decide, and only once: it is decided or over, or it never was yours to decide.',
    owner: 'pim',
    next: 'Say “approvals” to see what waits for you.',
  });
}

/**
 * An approver decides, as themselves. Nobody decides on their own request, even if PIM would let them. One write at a time
 * per request: the first click claims it, the others are told who is at it. PIM's answer settles it; 409 shows who was first.
 */
export async function rule(
  ports: Ports,
  actor: Actor,
  place: Place,
  id: string,
  verdict: Verdict,
  reason: string,
  challenge: string | null = null,
): Promise<Ruled> {
  const activation = await ports.store.activation(id);
  if (!activation || activation.person.tid !== actor.tid) return said(noSuchRequest());
  if (activation.person.oid === actor.oid) return said(ownRequest(activation));
  if (!isAsked(activation, actor) && !(await isAskedByNow(ports, actor, activation))) return said(noSuchRequest());
  if (!mayBegin('decide', activation) || activation.approvalId === null) return card(activation, null);
  if (isUnderWay(activation, ports.clock.now())) return card(activation, whoIsAtIt(activation, actor));
  if (reason === '' && (verdict === 'deny' || activation.approverJustification)) {
    return card(
      activation,
      'Its policy wants your reason: write it and press again.',
      verdict === 'deny' ? 'deny' : 'decide',
    );
  }
  const decision = { place, activation, approvalId: activation.approvalId, verdict, reason, challenge };
  if (!(await ports.signIn.has(actor))) return askSignIn(ports, actor, decision, null);
  return decideAs(ports, actor, decision);
}

function isAsked({ approvers }: Activation, actor: Actor): boolean {
  return approvers.some(({ oid }) => oid === actor.oid);
}

/** Who became an approver after the request was made: PIM knows, asked as that person. Without a sign-in nobody is asked for one. */
async function isAskedByNow(ports: Ports, actor: Actor, activation: Activation): Promise<boolean> {
  const { approvalId, phase, ruling } = activation;
  if (phase !== 'waiting' || ruling !== null || approvalId === null || !(await ports.signIn.has(actor))) return false;
  const staged = await ports.pim.stage(actor, approvalId);
  return staged.kind === 'stage' && staged.stage.mine;
}

type Decision = {
  readonly place: Place;
  readonly activation: Activation;
  readonly approvalId: string;
  readonly verdict: Verdict;
  readonly reason: string;
  /** The check that the approver has just passed for it. */
  readonly challenge: string | null;
};

async function decideAs(ports: Ports, actor: Actor, decision: Decision): Promise<Ruled> {
  const { activation, approvalId, verdict, reason, challenge } = decision;
  const staged = await ports.pim.stage(actor, approvalId);
  if (staged.kind === 'signIn') return askSignIn(ports, actor, decision, null);
  if (staged.kind === 'stepUp' && staged.claims !== null) return askSignIn(ports, actor, decision, staged.claims);
  if (staged.kind !== 'stage') return refused(ports, activation, staged);
  const { stage } = staged;
  if (!stage.open) return decidedElsewhere(ports, actor, activation, stage);
  if (!stage.mine) return said(noSuchRequest());

  const claimed = await claimStep(ports, actor, activation, {
    kind: 'decide',
    name: actor.name ?? nameOf(activation, actor.oid),
    action: `approval.${verdict}`,
  });
  if (claimed.kind === 'lost') return card(claimed.activation, whoIsAtIt(claimed.activation, actor));
  const ids = { approvalId, stageId: stage.id };
  const leave = leaveOfStep(ports, claimed.activation);
  const outcome = await ports.pim.rule(actor, ids, verdict, reason, challenge, leave);
  switch (outcome.kind) {
    case 'late':
      return refused(ports, activation, outcome);
    case 'stepUp':
      await giveBack(ports, claimed);
      if (outcome.claims !== null) return askSignIn(ports, actor, decision, outcome.claims);
      return refused(ports, activation, outcome);
    case 'done':
      return taken(ports, actor, activation.id, verdict, reason);
    case 'conflict': {
      const again = await ports.pim.stage(actor, approvalId);
      if (again.kind === 'stage') return decidedElsewhere(ports, actor, activation, again.stage);
      await giveBack(ports, claimed);
      return refused(ports, activation, outcome);
    }
    case 'unclear': {
      const again = await ports.pim.stage(actor, approvalId);
      if (again.kind === 'stage' && !again.stage.open) return decidedElsewhere(ports, actor, activation, again.stage);
      if (again.kind === 'stage') await giveBack(ports, claimed, { unanswered: claimed.step });
      return refused(ports, activation, again.kind === 'stage' ? { kind: 'unavailable', afterMs: null } : outcome);
    }
    default:
      await giveBack(ports, claimed);
      return refused(ports, activation, outcome);
  }
}

/** Null when the card itself tells what became of the request. */
function whoIsAtIt({ step, phase, ruling }: Activation, actor: Actor): string | null {
  if (step === null) return phase === 'waiting' && ruling === null ? 'It changed at this moment: press again.' : null;
  return step.by.oid === actor.oid
    ? 'Your decision is on its way to PIM.'
    : `${step.by.name} is deciding; it is on its way to PIM.`;
}

async function taken(ports: Ports, actor: Actor, id: string, verdict: Verdict, reason: string): Promise<Ruled> {
  const before = await ports.store.activation(id);
  if (!before) return said(noSuchRequest());
  const ruling = {
    verdict,
    by: { oid: actor.oid, name: actor.name ?? nameOf(before, actor.oid) },
    at: ports.clock.now(),
    reason: reason === '' ? null : reason,
  };
  // The phase stays as it was until the watch has read PIM: nothing is shown as granted before PIM says so.
  const after = await settle(ports, id, unread(before), { ruling, step: null });
  return after ? card(after, null) : said(noSuchRequest());
}

/** PIM takes no decision any more: show which one it has, as it tells this approver, and who was first. */
async function decidedElsewhere(ports: Ports, actor: Actor, activation: Activation, stage: Stage): Promise<Ruled> {
  const known = await ports.store.activation(activation.id);
  const ruling = known?.ruling ?? rulingOf(stage, ports.clock.now());
  const reading = (await ports.pim.read([activation])).get(activation.id) ?? unread(activation);
  const after = (await settle(ports, activation.id, reading, { ruling, step: null })) ?? activation;
  return card(after, whoWasFirst(after, actor));
}

/** Null when the card says it all: nobody decided in time, or it was the actor, whose answer from PIM got lost. */
function whoWasFirst({ ruling, phase }: Activation, actor: Actor): string | null {
  if (ruling === null) return isOver(phase) ? null : 'PIM takes no decision on it any more.';
  if (ruling.by === null) return 'It was decided before your click.';
  return ruling.by.oid === actor.oid ? null : `${ruling.by.name} was first.`;
}

/** Somebody else may have claimed it since, when PIM was slow. */
async function giveBack(
  ports: Ports,
  { activation: { id }, step }: Extract<Claimed, { kind: 'won' }>,
  left: Pick<Activation, 'unanswered'> = {},
): Promise<void> {
  const stored = await ports.store.activation(id);
  if (!stored || !isSameStep(stored.step, step)) return;
  await ports.store.commit([
    { kind: 'activation', activation: { ...stored, ...left, step: null, version: stored.version + 1 } },
  ]);
}

function unread(activation: Activation): Parameters<typeof settle>[2] {
  const { requestId, approvalId } = activation;
  return { requestId, approvalId, status: null, createdAt: null, startsAt: null, endsAt: null, instance: 'unread' };
}

/** The card shows the first digits of the activation's id, which the line in the log begins with. */
async function refused(ports: Ports, activation: Activation, refusal: PimProblem): Promise<Ruled> {
  ports.log.warn('pim.refused', { activation: activation.id, ...refusalFacts(refusal) });
  const why = explain(refusal, 'take your decision');
  const stored = (await ports.store.activation(activation.id)) ?? activation;
  const note = why.kind === 'problem' ? [why.what, why.why, why.next].filter((line) => line !== null).join(' ') : null;
  return card(stored, note);
}

/** The decision waits for the sign-in or the check, in this very card, and then goes on by itself. */
async function askSignIn(
  ports: Ports,
  actor: Actor,
  { place, activation, verdict, reason }: Decision,
  claims: string | null,
): Promise<Ruled> {
  const { id, personName, targetName } = activation;
  const check = claims === null ? null : { claims, targetName };
  const parked = parkedOf(ports, actor, place, { kind: 'action', verb: verdict, id, reason }, check);
  await ports.store.commit([{ kind: 'park', parked }]);
  const url = await ports.signIn.link(parked.person, parked.id, claims);
  const doing = verdict === 'approve' ? 'approve' : 'deny';
  const going = `${doing} ${personName}’s ${targetName}`;
  const stepUpFor = check === null ? null : targetName;
  const asked = { kind: 'signIn', url, state: 'open', going, stepUpFor } as const;
  const message = ports.signIn.silent && check === null ? { ...asked, exchange: parked.id } : asked;
  return { kind: 'signIn', parkedId: parked.id, message };
}

function ownRequest(activation: Activation): Message {
  return refusal(`You cannot decide on your own request for ${activation.targetName}.`, {
    rule: 'Nobody approves their own access, whatever the group’s policy says.',
    owner: 'jitney',
    next: 'One of the other approvers can.',
  });
}

function nameOf(activation: Activation, oid: string): string {
  return activation.approvers.find((approver) => approver.oid === oid)?.name ?? 'An approver';
}

function said(message: Message): Ruled {
  return { kind: 'said', message };
}

function card(activation: Activation, note: string | null, form: 'decide' | 'deny' = 'decide'): Ruled {
  return { kind: 'card', message: { kind: 'approval', activation, form, note } };
}
