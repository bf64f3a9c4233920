import { notice } from '../core/message.ts';
import type { Message } from '../core/message.ts';
import type { Activation, Verdict } from '../core/activation.ts';
import type { Place } from '../core/place.ts';
import { refusal } from '../core/refusal.ts';
import type { Actor } from '../ports/incoming.ts';
import type { Ports } from '../ports/ports.ts';
import type { Change } from '../ports/store.ts';
import { noSuchRequest, rule } from './rule.ts';

/** Sends the cards of everything that waits for this approver again, in case the chat lost them. */
export async function approvals(ports: Ports, actor: Actor, place: Place): Promise<Message> {
  const waiting = await ports.store.waitingFor(actor);
  const due = ports.clock.now();
  const changes: Change[] = [];
  for (const activation of waiting) {
    const reader = { kind: 'approver', oid: actor.oid } as const;
    await ports.store.saveCard(activation.id, reader, { place, activityId: null });
    changes.push({ kind: 'job', job: { kind: 'card', activationId: activation.id, reader }, due });
  }
  await ports.store.commit(changes);
  const [first] = waiting;
  if (!first) return notice('○', 'Nothing waits for your approval.');
  return notice(
    '⚠',
    waiting.length === 1 ? `${first.personName}’s request waits for you.` : `${waiting.length} requests wait for you.`,
  );
}

/**
 * `approve 1a2b3c4d because ok`: the same rules as the buttons; an unknown id and somebody else's answer alike. The
 * approver's living card changes, so the sentence itself gets a line and no second card. Null: a sign-in card answers.
 */
export async function ruleByText(
  ports: Ports,
  actor: Actor,
  place: Place,
  shortId: string,
  verdict: Verdict,
  reason: string,
): Promise<Message | null> {
  const all = (await ports.store.activationsByShortId(shortId)).filter(({ person }) => person.tid === actor.tid);
  const own = all.filter(
    ({ person, approvers }) => person.oid === actor.oid || approvers.some(({ oid }) => oid === actor.oid),
  );
  const [activation] = own;
  if (own.length > 1) return noSuchRequest();
  if (!activation) return ruleOfLate(ports, actor, place, all, verdict, reason);
  if (reason === '' && verdict === 'deny') {
    return refusal('A denial needs a reason.', {
      rule: 'The requester reads it, and the record keeps it.',
      owner: 'jitney',
      next: 'Say it again with one:',
      examples: [`deny ${shortId} because …`],
    });
  }
  const { id } = activation;
  const before = activation.ruling;
  const ruled = await rule(ports, actor, place, id, verdict, reason);
  const { message } = ruled;
  if (ruled.kind === 'signIn') {
    const job = { kind: 'signInCard', parkedId: ruled.parkedId, state: 'open' } as const;
    await ports.store.commit([{ kind: 'job', job, due: ports.clock.now() }]);
    return null;
  }
  if (message.kind !== 'approval') return message;
  const reader = { kind: 'approver', oid: actor.oid } as const;
  await ports.store.commit([{ kind: 'job', job: { kind: 'card', activationId: id, reader }, due: ports.clock.now() }]);
  return inALine(message, before !== null);
}

/**
 * Somebody whom the policy names only since then: PIM tells, and who is not signed in learns nothing. It is asked about
 * something that is not there as well, so that neither words nor work tell one from the other.
 */
async function ruleOfLate(
  ports: Ports,
  actor: Actor,
  place: Place,
  all: readonly Activation[],
  verdict: Verdict,
  reason: string,
): Promise<Message> {
  if ((reason === '' && verdict === 'deny') || !(await ports.signIn.has(actor))) return noSuchRequest();
  const [other] = all.filter(({ phase, ruling }) => all.length === 1 && phase === 'waiting' && ruling === null);
  const staged = await ports.pim.stage(actor, other?.approvalId ?? ports.ids.id());
  if (!other || staged.kind !== 'stage' || !staged.stage.mine) return noSuchRequest();
  const { message } = await rule(ports, actor, place, other.id, verdict, reason);
  return message.kind === 'approval' ? inALine(message, false) : noSuchRequest();
}

function inALine({ activation, note }: Extract<Message, { kind: 'approval' }>, late: boolean): Message {
  const { ruling, personName, targetName } = activation;
  if (note !== null) return notice('⚠', note);
  if (late || ruling === null) return notice('■', 'It is decided already, or over.', 'Its card says how.');
  return ruling.verdict === 'approve'
    ? notice('✓', `Approved: ${personName}, ${targetName}.`)
    : notice('✕', `Denied: ${personName}, ${targetName}.`);
}
