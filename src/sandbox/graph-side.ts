import type { CallRecord, Calls } from './calls.ts';
import { decodeQuery, unknownRoute } from './calls.ts';
import type { Delivery } from './delivery.ts';
import { serveWithFault } from './delivery.ts';
import type { TokenMint } from './entra-tokens.ts';
import type { Faults } from './faults.ts';
import { matchable } from './faults.ts';
import { answerBatch } from './graph-batch.ts';
import type { Caller } from './graph-caller.ts';
import { readCaller } from './graph-caller.ts';
import { errorBody, faultReply, graphReply } from './graph-replies.ts';
import type { GraphAnswer, GraphCall } from './graph/call.ts';
import type { Received } from './http.ts';

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
export async function serveGraph(side: GraphSide, request: Received): Promise<Delivery> {
  const clientRequestId = request.headers['client-request-id'];
  const caller = await readCaller(side.mint, request.headers['authorization']);
  const body = readBody(request);
  const fault = side.faults.take(matchable(request));
  let parts: readonly CallRecord[] = [];
  return await serveWithFault(fault, {
    faultReply: (answer) => faultReply(answer, clientRequestId),
    act: async () => {
      const { answer, records } = await answerCall(side, request, caller, body);
      parts = records;
      return answer === 'broken' ? 'broken' : graphReply(answer, clientRequestId);
    },
    note: (arrived, answered) => {
      side.calls.add({
        at: side.nowText(),
        method: request.method,
        path: request.path,
        query: decodeQuery(request.query),
        status: arrived,
        ...(caller.kind === 'known' ? { token: caller.recorded } : {}),
        ...(clientRequestId !== undefined && request.method !== 'GET' ? { clientRequestId } : {}),
        ...(body.kind === 'value' && !isBatch(request) ? { body: body.value } : {}),
        ...(fault ? { fault: fault.kind } : {}),
        ...unknownRoute(answered),
      });
      for (const part of parts) side.calls.add(part);
    },
  });
}

type Body = { readonly kind: 'none' | 'unreadable' } | { readonly kind: 'value'; readonly value: unknown };
type Answered = { readonly answer: GraphAnswer | 'broken'; readonly records: readonly CallRecord[] };

async function answerCall(side: GraphSide, request: Received, caller: Caller, body: Body): Promise<Answered> {
  if (caller.kind === 'refused') return { answer: caller.answer, records: [] };
  if (body.kind === 'unreadable') return { answer: unreadable, records: [] };
  const version = request.path.startsWith('/beta/') ? 'beta' : 'v1.0';
  const call: GraphCall = {
    method: request.method,
    version,
    path: request.path.slice(version.length + 1),
    query: request.query,
    body: body.kind === 'value' ? body.value : undefined,
    headers: { ...request.headers },
    token: caller.token,
  };
  return isBatch(request) ? await answerBatch(side, call, caller.recorded) : { answer: side.answer(call), records: [] };
}

function isBatch({ path }: Received): boolean {
  return /^\/(?:v1\.0|beta)\/\$batch$/i.test(path);
}

const unreadable: GraphAnswer = {
  status: 400,
  body: errorBody(
    'BadRequest',
    'Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.',
  ),
};

function readBody(request: Received): Body {
  if (request.body === '') return { kind: 'none' };
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) return { kind: 'unreadable' };
  try {
    return { kind: 'value', value: JSON.parse(request.body) as unknown };
  } catch {
    return { kind: 'unreadable' };
  }
}
