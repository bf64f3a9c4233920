import { randomUUID } from 'node:crypto';

import type { AccessId, Policy, PolicyRule, World } from '../world.ts';
import { sameId } from './directory.ts';

/** What a policy asks of people who activate; the rest of its seventeen rules are PIM's defaults. */
export type ActivationTerms = {
  maximumDuration: string;
  justification: boolean;
  ticket: boolean;
  mfa: boolean;
  authenticationContext: string | null;
  approval: { users: readonly string[]; groups: readonly string[]; approverJustification: boolean } | null;
};

export const DEFAULT_TERMS: ActivationTerms = {
  maximumDuration: 'PT8H',
  justification: true,
  ticket: false,
  mfa: false,
  authenticationContext: null,
  approval: null,
};

const PREFIX = '#microsoft.graph.unifiedRoleManagementPolicy';

type Caller = 'Admin' | 'EndUser';
type Level = 'Eligibility' | 'Assignment';

function rule(type: string, id: string, caller: Caller, level: Level, fields: Record<string, unknown>): PolicyRule {
  const target = { caller, operations: ['All'], level, inheritableSettings: [], enforcedSettings: [] };
  return { '@odata.type': `${PREFIX}${type}`, id, ...fields, target };
}

function notifications(caller: Caller, level: Level): PolicyRule[] {
  return ['Admin', 'Requestor', 'Approver'].map((recipientType) =>
    rule('NotificationRule', `Notification_${recipientType}_${caller}_${level}`, caller, level, {
      notificationType: 'Email',
      recipientType,
      notificationLevel: 'All',
      isDefaultRecipientsEnabled: true,
      notificationRecipients: [],
    }),
  );
}

function approvalSetting(terms: ActivationTerms): Record<string, unknown> {
  const approvers = [
    ...(terms.approval?.users ?? []).map((userId) => ({
      '@odata.type': '#microsoft.graph.singleUser',
      userId,
      description: null,
    })),
    ...(terms.approval?.groups ?? []).map((groupId) => ({
      '@odata.type': '#microsoft.graph.groupMembers',
      groupId,
      description: null,
    })),
  ];
  return {
    isApprovalRequired: terms.approval !== null,
    isApprovalRequiredForExtension: false,
    isRequestorJustificationRequired: terms.justification,
    approvalMode: 'SingleStage',
    approvalStages: [
      {
        approvalStageTimeOutInDays: 1,
        isApproverJustificationRequired: terms.approval?.approverJustification ?? true,
        escalationTimeInMinutes: 0,
        isEscalationEnabled: false,
        primaryApprovers: approvers,
        escalationApprovers: [],
      },
    ],
  };
}

/** The seventeen rules of one policy. Graph: identity-governance-pim-rules-overview. */
function policyRules(terms: ActivationTerms): PolicyRule[] {
  const asked = [
    ...(terms.mfa ? ['MultiFactorAuthentication'] : []),
    ...(terms.justification ? ['Justification'] : []),
    ...(terms.ticket ? ['Ticketing'] : []),
  ];
  return [
    rule('ExpirationRule', 'Expiration_Admin_Eligibility', 'Admin', 'Eligibility', {
      isExpirationRequired: true,
      maximumDuration: 'P365D',
    }),
    rule('EnablementRule', 'Enablement_Admin_Eligibility', 'Admin', 'Eligibility', { enabledRules: [] }),
    ...notifications('Admin', 'Eligibility'),
    rule('ExpirationRule', 'Expiration_Admin_Assignment', 'Admin', 'Assignment', {
      isExpirationRequired: true,
      maximumDuration: 'P180D',
    }),
    rule('EnablementRule', 'Enablement_Admin_Assignment', 'Admin', 'Assignment', { enabledRules: ['Justification'] }),
    ...notifications('Admin', 'Assignment'),
    rule('ExpirationRule', 'Expiration_EndUser_Assignment', 'EndUser', 'Assignment', {
      isExpirationRequired: true,
      maximumDuration: terms.maximumDuration,
    }),
    rule('EnablementRule', 'Enablement_EndUser_Assignment', 'EndUser', 'Assignment', { enabledRules: asked }),
    rule('ApprovalRule', 'Approval_EndUser_Assignment', 'EndUser', 'Assignment', { setting: approvalSetting(terms) }),
    rule('AuthenticationContextRule', 'AuthenticationContext_EndUser_Assignment', 'EndUser', 'Assignment', {
      isEnabled: terms.authenticationContext !== null,
      claimValue: terms.authenticationContext,
    }),
    ...notifications('EndUser', 'Assignment'),
  ];
}

