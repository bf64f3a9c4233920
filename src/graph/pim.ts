import type { Activation, Wish } from '../core/activation.ts';
import { contextClaims } from '../core/check.ts';
import type { Reading } from '../core/observe.ts';
import type { Person } from '../core/person.ts';
import type { Policy } from '../core/policy.ts';
import { targetKey } from '../core/target.ts';
import type { Target } from '../core/target.ts';
import type { Done, Eligibility, Holder, Leave, Ordered, Pim } from '../ports/pim.ts';
import { decideStage, readStage } from './approvals.ts';
import { cache } from './cache.ts';
import { graph as graphOf, GraphRefusal } from './client.ts';
import type { Graph, Options } from './client.ts';
import { pimGroup, readEligibilities } from './eligibilities.ts';
import type { Found } from './eligibilities.ts';
import { address, literal, segment } from './odata.ts';
import { allPages } from './pages.ts';
import { loadPolicies, loadPolicy } from './policies.ts';
import { readActivations } from './readings.ts';
import { findOwn, isActivated, orderBody, readingOf, sameId } from './reading.ts';
import { instanceRow, requestRow, rowsOf } from './shapes.ts';
import { groupTarget } from './target.ts';
import { readTraces } from './traces.ts';

const requests = `${pimGroup}/assignmentScheduleRequests`;
const instances = `${pimGroup}/assignmentScheduleInstances`;

/** PIM for Groups by Microsoft Graph v1.0. */
export function graphPim(options: Options): Pim {
  const graph = graphOf(options);
  const { clock } = options;
  const kept = {
    eligibilities: cache<Found>({ ttlMs: 20_000, size: 2_000, clock }),
    policies: cache<Policy>({ ttlMs: 300_000, size: 5_000, clock }),
    names: cache<string>({ ttlMs: 300_000, size: 10_000, clock }),
  };

  async function eligibilities(person: Person, how?: { readonly fresh: boolean }): Promise<readonly Eligibility[]> {
    if (how?.fresh) kept.eligibilities.drop(person.oid);
    const found = await kept.eligibilities.get(person.oid, () => readEligibilities(graph, kept.names, person));
    // Half a list is not kept: the person may sign in the next moment.
    if (!found.complete) kept.eligibilities.drop(person.oid);
    return found.eligibilities;
  }

  /** The check that the policy wants, as far as it is known here: asking for it first saves an order that PIM refuses. */
  function knownCheck(target: Target): string | null {
    const context = kept.policies.peek(targetKey(target))?.authenticationContext ?? null;
    return context === null ? null : contextClaims(context);
  }

  async function order(
    person: Person,
    target: Target,
    wish: Wish,
    marker: string,
    challenge: string | null = null,
    leave?: Leave,
  ): Promise<Ordered> {
    const group = groupTarget(target);
    const body = orderBody(person.oid, group, wish, marker);
    const answered = await graph.as(person, challenge ?? knownCheck(target)).post(requests, body, leave);
    if (answered.kind === 'policy') kept.policies.drop(targetKey(target));
    if (answered.kind === 'notEligible') kept.eligibilities.drop(person.oid);
    if (answered.kind !== 'ok') return answered;
    const request = requestRow.safeParse(answered.body);
    // A success that speaks of something else is not believed: what was ordered is read back.
    const ours =
      request.success &&
      sameId(request.data.principalId, person.oid) &&
      sameId(request.data.groupId, group.groupId) &&
      request.data.accessId === group.access;
    return ours ? { kind: 'accepted', reading: readingOf(request.data) } : { kind: 'unclear' };
  }

  async function validate(person: Person, target: Target, wish: Wish): Promise<Done> {
    const body = orderBody(person.oid, groupTarget(target), wish, 'dry-run');
    const answered = await graph.as(person).post(requests, { ...body, isValidationOnly: true });
    if (answered.kind === 'policy') kept.policies.drop(targetKey(target));
    return answered.kind === 'ok' ? { kind: 'done' } : answered;
  }

  async function end(
    person: Person,
    target: Target,
    marker: string,
    challenge: string | null = null,
    leave?: Leave,
  ): Promise<Done> {
    const { groupId, access } = groupTarget(target);
    const body = { accessId: access, principalId: person.oid, groupId, action: 'selfDeactivate', customData: marker };
    const answered = await graph.as(person, challenge).post(requests, body, leave);
    return answered.kind === 'ok' ? { kind: 'done' } : answered;
  }

  async function cancel(
    person: Person,
    requestId: string,
    challenge: string | null = null,
    leave?: Leave,
  ): Promise<Done> {
    const answered = await graph.as(person, challenge).post(`${requests}/${segment(requestId)}/cancel`, {}, leave);
    return answered.kind === 'ok' ? { kind: 'done' } : answered;
  }

  return {
    eligibilities,
    policy: (target, how) => {
      if (how?.fresh) kept.policies.drop(targetKey(target));
      return loadPolicy(graph, kept.policies, target);
    },
    policies: (targets) => loadPolicies(graph, kept.policies, targets),
    order,
    validate,
    findOrder: (activation) => findOrder(graph, activation),
    end,
    cancel,
    read: (activations) => readActivations(graph, activations),
    active: (person) => readActive(graph, person),
    traces: (since) => readTraces(graph, since),
    holders: (groupId) => readHolders(graph, groupId),
    stage: (approver, approvalId, challenge) => readStage(graph, approver, approvalId, challenge),
    rule: (approver, stage, verdict, reason, challenge, leave) =>
      decideStage(graph, approver, stage, verdict, reason, challenge, leave),
  };
}

