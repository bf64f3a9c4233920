/** People, groups and who is in them: the part of the directory that a PIM client reads. */
import { z } from 'zod';

import { findGroup, findPerson, sameId, transitiveGroups, transitiveMembers } from '../pim/directory.ts';
import { refuse } from '../pim/refusal.ts';
import type { Person, World } from '../world.ts';
import type { Exchange, GraphAnswer } from './call.ts';
import { graphError, refusalAnswer } from './errors.ts';
import { GROUP_OTHERS, groupRow, USER_OTHERS, userRow } from './directory-rows.ts';
import type { Row } from './filter.ts';
import { textOf } from './filter.ts';
import type { QueryOption, Resource } from './query.ts';
import { entityAnswer, listAnswer, readQuery } from './query.ts';

const OPTIONS: readonly QueryOption[] = ['$filter', '$select', '$top', '$orderby', '$count', '$skiptoken'];
const PAGE = { usual: 100, most: 999 };

const USERS: Resource = {
  context: 'users',
  fields: {
    id: 'string',
    displayName: 'string',
    userPrincipalName: 'string',
    mail: 'string',
    givenName: 'string',
    surname: 'string',
    jobTitle: 'string',
    userType: 'string',
    accountEnabled: 'boolean',
  },
  others: [...USER_OTHERS, 'businessPhones', 'mobilePhone', 'officeLocation', 'preferredLanguage'],
  expand: {},
  options: OPTIONS,
  page: PAGE,
};

const GROUPS: Resource = {
  context: 'groups',
  fields: {
    id: 'string',
    displayName: 'string',
    mail: 'string',
    mailNickname: 'string',
    description: 'string',
    mailEnabled: 'boolean',
    securityEnabled: 'boolean',
    isAssignableToRole: 'boolean',
    onPremisesSyncEnabled: 'boolean',
  },
  others: [...GROUP_OTHERS, 'groupTypes', 'visibility', 'membershipRule'],
  expand: {},
  options: OPTIONS,
  page: PAGE,
};

const OBJECTS: Resource = {
  ...USERS,
  context: 'directoryObjects',
  others: [...USERS.others, ...Object.keys(GROUPS.fields), ...GROUPS.others],
  options: ['$select', '$top', '$count', '$skiptoken', '$filter'],
};

/** What `/users` shows without `$select`; `$select` may name the others. */
const USER_DEFAULTS = [
  'businessPhones',
  'displayName',
  'givenName',
  'jobTitle',
  'mail',
  'mobilePhone',
  'officeLocation',
  'preferredLanguage',
  'surname',
  'userPrincipalName',
  'id',
];

function objectRow(world: World, id: string): Row {
  const person = findPerson(world, id);
  if (person !== undefined) return { '@odata.type': '#microsoft.graph.user', ...userRow(person) };
  const group = findGroup(world, id);
  return group === undefined ? { id } : { '@odata.type': '#microsoft.graph.group', ...groupRow(group) };
}

/** Rows as they go out when the caller names no `$select`. */
function trimmed(exchange: Exchange, row: Row): Row {
  if ([...exchange.call.query.keys()].some((name) => /^\$?select$/i.test(name))) return row;
  return Object.fromEntries(Object.entries(row).filter(([name]) => USER_DEFAULTS.includes(name)));
}

function notFound(exchange: Exchange, id: string): GraphAnswer {
  const message = `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`;
  return refusalAnswer(refuse(404, 'Request_ResourceNotFound', message), exchange.now);
}

/** Graph: user-list. */
export function listUsers(exchange: Exchange): GraphAnswer {
  return list(exchange, USERS, exchange.world.people.map(userRow), trimmed);
}

/** Graph: group-list. */
export function listGroups(exchange: Exchange): GraphAnswer {
  return list(exchange, GROUPS, exchange.world.groups.map(groupRow));
}

function list(
  exchange: Exchange,
  resource: Resource,
  rows: readonly Row[],
  shape: (exchange: Exchange, row: Row) => Row = (_, row) => row,
): GraphAnswer {
  const query = readQuery(exchange, resource);
  if (!('kind' in query)) return query;
  const advanced = query.count && exchange.call.headers['consistencylevel']?.toLowerCase() !== 'eventual';
  if (advanced) {
    const message = 'Request with $count query parameter only works with ConsistencyLevel: eventual.';
    return graphError(400, 'Request_UnsupportedQuery', message, exchange.now);
  }
  return listAnswer(exchange, resource, { ...query, shape: (row) => shape(exchange, query.shape(row)) }, rows);
}

function findByIdOrUpn(exchange: Exchange): Person | undefined {
  const wanted = exchange.parts[0] ?? '';
  return exchange.world.people.find((person) => sameId(person.id, wanted) || sameId(person.upn, wanted));
}

/** Graph: user-get, by object id or user principal name. */
export function getUser(exchange: Exchange): GraphAnswer {
  const person = findByIdOrUpn(exchange);
  return person === undefined ? notFound(exchange, exchange.parts[0] ?? '') : userAnswer(exchange, person);
}

