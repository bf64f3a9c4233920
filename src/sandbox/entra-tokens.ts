import { createHash, randomUUID } from 'node:crypto';
import { EncryptJWT, SignJWT, errors, jwtDecrypt, jwtVerify } from 'jose';
import { z } from 'zod';
import type { AppRegistration, Directory, Person } from './entra-directory.ts';
import { loginHint, servicePrincipalId } from './entra-directory.ts';
import type { TokenKeys } from './keys.ts';

/** How the person proved to be themselves; carried from a sign-in into its tokens. */
export type SignIn = {
  readonly person: Person;
  /** Seconds since the epoch. */
  readonly authTime: number;
  readonly amr: readonly string[];
  /** Authentication contexts that were satisfied for this very token. */
  readonly acrs: readonly string[];
  readonly capabilities: readonly string[];
};

/** Signs and reads tokens. All times in tokens are wall time, in seconds. */
export type TokenMint = {
  readonly keys: TokenKeys;
  readonly directory: () => Directory;
  /** Origin of the https side: the host of every issuer. */
  readonly authority: () => string;
  readonly lifetimeSeconds: () => number;
  /** Told of every token and code that is given out. */
  readonly issued: (secret: string) => void;
};

const refreshSchema = z.object({
  oid: z.string(),
  clientId: z.string(),
  /** Milliseconds, so that a revocation a moment later is not mistaken for an earlier one. */
  at: z.number(),
  authTime: z.number(),
  amr: z.array(z.string()),
});
export type RefreshGrant = z.infer<typeof refreshSchema>;

const accessSchema = z.looseObject({
  aud: z.string(),
  iss: z.string(),
  oid: z.string(),
  tid: z.string(),
  azp: z.string(),
  idtyp: z.enum(['app', 'user']),
  scp: z.string().optional(),
  roles: z.array(z.string()).optional(),
  acrs: z.array(z.string()).optional(),
  amr: z.array(z.string()).optional(),
  xms_cc: z.array(z.string()).optional(),
  auth_time: z.number().optional(),
  uti: z.string().optional(),
  iat: z.number(),
  exp: z.number(),
});
export type AccessClaims = z.infer<typeof accessSchema>;

/** Teams on the desktop and on phones. */
const TEAMS_CLIENT = '1fec8e78-bce4-4aaf-ab1b-5451cc387264';
const REFRESH_SECONDS = 90 * 86_400;

export function issuerOf(mint: TokenMint): string {
  return `${mint.authority()}/${mint.directory().tenantId}/v2.0`;
}

function wallSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

/** An access token that acts as the person. */
export async function delegatedToken(
  mint: TokenMint,
  app: AppRegistration,
  signIn: SignIn,
  audience: string,
  permissions: readonly string[],
): Promise<string> {
  const { person } = signIn;
  return await sign(mint, audience, mint.lifetimeSeconds(), {
    ...(signIn.acrs.length > 0 ? { acrs: signIn.acrs } : {}),
    amr: signIn.amr,
    app_displayname: app.name,
    appid: app.clientId,
    auth_time: signIn.authTime,
    azp: app.clientId,
    azpacr: '1',
    idtyp: 'user',
    name: person.name,
    oid: person.id,
    preferred_username: person.upn,
    scp: permissions.join(' '),
    sub: pairwiseSubject(person.id, audience),
    upn: person.upn,
    ...(signIn.capabilities.length > 0 ? { xms_cc: signIn.capabilities } : {}),
  });
}

/** An access token of the app itself. */
export async function applicationToken(
  mint: TokenMint,
  app: AppRegistration,
  audience: string,
  capabilities: readonly string[],
): Promise<string> {
  const oid = servicePrincipalId(app.clientId);
  return await sign(mint, audience, mint.lifetimeSeconds(), {
    app_displayname: app.name,
    appid: app.clientId,
    azp: app.clientId,
    azpacr: '1',
    idtyp: 'app',
    oid,
    roles: app.application,
    sub: oid,
    ...(capabilities.length > 0 ? { xms_cc: capabilities } : {}),
  });
}

