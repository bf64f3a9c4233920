import type { Verdict } from '../core/activation.ts';
import type { NamedPerson, Person } from '../core/person.ts';
import type { Done, Leave, Stage, StageId, Staged } from '../ports/pim.ts';
import type { Graph } from './client.ts';
import { pimGroup } from './eligibilities.ts';
import { address, segment } from './odata.ts';
import { approvalBody } from './shapes.ts';
import type { StageRow } from './shapes.ts';

/** The stage to decide, as the approver sees it. Source: Graph approval-get (v1.0 has stages, beta steps). */
export async function readStage(
  graph: Graph,
  approver: Person,
  approvalId: string,
  challenge?: string | null,
): Promise<Staged> {
  const path = address(`${pimGroup}/assignmentApprovals/${segment(approvalId)}`, { $expand: 'stages' });
  const answered = await graph.as(approver, challenge).get(path);
  if (answered.kind !== 'ok') return answered;
  const stages = approvalBody.parse(answered.body).stages ?? [];
  const row = stages.find((stage) => isOpen(stage) && stage.assignedToMe === true) ?? stages.find(isOpen) ?? stages[0];
  return row ? { kind: 'stage', stage: stageOf(row) } : { kind: 'notFound' };
}

/** Source: Graph approvalstage-update: the verbs sent differ from the results read. */
export async function decideStage(
  graph: Graph,
  approver: Person,
  ids: StageId,
  verdict: Verdict,
  reason: string,
  challenge?: string | null,
  leave?: Leave,
): Promise<Done> {
  const path = `${pimGroup}/assignmentApprovals/${segment(ids.approvalId)}/stages/${segment(ids.stageId)}`;
  const body = { reviewResult: verdict === 'approve' ? 'Approve' : 'Deny', justification: reason };
  const answered = await graph.as(approver, challenge).patch(path, body, leave);
  return answered.kind === 'ok' ? { kind: 'done' } : answered;
}

function isOpen(stage: StageRow): boolean {
  return stage.status?.toLowerCase() === 'inprogress';
}

function stageOf(row: StageRow): Stage {
  return {
    id: row.id,
    open: isOpen(row),
    mine: row.assignedToMe === true,
    result: resultOf(row.reviewResult?.toLowerCase()),
    by: reviewer(row),
    justification: row.justification ? row.justification : null,
  };
}

/** Compared by their beginning, because pages write Approve as well as Approved. */
function resultOf(result: string | undefined): Stage['result'] {
  if (result?.startsWith('approve')) return 'approved';
  return result?.startsWith('den') ? 'denied' : 'notReviewed';
}

function reviewer({ reviewedBy }: StageRow): NamedPerson | null {
  if (!reviewedBy?.id) return null;
  return { oid: reviewedBy.id, name: reviewedBy.displayName ?? reviewedBy.userPrincipalName ?? reviewedBy.id };
}