/** `/me` for a delegated token. */
export function getMe(exchange: Exchange): GraphAnswer {
  const { oid } = exchange.call.token;
  const person = findPerson(exchange.world, oid);
  return person === undefined ? notFound(exchange, oid) : userAnswer(exchange, person);
}

function userAnswer(exchange: Exchange, person: Person): GraphAnswer {
  const query = readQuery(exchange, { ...USERS, options: ['$select'] });
  if (!('kind' in query)) return query;
  const shaped = { ...query, shape: (row: Row) => trimmed(exchange, query.shape(row)) };
  return entityAnswer(exchange, USERS, shaped, userRow(person));
}

/** Graph: group-get. */
export function getGroup(exchange: Exchange): GraphAnswer {
  const query = readQuery(exchange, { ...GROUPS, options: ['$select'] });
  if (!('kind' in query)) return query;
  const group = findGroup(exchange.world, exchange.parts[0] ?? '');
  if (group === undefined) return notFound(exchange, exchange.parts[0] ?? '');
  return entityAnswer(exchange, GROUPS, query, groupRow(group));
}

/** Graph: group-list-members, group-list-transitivemembers, group-list-owners. */
export function listInside(exchange: Exchange, which: 'members' | 'transitiveMembers' | 'owners'): GraphAnswer {
  const { world } = exchange;
  const group = findGroup(world, exchange.parts[0] ?? '');
  if (group === undefined) return notFound(exchange, exchange.parts[0] ?? '');
  const cast = exchange.parts[1];
  const ids = which === 'transitiveMembers' ? transitiveMembers(world, group.id) : group[which];
  const rows = ids.map((id) => objectRow(world, id));
  return listObjects(exchange, cast, rows);
}

/** Graph: user-list-memberof, user-list-transitivememberof. */
export function listMemberships(
  exchange: Exchange,
  whose: 'me' | 'user',
  which: 'memberOf' | 'transitiveMemberOf',
): GraphAnswer {
  const { world, call } = exchange;
  const person = whose === 'me' ? findPerson(world, call.token.oid) : findByIdOrUpn(exchange);
  if (person === undefined) return notFound(exchange, exchange.parts[0] ?? call.token.oid);
  const cast = exchange.parts[whose === 'me' ? 0 : 1];
  const direct = world.groups.filter((group) => group.members.some((id) => sameId(id, person.id)));
  const ids = which === 'memberOf' ? direct.map((group) => group.id) : transitiveGroups(world, person.id);
  return listObjects(
    exchange,
    cast,
    ids.map((id) => objectRow(world, id)),
  );
}

/** A list of directory objects, narrowed by an OData cast such as `microsoft.graph.user`. */
function listObjects(exchange: Exchange, cast: string | undefined, rows: readonly Row[]): GraphAnswer {
  if (cast === undefined) return list(exchange, OBJECTS, rows);
  const resource = cast === 'microsoft.graph.user' ? USERS : GROUPS;
  return list(
    exchange,
    resource,
    rows.filter((row) => row['@odata.type'] === `#${cast}`),
  );
}

const checkBody = z.strictObject({ groupIds: z.array(z.guid()).min(1).max(20) });

/** Graph: directoryobject-checkmembergroups: at most twenty groups, transitive. */
export function checkMemberGroups(exchange: Exchange, whose: 'me' | 'user'): GraphAnswer {
  const { world, call, now, options } = exchange;
  const person = whose === 'me' ? findPerson(world, call.token.oid) : findByIdOrUpn(exchange);
  if (person === undefined) return notFound(exchange, exchange.parts[0] ?? call.token.oid);
  const body = checkBody.safeParse(call.body);
  if (!body.success) {
    return graphError(400, 'Request_BadRequest', 'groupIds must hold one to twenty object ids.', now);
  }
  const inside = transitiveGroups(world, person.id);
  const value = body.data.groupIds.filter((id) => inside.some((group) => sameId(group, id)));
  const context = `${options.origin}/${call.version}/$metadata#Collection(Edm.String)`;
  return { status: 200, body: { '@odata.context': context, value } };
}

const idsBody = z.strictObject({ ids: z.array(z.guid()).min(1).max(1000), types: z.array(z.string()).optional() });

/** Graph: directoryobject-getbyids: unknown ids are left out. */
export function getByIds(exchange: Exchange): GraphAnswer {
  const { world, call, now } = exchange;
  const body = idsBody.safeParse(call.body);
  if (!body.success) return graphError(400, 'Request_BadRequest', 'ids must hold one to a thousand object ids.', now);
  const types = body.data.types?.map((type) => `#microsoft.graph.${type}`);
  const rows = body.data.ids
    .map((id) => objectRow(world, id))
    .filter((row) => row['@odata.type'] !== undefined && (types?.includes(textOf(row['@odata.type'])) ?? true));
  return list(exchange, { ...OBJECTS, options: ['$select'] }, rows);
}
