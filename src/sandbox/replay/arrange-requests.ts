/** Furnishing a tenant with requests, by placing them through the sandbox's own engine. */
import { decideApproval, findApproval } from '../pim/approvals.ts';
import { readOrder } from '../pim/order.ts';
import type { ActivationTerms } from '../pim/policies.ts';
import { cancelRequest, placeRequest } from '../pim/requests.ts';
import type { PimRequest } from '../world.ts';
import { instant } from '../world.ts';
import type { Example, Json, JsonObject } from './example.ts';
import { objectOf, shownObjects } from './example.ts';
import type { Key, Scene, Sender } from './scene.ts';
import {
  ADMINISTRATOR,
  APPLICATION,
  APPROVER,
  creatorOf,
  ensureGroup,
  ensurePerson,
  fixedByFilter,
  guidOf,
  keyOf,
  newId,
  setPolicy,
  stringOf,
} from './scene.ts';

const HOUR = 60 * 60_000;
const FACTS = { acrs: [], amr: ['mfa'], clientCapabilities: ['cp1'] };
const BY_APPROVAL: Partial<ActivationTerms> = {
  approval: { users: [APPROVER], groups: [], approverJustification: false },
};

/** GET of requests: each one that the page shows is placed by whom the page says. */
export function arrangeRequests(scene: Scene, example: Example, surface: PimRequest['surface']): Sender {
  const wanted = example.parts[0];
  const single = !example.route.includes('filterByCurrentUser') && wanted !== undefined;
  const shown = shownObjects(example.body);
  for (const one of shown) {
    const request = place(scene, example, surface, one);
    const id = single ? wanted : stringOf(one['id']);
    if (request !== null && id !== undefined) rename(scene, request, id);
  }
  if (!example.route.includes('filterByCurrentUser')) return APPLICATION;
  const first = shown[0] ?? {};
  const by = {
    approver: APPROVER,
    createdby: creatorOf(first) ?? ADMINISTRATOR,
    principal: keyOf(example, first).principalId,
  };
  const oid = by[(wanted ?? '').toLowerCase() as keyof typeof by];
  return { kind: 'delegated', oid: ensurePerson(scene, oid).id };
}

/** Cancelling: a request of that id that waits for approval, or an eligibility that begins later. */
export function arrangeCancel(scene: Scene, example: Example, surface: PimRequest['surface']): Sender {
  const status = surface === 'assignment' ? 'PendingApproval' : 'Granted';
  const request = place(scene, example, surface, { status });
  if (request !== null) rename(scene, request, example.parts[0] ?? request.id);
  return { kind: 'delegated', oid: request?.createdBy.id ?? ADMINISTRATOR };
}

/** An approval is a waiting request whose approver asks. */
export function arrangeApprovals(scene: Scene, example: Example): Sender {
  const [first, stageId] = example.parts;
  const listed = example.route.includes('filterByCurrentUser');
  const shown = shownObjects(example.body);
  const ids = listed ? shown.map((one) => stringOf(one['id']) ?? newId()) : [first ?? newId()];
  for (const [index, id] of ids.entries()) {
    const request = place(scene, example, 'assignment', { status: 'PendingApproval', principalId: newId() });
    if (request === null) continue;
    rename(scene, request, id);
    const found = findApproval(scene.world, id);
    if (found === undefined) continue;
    const stage = stageOf(shown[index] ?? {});
    found.approval.stageId = stageId ?? stringOf(stage['id']) ?? id;
    const decided = stringOf(stage['reviewResult']);
    const verb = decided === 'Approved' ? 'Approve' : decided === 'Denied' ? 'Deny' : undefined;
    if (verb !== undefined) decideApproval(scene.world, found, { verb, justification: '' }, APPROVER, scene.now, 0);
  }
  return { kind: 'delegated', oid: ensurePerson(scene, APPROVER).id };
}

function stageOf(shown: JsonObject): JsonObject {
  const stages = shown['stages'] ?? shown['steps'];
  return Array.isArray(stages) ? (objectOf(stages[0]) ?? {}) : shown;
}

/** POST of a request: the tenant in which the documented answer follows. */
export function arrangeOrder(scene: Scene, example: Example, surface: PimRequest['surface']): Sender {
  const asked = objectOf(example.call.body as Json) ?? {};
  const answer = objectOf(example.body) ?? {};
  const order = readOrder(surface, asked);
  if ('kind' in order)
    return { kind: 'delegated', oid: ensurePerson(scene, guidOf(asked['principalId']) ?? ADMINISTRATOR).id };
  prepare(scene, surface, order.action, order, stringOf(answer['status']) === 'PendingApproval' ? BY_APPROVAL : {});
  const own = order.action.startsWith('self');
  const oid = own ? order.principalId : (creatorOf(answer) ?? ADMINISTRATOR);
  return { kind: 'delegated', oid: ensurePerson(scene, oid).id };
}

