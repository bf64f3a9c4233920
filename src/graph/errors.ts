import { z } from 'zod';
import type { PimProblem } from '../core/pim-problem.ts';
import type { Clock } from '../ports/ports.ts';
import { redact } from '../redact.ts';
import { findClaims, mfaClaims } from './claims.ts';
import { retryAfterMs } from './request.ts';
import type { Kind } from './request.ts';
import type { Answer } from './send.ts';

const envelope = z.object({
  error: z.object({ code: z.string().nullish(), message: z.string().nullish() }),
});
const wrapped = z.object({ errorCode: z.string().nullish(), message: z.string().nullish() });

type GraphError = { readonly code: string; readonly message: string };

/**
 * Code and message of an error body. PIM for Groups wraps its own error as JSON text in the message of an outer
 * `UnknownError`; the inner one is the real one.
 */
function readError(body: unknown): GraphError {
  const outer = envelope.safeParse(body);
  if (!outer.success) return { code: '', message: '' };
  const { code, message } = outer.data.error;
  const inner = message?.trimStart().startsWith('{') ? wrapped.safeParse(parse(message)) : null;
  return {
    code: (inner?.success ? inner.data.errorCode : null) ?? code ?? '',
    message: (inner?.success ? inner.data.message : null) ?? message ?? '',
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Names that PIM uses, by what they mean here. Matched as substrings: prefixes and suffixes vary between its surfaces. */
const names: readonly (readonly [string, PimProblem])[] = [
  ['PendingRoleAssignmentRequest', { kind: 'pending' }],
  ['RoleAssignmentExists', { kind: 'exists' }],
  ['RoleAssignmentDoesNotExist', { kind: 'missing' }],
  ['ActiveDurationTooShort', { kind: 'tooShort' }],
  ['NotEligible', { kind: 'notEligible' }],
  ['EligibilityNotFound', { kind: 'notEligible' }],
  ['EligibilityScheduleRequestNotFound', { kind: 'notEligible' }],
  // The person or group is new and PIM has not heard of it yet.
  ['SubjectNotFound', { kind: 'unavailable', afterMs: 5_000 }],
  ['AadPremiumLicenseRequired', { kind: 'licence' }],
  ['ResourceIsLocked', { kind: 'locked' }],
  ['StartTimeInPast', { kind: 'schedule' }],
  ['InvalidStartDateTime', { kind: 'schedule' }],
  ['InvalidRoleAssignmentRequestSchedule', { kind: 'schedule' }],
  ['RoleNotFound', { kind: 'unknownTarget' }],
  ['InvalidScope', { kind: 'unknownTarget' }],
];

/** Codes that say nothing, so that the message is searched for a name instead. */
const emptyCodes = /^(|UnknownError|BadRequest|Request_BadRequest|generalException)$/i;

/**
 * What an answer that is no success means. Source of the names and shapes: Graph PIM for Groups errors as documented for
 * the common PIM error list and as observed in public.
 */
export function toProblem(answer: Answer, kind: Kind, clock: Clock): PimProblem {
  if (answer.kind === 'late') return answer;
  if (answer.kind === 'lost') {
    return kind === 'write' && answer.sent ? { kind: 'unclear' } : { kind: 'unavailable', afterMs: null };
  }
  const { status, headers } = answer;
  const error = readError(answer.body);
  const said = `${error.code} ${error.message}`;
  if (status === 429) return { kind: 'unavailable', afterMs: retryAfterMs(headers.get('retry-after'), clock) };
  if (status >= 500 || status === 408) {
    const afterMs = retryAfterMs(headers.get('retry-after'), clock);
    return kind === 'write' ? { kind: 'unclear' } : { kind: 'unavailable', afterMs };
  }
  if (status === 401) return unauthorized(error, headers);
  if (said.includes('AcrsValidationFailed')) {
    return { kind: 'stepUp', claims: findClaims(error.message, headers.get('www-authenticate')) };
  }
  if (said.includes('PolicyValidationFailed')) return policyProblem(error.message);
  // Who asked reads it; what it quotes may hold more than they wrote.
  const message = redact(error.message);
  const searched = emptyCodes.test(error.code) ? error.message : error.code;
  const known = names.find(([name]) => searched.includes(name));
  if (known) return known[1];
  if (searched.includes('PermissionScopeNotGranted')) return { kind: 'consent', message };
  if (searched.includes('InvalidRoleAssignmentRequest')) return { kind: 'malformed', message };
  if (status === 403) return { kind: 'forbidden', message };
  if (status === 404) return { kind: 'notFound' };
  if (status === 409) return { kind: 'conflict' };
  return { kind: 'other', status, code: redact(error.code), message };
}

/** A 401 is a step-up only when it brings claims; without them the token is simply not accepted. */
function unauthorized(error: GraphError, headers: Headers): PimProblem {
  const claims = findClaims(error.message, headers.get('www-authenticate'));
  return claims === null ? { kind: 'signIn' } : { kind: 'stepUp', claims };
}

/** `The following policy rules failed: ["MfaRule","TicketingRule"]`. MfaRule alone is mended by a sign-in, not by an answer. */
function policyProblem(message: string): PimProblem {
  const list = z.array(z.string()).safeParse(parse(/\[[^\]]*\]/.exec(message)?.[0] ?? ''));
  const rules = list.success ? list.data : [];
  if (rules.length === 1 && rules[0] === 'MfaRule') return { kind: 'stepUp', claims: mfaClaims };
  if (rules.length === 1 && rules[0] === 'EligibilityRule') return { kind: 'notEligible' };
  return { kind: 'policy', rules };
}
