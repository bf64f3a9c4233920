import type { Activation } from '../core/activation.ts';
import type { Act, AuditTrace, Finding, Made } from '../core/finding.ts';
import type { Moment } from '../core/moment.ts';

export type Span = { readonly from: Moment; readonly to: Moment };

/** What Jitney knows: the activations that were asked for, and the writes that PIM took. */
export type Ours = { readonly activations: readonly Activation[]; readonly made: readonly Made[] };

/** The texts of PIM's audit for what a person does, of a role and of a group alike. */
const acts: Readonly<Record<string, Act>> = {
  'Add member to role requested (PIM activation)': 'asked',
  'Add member to role request approved (PIM activation)': 'approved',
  'Add member to role request denied (PIM activation)': 'denied',
  'Add member to role canceled (PIM activation)': 'cancelled',
  'Remove member from role requested (PIM deactivate)': 'ended',
};

/** An ending is known by person, group and time alone, and the two records may tell its time so far apart. */
const nearMs = 60 * 60_000;

type Trace = AuditTrace & { readonly act: Act };

/**
 * Where Jitney's record and PIM's audit differ in what was done after `from`, until `to`. Both lists may reach further:
 * an act near an edge is then found on the other side. Of a request that was never asked for here only the asking is told.
 */
export function compare(
  { activations, made }: Ours,
  rows: readonly AuditTrace[],
  span: Span,
  now: Moment,
): readonly Finding[] {
  const traces = rows.flatMap((row): Trace[] => {
    const act = acts[row.activity];
    return act === undefined ? [] : [{ ...row, act }];
  });
  const isInside = (at: Moment): boolean => at > span.from && at <= span.to;
  const found = [
    ...traces
      .filter(({ at }) => isInside(at))
      .flatMap((trace) => (isKnown(trace, activations, made) ? [] : notHere(trace, now))),
    ...activations
      .filter(({ requestId, askedAt }) => requestId !== null && isInside(askedAt))
      .filter((activation) => !traces.some(({ ids }) => ids.includes(idOf(activation))))
      .map((activation) => askedNowhere(activation, now)),
    ...made
      .filter(({ at }) => isInside(at))
      .filter((write) => !traces.some((trace) => isOf(write, trace)))
      .map((write) => doneNowhere(write, activations, now)),
  ].toSorted((a, b) => a.happenedAt - b.happenedAt);
  return [...new Map(found.map((finding) => [finding.id, finding])).values()];
}

/** Written by us, or seen by us in PIM. What belongs to no activation of ours is told by its asking. */
function isKnown(trace: Trace, activations: readonly Activation[], made: readonly Made[]): boolean {
  if (trace.act === 'asked') return activations.some((one) => trace.ids.includes(idOf(one)));
  if (made.some((write) => isOf(write, trace))) return true;
  if (trace.act === 'ended') {
    const theirs = activations.filter((one) => isAbout(one, trace) && one.askedAt <= trace.at);
    return theirs.length === 0 || theirs.some(({ phase }) => phase === 'ended');
  }
  const own = activations.find((one) => trace.ids.includes(idOf(one)));
  if (own === undefined) return true;
  if (trace.act === 'cancelled') return own.phase === 'cancelled';
  return own.ruling?.verdict === (trace.act === 'approved' ? 'approve' : 'deny');
}

function isOf(write: Made, trace: Trace): boolean {
  if (write.act !== trace.act) return false;
  if (write.act !== 'ended') return write.requestId !== null && trace.ids.includes(write.requestId.toLowerCase());
  const isSame = write.oid === trace.oid && write.groupId === trace.groupId && fits(write.access, trace.access);
  return isSame && Math.abs(write.at - trace.at) <= nearMs;
}

function isAbout({ person, target }: Activation, { oid, groupId, access }: Trace): boolean {
  return person.oid === oid && target.kind === 'group' && target.groupId === groupId && fits(target.access, access);
}

/** PIM's audit does not always say which. */
function fits(one: Made['access'], other: Made['access']): boolean {
  return one === null || other === null || one === other;
}

function notHere({ act, ids, at, by, ...about }: Trace, now: Moment): Finding[] {
  const id = ids[0] ?? `${about.oid ?? ''}:${about.groupId ?? ''}:${at}`;
  const { oid, name } = act !== 'asked' && by ? by : about;
  const { groupId, groupName } = about;
  return [finding('notHere', act, id, { happenedAt: at, foundAt: now, oid, name, groupId, groupName })];
}

function askedNowhere(activation: Activation, now: Moment): Finding {
  const { person, personName, target, targetName, requestId, id } = activation;
  return finding('notInEntra', 'asked', requestId ?? id, {
    happenedAt: activation.askedAt,
    foundAt: now,
    oid: person.oid,
    name: personName,
    groupId: target.kind === 'group' ? target.groupId : null,
    groupName: targetName,
  });
}

function doneNowhere(write: Made, activations: readonly Activation[], now: Moment): Finding {
  const { act, id, requestId, at, oid } = write;
  const about = activations.find((one) => requestId !== null && idOf(one) === requestId.toLowerCase());
  const groupId = about?.target.kind === 'group' ? about.target.groupId : write.groupId;
  const named = activations.find(({ target }) => target.kind === 'group' && target.groupId === groupId);
  const name =
    named?.person.oid === oid ? named.personName : (about?.approvers.find((one) => one.oid === oid)?.name ?? null);
  const groupName = named?.targetName ?? null;
  return finding('notInEntra', act, requestId ?? id, { happenedAt: at, foundAt: now, oid, name, groupId, groupName });
}

function finding(kind: Finding['kind'], act: Act, id: string, facts: Omit<Finding, 'kind' | 'act' | 'id'>): Finding {
  return act === 'asked' ? { id, kind, ...facts } : { id: `${id}:${act}`, kind, act, ...facts };
}

function idOf({ requestId }: Activation): string {
  return requestId?.toLowerCase() ?? '';
}
