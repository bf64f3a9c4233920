import { isOver, isSameStep, isUnderWay } from '../core/activation.ts';
import type { Activation, ApproverContact, Phase, Step } from '../core/activation.ts';
import { notice, portalApprovals, problem } from '../core/message.ts';
import type { Message } from '../core/message.ts';
import { observe } from '../core/observe.ts';
import type { Reading } from '../core/observe.ts';
import type { Job } from '../ports/job.ts';
import type { Ports } from '../ports/ports.ts';
import type { Change } from '../ports/store.ts';
import { mendCards } from './mend-cards.ts';
import { askInRooms, watches } from './rooms.ts';

/**
 * What a verb knows beside PIM's reading: the ruling it made, the step it finished. over: this step has come to nothing and
 * before is again what stands; a step that somebody has claimed since stays theirs.
 */
export type Known = Partial<Pick<Activation, 'ruling' | 'step' | 'endedBy' | 'readAt' | 'targetMark'>> & {
  readonly over?: { readonly step: Step; readonly before: Step | null };
};

const attempts = 5;

/**
 * Takes in one reading of PIM: the phase changes, and whoever watches is told, in one commit. Every verb that wrote to
 * PIM and every round of the watch ends here. Somebody else's write in between is taken in first. Returns what is stored now.
 */
export async function settle(
  ports: Ports,
  id: string,
  reading: Reading,
  known: Known = {},
  also: readonly Change[] = [],
): Promise<Activation | null> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const before = await ports.store.activation(id);
    if (!before || isOver(before.phase)) return before;
    if (isBeingDecided(before, known, ports.clock.now())) return before;
    // Who decided first stays: those who come second know it only from PIM.
    const ruling = before.ruling ?? known.ruling ?? null;
    // With the step as it was, also when it is given up: what was on its way may be what PIM now tells.
    const { over, ...told } = known;
    const seenFrom = { ...before, ...told, step: before.step, ruling };
    const { activation: seen, became } = observe(seenFrom, reading, ports.clock.now());
    const approvers = became === 'waiting' ? await findApprovers(ports, seen) : seen.approvers;
    const { restored = false, ...taken } = {
      ...seen,
      ...kept(told, seen, isSameStep(before.step, over?.step) ? over?.before : undefined),
      approvers,
      version: before.version + 1,
    };
    const after: Activation = taken;
    // Somebody else took in the same meanwhile: fifty who press at once must not wear each other out.
    if (attempt > 0 && isSame(before, after)) return before;
    const follow = await (restored
      ? sinceTheCopy(ports, before, after, became)
      : consequences(ports, before, after, became));
    if (await ports.store.commit([{ kind: 'activation', activation: after }, ...follow, ...also])) return after;
  }
  throw new Error(`activation ${id} kept changing under ${attempts} attempts to settle it`);
}

/** The decision is on its way, so PIM may show its outcome before we know whose it is; whoever decides takes it in. */
function isBeingDecided(stored: Activation, known: Known, now: number): boolean {
  return (
    !('step' in known) &&
    !isSameStep(stored.step, known.over?.step) &&
    stored.step?.kind === 'decide' &&
    isUnderWay(stored, now)
  );
}

function isSame(before: Activation, after: Activation): boolean {
  const { version, readAt } = before;
  return JSON.stringify({ ...after, version, readAt }) === JSON.stringify(before);
}

/** What the verb knows better than the reading: that its step is done, and that PIM is worth another look at once. */
function kept(
  known: Omit<Known, 'over'>,
  seen: Activation,
  left: Step | null | undefined,
): Pick<Activation, 'step' | 'readAt'> {
  const step = seen.step === null || left === undefined ? seen.step : left;
  return {
    step: 'step' in known ? (known.step ?? null) : step,
    readAt: known.readAt !== undefined && seen.readAt !== null ? known.readAt : seen.readAt,
  };
}

/** The people who may decide, never the requester, and whether we have a chat to reach them in. */
async function findApprovers(ports: Ports, activation: Activation): Promise<readonly ApproverContact[]> {
  const policy = await ports.pim.policy(activation.target);
  const people = await ports.directory.approvers(activation.person.tid, policy.approval?.approvers ?? []);
  const others = people.filter((person) => person.oid !== activation.person.oid);
  const known = await ports.store.knownPeople(
    activation.person.tid,
    others.map((person) => person.oid),
  );
  const reached = new Set(known.filter(({ place }) => place !== null).map(({ person }) => person.oid));
  return others.map((person) => ({ ...person, reached: reached.has(person.oid) }));
}

/** This approver has a chat with us now, or has none any more; the requester's card says so, and when nobody is left a notice and the rooms. */
export async function reach(ports: Ports, id: string, oid: string, reached = true): Promise<void> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const stored = await ports.store.activation(id);
    if (!stored || isOver(stored.phase)) return;
    const approvers = stored.approvers.map((one) => (one.oid === oid ? { ...one, reached } : one));
    const after = { ...stored, approvers, version: stored.version + 1 };
    const isLast = stored.phase === 'waiting' && !approvers.some((one) => one.reached);
    const due = ports.clock.now();
    const last = isLast ? [...tellRequester(after, 'waiting'), ...(await askInRooms(ports, after))] : [];
    const changed = await ports.store.commit([
      { kind: 'activation', activation: after },
      ...[requesterCard(stored), ...last].map((job): Change => ({ kind: 'job', job, due })),
    ]);
    if (changed) return;
  }
}

