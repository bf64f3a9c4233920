/** The tenant an example is replayed in, and small ways to furnish it. */
import { randomUUID } from 'node:crypto';

import { createWorld } from '../create-world.ts';
import { findGroup, findPerson } from '../pim/directory.ts';
import { createPolicy, DEFAULT_TERMS, ruleOf } from '../pim/policies.ts';
import type { ActivationTerms } from '../pim/policies.ts';
import type { AccessId, Group, Person, Policy, World } from '../world.ts';
import type { Example, Json, JsonObject } from './example.ts';
import { objectOf, shownObjects } from './example.ts';

export type Scene = { world: World; now: number };

/** Who sends the example's request. */
export type Sender = { kind: 'delegated'; oid: string } | { kind: 'application' };

export const APPLICATION: Sender = { kind: 'application' };
export const ADMINISTRATOR = 'a0000000-0000-4000-8000-000000000001';
export const APPROVER = 'a0000000-0000-4000-8000-000000000002';
export const SOMEBODY = 'a0000000-0000-4000-8000-000000000003';
export const SOME_GROUP = 'b0000000-0000-4000-8000-000000000001';

export function emptyScene(now: number): Scene {
  const world = createWorld(
    {
      tenantId: '72f988bf-0000-4000-8000-000000000000',
      organization: 'Example',
      settings: { allowSelfApproval: false, pageSize: 100 },
      apps: {},
      people: {},
      groups: {},
      directoryRoles: [],
      windows: [],
    },
    now,
  );
  return { world, now };
}

export function ensurePerson(scene: Scene, id: string, named: JsonObject = {}): Person {
  const known = findPerson(scene.world, id);
  if (known !== undefined) return known;
  const upn = stringOf(named['userPrincipalName']) ?? `${id}@example.com`;
  const person: Person = {
    id,
    name: stringOf(named['displayName']) ?? `Person ${id.slice(0, 8)}`,
    upn,
    mail: stringOf(named['mail']) ?? upn,
    jobTitle: stringOf(named['jobTitle']) ?? 'Engineer',
    userType: 'Member',
    roles: ['Global Administrator'],
  };
  scene.world.people.push(person);
  return person;
}

export function ensureGroup(scene: Scene, id: string, named: JsonObject = {}): Group {
  const known = findGroup(scene.world, id);
  if (known !== undefined) return known;
  const group: Group = {
    id,
    name: stringOf(named['displayName']) ?? `Group ${id.slice(0, 8)}`,
    description: stringOf(named['description']) ?? 'A group of the example',
    kind: 'security',
    mail: stringOf(named['mail']) ?? 'group@example.com',
    roleAssignable: false,
    dynamic: false,
    synced: false,
    onboarded: true,
    members: [],
    owners: [],
  };
  scene.world.groups.push(group);
  return group;
}

/** Gives a group a policy that asks only for what is named; administrators may assign without an end. */
export function setPolicy(scene: Scene, groupId: string, accessId: AccessId, terms: Partial<ActivationTerms>): void {
  const { world } = scene;
  world.policies = world.policies.filter((one) => one.scopeId !== groupId || one.roleDefinitionId !== accessId);
  const scope = { scopeId: groupId, scopeType: 'Group', roleDefinitionId: accessId } as const;
  const asked = { ...DEFAULT_TERMS, maximumDuration: 'P3650D', justification: false, ...terms };
  const policy = createPolicy(scope, asked);
  for (const id of ['Expiration_Admin_Eligibility', 'Expiration_Admin_Assignment']) {
    Object.assign(ruleOf(policy, id) ?? {}, { isExpirationRequired: false });
  }
  Object.assign(ruleOf(policy, 'Enablement_Admin_Assignment') ?? {}, { enabledRules: [] });
  keepApprovers(policy, terms);
  world.policies.push(policy);
}

