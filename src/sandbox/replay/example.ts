/** One documented example: a request to Graph and the answer its page shows. */
import type { GraphCall } from '../graph/call.ts';
import { matchRoute } from '../graph/match.ts';

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type JsonObject = { [name: string]: Json };

export type Example = {
  kind: 'example';
  call: Omit<GraphCall, 'token'>;
  /** Pattern of the route that answers, or `/$batch`. */
  route: string;
  parts: readonly string[];
  status: number;
  body: Json;
  /** The examples inside a batch. */
  inside: readonly Example[];
};

export type NotCovered = { kind: 'notCovered'; why: string };

/** Reads `{request: {method, path, body}, response: {status, body}}`. */
export function readExample(text: string): Example | NotCovered {
  const file = parseJson(text);
  const request = objectOf(file?.['request']);
  const response = objectOf(file?.['response']);
  if (request === null || response === null) return notCovered('no request or no response');
  const { method, path } = request;
  const { status } = response;
  if (typeof method !== 'string' || typeof path !== 'string') return notCovered('no method or path');
  if (typeof status !== 'number') return notCovered('no status');
  return build(method, path, request['body'] ?? null, status, response['body'] ?? null);
}

function build(method: string, path: string, body: Json, status: number, answer: Json): Example | NotCovered {
  const target = readTarget(path);
  if (target.kind === 'notCovered') return target;
  if (hasPlaceholder(body)) return notCovered('a placeholder in the body');
  const call = { method: method.toUpperCase(), ...target.call, body: body ?? undefined, headers: {} };
  const example = { kind: 'example', call, parts: [], status, body: answer, inside: [] } as const;
  if (call.path.toLowerCase() === '/$batch') return readBatch({ ...example, route: '/$batch' });
  const match = matchRoute({ ...call, token: NOBODY });
  if (match.kind !== 'route') return notCovered(`${call.method} ${call.path} is outside the sandbox`);
  return { ...example, route: match.route.path, parts: match.parts };
}

const NOBODY: GraphCall['token'] = {
  kind: 'application',
  oid: '',
  scopes: [],
  acrs: [],
  amr: [],
  clientCapabilities: [],
  authTime: 0,
};

type Target = { kind: 'target'; call: Pick<GraphCall, 'version' | 'path' | 'query'> };

function readTarget(text: string): Target | NotCovered {
  if (/[{}<>…]|\.\.\./.test(text)) return notCovered('a placeholder in the path');
  const absolute = /^https?:/i.test(text) ? text.trim() : `https://graph.microsoft.com${withVersion(text.trim())}`;
  if (!URL.canParse(absolute)) return notCovered('the path is no URL');
  const url = new URL(absolute);
  const match = /^\/(v1\.0|beta)(\/.*)$/.exec(url.pathname);
  if (url.hostname !== 'graph.microsoft.com' || match === null) return notCovered('not Microsoft Graph');
  try {
    const path = decodeURIComponent(match[2] ?? '').replace(/\/+$/, '');
    return { kind: 'target', call: { version: match[1] === 'beta' ? 'beta' : 'v1.0', path, query: url.searchParams } };
  } catch {
    return notCovered('the path is wrongly encoded');
  }
}

function withVersion(path: string): string {
  const rooted = path.startsWith('/') ? path : `/${path}`;
  return /^\/(v1\.0|beta)\//.test(rooted) ? rooted : `/v1.0${rooted}`;
}

function hasPlaceholder(value: Json): boolean {
  if (typeof value === 'string') return /^(\{.*\}|<.*>|\.\.\.|…)$/.test(value.trim());
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(hasPlaceholder);
}

/** A batch is covered when each of its parts is. */
function readBatch(example: Example): Example | NotCovered {
  const requests = arrayOf(objectOf(example.call.body as Json)?.['requests']);
  const responses = arrayOf(objectOf(example.body)?.['responses']);
  const inside: Example[] = [];
  for (const request of requests.map(objectOf)) {
    const response = responses.map(objectOf).find((one) => one?.['id'] === request?.['id']);
    const { method, url, body } = request ?? {};
    const status = response?.['status'];
    if (typeof method !== 'string' || typeof url !== 'string' || typeof status !== 'number') {
      return notCovered('a part of the batch has no request or no response');
    }
    const part = build(method, withoutVersion(url, example), body ?? null, status, response?.['body'] ?? null);
    if (part.kind === 'notCovered') return part;
    inside.push(part);
  }
  return { ...example, inside };
}

function withoutVersion(url: string, example: Example): string {
  return `/${example.call.version}${url.startsWith('/') ? url : `/${url}`}`;
}

function parseJson(text: string): JsonObject | null {
  try {
    return objectOf(JSON.parse(text) as Json);
  } catch {
    return null;
  }
}

export function objectOf(value: Json | undefined): JsonObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
}

export function arrayOf(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

/** The objects an answer shows: those of its `value`, or itself. */
export function shownObjects(body: Json): JsonObject[] {
  const whole = objectOf(body);
  if (whole === null) return [];
  const list = whole['value'];
  return list === undefined
    ? [whole]
    : arrayOf(list)
        .map(objectOf)
        .filter((item) => item !== null);
}

function notCovered(why: string): NotCovered {
  return { kind: 'notCovered', why };
}
