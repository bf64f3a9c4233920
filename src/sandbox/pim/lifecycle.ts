/**
 * What time does to the tenant: pending writes become real, future starts come, activations and eligibilities end, requests that
 * nobody decided lapse. Events happen in the order of their times, however far the clock was moved.
 */
import { randomUUID } from 'node:crypto';

import type { Assignment, Eligibility, PimRequest, World } from '../world.ts';
import { instant } from '../world.ts';
import { activityText, auditMembership, auditRequest, dropOldAudits, PIM_SERVICE } from './audit.ts';
import { findGroup, holders, sameId } from './directory.ts';
import { durationMilliseconds } from './duration.ts';

/** An activation that nobody decided lapses after a day. Graph: pim-approval-workflow. */
const APPROVAL_TIME = 24 * 60 * 60_000;

type Event = { at: number; apply: () => void };

/** Brings the tenant to `now`; doing it twice changes nothing more. */
export function advance(world: World, now: number): void {
  for (let next = nextEvent(world); next !== undefined && next.at <= now; next = nextEvent(world)) next.apply();
  dropOldAudits(world, now);
}

function nextEvent(world: World): Event | undefined {
  let first: Event | undefined;
  const consider = (at: number, apply: () => void): void => {
    if (first === undefined || at < first.at) first = { at, apply };
  };
  for (const request of world.requests) {
    if (request.dueDateTime !== null) consider(Date.parse(request.dueDateTime), () => takeEffect(world, request));
    if (request.status === 'PendingApproval') {
      consider(Date.parse(request.createdDateTime) + APPROVAL_TIME, () => lapse(world, request));
    }
  }
  for (const assignment of world.assignments) {
    const end = assignment.endDateTime;
    if (end !== null) consider(Date.parse(end), () => expire(world, assignment, end));
  }
  for (const eligibility of world.eligibilities) {
    const end = eligibility.endDateTime;
    if (end !== null) consider(Date.parse(end), () => removeEligibility(world, eligibility, end));
  }
  return first;
}

/** That a lapsed request ends as `Failed` (and its stage as `Expired`) is assumed: no page names the status. */
function lapse(world: World, request: PimRequest): void {
  const at = instant(Date.parse(request.createdDateTime) + APPROVAL_TIME);
  request.status = 'Failed';
  request.completedDateTime = at;
  const approval = world.approvals.find((one) => one.id === request.approvalId);
  if (approval !== undefined) approval.status = 'Expired';
  auditRequest(world, at, 'PIM activation request expired', request, PIM_SERVICE);
}

function expire(world: World, assignment: Assignment, at: string): void {
  const request = world.requests.find((one) => one.id === assignment.createdUsing);
  endAssignment(world, assignment, at);
  if (request === undefined || assignment.assignmentType === 'assigned') return;
  auditRequest(world, at, 'Remove member from role (PIM activation expired)', request, PIM_SERVICE);
}

/** Starts the clock of an accepted request: at once when nothing delays it, else it stays pending or granted. */
export function grantRequest(world: World, request: PimRequest, now: number, pendingMs: number): void {
  const start = Math.max(now, Date.parse(request.scheduleInfo?.startDateTime ?? instant(now)));
  if (request.scheduleInfo !== null) request.scheduleInfo.startDateTime = instant(start);
  if (start > now) {
    request.status = 'Granted';
    request.dueDateTime = instant(start);
    return;
  }
  request.status = 'PendingProvisioning';
  request.dueDateTime = instant(now + pendingMs);
  if (pendingMs === 0) takeEffect(world, request);
}

/**
 * An approved request runs from the approval: a duration counts from then, a named end stays where it is (both assumed).
 * A request whose named end has passed fails.
 */
export function approveRequest(world: World, request: PimRequest, now: number, pendingMs: number): void {
  const expiration = request.scheduleInfo?.expiration;
  if (expiration?.type === 'afterDateTime' && Date.parse(expiration.endDateTime ?? '') <= now) {
    request.status = 'Failed';
    request.completedDateTime = instant(now);
    return;
  }
  grantRequest(world, request, now, pendingMs);
}