/** Approvers are named even where no approval is asked for, so that one request's policy leaves another's approvers alone. */
function keepApprovers(policy: Policy, terms: Partial<ActivationTerms>): void {
  const approval = { users: [APPROVER], groups: [], approverJustification: false };
  const named = createPolicy(policy, { ...DEFAULT_TERMS, approval });
  const setting = ruleOf(named, 'Approval_EndUser_Assignment')?.['setting'] as object;
  const isApprovalRequired = terms.approval !== undefined;
  Object.assign(ruleOf(policy, 'Approval_EndUser_Assignment') ?? {}, { setting: { ...setting, isApprovalRequired } });
}

export function stringOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function guidOf(value: Json | undefined): string | undefined {
  const text = stringOf(value);
  return text !== undefined && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)
    ? text.toLowerCase()
    : undefined;
}

/** What the request's `$filter` fixes: property -> value, from `eq` and `startswith`. */
export function fixedByFilter(example: Example): Map<string, string> {
  const text = example.call.query.get('$filter') ?? example.call.query.get('filter') ?? '';
  const equal = [...text.matchAll(/([\w/]+)\s+eq\s+'([^']*)'/gi)];
  const start = [...text.matchAll(/startswith\(\s*([\w/]+)\s*,\s*'([^']*)'\s*\)/gi)];
  return new Map([...equal, ...start].map((match) => [match[1] ?? '', match[2] ?? '']));
}

export type Key = { groupId: string; principalId: string; accessId: AccessId };

/**
 * Whom and what an object is about: from the filter, from itself, else somebody in some group. The filter comes first, since some
 * pages filter by one group and show another.
 */
export function keyOf(example: Example, shown: JsonObject): Key {
  const fixed = fixedByFilter(example);
  const access = fixed.get('accessId') ?? stringOf(shown['accessId']) ?? stringOf(shown['id'])?.split('_')[1];
  return {
    groupId: guidOf(fixed.get('groupId')) ?? guidOf(shown['groupId']) ?? SOME_GROUP,
    principalId: guidOf(fixed.get('principalId')) ?? guidOf(shown['principalId']) ?? SOMEBODY,
    accessId: access?.toLowerCase() === 'owner' ? 'owner' : 'member',
  };
}

export function creatorOf(shown: JsonObject): string | undefined {
  return guidOf(objectOf(objectOf(shown['createdBy'])?.['user'])?.['id']);
}

export function newId(): string {
  return randomUUID();
}

const PAST = [
  'createdDateTime',
  'completedDateTime',
  'startDateTime',
  'reviewedDateTime',
  'activityDateTime',
  'lastModifiedDateTime',
];

/** The moment an example was taken: when its newest object had just come about. */
export function momentOf(example: Example): number {
  const asked = objectOf(example.call.body as Json);
  const shown = shownObjects(example.body);
  if (example.call.method === 'POST' && asked !== null) return momentOfOrder(asked, shown[0] ?? {});
  const times = shown.flatMap((one) => [
    ...PAST.map((name) => one[name]),
    objectOf(one['scheduleInfo'])?.['startDateTime'],
  ]);
  const past = times.map((time) => Date.parse(stringOf(time) ?? '')).filter((time) => !Number.isNaN(time));
  return past.length === 0 ? Date.parse('2025-01-01T00:00:00Z') : Math.max(...past);
}

function momentOfOrder(asked: JsonObject, shown: JsonObject): number {
  const schedule = objectOf(asked['scheduleInfo']);
  const start = Date.parse(stringOf(schedule?.['startDateTime']) ?? '');
  const end = Date.parse(stringOf(objectOf(schedule?.['expiration'])?.['endDateTime']) ?? '');
  const created = Date.parse(stringOf(shown['createdDateTime']) ?? '');
  const known = [created, start].filter((time) => !Number.isNaN(time));
  // Some pages show an answer from after the end that the request names: then the request's own time holds.
  const fitting = known.filter((time) => Number.isNaN(end) || time < end);
  return fitting[0] ?? known[0] ?? Date.parse('2025-01-01T00:00:00Z');
}
