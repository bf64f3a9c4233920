/** Writing PIM for Groups: requests, their cancellation, approvals. */
import { z } from 'zod';

import type { Decision } from '../pim/approvals.ts';
import { decideApproval, findApproval, isApprover, requestsToApprove } from '../pim/approvals.ts';
import { findGroup, mayRead, sameId } from '../pim/directory.ts';
import { checkWrite } from '../pim/checks.ts';
import { readOrder } from '../pim/order.ts';
import { REFUSALS, resourceNotFound } from '../pim/refusal.ts';
import { cancelRequest, placeRequest } from '../pim/requests.ts';
import type { Actor, Approval, PimRequest } from '../world.ts';
import type { CallerToken, Exchange, GraphAnswer } from './call.ts';
import { graphError, refusalAnswer } from './errors.ts';
import type { Row } from './filter.ts';
import { pimResource, requestRow, stageRow } from './pim-resources.ts';
import type { Resource } from './query.ts';
import { entityAnswer, listAnswer, readQuery } from './query.ts';

export function actorOf(token: CallerToken): Actor {
  return { kind: token.kind === 'delegated' ? 'user' : 'application', id: token.oid };
}

/** Graph: privilegedaccessgroup-post-assignmentschedulerequests, privilegedaccessgroup-post-eligibilityschedulerequests. */
export function postRequest(exchange: Exchange, surface: PimRequest['surface']): GraphAnswer {
  const { world, call, now, options } = exchange;
  const collection = `${surface}ScheduleRequests` as const;
  const resource = pimResource(world, collection);
  const query = readQuery(exchange, { ...resource, options: [] });
  if (!('kind' in query)) return query;
  const order = readOrder(surface, call.body);
  if ('kind' in order) return refusalAnswer(order, now);
  const by = { actor: actorOf(call.token), facts: call.token };
  const placed = placeRequest(world, order, by, now, options.pendingMs);
  if ('kind' in placed) return refusalAnswer(placed, now);
  return entityAnswer(exchange, resource, query, requestRow(placed), 201);
}

/** Graph: privilegedaccessgroupassignmentschedulerequest-cancel. */
export function cancel(exchange: Exchange, surface: PimRequest['surface']): GraphAnswer {
  const { world, call, now } = exchange;
  const id = exchange.parts[0] ?? '';
  const request = world.requests.find((one) => one.surface === surface && sameId(one.id, id));
  if (request === undefined) return refusalAnswer(resourceNotFound(id), now);
  const refused = checkWrite(world, 'cancel', call.token) ?? cancelRequest(world, request, actorOf(call.token), now);
  return refused === null ? { status: 204 } : refusalAnswer(refused, now);
}

/** The child of an approval is called `stages` in v1.0 and `steps` in beta. */
function childName(exchange: Exchange): 'stages' | 'steps' {
  return exchange.call.version === 'v1.0' ? 'stages' : 'steps';
}

function approvalResource(exchange: Exchange): Resource {
  const child = childName(exchange);
  return {
    context: 'identityGovernance/privilegedAccess/group/assignmentApprovals',
    fields: { id: 'string' },
    others: [child],
    expand: { [child]: { read: (row) => row[child] as Row[] } },
    options: ['$select', '$expand'],
    page: { usual: 50, most: 50 },
  };
}

const STAGE_FIELDS = [
  'displayName',
  'reviewedDateTime',
  'reviewResult',
  'status',
  'assignedToMe',
  'justification',
  'reviewedBy',
];

function stageResource(exchange: Exchange): Resource {
  const { context } = approvalResource(exchange);
  const id = exchange.parts[0] ?? '';
  return {
    context: `${context}('${id}')/${childName(exchange)}`,
    fields: { id: 'string' },
    others: STAGE_FIELDS,
    expand: {},
    options: ['$select'],
    page: { usual: 50, most: 50 },
  };
}

type Found = { approval: Approval; request: PimRequest };

