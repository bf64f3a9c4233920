import type { Activation } from '../core/activation.ts';
import type { AuditTrace, Finding } from '../core/finding.ts';
import type { Moment } from '../core/moment.ts';

export type Span = { readonly from: Moment; readonly to: Moment };

/** The text of PIM's audit for a person's own request to activate, of a role and of a group alike. */
const asked = 'Add member to role requested (PIM activation)';

/**
 * Where Jitney's record and PIM's audit differ in what was asked for after `from`, until `to`. Both lists may reach
 * further: a request near an edge is then found on the other side.
 */
export function compare(
  ours: readonly Activation[],
  traces: readonly AuditTrace[],
  { from, to }: Span,
  now: Moment,
): readonly Finding[] {
  const isInside = (at: Moment): boolean => at > from && at <= to;
  const known = new Set(ours.flatMap(({ requestId }) => (requestId === null ? [] : [requestId.toLowerCase()])));
  const traced = new Set(traces.flatMap(({ ids }) => ids));
  const notHere = traces
    .filter(({ activity, at, ids }) => activity === asked && isInside(at) && !ids.some((id) => known.has(id)))
    .map(({ ids, at, oid, name, groupId, groupName }): Finding => ({
      id: ids[0] ?? `${oid ?? ''}:${groupId ?? ''}:${at}`,
      kind: 'notHere',
      happenedAt: at,
      foundAt: now,
      ...{ oid, name, groupId, groupName },
    }));
  const notInEntra = ours
    .filter(({ requestId, askedAt }) => requestId !== null && isInside(askedAt) && !traced.has(requestId.toLowerCase()))
    .map((activation): Finding => ({
      id: activation.requestId ?? activation.id,
      kind: 'notInEntra',
      happenedAt: activation.askedAt,
      foundAt: now,
      oid: activation.person.oid,
      name: activation.personName,
      groupId: activation.target.kind === 'group' ? activation.target.groupId : null,
      groupName: activation.targetName,
    }));
  const found = [...notHere, ...notInEntra].toSorted((a, b) => a.happenedAt - b.happenedAt);
  return [...new Map(found.map((finding) => [finding.id, finding])).values()];
}