/** The activation's id is the marker its order carried. Throws rather than say that PIM has none without having looked. */
async function findOrder(graph: Graph, activation: Activation): Promise<Reading | null> {
  const { groupId } = groupTarget(activation.target);
  const { person } = activation;
  const path = address(requests, {
    $filter: `principalId eq ${literal(person.oid)} and groupId eq ${literal(groupId)}`,
  });
  const own = await allPages(graph, graph.as(person).get, path);
  const listed = own.kind === 'rows' ? own : await allPages(graph, graph.app.get, path);
  if (listed.kind !== 'rows') throw new GraphRefusal('the person’s requests', listed);
  const found = findOwn(rowsOf(requestRow, listed.rows), activation, activation.id);
  return found ? readingOf(found) : null;
}

/** What runs now, whoever activated it and where. */
async function readActive(
  graph: Graph,
  person: Person,
): Promise<readonly { readonly target: Target; readonly endsAt: number | null }[]> {
  const path = address(instances, { $filter: `principalId eq ${literal(person.oid)}` });
  const listed = await allPages(graph, graph.app.get, path);
  if (listed.kind !== 'rows') throw new GraphRefusal('the running assignments', listed);
  return rowsOf(instanceRow, listed.rows)
    .filter((row) => isActivated(row) && sameId(row.principalId, person.oid))
    .map((row) => ({
      target: { kind: 'group', groupId: row.groupId, access: row.accessId },
      endsAt: row.endDateTime,
    }));
}

/** Every page of what runs in one group. Source: Graph privilegedaccessgroup-list-assignmentscheduleinstances. */
async function readHolders(graph: Graph, groupId: string): Promise<readonly Holder[]> {
  const path = address(instances, { $filter: `groupId eq ${literal(groupId)}` });
  const listed = await allPages(graph, graph.app.get, path);
  if (listed.kind !== 'rows') throw new GraphRefusal('the assignments of a group', listed);
  return rowsOf(instanceRow, listed.rows)
    .filter((row) => sameId(row.groupId, groupId))
    .map((row) => ({
      oid: row.principalId,
      access: row.accessId,
      assignment: isActivated(row) ? 'activated' : 'assigned',
      endsAt: row.endDateTime,
    }));
}