/** Who may see an approval: its approvers, the requester and readers of the group. */
function findVisible(exchange: Exchange): Found | GraphAnswer {
  const { world, call, now } = exchange;
  const id = exchange.parts[0] ?? '';
  const found = findApproval(world, id);
  if (found === undefined) return refusalAnswer(resourceNotFound(id), now);
  const { request } = found;
  const group = findGroup(world, request.groupId);
  const visible =
    isApprover(world, request, call.token.oid) ||
    sameId(request.principalId, call.token.oid) ||
    (group !== undefined && mayRead(world, call.token.oid, group));
  return visible ? found : refusalAnswer(REFUSALS.insufficient, now);
}

function stageFor(exchange: Exchange, found: Found): Row {
  const { world, call } = exchange;
  return stageRow(world, found.approval, isApprover(world, found.request, call.token.oid));
}

function approvalRow(exchange: Exchange, found: Found): Row {
  return { id: found.approval.id, [childName(exchange)]: [stageFor(exchange, found)] };
}

/** Graph: approval-get. */
export function getApproval(exchange: Exchange): GraphAnswer {
  const resource = approvalResource(exchange);
  const query = readQuery(exchange, resource);
  if (!('kind' in query)) return query;
  const found = findVisible(exchange);
  return 'status' in found ? found : entityAnswer(exchange, resource, query, approvalRow(exchange, found));
}

/** Graph: approval-list-stages. */
export function listStages(exchange: Exchange): GraphAnswer {
  const resource = stageResource(exchange);
  const query = readQuery(exchange, resource);
  if (!('kind' in query)) return query;
  const found = findVisible(exchange);
  return 'status' in found ? found : listAnswer(exchange, resource, query, [stageFor(exchange, found)]);
}

/** Graph: approvalstage-get. */
export function getStage(exchange: Exchange): GraphAnswer {
  const resource = stageResource(exchange);
  const query = readQuery(exchange, resource);
  if (!('kind' in query)) return query;
  const found = findVisible(exchange);
  if ('status' in found) return found;
  const stageId = exchange.parts[1] ?? '';
  if (!sameId(stageId, found.approval.stageId)) return refusalAnswer(resourceNotFound(stageId), exchange.now);
  return entityAnswer(exchange, resource, query, stageFor(exchange, found));
}

/** Graph: approval-filterbycurrentuser; only `approver` is documented. */
export function listApprovals(exchange: Exchange): GraphAnswer {
  const { world, call, now } = exchange;
  if (exchange.parts[0]?.toLowerCase() !== 'approver') {
    return graphError(400, 'BadRequest', `The value of the parameter 'on' is not supported.`, now);
  }
  const resource = approvalResource(exchange);
  const query = readQuery(exchange, resource);
  if (!('kind' in query)) return query;
  const rows = requestsToApprove(world, call.token.oid).flatMap((request) => {
    const found = findApproval(world, request.id);
    return found === undefined ? [] : { '@odata.type': '#microsoft.graph.approval', ...approvalRow(exchange, found) };
  });
  return listAnswer(exchange, { ...resource, context: 'Collection(approval)' }, query, rows.slice(-50));
}

const VERBS: Readonly<Record<string, Decision['verb']>> = { approve: 'Approve', deny: 'Deny' };

/** Graph: approvalstage-update: the verbs in are Approve and Deny, the results out Approved and Denied. */
const decisionBody = z.strictObject({
  '@odata.type': z.string().optional(),
  reviewResult: z.string().refine((text) => text.toLowerCase() in VERBS),
  justification: z.string().nullish(),
});

export function patchStage(exchange: Exchange): GraphAnswer {
  const { world, call, now, options } = exchange;
  const [id = '', stageId = ''] = exchange.parts;
  const found = findApproval(world, id);
  if (found === undefined || !sameId(stageId, found.approval.stageId)) return refusalAnswer(resourceNotFound(id), now);
  const body = decisionBody.safeParse(call.body);
  const verb = body.success ? VERBS[body.data.reviewResult.toLowerCase()] : undefined;
  if (!body.success || verb === undefined) {
    return graphError(400, 'BadRequest', `'reviewResult' must be 'Approve' or 'Deny'.`, now);
  }
  const decision = { verb, justification: body.data.justification ?? '' };
  const refused =
    checkWrite(world, 'decide', call.token) ??
    decideApproval(world, found, decision, call.token.oid, now, options.pendingMs);
  return refused === null ? { status: 204 } : refusalAnswer(refused, now);
}
