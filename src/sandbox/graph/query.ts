/** The other query options of OData, and the pages of a list. Unknown ones are refused, never ignored. */
import { badRequest, isBadRequest } from './bad-request.ts';
import type { Exchange, GraphAnswer } from './call.ts';
import { graphError } from './errors.ts';
import type { Navigations } from './expand.ts';
import { readExpand } from './expand.ts';
import type { Fields, Filter, Row } from './filter.ts';
import { parseFilter, textOf, valueAt } from './filter.ts';

export type Resource = {
  /** Part after `$metadata#` of the context, e.g. `users`. */
  context: string;
  fields: Fields;
  /** Properties beside the filterable ones that `$select` may name. */
  others: readonly string[];
  /** Navigations that `$expand` may name. */
  expand: Navigations;
  options: readonly QueryOption[];
  /** Items on a page when the caller names no `$top`, and the most that `$top` may name. */
  page: { usual: number; most: number };
};

export type QueryOption = '$filter' | '$select' | '$expand' | '$top' | '$orderby' | '$count' | '$skiptoken';

/** What the caller asked of a list or an entity, checked. */
export type Query = {
  kind: 'query';
  filter: Filter | null;
  shape: (row: Row) => Row;
  order: ((one: Row, other: Row) => number) | null;
  top: number | null;
  skip: number;
  count: boolean;
};

export function readQuery(exchange: Exchange, resource: Resource): Query | GraphAnswer {
  try {
    return checkedQuery(exchange.call.query, resource);
  } catch (error) {
    if (isBadRequest(error)) return graphError(400, 'BadRequest', error.message, exchange.now);
    throw error;
  }
}

function checkedQuery(query: URLSearchParams, resource: Resource): Query {
  for (const name of query.keys()) {
    if (!resource.options.some((option) => option === dollar(name))) {
      throw badRequest(`The query parameter '${name}' is not supported.`);
    }
    if ([...query.keys()].filter((other) => dollar(other) === dollar(name)).length > 1)
      throw badRequest(`The query parameter '${name}' is given twice.`);
  }
  return {
    kind: 'query',
    filter: readFilter(option(query, '$filter'), resource),
    shape: readShape(option(query, '$select'), option(query, '$expand'), resource),
    order: readOrder(option(query, '$orderby'), resource),
    top: readTop(option(query, '$top'), resource),
    skip: readSkip(option(query, '$skiptoken')),
    count: option(query, '$count') === 'true',
  };
}

/** The dollar sign before an option may be left out. */
function dollar(name: string): string {
  return `$${name.replace(/^\$/, '').toLowerCase()}`;
}

function option(query: URLSearchParams, name: QueryOption): string | null {
  for (const [key, value] of query) if (dollar(key) === name) return value.trim();
  return null;
}

function readFilter(text: string | null, resource: Resource): Filter | null {
  if (text === null) return null;
  const filter = parseFilter(text, resource.fields);
  if (filter.kind === 'refused') throw badRequest(filter.message);
  return filter;
}

function readShape(select: string | null, expand: string | null, resource: Resource): (row: Row) => Row {
  const chosen = select === null ? null : select.split(',').map((name) => selectable(name.trim(), resource));
  const expanded = expand === null ? () => ({}) : readExpand(expand, resource.expand);
  return (row) => {
    const own = chosen === null ? row : Object.fromEntries(chosen.map((name) => [name, row[name] ?? null]));
    const odataType = row['@odata.type'] === undefined ? {} : { '@odata.type': row['@odata.type'] };
    return { ...odataType, ...own, ...expanded(row) };
  };
}

function selectable(name: string, resource: Resource): string {
  const names = [...Object.keys(resource.fields).map((path) => path.split(/[/[]/)[0] ?? path), ...resource.others];
  const known = names.find((one) => one.toLowerCase() === name.toLowerCase());
  if (known === undefined) throw badRequest(`Could not find a property named '${name}'.`);
  return known;
}

function readOrder(text: string | null, resource: Resource): ((one: Row, other: Row) => number) | null {
  if (text === null) return null;
  const match = /^([\w/]+)(?:\s+(asc|desc))?$/i.exec(text);
  const path = Object.keys(resource.fields).find((one) => one.toLowerCase() === match?.[1]?.toLowerCase());
  if (path === undefined) throw badRequest(`Invalid $orderby: '${text}'.`);
  const sign = match?.[2]?.toLowerCase() === 'desc' ? -1 : 1;
  return (one, other) => sign * textOf(valueAt(one, path)).localeCompare(textOf(valueAt(other, path)));
}

function readTop(text: string | null, resource: Resource): number | null {
  if (text === null) return null;
  const top = /^\d+$/.test(text) ? Number(text) : 0;
  if (top < 1 || top > resource.page.most) throw badRequest(`Invalid page size specified: '${text}'.`);
  return top;
}

function readSkip(text: string | null): number {
  if (text === null) return 0;
  const skip = Number(Buffer.from(text, 'base64url').toString('utf8'));
  if (!Number.isInteger(skip) || skip < 1) throw badRequest('The skip token is not valid.');
  return skip;
}

/** A list's answer: filtered, ordered, one page of it, with the link to the next one. */
export function listAnswer(exchange: Exchange, resource: Resource, query: Query, rows: readonly Row[]): GraphAnswer {
  const { filter } = query;
  const matching = filter === null ? [...rows] : rows.filter((row) => filter.matches(row));
  if (query.order !== null) matching.sort(query.order);
  const size = query.top ?? resource.page.usual;
  const page = matching.slice(query.skip, query.skip + size);
  const rest = matching.length > query.skip + size;
  return {
    status: 200,
    body: {
      '@odata.context': contextOf(exchange, resource.context),
      ...(query.count ? { '@odata.count': matching.length } : {}),
      ...(rest ? { '@odata.nextLink': nextLink(exchange, query.skip + size) } : {}),
      value: page.map(query.shape),
    },
  };
}

export function entityAnswer(
  exchange: Exchange,
  resource: Resource,
  query: Query,
  row: Row,
  status = 200,
): GraphAnswer {
  const context = contextOf(exchange, `${resource.context}/$entity`);
  return { status, body: { '@odata.context': context, ...query.shape(row) } };
}

function contextOf(exchange: Exchange, name: string): string {
  return `${exchange.options.origin}/${exchange.call.version}/$metadata#${name}`;
}

function nextLink(exchange: Exchange, skip: number): string {
  const { call, options } = exchange;
  const query = new URLSearchParams(call.query);
  query.set('$skiptoken', Buffer.from(String(skip)).toString('base64url'));
  const path = call.path.split('/').map(encodeURIComponent).join('/').replaceAll('%24', '$');
  return `${options.origin}/${call.version}${path}?${query.toString()}`;
}
