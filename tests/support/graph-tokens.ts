import { createHash, randomBytes } from 'node:crypto';
import { signInInBrowser } from './browser-sign-in.ts';
import type { StartedSandbox } from './sandbox.ts';

export const graphApp = {
  clientId: '5f0c9a52-7c0e-4b8e-9a8b-3c1d2e4f5a60',
  clientSecret: 'sandbox-graph-secret-not-a-secret',
} as const;
export const botClientId = '8d2b7f14-6a35-4c9d-8e21-0f9b6c7d8e91';
export const redirectUri = 'http://localhost:3978/auth/callback';

export type Tokens = {
  readonly access_token: string;
  readonly refresh_token?: string;
  readonly id_token?: string;
  readonly scope?: string;
  readonly client_info?: string;
  readonly error?: string;
  readonly error_description?: string;
  readonly error_codes?: readonly number[];
  readonly suberror?: string;
  readonly claims?: string;
};

/** POST to the token endpoint as the Graph app; an undefined value leaves a field out. The process must trust the sandbox. */
export async function askToken(
  sandbox: StartedSandbox,
  fields: Readonly<Record<string, string | undefined>>,
): Promise<{ status: number; body: Tokens }> {
  const all: Record<string, string | undefined> = {
    client_id: graphApp.clientId,
    client_secret: graphApp.clientSecret,
    ...fields,
  };
  const form = given(all);
  const url = `${sandbox.authority}/${sandbox.tenantId}/oauth2/v2.0/token`;
  const response = await fetch(url, { method: 'POST', body: form });
  return { status: response.status, body: (await response.json()) as Tokens };
}

export type Attempt = { readonly url: string; readonly verifier: string };

/** An authorize URL of the Graph app with PKCE; fields replace or (undefined) remove its parameters. */
export function authorizeUrl(
  sandbox: StartedSandbox,
  fields: Readonly<Record<string, string | undefined>> = {},
): Attempt {
  const verifier = randomBytes(32).toString('base64url');
  const all = {
    client_id: graphApp.clientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid profile offline_access https://graph.microsoft.com/.default',
    state: 'state-1',
    nonce: 'nonce-1',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...fields,
  };
  const query = given(all);
  return { url: `${sandbox.control}/${sandbox.tenantId}/oauth2/v2.0/authorize?${query.toString()}`, verifier };
}

/** Signs a person in (name or user principal name) and returns what the token endpoint answered. */
export async function signedInTokens(
  sandbox: StartedSandbox,
  person: string,
  fields: Readonly<Record<string, string | undefined>> = {},
): Promise<Tokens> {
  const attempt = authorizeUrl(sandbox, fields);
  const callback = await signInInBrowser(attempt.url, person);
  const answer = await askToken(sandbox, {
    grant_type: 'authorization_code',
    code: callback.searchParams.get('code') ?? '',
    redirect_uri: fields['redirect_uri'] ?? redirectUri,
    code_verifier: attempt.verifier,
  });
  return answer.body;
}

/** The Graph app's own token. */
export async function appToken(sandbox: StartedSandbox): Promise<string> {
  const scope = 'https://graph.microsoft.com/.default';
  const { body } = await askToken(sandbox, { grant_type: 'client_credentials', scope });
  return body.access_token;
}

function given(fields: Readonly<Record<string, string | undefined>>): URLSearchParams {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) form.set(name, value);
  return form;
}
