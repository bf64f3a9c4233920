/** Who may approve: a person, or everybody in a group. */
export type ApproverRule = { readonly kind: 'person' | 'group'; readonly id: string };

/**
 * What PIM's role management policy asks of an activation (the end-user assignment rules only).
 * Source: Graph unifiedRoleManagementPolicy rules Expiration_, Enablement_, Approval_ and
 * AuthenticationContext_EndUser_Assignment.
 */
export type Policy = {
  /** Longest activation in minutes; null when the policy sets none. */
  readonly maximumMinutes: number | null;
  readonly justification: boolean;
  readonly ticket: boolean;
  readonly mfa: boolean;
  /** Authentication context claim value such as "c1"; null when the policy wants none. */
  readonly authenticationContext: string | null;
  readonly approval: null | { readonly justification: boolean; readonly approvers: readonly ApproverRule[] };
};

/** The policy as the ledger keeps it beside the order that was made under it: one spelling for one policy. */
export function policySnapshot(policy: Policy): string {
  return JSON.stringify(policy, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
