import { randomUUID } from 'node:crypto';
import type { Reply } from './reply.ts';
import { json } from './reply.ts';

/** A refusal of the token or authorize endpoint. `code` is the AADSTS number. Entra: reference-error-codes. */
export type EntraProblem = {
  readonly kind: 'problem';
  readonly status: number;
  readonly error: string;
  readonly code: number;
  readonly message: string;
  readonly suberror?: string;
  /** The claims challenge as JSON text. */
  readonly claims?: string;
};

export function problem(
  error: string,
  code: number,
  message: string,
  extra: { status?: number; suberror?: string; claims?: string } = {},
): EntraProblem {
  return { kind: 'problem', status: 400, error, code, message, ...extra };
}

export function describe(refused: EntraProblem): string {
  return `AADSTS${refused.code}: ${refused.message}`;
}

/** The error document. Entra: v2-oauth2-auth-code-flow, "Error response". Times are wall time. */
export function problemReply(refused: EntraProblem, correlationId: string | undefined): Reply {
  const traceId = randomUUID();
  const correlation = correlationId ?? randomUUID();
  const timestamp = new Date().toISOString().slice(0, 19).replace('T', ' ') + 'Z';
  return json(refused.status, {
    error: refused.error,
    error_description: `${describe(refused)} Trace ID: ${traceId} Correlation ID: ${correlation} Timestamp: ${timestamp}`,
    error_codes: [refused.code],
    timestamp,
    trace_id: traceId,
    correlation_id: correlation,
    error_uri: `https://login.microsoftonline.com/error?code=${refused.code}`,
    ...(refused.suberror ? { suberror: refused.suberror } : {}),
    ...(refused.claims ? { claims: refused.claims } : {}),
  });
}

export const missing = (name: string): EntraProblem =>
  problem('invalid_request', 900144, `The request body must contain the following parameter: '${name}'.`);

export const unknownApp = (clientId: string): EntraProblem =>
  problem('unauthorized_client', 700016, `Application with identifier '${clientId}' was not found in the directory.`);

export const unknownTenant = (tenant: string): EntraProblem =>
  problem('invalid_request', 90002, `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID.`);
