import type { Moment } from '../core/moment.ts';
import { marks } from '../core/namesake.ts';
import type { Person } from '../core/person.ts';
import { targetKey } from '../core/target.ts';
import type { Target } from '../core/target.ts';
import type { Eligibility } from '../ports/pim.ts';
import { GraphRefusal } from './client.ts';
import type { Graph } from './client.ts';
import { groupNames } from './group-names.ts';
import type { GroupNames } from './group-names.ts';
import { address, literal } from './odata.ts';
import { allPages } from './pages.ts';
import type { Listed } from './pages.ts';
import { eligibilityRow, rowsOf } from './shapes.ts';

export const pimGroup = '/identityGovernance/privilegedAccess/group';

/** complete is false when the person's own list could not be asked, which alone knows what comes through a group. */
export type Found = { readonly complete: boolean; readonly eligibilities: readonly Eligibility[] };

type Row = {
  readonly groupId: string;
  readonly target: Target;
  readonly name: string | null;
  readonly description: string | null;
  readonly endsAt: Moment | null;
};

/**
 * Two lists at once: the person's own (what comes through a group too, but never more than 50) and the app's (every page
 * of what is the person's directly). A list that is refused leaves the other; one that fails fails all, because half a
 * list reads as "not eligible".
 * Source: Graph privilegedaccessgroupeligibilityscheduleinstance-filterbycurrentuser and privilegedaccessgroup-list-eligibilityscheduleinstances.
 */
export async function readEligibilities(graph: Graph, names: GroupNames, person: Person): Promise<Found> {
  const instances = `${pimGroup}/eligibilityScheduleInstances`;
  const own = graph.as(person);
  const [mine, apps] = await Promise.all([
    allPages(graph, own.get, address(`${instances}/filterByCurrentUser(on='principal')`, { $expand: 'group' })),
    allPages(
      graph,
      graph.app.get,
      address(instances, { $filter: `principalId eq ${literal(person.oid)}`, $expand: 'group' }),
    ),
  ]);
  for (const list of [mine, apps]) {
    if (list.kind !== 'rows' && !isRefused(list)) throw new GraphRefusal('the eligibilities', list);
  }
  if (mine.kind !== 'rows' && apps.kind !== 'rows') throw new GraphRefusal('the eligibilities', apps);
  const rows = merged([...readRows(mine), ...readRows(apps)]);
  const missing = rows.flatMap((row) => (row.name === null ? [row.groupId] : []));
  const found = missing.length === 0 ? new Map<string, string>() : await groupNames(graph, names, missing);
  const named = rows.map((row) => ({ ...row, name: row.name ?? found.get(row.groupId) ?? row.groupId }));
  const marked = marks(named);
  return {
    complete: mine.kind === 'rows',
    eligibilities: named.map(({ target, name, endsAt }, at) => {
      const mark = marked[at] ?? null;
      return mark === null ? { target, name, endsAt } : { target, name, mark, endsAt };
    }),
  };
}

function isRefused(list: Listed): boolean {
  return list.kind === 'signIn' || list.kind === 'stepUp' || list.kind === 'forbidden' || list.kind === 'consent';
}

function readRows(list: Listed): readonly Row[] {
  if (list.kind !== 'rows') return [];
  return rowsOf(eligibilityRow, list.rows).map((row) => ({
    groupId: row.groupId,
    target: { kind: 'group', groupId: row.groupId, access: row.accessId },
    name: row.group?.displayName ?? null,
    description: row.group?.description ?? null,
    endsAt: row.endDateTime,
  }));
}

/** One row a target; of two ways to it the one that lasts longer counts, and one without an end longest. */
function merged(rows: readonly Row[]): readonly Row[] {
  const byTarget = new Map<string, Row>();
  for (const row of rows) {
    const key = targetKey(row.target);
    const known = byTarget.get(key);
    if (!known) {
      byTarget.set(key, row);
      continue;
    }
    const endsAt = known.endsAt === null || row.endsAt === null ? null : Math.max(known.endsAt, row.endsAt);
    const [name, description] = [known.name ?? row.name, known.description ?? row.description];
    byTarget.set(key, { ...known, name, description, endsAt });
  }
  return [...byTarget.values()];
}
