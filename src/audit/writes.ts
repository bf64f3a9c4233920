import type { AuditEntry, PimWrite } from '../core/audit.ts';
import type { Moment } from '../core/moment.ts';

type Body = { readonly [Field in 'customData' | 'groupId' | 'accessId' | 'action' | 'reviewResult']?: unknown } & {
  readonly isValidationOnly?: unknown;
};

/** The line for a write that was made. The intent stands before it; the two share the activation, or PIM's request. */
export function writeEntry(write: PimWrite, at: Moment): AuditEntry {
  const body = (write.body ?? {}) as Body;
  const { actor, method, path, clientRequestId, graphRequestId, uti, status } = write;
  return {
    at,
    actor,
    action: 'pim.write',
    activationId: body.isValidationOnly === true ? null : text(body.customData),
    target: text(body.groupId) === null ? null : `group:${text(body.groupId)}:${text(body.accessId) ?? 'member'}`,
    detail: {
      what: text(body.action) ?? text(body.reviewResult) ?? (path.endsWith('/cancel') ? 'cancel' : method),
      dryRun: body.isValidationOnly === true,
      requestId: requestIn(path),
      clientRequestId,
      graphRequestId,
      uti,
      status,
    },
  };
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** PIM gives a request and its approval the same id. */
function requestIn(path: string): string | null {
  return /\/(?:assignmentScheduleRequests|assignmentApprovals)\/([^/?]+)/.exec(path)?.[1] ?? null;
}