export function createPolicy(
  scope: Pick<Policy, 'scopeId' | 'scopeType' | 'roleDefinitionId'>,
  terms: ActivationTerms,
): Policy {
  return {
    id: `${scope.scopeType}_${scope.scopeId === '/' ? randomUUID() : scope.scopeId}_${randomUUID()}`,
    ...scope,
    lastModifiedDateTime: null,
    lastModifiedBy: null,
    rules: policyRules(terms),
  };
}

/** The two policies of a group, made with PIM's defaults when nobody has asked for them yet. */
export function groupPolicy(world: World, groupId: string, accessId: AccessId): Policy {
  const known = world.policies.find(
    (policy) => policy.scopeType === 'Group' && sameId(policy.scopeId, groupId) && policy.roleDefinitionId === accessId,
  );
  if (known !== undefined) return known;
  const made = createPolicy({ scopeId: groupId, scopeType: 'Group', roleDefinitionId: accessId }, DEFAULT_TERMS);
  world.policies.push(made);
  return made;
}

/** How a policy stands now, read from its rules, which a PATCH may have changed. */
export function termsOf(policy: Policy): ActivationTerms & { approvalRequired: boolean } {
  const enabled = enabledRules(policy, 'Enablement_EndUser_Assignment');
  const context = ruleOf(policy, 'AuthenticationContext_EndUser_Assignment');
  const setting = ruleOf(policy, 'Approval_EndUser_Assignment')?.['setting'] as ApprovalSetting | undefined;
  const stage = setting?.approvalStages?.[0];
  const approvers = stage?.primaryApprovers ?? [];
  return {
    maximumDuration: maximumDuration(policy, 'Expiration_EndUser_Assignment') ?? 'PT8H',
    justification: enabled.includes('Justification'),
    ticket: enabled.includes('Ticketing'),
    mfa: enabled.includes('MultiFactorAuthentication'),
    authenticationContext: context?.['isEnabled'] === true ? String(context['claimValue']) : null,
    approvalRequired: setting?.isApprovalRequired === true,
    approval: {
      users: approvers.flatMap((approver) => approver.userId ?? []),
      groups: approvers.flatMap((approver) => approver.groupId ?? []),
      approverJustification: stage?.isApproverJustificationRequired ?? true,
    },
  };
}

type ApprovalSetting = {
  isApprovalRequired?: boolean;
  approvalStages?: {
    isApproverJustificationRequired?: boolean;
    primaryApprovers?: { userId?: string; groupId?: string }[];
  }[];
};

export function ruleOf(policy: Policy, ruleId: string): PolicyRule | undefined {
  return policy.rules.find((one) => one.id.toLowerCase() === ruleId.toLowerCase());
}

export function enabledRules(policy: Policy, ruleId: string): readonly string[] {
  const enabled = ruleOf(policy, ruleId)?.['enabledRules'];
  return Array.isArray(enabled) ? enabled.map(String) : [];
}

/** The longest time a rule allows, or null when it sets no end. */
export function maximumDuration(policy: Policy, ruleId: string): string | null {
  const found = ruleOf(policy, ruleId);
  if (found === undefined) return null;
  const always = ruleId === 'Expiration_EndUser_Assignment';
  if (!always && found['isExpirationRequired'] !== true) return null;
  return typeof found['maximumDuration'] === 'string' ? found['maximumDuration'] : null;
}
