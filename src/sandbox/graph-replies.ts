import { randomUUID } from 'node:crypto';
import type { FaultAnswer } from './faults.ts';
import type { GraphAnswer } from './graph/call.ts';
import type { Reply } from './reply.ts';

/** A Graph answer as it goes over the wire, with the ids that Graph puts into headers and errors. */
export function graphReply(answer: GraphAnswer, clientRequestId: string | undefined): Reply {
  const requestId = randomUUID();
  const body = withIds(answer.body, requestId, clientRequestId ?? requestId);
  return {
    status: answer.status,
    headers: {
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      'Cache-Control': 'no-store',
      'request-id': requestId,
      'client-request-id': clientRequestId ?? requestId,
      ...answer.headers,
    },
    body: body === undefined ? '' : JSON.stringify(body),
  };
}

/** The answer that a fault rule names. A text is sent as it stands: it may be a proxy's page or broken JSON. */
export function faultReply(answer: FaultAnswer, clientRequestId: string | undefined): Reply {
  const reply = graphReply(faultAnswer(answer), clientRequestId);
  return typeof answer.body === 'string' ? { ...reply, body: answer.body } : reply;
}

export function faultAnswer(answer: FaultAnswer): GraphAnswer {
  const code = faultCodes[answer.status] ?? 'UnknownError';
  const usual = answer.status < 400 ? undefined : errorBody(code, 'The sandbox was told to fail here.');
  return { status: answer.status, headers: { ...answer.headers }, body: answer.body ?? usual };
}

export function errorBody(code: string, message: string) {
  return { error: { code, message } };
}

const faultCodes: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'InvalidAuthenticationToken',
  403: 'Authorization_RequestDenied',
  404: 'ResourceNotFound',
  409: 'Conflict',
  429: 'TooManyRequests',
  500: 'InternalServerError',
  503: 'ServiceUnavailable',
};

/** Errors repeat the ids of their own answer, so that a log line and a header can be matched. */
function withIds(body: unknown, requestId: string, clientRequestId: string): unknown {
  if (!isObject(body) || !isObject(body['error'])) return body;
  const { error } = body;
  const told = isObject(error['innerError']) ? error['innerError'] : { date: new Date().toISOString().slice(0, 19) };
  const innerError = { ...told, 'request-id': requestId, 'client-request-id': clientRequestId };
  return { ...body, error: { ...error, innerError } };
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
