import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { AuditTrace } from '../core/finding.ts';
import type { Moment } from '../core/moment.ts';
import { GraphRefusal } from './client.ts';
import type { Graph } from './client.ts';
import { address } from './odata.ts';
import { allPages } from './pages.ts';
import { rowsOf } from './shapes.ts';

/** Audit reports take 5 requests in 10 seconds of one app in one tenant. Source: Graph throttling-limits. */
const betweenPagesMs = 2_100;

const text = z.string().nullish();
const auditRow = z.object({
  category: text,
  correlationId: text,
  activityDisplayName: z.string(),
  activityDateTime: z.string().transform((value) => Date.parse(value)),
  targetResources: z.array(z.object({ id: text, displayName: text, type: text })).nullish(),
  initiatedBy: z.object({ user: z.object({ id: text, displayName: text }).nullish() }).nullish(),
  additionalDetails: z.array(z.object({ key: text, value: text })).nullish(),
});
type Row = z.infer<typeof auditRow>;

/** What PIM's audit says about groups since then. Source: Graph directoryaudit-list; PIM logs groups as GroupManagement. */
export async function readTraces(graph: Graph, since: Moment): Promise<readonly AuditTrace[]> {
  const path = address('/auditLogs/directoryAudits', {
    $filter: `loggedByService eq 'PIM' and activityDateTime ge ${new Date(since).toISOString()}`,
    $top: 999,
  });
  let first = true;
  const listed = await allPages(
    graph,
    async (page) => {
      if (!first) await pause(betweenPagesMs);
      first = false;
      return graph.app.get(page);
    },
    path,
  );
  if (listed.kind !== 'rows') throw new GraphRefusal('PIM’s audit', listed);
  return rowsOf(auditRow, listed.rows)
    .filter(({ category, activityDateTime }) => category === 'GroupManagement' && !Number.isNaN(activityDateTime))
    .map(traceOf);
}

/** Assumed: the request's id is the row's correlation id, or stands among its details or targets. */
function traceOf(row: Row): AuditTrace {
  const targets = row.targetResources ?? [];
  const details = row.additionalDetails ?? [];
  const named = [
    ...details.flatMap(({ key, value }) => (key?.toLowerCase() === 'requestid' ? [value] : [])),
    ...targets.flatMap(({ type, id }) => (type?.toLowerCase() === 'request' ? [id] : [])),
    row.correlationId,
  ];
  const of = (
    kind: string,
  ): { readonly id?: string | null | undefined; readonly displayName?: string | null | undefined } | undefined =>
    targets.find(({ type }) => type?.toLowerCase() === kind);
  const access = [of('role')?.id, ...details.map(({ value }) => value)].map((value) => value?.toLowerCase());
  const [person, group] = [of('user'), of('group')];
  const by = row.initiatedBy?.user;
  return {
    ids: [...new Set(named.flatMap((id) => (id ? [id.toLowerCase()] : [])))],
    at: row.activityDateTime,
    activity: row.activityDisplayName,
    oid: person?.id ?? null,
    name: person?.displayName ?? null,
    groupId: group?.id ?? null,
    groupName: group?.displayName ?? null,
    access: access.includes('owner') ? 'owner' : access.includes('member') ? 'member' : null,
    by: by?.id ? { oid: by.id, name: by.displayName ?? null } : null,
  };
}
