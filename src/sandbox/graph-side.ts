import type { CallRecord, Calls } from './calls.ts';
import { decodeQuery, unknownRoute } from './calls.ts';
import type { TokenMint } from './entra-tokens.ts';
import type { Fault, Faults } from './faults.ts';
import { delayOf, matchable } from './faults.ts';
import { answerBatch } from './graph-batch.ts';
import { readCaller } from './graph-caller.ts';
import { errorBody, faultReply, graphReply } from './graph-replies.ts';
import type { GraphAnswer, GraphCall } from './graph/call.ts';
import type { Reply } from './reply.ts';

/** One request as it came over the wire. `path` is decoded and starts with the version; header names are in lower case. */
export type GraphRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
};

/** How the answer leaves: whole, broken off in the middle, or as a broken connection. */
export type Delivery = { readonly kind: 'whole' | 'truncated'; readonly reply: Reply } | { readonly kind: 'broken' };

export type GraphSide = {
  readonly mint: TokenMint;
  readonly faults: Faults;
  readonly calls: Calls;
  /** ISO 8601, the sandbox's time. */
  readonly nowText: () => string;
  /** The tenant's own answer, after time has done its work. */
  readonly answer: (call: GraphCall) => GraphAnswer;
};

/** Token, faults, the tenant's answer, the record: everything between the socket and the tenant. */
export async function serveGraph(side: GraphSide, request: GraphRequest): Promise<Delivery> {
  const clientRequestId = request.headers['client-request-id'];
  const caller = await readCaller(side.mint, request.headers['authorization']);
  const body = readBody(request);
  const fault = side.faults.take(matchable(request));
  const note = (status: number, unknown?: { unknown?: true }): CallRecord => ({
    at: side.nowText(),
    method: request.method,
    path: request.path,
    query: decodeQuery(request.query),
    status,
    ...(caller.kind === 'known' ? { token: caller.recorded } : {}),
    ...(body.kind === 'value' && body.value !== undefined && !isBatchPath(request.path) ? { body: body.value } : {}),
    ...(fault ? { fault: fault.kind } : {}),
    ...unknown,
  });
  await delayOf(fault);

  if (fault?.kind === 'reset') {
    side.calls.add(note(0));
    return { kind: 'broken' };
  }
  if (fault?.kind === 'answer') {
    side.calls.add(note(fault.answer.status));
    return { kind: 'whole', reply: faultReply(fault.answer, clientRequestId) };
  }
  if (caller.kind === 'refused' || body.kind === 'unreadable') {
    const answer = caller.kind === 'refused' ? caller.answer : unreadable;
    side.calls.add(note(answer.status));
    return { kind: 'whole', reply: graphReply(answer, clientRequestId) };
  }

  const version = request.path.startsWith('/beta/') ? 'beta' : 'v1.0';
  const call: GraphCall = {
    method: request.method,
    version,
    path: request.path.slice(version.length + 1),
    query: request.query,
    body: body.value,
    headers: { ...request.headers },
    token: caller.token,
  };
  if (!isBatchPath(request.path)) {
    const answer = side.answer(call);
    side.calls.add(note(deliveredStatus(fault, answer.status), unknownRoute(answer.status)));
    return deliver(fault, graphReply(answer, clientRequestId), clientRequestId);
  }
  const batch = await answerBatch(side, call, caller.recorded);
  side.calls.add(note(batch.answer ? deliveredStatus(fault, batch.answer.status) : 0));
  for (const part of batch.records) side.calls.add(part);
  if (!batch.answer) return { kind: 'broken' };
  return deliver(fault, graphReply(batch.answer, clientRequestId), clientRequestId);
}

/** The effect has happened; what of its answer arrives is up to the fault. */
function deliver(fault: Fault | undefined, reply: Reply, clientRequestId: string | undefined): Delivery {
  if (fault?.kind === 'truncated') return { kind: 'truncated', reply };
  if (fault?.kind !== 'lost') return { kind: 'whole', reply };
  return fault.instead ? { kind: 'whole', reply: faultReply(fault.instead, clientRequestId) } : { kind: 'broken' };
}

/** 0 when the answer did not arrive as a whole. */
function deliveredStatus(fault: Fault | undefined, status: number): number {
  if (fault?.kind === 'truncated') return 0;
  return fault?.kind === 'lost' ? (fault.instead?.status ?? 0) : status;
}

function isBatchPath(path: string): boolean {
  return /^\/(?:v1\.0|beta)\/\$batch$/i.test(path);
}

const unreadable: GraphAnswer = {
  status: 400,
  body: errorBody(
    'BadRequest',
    'Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.',
  ),
};

function readBody(request: GraphRequest): { kind: 'value'; value: unknown } | { kind: 'unreadable' } {
  if (request.body === '') return { kind: 'value', value: undefined };
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) return { kind: 'unreadable' };
  try {
    return { kind: 'value', value: JSON.parse(request.body) as unknown };
  } catch {
    return { kind: 'unreadable' };
  }
}