/** What Teams' single sign-on gives an app about the person: a token for the app itself. */
export async function singleSignOnToken(
  mint: TokenMint,
  person: Person,
  clientId: string,
  seconds: number,
): Promise<string> {
  return await sign(mint, clientId, seconds, {
    amr: ['pwd'],
    auth_time: wallSeconds(),
    azp: TEAMS_CLIENT,
    azpacr: '0',
    idtyp: 'user',
    name: person.name,
    oid: person.id,
    preferred_username: person.upn,
    scp: 'access_as_user',
    sub: pairwiseSubject(person.id, clientId),
  });
}

export async function idToken(
  mint: TokenMint,
  app: AppRegistration,
  signIn: SignIn,
  nonce: string | undefined,
): Promise<string> {
  const { person } = signIn;
  return await sign(mint, app.clientId, mint.lifetimeSeconds(), {
    auth_time: signIn.authTime,
    login_hint: loginHint(person),
    name: person.name,
    ...(nonce === undefined ? {} : { nonce }),
    oid: person.id,
    preferred_username: person.upn,
    sub: pairwiseSubject(person.id, app.clientId),
  });
}

/** The account as msal reads it: without it a client has no account to refresh. */
export function clientInfo(person: Person, tenantId: string): string {
  return Buffer.from(JSON.stringify({ uid: person.id, utid: tenantId })).toString('base64url');
}

/** Opaque to clients. Entra does not revoke the old one when it hands out the next; revocation is by person. */
export async function refreshToken(mint: TokenMint, app: AppRegistration, signIn: SignIn): Promise<string> {
  const grant: RefreshGrant = {
    oid: signIn.person.id,
    clientId: app.clientId,
    at: Date.now(),
    authTime: signIn.authTime,
    amr: [...signIn.amr],
  };
  const token = await new EncryptJWT({ grant, jti: randomUUID() })
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
    .setExpirationTime(wallSeconds() + REFRESH_SECONDS)
    .encrypt(mint.keys.refreshKey);
  mint.issued(token);
  return `1.${token}`;
}

/** The grant behind a refresh token; `expired` and `invalid` are told apart as Entra does. */
export async function readRefreshToken(mint: TokenMint, token: string): Promise<RefreshGrant | 'expired' | 'invalid'> {
  try {
    const { payload } = await jwtDecrypt(token.replace(/^1\./, ''), mint.keys.refreshKey);
    return refreshSchema.parse(payload['grant']);
  } catch (error) {
    return error instanceof errors.JWTExpired ? 'expired' : 'invalid';
  }
}

export type AccessReading = AccessClaims | 'malformed' | 'signature' | 'expired' | 'issuer' | 'audience';

/** Verifies an access token of this tenant for `audience`. The port of the issuer is free: it may change over a restart. */
export async function readAccessToken(
  mint: TokenMint,
  token: string,
  isAudience: (audience: string) => boolean,
): Promise<AccessReading> {
  try {
    const { payload } = await jwtVerify(token, mint.keys.publicKey, { algorithms: ['RS256'] });
    const claims = accessSchema.safeParse(payload);
    if (!claims.success) return typeof payload.aud === 'string' && !isAudience(payload.aud) ? 'audience' : 'malformed';
    const { tenantId } = mint.directory();
    const issuer = /^https:\/\/localhost:\d+\/([^/]+)\/v2\.0$/.exec(claims.data.iss)?.[1];
    if (issuer !== tenantId || claims.data.tid !== tenantId) return 'issuer';
    return isAudience(claims.data.aud) ? claims.data : 'audience';
  } catch (error) {
    if (error instanceof errors.JWTExpired) return 'expired';
    if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JOSEAlgNotAllowed)
      return 'signature';
    return 'malformed';
  }
}

async function sign(
  mint: TokenMint,
  audience: string,
  lifetime: number,
  claims: Readonly<Record<string, unknown>>,
): Promise<string> {
  const now = wallSeconds();
  const token = await new SignJWT({ ...claims, tid: mint.directory().tenantId, uti: randomUUID(), ver: '2.0' })
    .setProtectedHeader({ alg: 'RS256', kid: mint.keys.kid, typ: 'JWT' })
    .setIssuer(issuerOf(mint))
    .setAudience(audience)
    .setIssuedAt(now)
    .setNotBefore(now)
    .setExpirationTime(now + lifetime)
    .sign(mint.keys.privateKey);
  mint.issued(token);
  return token;
}

function pairwiseSubject(oid: string, audience: string): string {
  return createHash('sha256').update(`${oid} ${audience}`).digest('base64url');
}
