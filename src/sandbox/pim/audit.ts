import { randomUUID } from 'node:crypto';

import type { Actor, AuditRow, AuditTarget, PimRequest, World } from '../world.ts';
import { findGroup, findPerson } from './directory.ts';

const DAY = 24 * 60 * 60_000;
/** Graph keeps directory audits for thirty days. */
const RETENTION = 30 * DAY;

/** Who acts when time does: PIM itself. */
export const PIM_SERVICE: Actor = { kind: 'application', id: '01fc33a7-78ba-4d2f-a4b7-768e336e890e' };

/** PIM's name of a step of a request; texts: reference-audit-activities, those of adminUpdate and adminRemove assumed. */
export function activityText(request: PimRequest, step: 'requested' | 'completed' | 'canceled'): string {
  const member = request.surface === 'eligibility' ? 'eligible member' : 'member';
  const type = request.scheduleInfo?.expiration.type;
  const kind = type === 'noExpiration' || type === 'notSpecified' ? 'permanent' : 'timebound';
  switch (request.action) {
    case 'selfActivate':
      return `Add member to role ${step} (PIM activation)`;
    case 'selfDeactivate':
      return `Remove member from role ${step} (PIM deactivate)`;
    case 'adminAssign':
      return `Add ${member} to role in PIM ${step} (${kind})`;
    case 'adminRenew':
      return `Add ${member} to role in PIM ${step} (renew)`;
    case 'adminUpdate':
      return `Update ${member} in PIM ${step}`;
    case 'adminExtend':
      return `Update ${member} in PIM ${step} (extend)`;
    case 'adminRemove':
      return `Remove ${member} from role in PIM ${step} (${kind})`;
  }
}

/** Writes PIM's row about a request. Graph: directoryaudit-list; texts: reference-audit-activities. */
export function auditRequest(world: World, at: string, activity: string, request: PimRequest, actor: Actor): void {
  const details = [
    { key: 'RequestId', value: request.id },
    { key: 'AccessId', value: request.accessId },
    ...(request.justification === null ? [] : [{ key: 'Justification', value: request.justification }]),
    ...(request.ticketInfo.ticketNumber === null
      ? []
      : [{ key: 'TicketNumber', value: request.ticketInfo.ticketNumber }]),
    ...(request.ticketInfo.ticketSystem === null
      ? []
      : [{ key: 'TicketSystem', value: request.ticketInfo.ticketSystem }]),
  ];
  world.audits.push({
    ...row(world, at, actor),
    category: 'GroupManagement',
    correlationId: request.id,
    activityDisplayName: activity,
    loggedByService: 'PIM',
    operationType: operationOf(activity),
    targetResources: [
      target(request.accessId === 'owner' ? 'Owner' : 'Member', 'Role', request.accessId),
      target(null, 'Request', request.id),
      principalTarget(world, request.principalId),
      groupTarget(world, request.groupId),
    ],
    additionalDetails: details,
  });
}

/** Writes the directory's row about a changed member or owner. */
export function auditMembership(
  world: World,
  at: string,
  change: { activity: string; groupId: string; principalId: string; correlationId: string },
): void {
  world.audits.push({
    ...row(world, at, PIM_SERVICE),
    category: 'GroupManagement',
    correlationId: change.correlationId,
    activityDisplayName: change.activity,
    loggedByService: 'Core Directory',
    operationType: change.activity.startsWith('Add') ? 'Assign' : 'Unassign',
    targetResources: [principalTarget(world, change.principalId), groupTarget(world, change.groupId)],
    additionalDetails: [],
  });
}

/** Writes PIM's row about a group as a whole: onboarded, or a role setting changed. */
export function auditGroup(world: World, at: string, activity: string, groupId: string, actor: Actor): void {
  world.audits.push({
    ...row(world, at, actor),
    category: 'GroupManagement',
    correlationId: randomUUID(),
    activityDisplayName: activity,
    loggedByService: 'PIM',
    operationType: operationOf(activity),
    targetResources: [groupTarget(world, groupId)],
    additionalDetails: [],
  });
}

export function dropOldAudits(world: World, now: number): void {
  const oldest = new Date(now - RETENTION).toISOString();
  const first = world.audits.findIndex((audit) => audit.activityDateTime >= oldest);
  if (first !== 0 && world.audits.length > 0) world.audits.splice(0, first === -1 ? world.audits.length : first);
}

function row(
  world: World,
  at: string,
  actor: Actor,
): Pick<AuditRow, 'id' | 'result' | 'resultReason' | 'activityDateTime' | 'initiatedBy'> {
  const person = actor.kind === 'user' ? findPerson(world, actor.id) : undefined;
  const user = {
    id: actor.id,
    displayName: person?.name ?? null,
    userPrincipalName: person?.upn ?? null,
    ipAddress: null,
    userType: null,
    homeTenantId: null,
    homeTenantName: null,
  };
  const app = {
    appId: null,
    displayName: actor.id === PIM_SERVICE.id ? 'MS-PIM' : null,
    servicePrincipalId: actor.id,
    servicePrincipalName: null,
  };
  return {
    id: `PIM_${randomUUID()}`,
    result: 'success',
    resultReason: null,
    activityDateTime: at,
    initiatedBy: actor.kind === 'user' ? { user, app: null } : { user: null, app },
  };
}

function operationOf(activity: string): string {
  if (activity.startsWith('Add')) return 'Assign';
  if (activity.startsWith('Remove')) return 'Unassign';
  return 'Update';
}

function target(displayName: string | null, type: string, id: string): AuditTarget {
  return { id, displayName, type, userPrincipalName: null, groupType: null, modifiedProperties: [] };
}

function principalTarget(world: World, id: string): AuditTarget {
  const person = findPerson(world, id);
  if (person === undefined) return target(findGroup(world, id)?.name ?? null, 'Group', id);
  return { ...target(person.name, 'User', id), userPrincipalName: person.upn };
}

function groupTarget(world: World, id: string): AuditTarget {
  return { ...target(findGroup(world, id)?.name ?? null, 'Group', id), groupType: 'unknownFutureValue' };
}
