/**
 * PIM's refusals. `wrapped` ones reach the wire as Graph's `UnknownError` whose message is a JSON string
 * (seen live for `PermissionScopeNotGranted` on PIM for Groups); the others carry their code directly.
 */
export type Refusal = { kind: 'refused'; status: number; code: string; message: string; wrapped: boolean };

export function refuse(status: number, code: string, message: string): Refusal {
  return { kind: 'refused', status, code, message, wrapped: false };
}

export function refuseWrapped(status: number, code: string, message: string): Refusal {
  return { kind: 'refused', status, code, message, wrapped: true };
}

export const REFUSALS = {
  exists: refuse(400, 'RoleAssignmentExists', 'The Role assignment already exists.'),
  doesNotExist: refuse(400, 'RoleAssignmentDoesNotExist', 'The Role assignment does not exist.'),
  /** The previous API's page describes the code; its text on this surface is assumed. */
  pending: refuse(400, 'PendingRoleAssignmentRequest', 'There is already an existing pending Role assignment request.'),
  tooShort: refuse(
    400,
    'ActiveDurationTooShort',
    // The misspelling is the service's own.
    'The Active duration is too short. Miniumum Required is 5 minutes.',
  ),
  subjectNotFound: refuse(400, 'SubjectNotFound', 'The subject is not found.'),
  invalid: refuse(400, 'InvalidRoleAssignmentRequest', 'The role assignment request is invalid.'),
  /** The text is assumed. */
  invalidSchedule: refuse(
    400,
    'InvalidRoleAssignmentRequestSchedule',
    'The schedule of the role assignment request is invalid.',
  ),
  /** Code and text for a caller without the right are assumed. */
  insufficient: refuseWrapped(
    403,
    'InsufficientPermissions',
    'The requestor does not have permissions for this request.',
  ),
} as const;

export function resourceNotFound(id: string): Refusal {
  return refuse(
    404,
    'ResourceNotFound',
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  );
}

export function policyRefusal(rules: readonly string[]): Refusal {
  return refuse(
    400,
    'RoleAssignmentRequestPolicyValidationFailed',
    `The following policy rules failed: ${JSON.stringify(rules)}`,
  );
}

/** An authentication context is missing: the claims challenge stands percent-encoded in the message of a 400. */
export function authenticationContextRefusal(claimValue: string): Refusal {
  const claims = encodeURIComponent(`{"access_token":{"acrs":{"essential":true, "value":"${claimValue}"}}}`);
  return refuse(400, 'RoleAssignmentRequestAcrsValidationFailed', `&claims=${claims}`);
}
