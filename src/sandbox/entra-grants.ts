import { createHash } from 'node:crypto';
import { authenticate, same } from './entra-clients.ts';
import type { CodeGrant, Tickets } from './entra-authorize.ts';
import type { ClaimsRequest } from './entra-claims.ts';
import { acrsChallenge, parseClaims } from './entra-claims.ts';
import type { AppRegistration, Person } from './entra-directory.ts';
import type { EntraProblem } from './entra-errors.ts';
import { missing, problem } from './entra-errors.ts';
import type { ScopeRequest } from './entra-scopes.ts';
import { applicationAudience, delegatedScopes } from './entra-scopes.ts';
import type { SignIn, TokenMint } from './entra-tokens.ts';
import {
  applicationToken,
  clientInfo,
  delegatedToken,
  idToken,
  readAccessToken,
  readRefreshToken,
  refreshToken,
} from './entra-tokens.ts';

export type Grants = {
  readonly mint: TokenMint;
  readonly codes: Tickets<CodeGrant>;
  /** Milliseconds since the epoch before which a person's refresh tokens count no more; 0 when nothing was revoked. */
  readonly revokedBefore: (oid: string) => number;
};

/** `body` is the document that goes back to the client. */
export type TokenAnswer = { readonly kind: 'tokens'; readonly body: Readonly<Record<string, unknown>> };

/** POST token. Entra: v2-oauth2-auth-code-flow, v2-oauth2-client-creds-grant-flow, v2-oauth2-on-behalf-of-flow. */
export async function redeem(
  grants: Grants,
  form: URLSearchParams,
  authorization: string | undefined,
): Promise<TokenAnswer | EntraProblem> {
  const app = await authenticate(grants.mint, form, authorization);
  if ('kind' in app) return app;
  const claims = parseClaims(form.get('claims') ?? undefined);
  if ('kind' in claims) return claims;
  switch (form.get('grant_type')) {
    case 'authorization_code':
      return await redeemCode(grants, app, form, claims);
    case 'refresh_token':
      return await redeemRefreshToken(grants, app, form, claims);
    case 'client_credentials':
      return await redeemCredentials(grants, app, form, claims);
    case 'urn:ietf:params:oauth:grant-type:jwt-bearer':
      return await redeemAssertion(grants, app, form, claims);
    case null:
      return missing('grant_type');
    default:
      return problem('unsupported_grant_type', 70003, 'The app requested an unsupported grant type.');
  }
}

async function redeemCode(
  grants: Grants,
  app: AppRegistration,
  form: URLSearchParams,
  claims: ClaimsRequest,
): Promise<TokenAnswer | EntraProblem> {
  for (const name of ['code', 'redirect_uri', 'code_verifier']) if (!form.get(name)) return missing(name);
  const found = grants.codes.take(form.get('code') ?? '');
  if (found === 'used') return problem('invalid_grant', 54005, 'OAuth2 Authorization code was already redeemed.');
  if (found === 'unknown')
    return problem('invalid_grant', 70008, 'The provided authorization code has expired or is unknown.');
  const { request } = found;
  if (request.clientId !== app.clientId)
    return problem('invalid_grant', 70000, 'The code was issued to another application.');
  if (request.redirectUri !== form.get('redirect_uri')) {
    return problem('invalid_grant', 500112, 'The reply address does not match the one of the authorization request.');
  }
  const challenge = createHash('sha256')
    .update(form.get('code_verifier') ?? '')
    .digest('base64url');
  if (!same(challenge, request.codeChallenge)) {
    return problem(
      'invalid_grant',
      501481,
      'The Code_Verifier does not match the code_challenge of the authorization request.',
    );
  }
  const person = personById(grants, found.personId);
  if ('kind' in person) return person;
  const asked = delegatedScopes(grants.mint.directory(), app, form.get('scope') ?? request.scope);
  if ('kind' in asked) return asked;
  const signIn: SignIn = {
    person,
    authTime: found.authTime,
    amr: request.claims.mfa ? ['pwd', 'mfa'] : ['pwd'],
    acrs: request.claims.acrs,
    capabilities: union(request.claims.capabilities, claims.capabilities),
  };
  return await userTokens(grants, app, signIn, asked, { nonce: request.nonce });
}

