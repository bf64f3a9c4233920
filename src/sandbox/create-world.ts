import { randomUUID } from 'node:crypto';

import { durationMilliseconds } from './pim/duration.ts';
import type { ActivationTerms } from './pim/policies.ts';
import { createPolicy, DEFAULT_TERMS } from './pim/policies.ts';
import type { Tenant, TenantGroup, TenantPolicy } from './tenant.ts';
import type { AccessId, Assignment, Eligibility, Group, Policy, World } from './world.ts';
import { instant } from './world.ts';

/** The state a tenant file describes, as it stands at `now` (milliseconds since the epoch). */
export function createWorld(tenant: Tenant, now: number): World {
  const groups = Object.values(tenant.groups);
  return {
    tenantId: tenant.tenantId,
    organization: tenant.organization,
    settings: { ...tenant.settings },
    apps: Object.entries(tenant.apps).map(([name, app]) => ({ name, ...structuredClone(app) })),
    people: Object.values(tenant.people).map((person) => ({
      id: person.id,
      name: person.name,
      upn: person.upn,
      mail: person.mail ?? person.upn,
      jobTitle: person.jobTitle ?? null,
      userType: person.guest ? 'Guest' : 'Member',
      roles: [...person.roles],
    })),
    groups: groups.map((group) => createGroup(tenant, group)),
    directoryRoles: structuredClone(tenant.directoryRoles),
    windows: tenant.windows.map((name) => idOf(tenant, name)),
    team:
      tenant.team === undefined
        ? null
        : {
            id: tenant.team.id,
            name: tenant.team.name,
            aadGroupId: idOf(tenant, tenant.team.group),
            channel: { ...tenant.team.channel },
          },
    eligibilities: groups.flatMap((group) => createEligibilities(tenant, group, now)),
    assignments: groups.flatMap((group) => createAssignments(tenant, group, now)),
    requests: [],
    approvals: [],
    policies: [
      ...groups.flatMap((group) => createGroupPolicies(tenant, group)),
      ...tenant.directoryRoles.map((role) =>
        createPolicy({ scopeId: '/', scopeType: 'DirectoryRole', roleDefinitionId: role.id }, DEFAULT_TERMS),
      ),
    ],
    audits: [],
  };
}

function idOf(tenant: Tenant, name: string): string {
  const found = tenant.people[name] ?? tenant.groups[name];
  if (found === undefined) throw new Error(`The tenant knows no '${name}'.`);
  return found.id;
}

function createGroup(tenant: Tenant, group: TenantGroup): Group {
  const assigned = (access: AccessId): string[] =>
    group.assigned.filter((one) => one.as === access).map((one) => idOf(tenant, one.who));
  return {
    id: group.id,
    name: group.name,
    description: group.description ?? null,
    kind: group.kind,
    mail: group.mail ?? null,
    roleAssignable: group.roleAssignable,
    dynamic: group.dynamic,
    synced: group.synced,
    onboarded: group.eligible.length > 0 || group.assigned.length > 0,
    members: [...new Set([...group.members.map((name) => idOf(tenant, name)), ...assigned('member')])],
    owners: [...new Set([...group.owners.map((name) => idOf(tenant, name)), ...assigned('owner')])],
  };
}

function createEligibilities(tenant: Tenant, group: TenantGroup, now: number): Eligibility[] {
  return group.eligible.map((one) => ({
    ...schedule(group.id, one.as, idOf(tenant, one.who), now),
    startDateTime: momentOf(one.from, now) ?? instant(now),
    endDateTime: momentOf(one.until, now),
  }));
}

function createAssignments(tenant: Tenant, group: TenantGroup, now: number): Assignment[] {
  return group.assigned.map((one) => ({
    ...schedule(group.id, one.as, idOf(tenant, one.who), now),
    endDateTime: momentOf(one.until, now),
    assignmentType: 'assigned',
    memberType: 'direct',
    activatedUsing: null,
  }));
}

function schedule(groupId: string, accessId: AccessId, principalId: string, now: number): Eligibility {
  return {
    id: `${groupId}_${accessId}_${randomUUID()}`,
    instanceId: `${groupId}_${accessId}_${randomUUID()}`,
    groupId,
    accessId,
    principalId,
    startDateTime: instant(now),
    endDateTime: null,
    createdDateTime: instant(now),
    modifiedDateTime: null,
    createdUsing: null,
  };
}

/** A duration counts from `now`; an instant stands for itself. */
function momentOf(text: string | undefined, now: number): string | null {
  if (text === undefined) return null;
  const milliseconds = durationMilliseconds(text, now);
  return instant(milliseconds === null ? Date.parse(text) : now + milliseconds);
}

function createGroupPolicies(tenant: Tenant, group: TenantGroup): Policy[] {
  return (['member', 'owner'] as const).map((access) =>
    createPolicy(
      { scopeId: group.id, scopeType: 'Group', roleDefinitionId: access },
      termsFrom(tenant, group.policies[access]),
    ),
  );
}

function termsFrom(tenant: Tenant, policy: TenantPolicy | undefined): ActivationTerms {
  if (policy === undefined) return DEFAULT_TERMS;
  const { approvers } = policy;
  return {
    maximumDuration: policy.maximumDuration,
    justification: policy.justification,
    ticket: policy.ticket,
    mfa: policy.mfa,
    authenticationContext: policy.authenticationContext ?? null,
    approval:
      approvers === undefined
        ? null
        : {
            users: approvers.people.map((name) => idOf(tenant, name)),
            groups: approvers.groups.map((name) => idOf(tenant, name)),
            approverJustification: approvers.justification,
          },
  };
}
