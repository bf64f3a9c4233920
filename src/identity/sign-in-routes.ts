import { createHash } from 'node:crypto';
import type { AuthenticationResult } from '@azure/msal-node';
import { z } from 'zod';
import type { Person } from '../core/person.ts';
import type { PendingSignIn } from '../ports/store.ts';
import type { WebRequest, WebResponse, WebRoute } from '../ports/web.ts';
import { AuthorityUnavailable, explained } from './authority.ts';
import type { Authority } from './authority.ts';
import { AuthError } from './microsoft.ts';
import { page, redirectTo } from './pages.ts';
import type { Page } from './pages.ts';
import type { PersonTokens } from './person-tokens.ts';
import { seal, unsealAny } from './seal.ts';
import type { SealFor } from './seal.ts';
import type { SignInOptions } from './sign-in.ts';
import { readLink } from './start-link.ts';
import type { SignInWish } from './start-link.ts';
import type { StepUpTokens } from './step-up-tokens.ts';

type Parts = SignInOptions & {
  readonly authority: Authority;
  readonly tokens: PersonTokens;
  readonly stepUps: StepUpTokens;
};

/** What only the server may know between the redirect and the callback. */
const secrets = z.object({ nonce: z.string(), verifier: z.string(), claims: z.string().nullable() });
type Secrets = z.infer<typeof secrets>;

/** The callback must come within this time. */
const pendingMs = 600_000;
const longestParameter = 4_096;

export function signInRoutes(parts: Parts): readonly WebRoute[] {
  return [
    { path: '/auth/start', handle: (request) => guarded(() => start(parts, request)) },
    { path: '/auth/callback', handle: (request) => guarded(() => callback(parts, request)) },
  ];
}

async function guarded(handle: () => Promise<WebResponse>): Promise<WebResponse> {
  try {
    return await handle();
  } catch (error) {
    if (error instanceof AuthorityUnavailable) return page('unavailable');
    throw error;
  }
}

/** From the card to Entra. May be opened again while the link lives; each time begins a sign-in of its own. */
async function start(parts: Parts, request: WebRequest): Promise<WebResponse> {
  const { authority, clock, config, random, store } = parts;
  const wish = readLink(config.keys, request.query['s'] ?? '', clock.wall());
  if (wish === null || wish.person.tid !== config.tenantId) return page('badLink');
  const state = text(random(32));
  const hidden: Secrets = { nonce: text(random(32)), verifier: text(random(32)), claims: wish.claims };
  const client = await authority.client();
  // The hint spares a choice; without it the sign-in is as good.
  const loginHint = (await parts.loginHint?.(wish.person).catch(() => null)) ?? null;
  await store.savePendingSignIn(idOf(state), {
    person: wish.person,
    parkedId: wish.parkedId,
    sealed: seal(config.keys[0], sealFor(wish.person), JSON.stringify(hidden), random),
    expiresAt: clock.wall() + pendingMs,
  });
  const url = await client.getAuthCodeUrl({
    scopes: [...authority.scopes],
    redirectUri: redirectUri(config.publicUrl),
    state,
    nonce: hidden.nonce,
    codeChallenge: createHash('sha256').update(hidden.verifier).digest('base64url'),
    codeChallengeMethod: 'S256',
    ...(loginHint === null ? {} : { loginHint }),
    ...claimsOf(wish),
  });
  return redirectTo(url);
}

/** From Entra back. The state is used up first, whatever follows. */
async function callback(parts: Parts, request: WebRequest): Promise<WebResponse> {
  const { clock, config, log, store } = parts;
  const { state, code, error } = request.query;
  const refused = (why: Page, actor: string | null = null): WebResponse => {
    log.warn('signIn.refused', { actor, why });
    return page(why);
  };
  if (!isParameter(state)) return refused('badCallback');
  const pending = await store.takePendingSignIn(idOf(state), clock.wall());
  const hidden = pending && openSecrets(config.keys, pending);
  if (pending === null || hidden === null) return refused('badCallback', pending?.person.oid);
  const { oid } = pending.person;
  if (error !== undefined || !isParameter(code)) return refused('notCompleted', oid);
  const redeemed = await redeem(parts, code, hidden);
  if (redeemed === null) return refused('notCompleted', oid);
  const { issuer } = await parts.authority.openId();
  const expected = { iss: issuer, aud: config.clientId, nonce: hidden.nonce };
  if (!isOf(redeemed.result, pending.person, expected)) return refused('otherAccount', oid);
  if (hidden.claims === null) await parts.tokens.keep(pending.person, redeemed.cache);
  else keepStepUp(parts, pending.person, hidden.claims, redeemed.result);
  log.info('signIn.done', { actor: oid, check: hidden.claims !== null });
  const answer = await parts.onSignedIn(pending.person, pending.parkedId);
  return answer === 'gone' ? page('gone') : (answer ?? page('signedIn'));
}

/** Entra's words for a wrong secret or registration: the operator's to mend, not the person's. */
const misconfigured = ['invalid_client', 'unauthorized_client'];

/** Null when Entra did not take the code, or gave an id token of another sign-in. */
async function redeem(
  { authority, config }: Parts,
  code: string,
  hidden: Secrets,
): Promise<{ readonly result: AuthenticationResult; readonly cache: string } | null> {
  const client = await authority.client();
  try {
    const result = await client.acquireTokenByCode({
      code,
      codeVerifier: hidden.verifier,
      nonce: hidden.nonce,
      scopes: [...authority.scopes],
      redirectUri: redirectUri(config.publicUrl),
      ...claimsOf(hidden),
    });
    return { result, cache: client.getTokenCache().serialize() };
  } catch (error) {
    const reason = explained(error);
    const theirs = reason instanceof AuthError && !misconfigured.includes(reason.errorCode);
    if (theirs) return null;
    throw reason;
  }
}

/** The one who signed in is the one who was asked in Teams: by object id and tenant, in an id token of the tenant's issuer made for us, now. */
function isOf(
  result: AuthenticationResult,
  { oid, tid }: Person,
  expected: { readonly iss: string; readonly aud: string; readonly nonce: string },
): boolean {
  const claims = result.idTokenClaims as Readonly<Record<string, unknown>>;
  return Object.entries({ ...expected, oid, tid }).every(([name, value]) => claims[name] === value);
}

function keepStepUp({ clock, stepUps }: Parts, person: Person, claims: string, result: AuthenticationResult): void {
  stepUps.keep(person, claims, result.accessToken, result.expiresOn?.getTime() ?? clock.wall());
}

function openSecrets(keys: readonly Uint8Array[], pending: PendingSignIn): Secrets | null {
  const opened = unsealAny(keys, sealFor(pending.person), pending.sealed);
  return opened === null ? null : secrets.parse(JSON.parse(opened.text));
}

function claimsOf({ claims }: Pick<SignInWish, 'claims'>): { readonly claims?: string } {
  return claims === null ? {} : { claims };
}

function isParameter(value: string | undefined): value is string {
  return value !== undefined && value !== '' && value.length <= longestParameter;
}

/** The database knows a state by its digest only. */
function idOf(state: string): string {
  return createHash('sha256').update(state).digest('hex');
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

function redirectUri(publicUrl: string): string {
  return `${publicUrl}/auth/callback`;
}

function sealFor(person: Person): SealFor {
  return { purpose: 'pending', tid: person.tid, oid: person.oid };
}