/** Writes the schedule that an accepted request asked for. */
function takeEffect(world: World, request: PimRequest): void {
  const at = request.dueDateTime ?? request.createdDateTime;
  request.dueDateTime = null;
  request.status = 'Provisioned';
  request.completedDateTime = at;
  const schedule = newSchedule(request, at);
  request.targetScheduleId = schedule.id;
  if (request.surface === 'eligibility') writeEligibility(world, request, schedule);
  else writeAssignment(world, request, schedule, at);
  auditRequest(world, at, activityText(request, 'completed'), request, request.createdBy);
}

function newSchedule(request: PimRequest, at: string): Eligibility {
  const guid = request.id;
  const startDateTime = request.scheduleInfo?.startDateTime ?? at;
  return {
    id: `${request.groupId}_${request.accessId}_${guid}`,
    instanceId: `${request.groupId}_${request.accessId}_${randomUUID()}`,
    groupId: request.groupId,
    accessId: request.accessId,
    principalId: request.principalId,
    startDateTime,
    endDateTime: endOf(request, Date.parse(startDateTime)),
    createdDateTime: at,
    modifiedDateTime: null,
    createdUsing: request.id,
  };
}

/** The end a request asks for, counted from `start`; null when it sets none. */
export function endOf(request: Pick<PimRequest, 'scheduleInfo'>, start: number): string | null {
  const expiration = request.scheduleInfo?.expiration;
  if (expiration?.type === 'afterDateTime') return expiration.endDateTime;
  if (expiration?.type !== 'afterDuration') return null;
  const milliseconds = durationMilliseconds(expiration.duration ?? '', start);
  return milliseconds === null ? null : instant(start + milliseconds);
}

type Key = Pick<Eligibility, 'groupId' | 'accessId' | 'principalId'>;

export function sameKey(one: Key, other: Key): boolean {
  return (
    sameId(one.groupId, other.groupId) && one.accessId === other.accessId && sameId(one.principalId, other.principalId)
  );
}

function writeEligibility(world: World, request: PimRequest, schedule: Eligibility): void {
  const present = world.eligibilities.find((one) => sameKey(one, request));
  if (present === undefined) {
    world.eligibilities.push(schedule);
    return;
  }
  present.endDateTime = schedule.endDateTime;
  present.modifiedDateTime = schedule.createdDateTime;
  request.targetScheduleId = present.id;
}

function writeAssignment(world: World, request: PimRequest, schedule: Eligibility, at: string): void {
  const present = world.assignments.find((one) => sameKey(one, request));
  if (present !== undefined) {
    present.endDateTime = schedule.endDateTime;
    present.modifiedDateTime = at;
    request.targetScheduleId = present.id;
    return;
  }
  const eligibility = world.eligibilities.find((one) => one.id === request.eligibilityId);
  const throughGroup = eligibility !== undefined && !sameId(eligibility.principalId, request.principalId);
  world.assignments.push({
    ...schedule,
    assignmentType: request.action === 'selfActivate' ? 'activated' : 'assigned',
    memberType: throughGroup ? 'group' : 'direct',
    activatedUsing: request.eligibilityId,
  });
  changeMembership(world, 'add', request, at, request.id);
}

/** Takes an assignment away: the member or owner leaves the group. */
export function endAssignment(world: World, assignment: Assignment, at: string): void {
  world.assignments = world.assignments.filter((one) => one !== assignment);
  changeMembership(world, 'remove', assignment, at, assignment.createdUsing ?? assignment.id);
}

/** An eligibility that ends takes the activations that rest on it along (assumed). */
export function removeEligibility(world: World, eligibility: Eligibility, at: string): void {
  world.eligibilities = world.eligibilities.filter((one) => one !== eligibility);
  const resting = world.assignments.filter((one) => one.activatedUsing === eligibility.id);
  for (const assignment of resting) endAssignment(world, assignment, at);
}

function changeMembership(world: World, verb: 'add' | 'remove', key: Key, at: string, correlationId: string): void {
  const group = findGroup(world, key.groupId);
  if (group === undefined) return;
  const inside = holders(group, key.accessId);
  const index = inside.findIndex((id) => sameId(id, key.principalId));
  if (verb === 'add' ? index !== -1 : index === -1) return;
  if (verb === 'add') inside.push(key.principalId);
  else inside.splice(index, 1);
  const activity = verb === 'add' ? `Add ${key.accessId} to group` : `Remove ${key.accessId} from group`;
  auditMembership(world, at, { activity, groupId: key.groupId, principalId: key.principalId, correlationId });
}
