/** Accepting, refusing and cancelling requests: the heart of PIM for Groups. */
import { randomUUID } from 'node:crypto';

import type { Actor, Assignment, Eligibility, Group, PimRequest, World } from '../world.ts';
import { instant } from '../world.ts';
import { activityText, auditGroup, auditRequest } from './audit.ts';
import { findGroup, findPerson, holders, mayAdminister, sameId, transitiveMembers } from './directory.ts';
import { endAssignment, grantRequest, removeEligibility, sameKey } from './lifecycle.ts';
import type { Order } from './order.ts';
import type { Refusal } from './refusal.ts';
import { policyRefusal, REFUSALS, resourceNotFound } from './refusal.ts';
import type { SignInFacts } from './rules.ts';
import { checkWrite } from './checks.ts';
import { approvalRequired, checkActivationRules, checkAdminRules, checkSchedule } from './rules.ts';

const MINIMUM = 5 * 60_000;

export type Orderer = { actor: Actor; facts: SignInFacts };

/** Graph: privilegedaccessgroup-post-assignmentschedulerequests, privilegedaccessgroup-post-eligibilityschedulerequests. */
export function placeRequest(
  world: World,
  order: Order,
  by: Orderer,
  now: number,
  pendingMs: number,
): PimRequest | Refusal {
  const group = findGroup(world, order.groupId);
  if (group === undefined) return resourceNotFound(order.groupId);
  const allowed = checkOrderer(world, order, by.actor, group);
  if (allowed !== null) return allowed;
  if (!subjectExists(world, order.principalId)) return REFUSALS.subjectNotFound;
  // Dynamic and synchronised groups cannot be managed; the error's code is assumed.
  if (group.dynamic || group.synced) return REFUSALS.invalid;
  switch (order.action) {
    case 'selfActivate':
      return selfActivate(world, order, by, now, pendingMs);
    case 'selfDeactivate':
      return selfDeactivate(world, order, by, now);
    case 'adminRemove':
      return adminRemove(world, order, by.actor, now);
    case 'adminAssign':
    case 'adminUpdate':
    case 'adminExtend':
    case 'adminRenew':
      return adminWrite(world, order, by, group, now, pendingMs);
  }
}

/** self* only by the principal and never by an application; admin* by owners, role holders and permitted applications. */
function checkOrderer(world: World, order: Order, actor: Actor, group: Group): Refusal | null {
  if (order.action === 'selfActivate' || order.action === 'selfDeactivate') {
    const own = actor.kind === 'user' && sameId(actor.id, order.principalId);
    return own ? null : REFUSALS.insufficient;
  }
  if (actor.kind === 'application' || mayAdminister(world, actor.id, group)) return null;
  return REFUSALS.insufficient;
}

function subjectExists(world: World, id: string): boolean {
  return findPerson(world, id) !== undefined || findGroup(world, id) !== undefined;
}

function newRequest(order: Order, by: Actor, now: number): PimRequest {
  return {
    ...order,
    id: randomUUID(),
    status: 'Granted',
    createdDateTime: instant(now),
    completedDateTime: null,
    approvalId: null,
    createdBy: by,
    targetScheduleId: null,
    eligibilityId: null,
    dueDateTime: null,
  };
}

function selfActivate(world: World, order: Order, by: Orderer, now: number, pendingMs: number): PimRequest | Refusal {
  const eligibility = eligibilityFor(world, order, now);
  if (eligibility === undefined) return policyRefusal(['EligibilityRule']);
  const conflict = checkConflict(world, order) ?? checkSchedule(order, now);
  if (conflict !== null) return conflict;
  const refused = checkActivationRules(world, order, by.facts, now);
  if (refused !== null) return refused;
  const request = { ...newRequest(order, by.actor, now), eligibilityId: eligibility.id };
  // Nothing is created by a dry run; that it answers as Granted is assumed.
  if (order.isValidationOnly) return request;
  world.requests.push(request);
  auditRequest(world, instant(now), activityText(request, 'requested'), request, by.actor);
  if (approvalRequired(world, order.groupId, order.accessId)) waitForApproval(world, request, by.actor, now);
  else grantRequest(world, request, now, pendingMs);
  return request;
}

function waitForApproval(world: World, request: PimRequest, by: Actor, now: number): void {
  request.status = 'PendingApproval';
  request.approvalId = request.id;
  world.approvals.push({
    id: request.id,
    stageId: request.id,
    reviewResult: 'NotReviewed',
    status: 'InProgress',
    reviewedDateTime: null,
    reviewedBy: null,
    justification: '',
  });
  auditRequest(world, instant(now), 'Add member to role approval requested (PIM activation)', request, by);
}

/** The running eligibility a person may activate: their own first, else one of a group they are an active member of. */
function eligibilityFor(world: World, order: Order, now: number): Eligibility | undefined {
  const at = instant(now);
  const running = world.eligibilities.filter(
    (one) =>
      sameId(one.groupId, order.groupId) &&
      one.accessId === order.accessId &&
      (one.startDateTime ?? at) <= at &&
      (one.endDateTime === null || one.endDateTime > at),
  );
  const own = running.find((one) => sameId(one.principalId, order.principalId));
  if (own !== undefined) return own;
  return running.find((one) =>
    transitiveMembers(world, one.principalId).some((member) => sameId(member, order.principalId)),
  );
}

/** A running or granted assignment, or plain membership, excludes another; so does a request that waits. */
function checkConflict(world: World, order: Order): Refusal | null {
  const group = findGroup(world, order.groupId);
  const inside = group !== undefined && holders(group, order.accessId).some((id) => sameId(id, order.principalId));
  if (inside || world.assignments.some((one) => sameKey(one, order))) return REFUSALS.exists;
  const open = world.requests.filter((one) => one.surface === 'assignment' && sameKey(one, order));
  if (open.some((one) => one.status === 'Granted')) return REFUSALS.exists;
  return open.some((one) => one.status.startsWith('Pending')) ? REFUSALS.pending : null;
}

