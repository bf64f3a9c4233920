import { z } from 'zod';
import type { Policy } from '../core/policy.ts';
import { targetKey } from '../core/target.ts';
import type { Target } from '../core/target.ts';
import { batch } from './batch.ts';
import type { Cache } from './cache.ts';
import type { Graph } from './client.ts';
import { must } from './client.ts';
import { address, literal } from './odata.ts';
import { readPolicy } from './policy.ts';
import { sameId } from './reading.ts';
import { policyAssignmentRow, rowsOf } from './shapes.ts';
import { groupTarget } from './target.ts';

const list = z.object({ value: z.array(z.unknown()) });

/** One read gives the policy with all its rules; as the app, because an ordinary person may not read policies. */
export function loadPolicy(graph: Graph, kept: Cache<Policy>, target: Target): Promise<Policy> {
  return kept.get(targetKey(target), async () => {
    const policy = policyIn(must(await graph.app.get(policyPath(target)), 'the policy'), target);
    if (policy === null) throw new Error(`PIM has no policy for ${targetKey(target)}.`);
    return policy;
  });
}

/** Many policies in as few exchanges as possible; null where one could not be read now. */
export async function loadPolicies(
  graph: Graph,
  kept: Cache<Policy>,
  targets: readonly Target[],
): Promise<readonly (Policy | null)[]> {
  const unknown = targets.filter((target) => kept.peek(targetKey(target)) === undefined);
  const parts = await batch(graph, unknown.map(policyPath), { patient: true });
  parts.forEach((part, at) => {
    const target = unknown[at];
    if (part.kind !== 'ok' || target === undefined) return;
    const policy = policyIn(part.body, target);
    if (policy !== null) kept.put(targetKey(target), policy);
  });
  return targets.map((target) => kept.peek(targetKey(target)) ?? null);
}

/** Source: Graph policyroot-list-rolemanagementpolicyassignments. */
function policyPath(target: Target): string {
  const { groupId, access } = groupTarget(target);
  return address('/policies/roleManagementPolicyAssignments', {
    $filter: `scopeId eq ${literal(groupId)} and scopeType eq 'Group' and roleDefinitionId eq ${literal(access)}`,
    $expand: 'policy($expand=rules)',
  });
}

/** Null when the answer holds no policy of this target: another group's must never be taken for it. */
function policyIn(body: unknown, target: Target): Policy | null {
  const { groupId, access } = groupTarget(target);
  const rows = rowsOf(policyAssignmentRow, list.parse(body).value);
  const row = rows.find(
    ({ scopeId, roleDefinitionId }) =>
      sameId(scopeId ?? groupId, groupId) && (roleDefinitionId ?? access).toLowerCase() === access,
  );
  return row ? readPolicy(row.policy.rules ?? []) : null;
}
