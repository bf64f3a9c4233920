import type { Approval, PimRequest, World } from '../world.ts';
import { instant } from '../world.ts';
import { auditRequest } from './audit.ts';
import { sameId, transitiveMembers } from './directory.ts';
import { approveRequest } from './lifecycle.ts';
import { groupPolicy, termsOf } from './policies.ts';
import type { Refusal } from './refusal.ts';
import { policyRefusal, refuse, REFUSALS } from './refusal.ts';

export type Decision = { verb: 'Approve' | 'Deny'; justification: string };

export function findApproval(world: World, id: string): { approval: Approval; request: PimRequest } | undefined {
  const approval = world.approvals.find((one) => sameId(one.id, id));
  const request = world.requests.find((one) => sameId(one.id, id));
  return approval === undefined || request === undefined ? undefined : { approval, request };
}

/**
 * Whether the policy names the person as an approver of the request: as a user, or inside a named group at any depth.
 * Nobody approves their own request, unless the tenant's settings say so.
 * Graph: approvalstage-update; pim-approval-workflow.
 */
export function isApprover(world: World, request: PimRequest, personId: string): boolean {
  if (sameId(request.principalId, personId) && !world.settings.allowSelfApproval) return false;
  const approvers = termsOf(groupPolicy(world, request.groupId, request.accessId)).approval;
  if (approvers === null) return false;
  if (approvers.users.some((user) => sameId(user, personId))) return true;
  return approvers.groups.some((group) => transitiveMembers(world, group).some((member) => sameId(member, personId)));
}

/** Requests that wait, or waited, for this person's decision. */
export function requestsToApprove(world: World, personId: string): PimRequest[] {
  return world.requests.filter((request) => request.approvalId !== null && isApprover(world, request, personId));
}

export function decideApproval(
  world: World,
  found: { approval: Approval; request: PimRequest },
  decision: Decision,
  personId: string,
  now: number,
  pendingMs: number,
): Refusal | null {
  const { approval, request } = found;
  if (!isApprover(world, request, personId)) return REFUSALS.insufficient;
  if (approval.status !== 'InProgress') {
    // The page names 409 for another's decision; that an expired or cancelled stage answers the same is assumed.
    return refuse(409, 'Conflict', 'The approval stage has already been completed.');
  }
  const terms = termsOf(groupPolicy(world, request.groupId, request.accessId));
  // The policy can ask for the approver's reason; the error for its absence is assumed.
  if (terms.approval?.approverJustification === true && decision.justification.trim() === '') {
    return policyRefusal(['JustificationRule']);
  }
  const at = instant(now);
  approval.status = 'Completed';
  approval.reviewResult = decision.verb === 'Approve' ? 'Approved' : 'Denied';
  approval.reviewedDateTime = at;
  approval.reviewedBy = personId;
  approval.justification = decision.justification;
  const actor = { kind: 'user', id: personId } as const;
  if (decision.verb === 'Deny') {
    request.status = 'Denied';
    request.completedDateTime = at;
    auditRequest(world, at, 'Add member to role request denied (PIM activation)', request, actor);
    return null;
  }
  auditRequest(world, at, 'Add member to role request approved (PIM activation)', request, actor);
  approveRequest(world, request, now, pendingMs);
  return null;
}
