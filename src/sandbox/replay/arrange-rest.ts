/** Furnishing a tenant with schedules, policies, people, groups and audit rows. */
import { auditGroup } from '../pim/audit.ts';
import { createPolicy, DEFAULT_TERMS } from '../pim/policies.ts';
import type { AuditRow, Eligibility } from '../world.ts';
import { instant } from '../world.ts';
import type { Example, Json, JsonObject } from './example.ts';
import { arrayOf, objectOf, shownObjects } from './example.ts';
import type { Scene, Sender } from './scene.ts';
import {
  APPLICATION,
  ensureGroup,
  ensurePerson,
  fixedByFilter,
  guidOf,
  keyOf,
  newId,
  SOME_GROUP,
  SOMEBODY,
  stringOf,
} from './scene.ts';

/** Schedules and instances: one of the sandbox's own for each that the page shows. */
export function arrangeSchedules(scene: Scene, example: Example, collection: string): Sender {
  const { world } = scene;
  const current = example.route.includes('filterByCurrentUser');
  const shown = shownObjects(example.body);
  for (const one of shown) {
    const id = current ? stringOf(one['id']) : (example.parts[0] ?? stringOf(one['id']));
    const schedule = scheduleLike(scene, example, one, id ?? newId(), collection.endsWith('Instances'));
    if (collection.startsWith('eligibility')) world.eligibilities.push(schedule);
    else {
      const activated = stringOf(one['assignmentType'])?.toLowerCase() === 'activated';
      world.assignments.push({
        ...schedule,
        assignmentType: activated ? 'activated' : 'assigned',
        memberType: 'direct',
        activatedUsing: null,
      });
    }
  }
  if (!current) return APPLICATION;
  return { kind: 'delegated', oid: ensurePerson(scene, keyOf(example, shown[0] ?? {}).principalId).id };
}

function scheduleLike(scene: Scene, example: Example, shown: JsonObject, id: string, instance: boolean): Eligibility {
  const key = keyOf(example, shown);
  ensurePerson(scene, key.principalId);
  ensureGroup(scene, key.groupId);
  const info = objectOf(shown['scheduleInfo']) ?? {};
  const start = 'startDateTime' in shown ? shown['startDateTime'] : info['startDateTime'];
  const end = 'endDateTime' in shown ? shown['endDateTime'] : objectOf(info['expiration'])?.['endDateTime'];
  const made = `${key.groupId}_${key.accessId}_${newId()}`;
  return {
    id: instance ? made : id,
    instanceId: instance ? id : made,
    ...key,
    startDateTime: start === null ? null : (asInstant(start) ?? instant(scene.now)),
    endDateTime: asInstant(end),
    createdDateTime: instant(scene.now),
    modifiedDateTime: null,
    createdUsing: newId(),
  };
}

function asInstant(value: Json | undefined): string | null {
  const milliseconds = Date.parse(stringOf(value) ?? '');
  return Number.isNaN(milliseconds) ? null : instant(milliseconds);
}

/** Policies: of the group or role that the filter or the path names. */
export function arrangePolicies(scene: Scene, example: Example): Sender {
  const { world } = scene;
  const assignments = example.route.includes('Assignments');
  const id = example.parts[0];
  if (id === undefined) {
    const fixed = fixedByFilter(example);
    if (fixed.get('scopeType')?.toLowerCase() === 'group') {
      ensureGroup(scene, fixed.get('scopeId') ?? SOME_GROUP);
      return APPLICATION;
    }
    const role = fixed.get('roleDefinitionId') ?? newId();
    world.policies.push(
      createPolicy({ scopeId: '/', scopeType: 'DirectoryRole', roleDefinitionId: role }, DEFAULT_TERMS),
    );
    return APPLICATION;
  }
  const [type, scopeId = ''] = id.split('_');
  const group = type?.toLowerCase() === 'group';
  if (group) ensureGroup(scene, scopeId);
  const roleDefinitionId = assignments ? id.slice(id.lastIndexOf('_') + 1) : group ? 'member' : newId();
  const scope = {
    scopeId: group ? scopeId : '/',
    scopeType: group ? 'Group' : 'DirectoryRole',
    roleDefinitionId,
  } as const;
  const policyId = assignments ? id.slice(0, id.lastIndexOf('_')) : id;
  world.policies.push({ ...createPolicy(scope, DEFAULT_TERMS), id: policyId });
  return APPLICATION;
}

