import { batch } from './batch.ts';
import type { Cache } from './cache.ts';
import type { Graph } from './client.ts';
import { address, segment } from './odata.ts';
import { groupRow } from './shapes.ts';

export type GroupNames = Cache<string>;

/** Display names by group id; an id without a readable group is missing from the map. */
export async function groupNames(
  graph: Graph,
  names: GroupNames,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const wanted = [...new Set(ids)];
  const unknown = wanted.filter((id) => names.peek(id) === undefined);
  const paths = unknown.map((id) => address(`/groups/${segment(id)}`, { $select: 'id,displayName' }));
  const parts = await batch(graph, paths, { patient: true });
  parts.forEach((part, at) => {
    const group = groupRow.safeParse(part.kind === 'ok' ? part.body : null);
    const id = unknown[at];
    if (id !== undefined && group.success && group.data.displayName) names.put(id, group.data.displayName);
  });
  return new Map(wanted.flatMap((id) => namedEntry(id, names.peek(id))));
}

function namedEntry(id: string, name: string | undefined): [string, string][] {
  return name === undefined ? [] : [[id, name]];
}
