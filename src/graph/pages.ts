import { z } from 'zod';
import type { Answered, Graph } from './client.ts';

const page = z.object({ value: z.array(z.unknown()), '@odata.nextLink': z.string().nullish() });

export type Listed = { readonly kind: 'rows'; readonly rows: readonly unknown[] } | Exclude<Answered, { kind: 'ok' }>;

const mostPages = 500;

/** All rows of a collection. A next link is followed only on Graph's own origin and never twice. */
export async function allPages(graph: Graph, get: (path: string) => Promise<Answered>, first: string): Promise<Listed> {
  return restOfPages(graph, get, await get(first), new Set([first]));
}

/** The rows of a page that is already here, and of all that follow. */
export async function restOfPages(
  graph: Graph,
  get: (path: string) => Promise<Answered>,
  answered: Answered,
  seen: Set<string> = new Set(),
): Promise<Listed> {
  const rows: unknown[] = [];
  for (let current = answered; ;) {
    if (current.kind !== 'ok') return current;
    const read = page.parse(current.body);
    rows.push(...read.value);
    const link = read['@odata.nextLink'];
    if (link === undefined || link === null) return { kind: 'rows', rows };
    const next = localPath(link, graph.origin);
    if (seen.has(next) || seen.size >= mostPages) throw new Error('The pages of Graph go in a circle.');
    seen.add(next);
    current = await get(next);
  }
}

function localPath(link: string, origin: string): string {
  const url = new URL(link, origin);
  if (url.origin !== origin || !url.pathname.startsWith('/v1.0/')) {
    throw new Error('Graph’s next page is on another host.');
  }
  return url.pathname.slice('/v1.0'.length) + url.search;
}
