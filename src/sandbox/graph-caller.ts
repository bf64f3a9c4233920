import type { CallRecord } from './calls.ts';
import { GRAPH } from './entra-scopes.ts';
import type { AccessClaims, TokenMint } from './entra-tokens.ts';
import { readAccessToken } from './entra-tokens.ts';
import { errorBody } from './graph-replies.ts';
import type { CallerToken, GraphAnswer } from './graph/call.ts';

/** Who calls, or why Graph does not believe it. */
export type Caller =
  | { readonly kind: 'known'; readonly token: CallerToken; readonly recorded: RecordedToken }
  | { readonly kind: 'refused'; readonly answer: GraphAnswer };

type RecordedToken = NonNullable<CallRecord['token']>;

/** Verifies the bearer token of a Graph call: signature, lifetime, issuer, audience. */
export async function readCaller(mint: TokenMint, authorization: string | undefined): Promise<Caller> {
  const text = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  const reading = text === undefined ? 'missing' : await readAccessToken(mint, text, (audience) => audience === GRAPH);
  if (typeof reading === 'string') return { kind: 'refused', answer: unauthorized(mint, problems[reading]) };
  const kind = reading.idtyp === 'user' ? 'delegated' : 'application';
  return {
    kind: 'known',
    token: callerToken(reading, kind),
    recorded: { kind, oid: reading.oid, appId: reading.azp },
  };
}

const problems = {
  missing: 'Access token is empty.',
  malformed: 'CompactToken parsing failed with error code: 80049217',
  signature: 'Access token validation failure. Signature is invalid.',
  expired: 'Lifetime validation failed, the token is expired.',
  issuer: 'Access token validation failure. Invalid issuer.',
  audience: 'Access token validation failure. Invalid audience.',
} as const;

function callerToken(claims: AccessClaims, kind: CallerToken['kind']): CallerToken {
  const scopes = kind === 'delegated' ? (claims.scp ?? '').split(' ') : (claims.roles ?? []);
  return {
    kind,
    oid: claims.oid,
    scopes: scopes.filter((scope) => scope !== ''),
    acrs: claims.acrs ?? [],
    amr: claims.amr ?? [],
    // Clients write CP1 or cp1 and mean the same.
    clientCapabilities: (claims.xms_cc ?? []).map((capability) => capability.toLowerCase()),
    authTime: claims.auth_time ?? claims.iat,
    uti: claims.uti,
  };
}

function unauthorized(mint: TokenMint, message: string): GraphAnswer {
  const authority = `${mint.authority()}/${mint.directory().tenantId}/oauth2/v2.0/authorize`;
  const graphAppId = '00000003-0000-0000-c000-000000000000';
  const challenge = `Bearer realm="", authorization_uri="${authority}", client_id="${graphAppId}"`;
  return {
    status: 401,
    headers: { 'WWW-Authenticate': challenge },
    body: errorBody('InvalidAuthenticationToken', message),
  };
}
