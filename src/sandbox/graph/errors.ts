import { randomUUID } from 'node:crypto';

import type { Refusal } from '../pim/refusal.ts';
import type { GraphAnswer } from './call.ts';

/** Graph's error envelope. */
export function graphError(status: number, code: string, message: string, now: number): GraphAnswer {
  const id = randomUUID();
  const innerError = { date: new Date(now).toISOString().slice(0, 19), 'request-id': id, 'client-request-id': id };
  return { status, body: { error: { code, message, innerError } } };
}

/**
 * PIM for Groups wraps some errors: the outer code is `UnknownError`, the message a JSON string with the real one
 * (seen live for PermissionScopeNotGranted on eligibilitySchedules).
 */
export function refusalAnswer(refusal: Refusal, now: number): GraphAnswer {
  if (!refusal.wrapped) return graphError(refusal.status, refusal.code, refusal.message, now);
  const inner = { errorCode: refusal.code, message: refusal.message, instanceAnnotations: [] };
  return graphError(refusal.status, 'UnknownError', JSON.stringify(inner), now);
}
