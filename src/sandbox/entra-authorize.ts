import { randomBytes } from 'node:crypto';
import type { ClaimsRequest } from './entra-claims.ts';
import { parseClaims } from './entra-claims.ts';
import type { AppRegistration, Directory, Person } from './entra-directory.ts';
import { findApp, isRegisteredRedirect, personOfHint } from './entra-directory.ts';
import type { EntraProblem } from './entra-errors.ts';
import { describe, missing, problem, unknownApp } from './entra-errors.ts';
import { checkPage, choicePage, problemPage } from './entra-pages.ts';
import { delegatedScopes } from './entra-scopes.ts';
import type { Reply } from './reply.ts';
import { redirect } from './reply.ts';

/** A valid authorization request. Entra: v2-oauth2-auth-code-flow, "Request an authorization code". */
type AuthorizeRequest = {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly state: string | undefined;
  readonly nonce: string | undefined;
  readonly scope: string;
  readonly codeChallenge: string;
  readonly claims: ClaimsRequest;
};

/** What a code stands for until it is redeemed. */
export type CodeGrant = { readonly request: AuthorizeRequest; readonly personId: string; readonly authTime: number };

/** Single-use entries that live ten minutes of wall time; the oldest go first when there are too many. */
export type Tickets<T> = { issue(value: T): string; take(id: string): T | 'used' | 'unknown' };

export type Authorization = {
  readonly directory: () => Directory;
  readonly transactions: Tickets<{ readonly request: AuthorizeRequest; readonly personId?: string }>;
  readonly codes: Tickets<CodeGrant>;
};

const LIFETIME_MS = 600_000;

export function createTickets<T>(limit = 1000): Tickets<T> {
  const open = new Map<string, { value: T | 'used'; until: number }>();
  return {
    issue: (value) => {
      const now = Date.now();
      for (const [id, entry] of open) {
        if (entry.until > now && open.size < limit) break;
        open.delete(id);
      }
      const id = randomBytes(32).toString('base64url');
      open.set(id, { value, until: now + LIFETIME_MS });
      return id;
    },
    take: (id) => {
      const entry = open.get(id);
      if (!entry || entry.until <= Date.now()) return 'unknown';
      const { value } = entry;
      entry.value = 'used';
      return value;
    },
  };
}

/** GET authorize: a page with the tenant's people, or straight back to the app for the person that `login_hint` names. */
export function beginAuthorize(auth: Authorization, query: URLSearchParams): Reply {
  const directory = auth.directory();
  const parameter = (name: string) => query.get(name) ?? undefined;
  const app = findApp(directory, parameter('client_id'));
  if (!app) return problemPage(unknownApp(parameter('client_id') ?? ''));
  const redirectUri = parameter('redirect_uri') ?? '';
  // An unregistered address never gets anything, not even an error.
  if (!isRegisteredRedirect(app, redirectUri)) return problemPage(wrongRedirect(redirectUri, app));

  const request = readRequest(directory, app, redirectUri, query);
  if ('kind' in request) return refuse(redirectUri, parameter('state'), request);
  const prompt = parameter('prompt');
  const hinted = prompt === 'select_account' ? undefined : personOfHint(directory, parameter('login_hint'));
  if (hinted) return afterPerson(auth, request, hinted);
  if (prompt === 'none') {
    return refuse(
      redirectUri,
      request.state,
      problem('login_required', 50058, 'No person is signed in and prompt=none was sent.'),
    );
  }
  const transaction = auth.transactions.issue({ request });
  return choicePage({ ...directory, transaction, redirectUri });
}

/** POST of one of the pages' buttons. */
export function continueAuthorize(auth: Authorization, form: URLSearchParams): Reply {
  const transaction = auth.transactions.take(form.get('transaction') ?? '');
  if (transaction === 'used' || transaction === 'unknown') {
    return problemPage(
      problem('invalid_request', 165000, 'This page was used already or is too old. Start again from the app.'),
    );
  }
  const { request } = transaction;
  const directory = auth.directory();
  if (form.get('cancel') !== null) {
    return refuse(
      request.redirectUri,
      request.state,
      problem('access_denied', 65004, 'The person cancelled the sign-in.'),
    );
  }
  const chosen = transaction.personId ?? form.get('person');
  const person = directory.people.find(({ id }) => id === chosen);
  if (!person) return problemPage(problem('invalid_request', 50034, 'No such person in this tenant.'));
  return transaction.personId === undefined ? afterPerson(auth, request, person) : grant(auth, request, person);
}

/** An authentication context or MFA is a step of its own; the sandbox's people pass it with one button. */
function afterPerson(auth: Authorization, request: AuthorizeRequest, person: Person): Reply {
  const checks = [...request.claims.acrs, ...(request.claims.mfa ? ['mfa'] : [])];
  if (checks.length === 0) return grant(auth, request, person);
  const transaction = auth.transactions.issue({ request, personId: person.id });
  return checkPage({ ...auth.directory(), transaction, redirectUri: request.redirectUri, person, checks });
}

function grant(auth: Authorization, request: AuthorizeRequest, person: Person): Reply {
  const code = auth.codes.issue({ request, personId: person.id, authTime: Math.floor(Date.now() / 1000) });
  return redirect(withQuery(request.redirectUri, { code, state: request.state }));
}

function refuse(redirectUri: string, state: string | undefined, refused: EntraProblem): Reply {
  return redirect(withQuery(redirectUri, { error: refused.error, error_description: describe(refused), state }));
}

function withQuery(uri: string, values: Readonly<Record<string, string | undefined>>): string {
  const url = new URL(uri);
  for (const [name, value] of Object.entries(values)) if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
}

function readRequest(
  directory: Directory,
  app: AppRegistration,
  redirectUri: string,
  query: URLSearchParams,
): AuthorizeRequest | EntraProblem {
  const parameter = (name: string) => query.get(name) ?? undefined;
  for (const name of ['response_type', 'scope']) if (!parameter(name)) return missing(name);
  if (parameter('response_type') !== 'code') {
    return problem(
      'unsupported_response_type',
      700054,
      `response_type '${parameter('response_type')}' is not enabled.`,
    );
  }
  if ((parameter('response_mode') ?? 'query') !== 'query') {
    return problem('invalid_request', 90023, 'The sandbox knows response_mode=query only.');
  }
  const codeChallenge = parameter('code_challenge');
  if (!codeChallenge) return problem('invalid_request', 9002325, 'Proof Key for Code Exchange is required.');
  if (parameter('code_challenge_method') !== 'S256' || !/^[\w-]{43}$/.test(codeChallenge)) {
    return problem('invalid_request', 501481, 'The code_challenge must be a S256 challenge of 43 characters.');
  }
  const scope = parameter('scope') ?? '';
  const scopes = delegatedScopes(directory, app, scope);
  if ('kind' in scopes) return scopes;
  const claims = parseClaims(parameter('claims'));
  if ('kind' in claims) return claims;
  const { clientId } = app;
  return { clientId, redirectUri, state: parameter('state'), nonce: parameter('nonce'), scope, codeChallenge, claims };
}

function wrongRedirect(uri: string, app: AppRegistration): EntraProblem {
  const who = `the application '${app.clientId}'`;
  return problem(
    'invalid_request',
    50011,
    `The redirect URI '${uri}' does not match the redirect URIs configured for ${who}.`,
  );
}
