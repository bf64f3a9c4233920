import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Answered, Graph } from './client.ts';
import { toProblem } from './errors.ts';
import type { Answer } from './send.ts';

const answers = z.object({
  responses: z.array(
    z.object({
      id: z.string(),
      status: z.number(),
      headers: z.record(z.string(), z.unknown()).nullish(),
      body: z.unknown().optional(),
    }),
  ),
});

const largestBatch = 20;
const longestWaitMs = 5_000;

/**
 * Reads many paths as the app: chunks of 20, all at once, answers in the order asked. A part can be throttled by itself;
 * patient asks once more for those that say how long to wait, within seconds; what is not patient is background work.
 * Source: Graph json-batching.
 */
export async function batch(
  graph: Graph,
  paths: readonly string[],
  options: { readonly patient: boolean },
): Promise<readonly Answered[]> {
  const found = await chunks(graph, paths, !options.patient);
  if (!options.patient) return found;
  const waits = found.map((one) => (one.kind === 'unavailable' ? (one.afterMs ?? 1_000) : null));
  const again = waits.flatMap((wait, at) => (wait !== null && wait <= longestWaitMs ? [at] : []));
  if (again.length === 0) return found;
  await sleep(Math.max(...again.map((at) => waits[at] ?? 0)));
  const second = await chunks(
    graph,
    again.map((at) => paths[at] ?? ''),
    false,
  );
  return found.map((one, at) => second[again.indexOf(at)] ?? one);
}

async function chunks(graph: Graph, paths: readonly string[], background: boolean): Promise<readonly Answered[]> {
  const starts = Array.from({ length: Math.ceil(paths.length / largestBatch) }, (_, n) => n * largestBatch);
  const found = await Promise.all(
    starts.map((start) => exchange(graph, paths.slice(start, start + largestBatch), background)),
  );
  return found.flat();
}

async function exchange(graph: Graph, paths: readonly string[], background: boolean): Promise<readonly Answered[]> {
  const requests = paths.map((url, at) => ({ id: String(at), method: 'GET', url }));
  const answered = await graph.app.batch({ requests }, background);
  if (answered.kind !== 'ok') return paths.map(() => answered);
  const parts = new Map(answers.parse(answered.body).responses.map((part) => [part.id, part]));
  return paths.map((_, at): Answered => {
    const part = parts.get(String(at));
    if (!part) return { kind: 'unavailable', afterMs: null };
    if (part.status >= 200 && part.status <= 299) return { kind: 'ok', status: part.status, body: part.body };
    const answer: Answer = { kind: 'answer', status: part.status, headers: headersOf(part.headers), body: part.body };
    return toProblem(answer, 'read', graph.clock);
  });
}

function headersOf(record: Readonly<Record<string, unknown>> | null | undefined): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(record ?? {})) {
    if (typeof value === 'string' || typeof value === 'number') headers.set(name, String(value));
  }
  return headers;
}