/** What has to be there before a request of this action can be accepted. */
function prepare(
  scene: Scene,
  surface: PimRequest['surface'],
  action: PimRequest['action'],
  key: Key,
  terms: Partial<ActivationTerms>,
): void {
  const { world, now } = scene;
  ensurePerson(scene, ADMINISTRATOR);
  ensurePerson(scene, APPROVER);
  ensurePerson(scene, key.principalId);
  ensureGroup(scene, key.groupId);
  setPolicy(scene, key.groupId, key.accessId, terms);
  const schedule = {
    id: `${key.groupId}_${key.accessId}_${newId()}`,
    instanceId: `${key.groupId}_${key.accessId}_${newId()}`,
    groupId: key.groupId,
    accessId: key.accessId,
    principalId: key.principalId,
    startDateTime: instant(now - HOUR),
    endDateTime: instant(now + 24 * HOUR),
    createdDateTime: instant(now - HOUR),
    modifiedDateTime: null,
    createdUsing: newId(),
  };
  if (action === 'selfActivate' || action === 'selfDeactivate') world.eligibilities.push(schedule);
  if (action === 'selfActivate' || action === 'adminAssign' || action === 'adminRenew') return;
  if (surface === 'eligibility') {
    world.eligibilities.push(schedule);
    return;
  }
  const activated = action === 'selfDeactivate';
  world.assignments.push({
    ...schedule,
    id: `${key.groupId}_${key.accessId}_${newId()}`,
    assignmentType: activated ? 'activated' : 'assigned',
    memberType: 'direct',
    activatedUsing: activated ? schedule.id : null,
  });
}

/** Places a request like the one shown; null when the engine refuses even a plain one. */
function place(scene: Scene, example: Example, surface: PimRequest['surface'], shown: JsonObject): PimRequest | null {
  const fixed = fixedByFilter(example);
  const status = fixed.get('status') ?? stringOf(shown['status']) ?? 'Provisioned';
  const forApprover = example.route.includes('filterByCurrentUser') && example.parts[0]?.toLowerCase() === 'approver';
  const open = ['PendingApproval', 'Denied', 'Canceled'].includes(status);
  const waits = surface === 'assignment' && (open || forApprover);
  const action = waits ? 'selfActivate' : (fixed.get('action') ?? stringOf(shown['action']) ?? 'adminAssign');
  const key = keyOf(example, shown);
  const body = { action, ...key, justification: stringOf(shown['justification']) ?? 'Because of the example' };
  const expiration = action.startsWith('self') ? { type: 'afterDuration', duration: 'PT2H' } : { type: 'noExpiration' };
  const startDateTime = status === 'Granted' ? instant(scene.now + HOUR) : null;
  const plain = { startDateTime, expiration };
  for (const scheduleInfo of [shown['scheduleInfo'] ?? plain, plain]) {
    const order = readOrder(surface, { ...body, scheduleInfo });
    if ('kind' in order) continue;
    prepare(scene, surface, order.action, order, waits ? BY_APPROVAL : {});
    const own = order.action.startsWith('self');
    const by = ensurePerson(scene, own ? order.principalId : (creatorOf(shown) ?? ADMINISTRATOR)).id;
    const actor = { kind: 'user', id: by } as const;
    const placed = placeRequest(scene.world, order, { actor, facts: FACTS }, scene.now, 0);
    if ('kind' in placed) continue;
    settle(scene, placed, status);
    return placed;
  }
  return null;
}

function settle(scene: Scene, request: PimRequest, status: string): void {
  const { world, now } = scene;
  if (status === 'Canceled') cancelRequest(world, request, request.createdBy, now);
  const found = findApproval(world, request.id);
  if (found === undefined || status === 'PendingApproval' || status === 'Canceled') return;
  const verb = status === 'Denied' ? 'Deny' : 'Approve';
  decideApproval(world, found, { verb, justification: 'As the example says' }, APPROVER, now, 0);
}

/** Gives a request, and its approval, the id that the example's path or list names. */
function rename(scene: Scene, request: PimRequest, id: string): void {
  const approval = scene.world.approvals.find((one) => one.id === request.approvalId);
  request.id = id;
  if (approval === undefined) return;
  approval.id = id;
  approval.stageId = id;
  request.approvalId = id;
}