/** Who must be shown or told something because the activation changed. */
export async function consequences(
  ports: Ports,
  before: Activation,
  after: Activation,
  became: Phase | null,
): Promise<readonly Change[]> {
  if (became === null && shown(before) === shown(after)) return [];
  const due = ports.clock.now();
  const jobs: Job[] = [
    requesterCard(after),
    ...after.approvers
      .filter(({ reached }) => reached)
      .map(({ oid }): Job => ({ kind: 'card', activationId: after.id, reader: { kind: 'approver', oid } })),
    ...(await channelJobs(ports, before, after, became)),
    ...tellRequester(after, became),
    ...(became === 'waiting' && !after.approvers.some(({ reached }) => reached) ? await askInRooms(ports, after) : []),
  ];
  return jobs.map((job): Change => ({ kind: 'job', job, due }));
}

/**
 * Of what became of it since the copy was made, the cards tell in place. Only where the copy knows of no announcement is
 * it announced: whether that was done after the copy nobody here can tell, and twice is better than never.
 */
async function sinceTheCopy(
  ports: Ports,
  before: Activation,
  after: Activation,
  became: Phase | null,
): Promise<readonly Change[]> {
  const changes: Change[] = [...(await mendCards(ports, after))];
  const due = ports.clock.now();
  const ran = after.phase === 'active' ? 'active' : became;
  for (const job of await channelJobs(ports, before, after, ran)) {
    const known = job.kind === 'card' ? await ports.store.card(job.activationId, job.reader) : null;
    if (known?.activityId == null) changes.push({ kind: 'job', job, due, doubt: true });
  }
  return changes;
}

/** The requester's living card: its own, or the one it shares with the others of its sentence. */
export function requesterCard({ id, batch }: Pick<Activation, 'id' | 'batch'>): Job {
  return { kind: 'card', activationId: batch ?? id, reader: { kind: 'requester' } };
}

function shown({ phase, endsAt, startsAt, ruling, step, approvers, endedBy, approvalId }: Activation): string {
  return JSON.stringify([phase, endsAt, startsAt, ruling, step, approvers, endedBy, approvalId]);
}

/** A channel hears of it when PIM says active, and its card changes when it ended. */
async function channelJobs(ports: Ports, before: Activation, after: Activation, became: Phase | null): Promise<Job[]> {
  const isNews = became === 'active' || (became === 'ended' && before.phase !== 'active');
  const routes = isNews ? (await ports.store.routes()).filter((route) => watches(route, after)) : [];
  const posted = (await ports.store.cardReaders(after.id)).flatMap((reader) =>
    reader.kind === 'channel' ? [reader.conversationId] : [],
  );
  const conversations = new Set([...routes.map(({ place }) => place.conversationId), ...posted]);
  return [...conversations].map((conversationId) => ({
    kind: 'card',
    activationId: after.id,
    reader: { kind: 'channel', conversationId },
  }));
}

/** Updating a card rings no bell, so what a person waits for is also said in the chat. */
function tellRequester(activation: Activation, became: Phase | null): Job[] {
  const message = became === null ? null : outcome(activation, became);
  if (!message) return [];
  return [
    {
      kind: 'notice',
      key: `${activation.id}:${became ?? ''}`,
      to: activation.place,
      oid: activation.person.oid,
      message,
    },
  ];
}

function outcome(activation: Activation, became: Phase): Message | null {
  const name = activation.targetName;
  const ruling = activation.ruling;
  const who = ruling?.by?.name ?? 'an approver';
  const said = ruling?.reason ? [`“${ruling.reason}”`] : [];
  switch (became) {
    case 'waiting':
      return activation.approvers.some(({ reached }) => reached) ? null : nobodyReached(activation);
    case 'active':
      if (activation.held != null && activation.approvalId === null)
        return notice('✓', `${name} is active: PIM answers again.`);
      return activation.approvalId === null
        ? null
        : notice('✓', `${name} is active. Approved${ruling ? ` by ${who}` : ''}.`, ...said);
    case 'denied':
      return notice('✕', `${name} was denied${ruling ? ` by ${who}` : ''}.`, ...said);
    case 'lapsed':
      return notice(
        '■',
        `Nobody decided on ${name} within 24 hours, so the request lapsed.`,
        'Ask again when you need it.',
      );
    case 'ended':
      return activation.endedBy?.oid === activation.person.oid ? null : notice('■', `${name} has ended.`);
    case 'failed':
      return notice('✕', `${name} was not activated.`, activation.failure ?? 'PIM gave no reason.');
    default:
      return null;
  }
}

function nobodyReached(activation: Activation): Message {
  const names = activation.approvers.map(({ name }) => name);
  return problem(`I could reach nobody who can approve ${activation.targetName}.`, {
    why:
      names.length === 0
        ? 'Its PIM policy names no approver other than you.'
        : `Without a chat with me then: ${names.join(', ')}.`,
    next: 'PIM has the request: ask them to open PIM’s approvals, or to say “approvals” to me.',
    link: { url: portalApprovals, title: 'Approvals in PIM' },
  });
}
