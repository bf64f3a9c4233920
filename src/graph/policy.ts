import { isoToMinutes } from '../core/duration.ts';
import type { ApproverRule, Policy } from '../core/policy.ts';
import type { ApproverSet, PolicyRule } from './shapes.ts';
import { policyRule, rowsOf } from './shapes.ts';

/**
 * The end-user assignment rules of a role management policy; rules of other callers and levels do not concern an
 * activation. Source: Graph identity-governance-pim-rules-overview.
 */
export function readPolicy(rules: readonly unknown[]): Policy {
  const byId = new Map(rowsOf(policyRule, rules).map((rule) => [rule.id.toLowerCase(), rule]));
  const rule = (name: string): PolicyRule | undefined => byId.get(`${name}_enduser_assignment`);

  const enabled = (rule('enablement')?.enabledRules ?? []).map((name) => name.toLowerCase());
  const context = rule('authenticationcontext');
  const approval = rule('approval')?.setting;
  const stages = approval?.approvalStages ?? [];
  return {
    maximumMinutes: isoToMinutes(rule('expiration')?.maximumDuration ?? ''),
    justification: enabled.includes('justification'),
    ticket: enabled.includes('ticketing'),
    mfa: enabled.includes('multifactorauthentication'),
    authenticationContext: context?.isEnabled === true ? (context.claimValue ?? null) : null,
    approval:
      approval?.isApprovalRequired === true
        ? {
            // PIM's default is true, so a missing value asks for one.
            justification: stages.some((stage) => stage.isApproverJustificationRequired !== false),
            approvers: stages.flatMap((stage) => (stage.primaryApprovers ?? []).flatMap(approverRule)),
          }
        : null,
  };
}

function approverRule(set: ApproverSet): readonly ApproverRule[] {
  const type = set['@odata.type']?.toLowerCase() ?? '';
  if (type.endsWith('singleuser') && (set.userId ?? set.id)) {
    return [{ kind: 'person', id: set.userId ?? set.id ?? '' }];
  }
  if (type.endsWith('groupmembers') && (set.groupId ?? set.id)) {
    return [{ kind: 'group', id: set.groupId ?? set.id ?? '' }];
  }
  return [];
}
