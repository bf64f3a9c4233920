/** Reading PIM for Groups: lists with their required filter, entities, and what concerns the signed-in person. */
import { requestsToApprove } from '../pim/approvals.ts';
import { findGroup, mayRead, sameId, transitiveGroups } from '../pim/directory.ts';
import type { Refusal } from '../pim/refusal.ts';
import { REFUSALS, resourceNotFound } from '../pim/refusal.ts';
import { plainMembership } from '../pim/requests.ts';
import type { AccessId, Assignment, PimRequest, World } from '../world.ts';
import { instant } from '../world.ts';
import type { Exchange, GraphAnswer } from './call.ts';
import { graphError, refusalAnswer } from './errors.ts';
import type { Filter, Row } from './filter.ts';
import type { Collection } from './pim-resources.ts';
import { CURRENT_USER_OPTIONS, instanceRow, odataType, pimResource, requestRow, scheduleRow } from './pim-resources.ts';
import { entityAnswer, listAnswer, readQuery } from './query.ts';

const CURRENT_USER_LIMIT = 50;

/** Graph: privilegedaccessgroup-list-*: `$filter` by groupId or principalId is required. */
export function listPim(exchange: Exchange, collection: Collection): GraphAnswer {
  const resource = pimResource(exchange.world, collection);
  const query = readQuery(exchange, resource);
  if (!('kind' in query)) return query;
  const refused = checkReader(exchange, collection, query.filter);
  if (refused !== null) return refused;
  const rows = rowsOf(exchange, collection);
  const { token } = exchange.call;
  const own = query.filter === null && token.kind === 'delegated';
  return listAnswer(
    exchange,
    resource,
    query,
    own ? rows.filter((row) => sameId(String(row['principalId']), token.oid)) : rows,
  );
}

function checkReader(exchange: Exchange, collection: Collection, filter: Filter | null): GraphAnswer | null {
  const { world, now } = exchange;
  const { token } = exchange.call;
  const groupId = filter?.equals.get('groupid');
  const principalId = filter?.equals.get('principalid');
  // Without a filter, eligibility requests answer a person with their own.
  if (filter === null && collection === 'eligibilityScheduleRequests' && token.kind === 'delegated') return null;
  if (groupId === undefined && principalId === undefined) {
    return graphError(400, 'MissingProvider', 'The $filter query on groupId or principalId is required.', now);
  }
  if (token.kind === 'application' || (principalId !== undefined && sameId(principalId, token.oid))) return null;
  const group = groupId === undefined ? undefined : findGroup(world, groupId);
  const groups = groupId === undefined ? world.groups : group === undefined ? [] : [group];
  const allowed =
    groupId === undefined
      ? groups.every((one) => mayRead(world, token.oid, one))
      : groups.some((one) => mayRead(world, token.oid, one));
  return allowed ? null : refusalAnswer(REFUSALS.insufficient, now);
}

function rowsOf(exchange: Exchange, collection: Collection): Row[] {
  const { world, now } = exchange;
  switch (collection) {
    case 'assignmentScheduleRequests':
    case 'eligibilityScheduleRequests':
      return newestFirst(requestsOf(world, collection)).map(requestRow);
    case 'assignmentSchedules':
      return everyAssignment(world).map(scheduleRow);
    case 'assignmentScheduleInstances':
      return everyAssignment(world).map(instanceRow);
    case 'eligibilitySchedules':
      return world.eligibilities.map(scheduleRow);
    case 'eligibilityScheduleInstances':
      return world.eligibilities.filter((one) => (one.startDateTime ?? '') <= instant(now)).map(instanceRow);
  }
}

function requestsOf(world: World, collection: Collection): PimRequest[] {
  const surface = collection === 'assignmentScheduleRequests' ? 'assignment' : 'eligibility';
  return world.requests.filter((request) => request.surface === surface);
}

function newestFirst(requests: readonly PimRequest[]): PimRequest[] {
  return requests.toSorted((one, other) => other.createdDateTime.localeCompare(one.createdDateTime));
}

/** PIM's own assignments and, in groups it manages, everybody who is inside without its doing. */
function everyAssignment(world: World): Assignment[] {
  const outside = world.groups
    .filter((group) => group.onboarded)
    .flatMap((group) =>
      (['member', 'owner'] as const satisfies AccessId[]).flatMap((accessId) =>
        (accessId === 'member' ? group.members : group.owners).flatMap((principalId) => {
          const key = { groupId: group.id, accessId, principalId };
          const known = world.assignments.some(
            (one) => sameId(one.groupId, group.id) && one.accessId === accessId && sameId(one.principalId, principalId),
          );
          return known ? [] : (plainMembership(world, key) ?? []);
        }),
      ),
    );
  return [...world.assignments, ...outside];
}

