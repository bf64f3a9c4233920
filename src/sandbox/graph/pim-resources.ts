/** The JSON of PIM for Groups: what each resource shows, filters by and expands. */
import { findGroup } from '../pim/directory.ts';
import type { Approval, Assignment, Eligibility, PimRequest, World } from '../world.ts';
import { groupRow } from './directory-rows.ts';
import type { Navigation } from './expand.ts';
import type { Fields, Row } from './filter.ts';
import type { QueryOption, Resource } from './query.ts';

const OPTIONS: readonly QueryOption[] = ['$filter', '$select', '$expand', '$top', '$skiptoken', '$count'];
/** filterByCurrentUser answers at most fifty items and refuses $top and $skip. */
export const CURRENT_USER_OPTIONS: readonly QueryOption[] = ['$filter', '$select', '$expand'];

const PREFIX = 'identityGovernance/privilegedAccess/group/';

const key: Fields = { id: 'string', groupId: 'string', principalId: 'string', accessId: 'string' };
const scheduleFields: Fields = {
  ...key,
  createdDateTime: 'dateTime',
  modifiedDateTime: 'dateTime',
  createdUsing: 'string',
  status: 'string',
  memberType: 'string',
};
const instanceFields: Fields = { ...key, startDateTime: 'dateTime', endDateTime: 'dateTime', memberType: 'string' };
const requestFields: Fields = {
  ...key,
  status: 'string',
  action: 'string',
  createdDateTime: 'dateTime',
  completedDateTime: 'dateTime',
  approvalId: 'string',
  customData: 'string',
  isValidationOnly: 'boolean',
  justification: 'string',
  targetScheduleId: 'string',
  'createdBy/user/id': 'string',
};

export type Collection =
  | 'assignmentScheduleRequests'
  | 'assignmentSchedules'
  | 'assignmentScheduleInstances'
  | 'eligibilityScheduleRequests'
  | 'eligibilitySchedules'
  | 'eligibilityScheduleInstances';

const TYPES: Record<Collection, string> = {
  assignmentScheduleRequests: 'AssignmentScheduleRequest',
  assignmentSchedules: 'AssignmentSchedule',
  assignmentScheduleInstances: 'AssignmentScheduleInstance',
  eligibilityScheduleRequests: 'EligibilityScheduleRequest',
  eligibilitySchedules: 'EligibilitySchedule',
  eligibilityScheduleInstances: 'EligibilityScheduleInstance',
};

export function odataType(collection: Collection): string {
  return `#microsoft.graph.privilegedAccessGroup${TYPES[collection]}`;
}

export function pimResource(world: World, collection: Collection): Resource {
  const assignment = collection.startsWith('assignment');
  const expand: Record<string, Navigation> = {
    group: { read: (row) => expandedGroup(world, row) },
    principal: { read: (row) => ({ id: row['principalId'] }) },
    ...(assignment ? { activatedUsing: { read: (row: Row) => expandedEligibility(world, row) } } : {}),
  };
  if (collection.endsWith('Requests')) {
    expand['targetSchedule'] = { read: (row) => expandedTarget(world, row) };
  }
  const common = { context: `${PREFIX}${collection}`, options: OPTIONS, expand };
  const page = { usual: world.settings.pageSize, most: 999 };
  if (collection.endsWith('Requests')) {
    return { ...common, page, fields: requestFields, others: ['createdBy', 'scheduleInfo', 'ticketInfo'] };
  }
  const assignmentField: Fields = assignment ? { assignmentType: 'string' } : {};
  if (collection.endsWith('Instances')) {
    const schedule: Fields = assignment ? { assignmentScheduleId: 'string' } : { eligibilityScheduleId: 'string' };
    return { ...common, page, fields: { ...instanceFields, ...assignmentField, ...schedule }, others: [] };
  }
  return { ...common, page, fields: { ...scheduleFields, ...assignmentField }, others: ['scheduleInfo'] };
}

