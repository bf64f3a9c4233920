/** `$batch`: up to twenty calls in one, each with its own answer. Graph: json-batching. */
import { z } from 'zod';

import type { GraphAnswer, GraphCall } from './call.ts';
import { graphError } from './errors.ts';

const MOST = 20;

const part = z.strictObject({
  id: z.string().min(1),
  method: z.string(),
  url: z.string().min(1),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.unknown().optional(),
  dependsOn: z.array(z.string()).optional(),
});

const batchBody = z.strictObject({ requests: z.array(part).min(1) });

type Part = z.output<typeof part>;
type PartAnswer = { id: string } & GraphAnswer;

export function answerBatch(call: GraphCall, now: number, answer: (part: GraphCall) => GraphAnswer): GraphAnswer {
  const parsed = batchBody.safeParse(call.body);
  if (!parsed.success) return graphError(400, 'BadRequest', 'Invalid batch payload format.', now);
  const { requests } = parsed.data;
  if (requests.length > MOST) {
    const message = `Number of batch request steps exceeds the maximum value of ${MOST}.`;
    return graphError(400, 'MaximumValueExceeded', message, now);
  }
  const ids = requests.map((request) => request.id.toLowerCase());
  if (new Set(ids).size !== ids.length) return graphError(400, 'BadRequest', 'Request id is not unique.', now);
  const done = new Map<string, PartAnswer>();
  for (const request of requests) {
    const answered = answerPart(call, request, done, now, answer);
    if (answered === null) return graphError(400, 'BadRequest', `Invalid dependsOn of request '${request.id}'.`, now);
    done.set(request.id, answered);
  }
  return { status: 200, body: { responses: [...done.values()] } };
}

/** Null when a part depends on one that does not come before it. */
function answerPart(
  call: GraphCall,
  request: Part,
  done: ReadonlyMap<string, PartAnswer>,
  now: number,
  answer: (part: GraphCall) => GraphAnswer,
): PartAnswer | null {
  const parents = (request.dependsOn ?? []).map((id) => done.get(id));
  if (parents.some((parent) => parent === undefined)) return null;
  if (parents.some((parent) => parent !== undefined && parent.status >= 400)) {
    const failed = graphError(424, 'FailedDependency', 'A request this one depends on has failed.', now);
    return withHeaders(request.id, failed);
  }
  return withHeaders(request.id, readPart(call, request, now, answer));
}

function readPart(call: GraphCall, request: Part, now: number, answer: (part: GraphCall) => GraphAnswer): GraphAnswer {
  const headers = Object.fromEntries(
    Object.entries(request.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  if (request.body !== undefined && headers['content-type'] === undefined) {
    return graphError(400, 'BadRequest', 'A request with a body needs a Content-Type header.', now);
  }
  if (/^[a-z]+:\/\//i.test(request.url)) return graphError(400, 'BadRequest', 'The url must be relative.', now);
  const url = new URL(request.url.replace(/^\/?/, '/'), 'https://batch.invalid');
  const path = decodeURIComponent(url.pathname);
  if (path.toLowerCase() === '/$batch') return graphError(400, 'BadRequest', 'A batch holds no batch.', now);
  return answer({
    method: request.method.toUpperCase(),
    version: call.version,
    path,
    query: url.searchParams,
    body: request.body,
    headers,
    token: call.token,
  });
}

function withHeaders(id: string, answer: GraphAnswer): PartAnswer {
  const json = answer.body === undefined ? {} : { 'Content-Type': 'application/json' };
  return { id, status: answer.status, headers: { ...json, ...answer.headers }, ...bodyOf(answer) };
}

function bodyOf(answer: GraphAnswer): { body?: unknown } {
  return answer.body === undefined ? {} : { body: answer.body };
}