/** People and groups: those that the page names, inside each other where the path says so. */
export function arrangeDirectory(scene: Scene, example: Example): Sender {
  const [root, , inside] = example.route.split('/').slice(1);
  const shown = shownObjects(example.body);
  if (root === 'me') return arrangeMe(scene, example, shown);
  if (root === 'directoryObjects') {
    const ids = arrayOf(objectOf(example.call.body as Json)?.['ids']).flatMap((id) => guidOf(id) ?? []);
    for (const id of ids) ensureObject(scene, shown.find((one) => guidOf(one['id']) === id) ?? { id });
    return APPLICATION;
  }
  const id = example.parts[0];
  if (id === undefined) {
    const first = shown[0] ?? {};
    for (const one of [first, ...shown.slice(1)]) ensureObject(scene, one, root === 'groups' ? 'group' : 'user');
    return APPLICATION;
  }
  if (root === 'groups') furnishGroup(scene, id, inside, shown);
  else furnishPerson(scene, example, id, inside, shown);
  return APPLICATION;
}

function arrangeMe(scene: Scene, example: Example, shown: readonly JsonObject[]): Sender {
  const inside = example.route.split('/')[2];
  const id = (inside === undefined ? guidOf(shown[0]?.['id']) : undefined) ?? SOMEBODY;
  furnishPerson(scene, example, id, inside, shown);
  return { kind: 'delegated', oid: id };
}

function furnishGroup(scene: Scene, id: string, inside: string | undefined, shown: readonly JsonObject[]): void {
  const group = ensureGroup(scene, id, inside === undefined ? shown[0] : {});
  if (inside === undefined) return;
  const ids = (shown.length > 0 ? shown : [{}]).map((one) => ensureObject(scene, one));
  if (inside === 'owners') group.owners.push(...ids);
  else group.members.push(...ids);
}

function furnishPerson(
  scene: Scene,
  example: Example,
  id: string,
  inside: string | undefined,
  shown: readonly JsonObject[],
): void {
  const upn = guidOf(id) === undefined ? { userPrincipalName: id } : {};
  const person = ensurePerson(scene, guidOf(id) ?? newId(), { ...(inside === undefined ? shown[0] : {}), ...upn });
  if (inside === 'checkMemberGroups') {
    const value = arrayOf(objectOf(example.body)?.['value']);
    for (const groupId of value) ensureGroup(scene, guidOf(groupId) ?? newId()).members.push(person.id);
  } else if (inside !== undefined) {
    for (const one of shown) {
      if (one['@odata.type'] === '#microsoft.graph.group' || one['@odata.type'] === undefined) {
        ensureGroup(scene, guidOf(one['id']) ?? newId(), one).members.push(person.id);
      }
    }
  }
}

function ensureObject(scene: Scene, named: JsonObject, usual: 'user' | 'group' = 'user'): string {
  const id = guidOf(named['id']) ?? newId();
  const type = stringOf(named['@odata.type']) ?? `#microsoft.graph.${usual}`;
  return type.endsWith('.group') ? ensureGroup(scene, id, named).id : ensurePerson(scene, id, named).id;
}

/** Audit rows: one that PIM wrote, by whom and about what the filter names. */
export function arrangeAudits(scene: Scene, example: Example): Sender {
  const { world } = scene;
  const fixed = fixedByFilter(example);
  const asked = example.call.query.get('$filter') ?? '';
  const bound = /activityDateTime\s+(ge|gt|le|lt)\s+([\dTZ:.-]+)/.exec(asked);
  const sign = bound?.[1]?.startsWith('g') === true ? 1 : -1;
  if (bound !== null) scene.now = Date.parse(bound[2] ?? '') + sign * 60_000;
  const person = ensurePerson(scene, fixed.get('initiatedBy/user/id') ?? SOMEBODY, {
    displayName: fixed.get('initiatedBy/user/displayName') ?? null,
    userPrincipalName: fixed.get('initiatedBy/user/userPrincipalName') ?? null,
  });
  const about = /targetResources\/any\(\s*\w+\s*:\s*\w+\/id\s+eq\s+'([^']*)'/.exec(asked)?.[1];
  const group = ensureGroup(scene, about ?? SOME_GROUP);
  const actor = { kind: 'user', id: person.id } as const;
  auditGroup(world, instant(scene.now), 'Update role setting in PIM', group.id, actor);
  const row = world.audits.at(-1);
  if (row === undefined) return APPLICATION;
  const texts: (keyof AuditRow)[] = [
    'category',
    'correlationId',
    'activityDisplayName',
    'loggedByService',
    'operationType',
  ];
  const named = texts.filter((name) => fixed.has(name)).map((name) => [name, fixed.get(name)]);
  Object.assign(
    row,
    Object.fromEntries(named),
    { resultReason: '' },
    example.parts[0] === undefined ? {} : { id: example.parts[0] },
  );
  return APPLICATION;
}