/** Graph: privilegedaccessgroupassignmentschedulerequest. */
export function requestRow(request: PimRequest): Row {
  const by = { id: request.createdBy.id, displayName: null };
  return {
    id: request.id,
    status: request.status,
    createdDateTime: request.createdDateTime,
    completedDateTime: request.completedDateTime,
    approvalId: request.approvalId,
    customData: request.customData,
    createdBy: {
      user: request.createdBy.kind === 'user' ? by : null,
      application: request.createdBy.kind === 'application' ? by : null,
      device: null,
    },
    action: request.action,
    isValidationOnly: request.isValidationOnly,
    justification: request.justification,
    scheduleInfo: request.scheduleInfo,
    ticketInfo: request.ticketInfo,
    accessId: request.accessId,
    principalId: request.principalId,
    groupId: request.groupId,
    targetScheduleId: request.targetScheduleId,
  };
}

export function instanceRow(schedule: Eligibility | Assignment): Row {
  const common = {
    id: schedule.instanceId,
    startDateTime: schedule.startDateTime,
    endDateTime: schedule.endDateTime,
    accessId: schedule.accessId,
    principalId: schedule.principalId,
    groupId: schedule.groupId,
  };
  if (!('assignmentType' in schedule)) {
    return { ...common, memberType: 'direct', eligibilityScheduleId: schedule.id };
  }
  const { memberType, assignmentType } = schedule;
  return { ...common, memberType, assignmentType, assignmentScheduleId: schedule.id };
}

/** What the service shows for a schedule that nobody has changed. */
const NEVER_MODIFIED = '0001-01-01T08:00:00Z';

export function scheduleRow(schedule: Eligibility | Assignment): Row {
  const { endDateTime } = schedule;
  const common = {
    id: schedule.id,
    principalId: schedule.principalId,
    accessId: schedule.accessId,
    groupId: schedule.groupId,
    createdUsing: schedule.createdUsing ?? schedule.id,
    createdDateTime: schedule.createdDateTime,
    modifiedDateTime: schedule.modifiedDateTime ?? NEVER_MODIFIED,
    status: 'Provisioned',
    scheduleInfo: {
      startDateTime: schedule.startDateTime,
      recurrence: null,
      expiration: {
        type: endDateTime === null ? 'noExpiration' : 'afterDateTime',
        endDateTime,
        duration: null,
      },
    },
  };
  if (!('assignmentType' in schedule)) return { ...common, memberType: 'direct' };
  return { ...common, memberType: schedule.memberType, assignmentType: schedule.assignmentType };
}

/** Graph: approval, approvalStage; the PIM stage carries the approval's own id. */
export function stageRow(world: World, approval: Approval, assignedToMe: boolean): Row {
  const reviewer = world.people.find((person) => person.id === approval.reviewedBy);
  return {
    id: approval.stageId,
    displayName: null,
    reviewedDateTime: approval.reviewedDateTime,
    reviewResult: approval.reviewResult,
    status: approval.status,
    assignedToMe,
    justification: approval.justification,
    reviewedBy:
      reviewer === undefined
        ? null
        : { id: reviewer.id, displayName: reviewer.name, userPrincipalName: reviewer.upn, mail: reviewer.mail },
  };
}

function expandedGroup(world: World, row: Row): Row | null {
  const group = findGroup(world, String(row['groupId']));
  return group === undefined ? null : groupRow(group);
}

function expandedEligibility(world: World, row: Row): Row | null {
  const id = row['assignmentScheduleId'] ?? row['targetScheduleId'] ?? row['id'];
  const assignment = world.assignments.find((one) => one.id === id);
  const eligibility = world.eligibilities.find((one) => one.id === assignment?.activatedUsing);
  return eligibility === undefined ? null : scheduleRow(eligibility);
}

function expandedTarget(world: World, row: Row): Row | null {
  const schedules: (Eligibility | Assignment)[] = [...world.assignments, ...world.eligibilities];
  const found = schedules.find((one) => one.id === row['targetScheduleId']);
  return found === undefined ? null : scheduleRow(found);
}