async function redeemRefreshToken(
  grants: Grants,
  app: AppRegistration,
  form: URLSearchParams,
  claims: ClaimsRequest,
): Promise<TokenAnswer | EntraProblem> {
  const text = form.get('refresh_token');
  if (!text) return missing('refresh_token');
  const found = await readRefreshToken(grants.mint, text);
  if (found === 'expired') return stale(700082, 'The refresh token has expired due to inactivity.');
  if (found === 'invalid' || found.clientId !== app.clientId) {
    return problem('invalid_grant', 9002313, 'Invalid request. The refresh token is malformed or invalid.');
  }
  if (found.at <= grants.revokedBefore(found.oid)) {
    return stale(50173, 'The provided grant has expired due to it being revoked, a fresh auth token is needed.');
  }
  const person = personById(grants, found.oid);
  if ('kind' in person) return person;
  if (claims.acrs.length > 0) return interactionRequired(claims);
  const asked = delegatedScopes(
    grants.mint.directory(),
    app,
    form.get('scope') ?? 'openid profile offline_access .default',
  );
  if ('kind' in asked) return asked;
  // A silent refresh with an MFA claim gives a token without it and no error: that is what clients of the real one see.
  const signIn: SignIn = {
    person,
    authTime: found.authTime,
    amr: found.amr,
    acrs: [],
    capabilities: claims.capabilities,
  };
  return await userTokens(grants, app, signIn, { ...asked, refreshToken: true }, {});
}

async function redeemCredentials(
  grants: Grants,
  app: AppRegistration,
  form: URLSearchParams,
  claims: ClaimsRequest,
): Promise<TokenAnswer | EntraProblem> {
  const scope = form.get('scope');
  if (!scope) return missing('scope');
  const audience = applicationAudience(grants.mint.directory(), scope);
  if (typeof audience !== 'string') return audience;
  const token = await applicationToken(grants.mint, app, audience, claims.capabilities);
  const lifetime = grants.mint.lifetimeSeconds();
  const body = { token_type: 'Bearer', expires_in: lifetime, ext_expires_in: lifetime, access_token: token };
  return { kind: 'tokens', body };
}

async function redeemAssertion(
  grants: Grants,
  app: AppRegistration,
  form: URLSearchParams,
  claims: ClaimsRequest,
): Promise<TokenAnswer | EntraProblem> {
  for (const name of ['assertion', 'scope']) if (!form.get(name)) return missing(name);
  if (form.get('requested_token_use') !== 'on_behalf_of') {
    return problem('invalid_request', 90014, "The required field 'requested_token_use' must be 'on_behalf_of'.");
  }
  const found = await readAccessToken(grants.mint, form.get('assertion') ?? '', (audience) =>
    isOwnAudience(app, audience),
  );
  if (found === 'expired') return problem('invalid_grant', 500133, 'Assertion is not within its valid time range.');
  if (found === 'audience') {
    return problem(
      'invalid_grant',
      500131,
      'Assertion audience does not match the Client app presenting the assertion.',
    );
  }
  if (typeof found === 'string' || found.idtyp !== 'user') {
    return problem('invalid_grant', 50013, 'Assertion failed signature validation or is no token of a person.');
  }
  const person = personById(grants, found.oid);
  if ('kind' in person) return person;
  if (claims.acrs.length > 0) return interactionRequired(claims);
  const asked = delegatedScopes(grants.mint.directory(), app, form.get('scope') ?? '');
  if ('kind' in asked) return asked;
  const authTime = found.auth_time ?? found.iat;
  const signIn: SignIn = { person, authTime, amr: found.amr ?? ['pwd'], acrs: [], capabilities: claims.capabilities };
  return await userTokens(grants, app, signIn, asked, {});
}

async function userTokens(
  grants: Grants,
  app: AppRegistration,
  signIn: SignIn,
  asked: ScopeRequest,
  { nonce }: { readonly nonce?: string | undefined },
): Promise<TokenAnswer> {
  const { mint } = grants;
  const lifetime = mint.lifetimeSeconds();
  const body = {
    token_type: 'Bearer',
    scope: asked.answered.join(' '),
    expires_in: lifetime,
    ext_expires_in: lifetime,
    access_token: await delegatedToken(mint, app, signIn, asked.audience, asked.permissions),
    ...(asked.refreshToken ? { refresh_token: await refreshToken(mint, app, signIn) } : {}),
    ...(asked.idToken ? { id_token: await idToken(mint, app, signIn, nonce) } : {}),
    client_info: clientInfo(signIn.person, mint.directory().tenantId),
  };
  return { kind: 'tokens', body };
}

/** Nothing but a visit to the authorize page satisfies an authentication context. */
function interactionRequired(claims: ClaimsRequest): EntraProblem {
  return problem('interaction_required', 50076, 'The person must pass an extra check to reach the resource.', {
    suberror: 'basic_action',
    claims: acrsChallenge(claims.acrs),
  });
}

/** Only a new sign-in helps; clients tell by the suberror. */
function stale(code: number, message: string): EntraProblem {
  return problem('invalid_grant', code, message, { suberror: 'bad_token' });
}

function personById(grants: Grants, id: string): Person | EntraProblem {
  const person = grants.mint.directory().people.find((candidate) => candidate.id === id);
  return person ?? stale(50034, 'The user account does not exist in the directory.');
}

function isOwnAudience(app: AppRegistration, audience: string): boolean {
  return audience === app.clientId || audience === `api://${app.clientId}`;
}

function union(left: readonly string[], right: readonly string[]): readonly string[] {
  return [...new Set([...left, ...right])];
}