/** Graph: privilegedaccessgroup…-get. The principal, the requester and readers of the group may. */
export function getPim(exchange: Exchange, collection: Collection): GraphAnswer {
  const { world, now, call } = exchange;
  const resource = pimResource(world, collection);
  const query = readQuery(exchange, { ...resource, options: ['$select', '$expand'] });
  if (!('kind' in query)) return query;
  const id = exchange.parts[0] ?? '';
  const row = rowsOf(exchange, collection).find((one) => sameId(String(one['id']), id));
  if (row === undefined) return refusalAnswer(resourceNotFound(id), now);
  const refused = checkEntityReader(exchange, row);
  if (refused !== null) return refusalAnswer(refused, now);
  return entityAnswer({ ...exchange, call }, resource, query, row);
}

function checkEntityReader(exchange: Exchange, row: Row): Refusal | null {
  const { world } = exchange;
  const { token } = exchange.call;
  if (token.kind === 'application' || sameId(String(row['principalId']), token.oid)) return null;
  const request = world.requests.find((one) => one.id === row['id']);
  if (request?.createdBy.id === token.oid) return null;
  if (request !== undefined && requestsToApprove(world, token.oid).includes(request)) return null;
  const group = findGroup(world, String(row['groupId']));
  return group !== undefined && mayRead(world, token.oid, group) ? null : REFUSALS.insufficient;
}

/**
 * Graph: …-filterbycurrentuser. At most fifty items without a next link; `$top` and `$skip` are refused. Eligibility through a
 * group shows the group as principal and `group` as memberType (assumed).
 */
export function listOfCurrentUser(exchange: Exchange, collection: Collection): GraphAnswer {
  const { world, call, now } = exchange;
  const { token } = call;
  if (token.kind === 'application') return refusalAnswer(REFUSALS.insufficient, now);
  const rows = concerning(exchange, collection, exchange.parts[0] ?? '', token.oid);
  if (rows === null) return graphError(400, 'BadRequest', `The value of the parameter 'on' is not supported.`, now);
  const resource = pimResource(world, collection);
  const page = { usual: CURRENT_USER_LIMIT, most: CURRENT_USER_LIMIT };
  const query = readQuery(exchange, { ...resource, page, options: CURRENT_USER_OPTIONS });
  if (!('kind' in query)) return query;
  const { filter } = query;
  const matching = filter === null ? rows : rows.filter((row) => filter.matches(row));
  const typed = matching.slice(0, CURRENT_USER_LIMIT).map((row) => ({ '@odata.type': odataType(collection), ...row }));
  const context = `Collection(${odataType(collection).slice('#microsoft.graph.'.length)})`;
  return listAnswer(exchange, { ...resource, page, context }, { ...query, filter: null }, typed);
}

function concerning(exchange: Exchange, collection: Collection, on: string, personId: string): Row[] | null {
  const { world } = exchange;
  if (collection === 'assignmentScheduleRequests' || collection === 'eligibilityScheduleRequests') {
    return requestsConcerning(world, collection, on, personId);
  }
  if (on.toLowerCase() !== 'principal') return null;
  const rows = rowsOf(exchange, collection);
  const own = rows.filter((row) => sameId(String(row['principalId']), personId));
  if (!collection.startsWith('eligibility')) return own;
  const groups = transitiveGroups(world, personId);
  const through = rows.filter((row) => groups.some((group) => sameId(group, String(row['principalId']))));
  return [...own, ...through.map((row) => ({ ...row, memberType: 'group' }))];
}

function requestsConcerning(world: World, collection: Collection, on: string, personId: string): Row[] | null {
  const all = newestFirst(requestsOf(world, collection));
  switch (on.toLowerCase()) {
    case 'principal':
      return all.filter((request) => sameId(request.principalId, personId)).map(requestRow);
    case 'createdby':
      return all.filter((request) => sameId(request.createdBy.id, personId)).map(requestRow);
    case 'approver': {
      const mine = new Set(requestsToApprove(world, personId));
      return all.filter((request) => mine.has(request)).map(requestRow);
    }
    default:
      return null;
  }
}