function selfDeactivate(world: World, order: Order, by: Orderer, now: number): PimRequest | Refusal {
  const assignment = world.assignments.find((one) => sameKey(one, order) && one.assignmentType === 'activated');
  if (assignment === undefined) return REFUSALS.doesNotExist;
  if (now - Date.parse(assignment.startDateTime ?? '') < MINIMUM) return REFUSALS.tooShort;
  const refused = checkWrite(world, 'deactivate', by.facts);
  if (refused !== null) return refused;
  return revoke(world, order, by.actor, now, assignment.id, () => endAssignment(world, assignment, instant(now)));
}

function adminRemove(world: World, order: Order, by: Actor, now: number): PimRequest | Refusal {
  if (order.surface === 'eligibility') {
    const eligibility = world.eligibilities.find((one) => sameKey(one, order));
    if (eligibility === undefined) return REFUSALS.doesNotExist;
    return revoke(world, order, by, now, eligibility.id, () => removeEligibility(world, eligibility, instant(now)));
  }
  const assignment = world.assignments.find((one) => sameKey(one, order)) ?? plainMembership(world, order);
  if (assignment === undefined) return REFUSALS.doesNotExist;
  return revoke(world, order, by, now, assignment.id, () => endAssignment(world, assignment, instant(now)));
}

/** Revoked is the normal answer to a successful end, not a failure. */
function revoke(world: World, order: Order, by: Actor, now: number, scheduleId: string, end: () => void): PimRequest {
  const at = instant(now);
  const request: PimRequest = {
    ...newRequest(order, by, now),
    status: 'Revoked',
    completedDateTime: at,
    targetScheduleId: scheduleId,
  };
  if (order.isValidationOnly) return request;
  world.requests.push(request);
  auditRequest(world, at, activityText(request, 'requested'), request, by);
  end();
  auditRequest(world, at, activityText(request, 'completed'), request, by);
  return request;
}

/** Somebody who is in the group without PIM's doing, seen by PIM as a permanent assignment without a start. */
export function plainMembership(
  world: World,
  key: Pick<Order, 'groupId' | 'accessId' | 'principalId'>,
): Assignment | undefined {
  const group = findGroup(world, key.groupId);
  if (group === undefined || !holders(group, key.accessId).some((id) => sameId(id, key.principalId))) return undefined;
  const id = `${group.id}_${key.accessId}_${key.principalId}`;
  return {
    id,
    instanceId: id,
    groupId: group.id,
    accessId: key.accessId,
    principalId: key.principalId,
    startDateTime: null,
    endDateTime: null,
    createdDateTime: null,
    modifiedDateTime: null,
    createdUsing: null,
    assignmentType: 'assigned',
    memberType: 'direct',
    activatedUsing: null,
  };
}

function adminWrite(
  world: World,
  order: Order,
  by: Orderer,
  group: Group,
  now: number,
  pendingMs: number,
): PimRequest | Refusal {
  const schedules: Eligibility[] = order.surface === 'eligibility' ? world.eligibilities : world.assignments;
  const present = schedules.some((one) => sameKey(one, order));
  if (order.action === 'adminAssign' && present) return REFUSALS.exists;
  if ((order.action === 'adminUpdate' || order.action === 'adminExtend') && !present) return REFUSALS.doesNotExist;
  const facts = by.actor.kind === 'user' ? by.facts : null;
  const refused = checkSchedule(order, now) ?? checkAdminRules(world, order, facts, now);
  if (refused !== null) return refused;
  // Role-assignable groups hold no groups as active members.
  const principalIsGroup = findGroup(world, order.principalId) !== undefined;
  if (order.surface === 'assignment' && group.roleAssignable && principalIsGroup) return REFUSALS.invalid;
  const request = newRequest(order, by.actor, now);
  if (order.isValidationOnly) return request;
  onboard(world, group, by.actor, now);
  world.requests.push(request);
  auditRequest(world, instant(now), activityText(request, 'requested'), request, by.actor);
  grantRequest(world, request, now, pendingMs);
  return request;
}

/** The first assignment, eligibility or policy change brings a group under PIM; nothing takes it out again. */
export function onboard(world: World, group: Group, by: Actor, now: number): void {
  if (group.onboarded) return;
  group.onboarded = true;
  auditGroup(world, instant(now), 'Onboarded resource to PIM', group.id, by);
}

/** Graph: privilegedaccessgroupassignmentschedulerequest-cancel. Only what is still open; by its requester or an administrator. */
export function cancelRequest(world: World, request: PimRequest, by: Actor, now: number): Refusal | null {
  const group = findGroup(world, request.groupId);
  const own = by.kind === 'user' && (sameId(by.id, request.createdBy.id) || sameId(by.id, request.principalId));
  const administers = by.kind === 'application' || (group !== undefined && mayAdminister(world, by.id, group));
  if (!own && !administers) return REFUSALS.insufficient;
  // The error of a cancel that comes too late is assumed.
  if (request.status !== 'Granted' && !request.status.startsWith('Pending')) return REFUSALS.invalid;
  request.status = 'Canceled';
  request.dueDateTime = null;
  request.completedDateTime = instant(now);
  const approval = world.approvals.find((one) => one.id === request.approvalId);
  if (approval?.status === 'InProgress') approval.status = 'Completed';
  auditRequest(world, instant(now), activityText(request, 'canceled'), request, by);
  return null;
}
