import { randomUUID } from 'node:crypto';
import type { CallRecord } from './calls.ts';
import { decodeQuery, unknownRoute } from './calls.ts';
import type { Fault } from './faults.ts';
import { delayOf, matchable } from './faults.ts';
import { errorBody, faultAnswer, isObject } from './graph-replies.ts';
import type { GraphSide } from './graph-side.ts';
import type { GraphAnswer, GraphCall } from './graph/call.ts';

/** A batch's answer, unless a fault of a part breaks the connection, and one record for each of its parts. */
export type BatchOutcome = { readonly answer: GraphAnswer | 'broken'; readonly records: readonly CallRecord[] };

type Part = {
  readonly id: string;
  readonly method: string;
  /** Decoded, with the version. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly dependsOn: readonly string[];
  readonly raw: unknown;
  readonly fault: Fault | undefined;
};

type PartAnswer = { readonly id: string; readonly status: number; readonly headers?: unknown; readonly body?: unknown };

/**
 * Lets faults meet the parts of a $batch as they meet calls of their own. The tenant answers the parts that reach it; a part
 * that was failed on purpose takes those that depend on it along with 424. Graph: json-batching.
 */
export async function answerBatch(
  side: GraphSide,
  call: GraphCall,
  token: NonNullable<CallRecord['token']>,
): Promise<BatchOutcome> {
  const parts = readParts(side, call);
  // Not a batch as documented: the tenant words the refusal.
  if (!parts) return { answer: side.answer(call), records: [] };
  await Promise.all(parts.map(({ fault }) => delayOf(fault)));
  const note = (part: Part, status: number): CallRecord => ({
    at: side.nowText(),
    method: part.method,
    path: part.path,
    query: decodeQuery(part.query),
    status,
    token,
    ...(part.body === undefined ? {} : { body: part.body }),
    ...(part.fault ? { fault: part.fault.kind } : {}),
    ...unknownRoute(status),
    batch: true,
  });
  if (parts.some(({ fault }) => fault?.kind === 'reset')) {
    return { answer: 'broken', records: parts.map((part) => note(part, 0)) };
  }

  const failed = failedOnPurpose(parts);
  const reaching = parts.filter(({ id }) => !failed.has(id));
  const real =
    reaching.length === 0 && failed.size > 0
      ? { status: 200, body: { responses: [] } }
      : side.answer({ ...call, body: { requests: reaching.map(({ raw }) => raw) } });
  if (!isObject(real.body) || !Array.isArray(real.body['responses'])) return { answer: real, records: [] };

  const answers = new Map((real.body['responses'] as PartAnswer[]).map((answer) => [answer.id, answer]));
  for (const { id, fault } of parts) {
    const instead =
      failed.get(id) ?? (fault?.kind === 'lost' && fault.instead ? faultAnswer(fault.instead) : undefined);
    if (instead) answers.set(id, partAnswer(id, instead));
  }
  const broken = parts.some(({ fault }) => fault?.kind === 'truncated' || (fault?.kind === 'lost' && !fault.instead));
  const records = parts.map((part) => note(part, broken ? 0 : (answers.get(part.id)?.status ?? 0)));
  return { answer: broken ? 'broken' : { ...real, body: { responses: [...answers.values()] } }, records };
}

function readParts(side: GraphSide, call: GraphCall): readonly Part[] | undefined {
  if (!isObject(call.body) || !Array.isArray(call.body['requests'])) return undefined;
  const parts: Part[] = [];
  for (const raw of call.body['requests'] as readonly unknown[]) {
    if (!isObject(raw)) return undefined;
    const { id, method, url, body, dependsOn } = raw;
    if (typeof id !== 'string' || typeof method !== 'string' || typeof url !== 'string') return undefined;
    const [path = '', query = ''] = url.split(/\?(.*)/s);
    const asked = {
      method: method.toUpperCase(),
      path: `/${call.version}${decode(path.startsWith('/') ? path : `/${path}`)}`,
      query: new URLSearchParams(query),
    };
    const fault = side.faults.take(matchable({ ...asked, body: body === undefined ? '' : JSON.stringify(body) }));
    const parents = Array.isArray(dependsOn) ? dependsOn.filter((parent) => typeof parent === 'string') : [];
    parts.push({ id, ...asked, body, dependsOn: parents, raw, fault });
  }
  return parts;
}

/** The parts that never reach the tenant, with their answers. */
function failedOnPurpose(parts: readonly Part[]): ReadonlyMap<string, GraphAnswer> {
  const failed = new Map<string, GraphAnswer>();
  for (const { id, fault } of parts) if (fault?.kind === 'answer') failed.set(id, faultAnswer(fault.answer));
  for (let before = -1; before !== failed.size;) {
    before = failed.size;
    for (const { id, dependsOn } of parts) {
      if (!failed.has(id) && dependsOn.some((parent) => failed.has(parent))) failed.set(id, failedDependency);
    }
  }
  return failed;
}

const failedDependency: GraphAnswer = {
  status: 424,
  body: errorBody('FailedDependency', 'A request that this one depends on failed.'),
};

function partAnswer(id: string, answer: GraphAnswer): PartAnswer {
  // The official client reads a part's body only when the header is spelled exactly so.
  const headers = { 'Content-Type': 'application/json', 'request-id': randomUUID(), ...answer.headers };
  return { id, status: answer.status, headers, body: answer.body };
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
