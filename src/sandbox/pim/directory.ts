import type { AccessId, Group, Person, World } from '../world.ts';

export function findPerson(world: World, id: string): Person | undefined {
  return world.people.find((person) => sameId(person.id, id));
}

export function findGroup(world: World, id: string): Group | undefined {
  return world.groups.find((group) => sameId(group.id, id));
}

export function sameId(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** Ids of everything inside a group, nested groups and their members included, each once; cycles end. */
export function transitiveMembers(world: World, groupId: string): string[] {
  const seen = new Set<string>();
  const waiting = [...(findGroup(world, groupId)?.members ?? [])];
  for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
    if (seen.has(id)) continue;
    seen.add(id);
    waiting.push(...(findGroup(world, id)?.members ?? []));
  }
  return [...seen];
}

/** Ids of the groups a directory object is in, directly or through other groups. */
export function transitiveGroups(world: World, id: string): string[] {
  const groupIds = world.groups.map((group) => group.id);
  return groupIds.filter((groupId) => transitiveMembers(world, groupId).some((member) => sameId(member, id)));
}

export function holders(group: Group, accessId: AccessId): string[] {
  return accessId === 'member' ? group.members : group.owners;
}

function holdsRole(world: World, personId: string, roles: readonly string[]): boolean {
  return findPerson(world, personId)?.roles.some((role) => roles.includes(role)) ?? false;
}

const WRITERS_OF_ROLE_ASSIGNABLE = ['Privileged Role Administrator'];
const WRITERS_OF_OTHERS = [
  'Directory Writers',
  'Groups Administrator',
  'Identity Governance Administrator',
  'User Administrator',
];
const READERS_OF_ROLE_ASSIGNABLE = ['Global Reader', 'Privileged Role Administrator'];
const READERS_OF_OTHERS = ['Global Reader', ...WRITERS_OF_OTHERS];
const GLOBAL = 'Global Administrator';

/**
 * Whether a person may do administrators' work on a group's assignments: an owner, or a holder of a directory role.
 * The page also names members; that they could assign others is not believed, so the sandbox refuses it (assumed).
 * Graph: privilegedaccessgroup-post-assignmentschedulerequests.
 */
export function mayAdminister(world: World, personId: string, group: Group): boolean {
  if (group.owners.some((owner) => sameId(owner, personId))) return true;
  const roles = group.roleAssignable
    ? WRITERS_OF_ROLE_ASSIGNABLE
    : [...WRITERS_OF_ROLE_ASSIGNABLE, ...WRITERS_OF_OTHERS];
  return holdsRole(world, personId, [GLOBAL, ...roles]);
}

/** Whether a person may read everybody's PIM objects of a group. Graph: privilegedaccessgroup-list-assignmentschedulerequests. */
export function mayRead(world: World, personId: string, group: Group): boolean {
  if ([...group.owners, ...group.members].some((id) => sameId(id, personId))) return true;
  const roles = group.roleAssignable
    ? READERS_OF_ROLE_ASSIGNABLE
    : [...READERS_OF_ROLE_ASSIGNABLE, ...READERS_OF_OTHERS];
  return holdsRole(world, personId, [GLOBAL, ...roles]);
}

const ROLE_POLICY_READERS = [
  GLOBAL,
  'Global Reader',
  'Security Operator',
  'Security Reader',
  'Security Administrator',
  'Privileged Role Administrator',
];

/** Graph: policyroot-list-rolemanagementpolicyassignments, directory roles read with a delegated token. */
export function mayReadRolePolicies(world: World, personId: string): boolean {
  return holdsRole(world, personId, ROLE_POLICY_READERS);
}

export function mayWriteRolePolicies(world: World, personId: string): boolean {
  return holdsRole(world, personId, [GLOBAL, 'Privileged Role Administrator']);
}

const AUDIT_READERS = [
  GLOBAL,
  'Global Reader',
  'Reports Reader',
  'Security Administrator',
  'Security Operator',
  'Security Reader',
];

/** Graph: directoryaudit-list. */
export function mayReadAudits(world: World, personId: string): boolean {
  return holdsRole(world, personId, AUDIT_READERS);
}
