import { beginAuthorize, continueAuthorize, createTickets } from './entra-authorize.ts';
import type { Authorization, CodeGrant } from './entra-authorize.ts';
import { missing, problem, problemReply, unknownTenant } from './entra-errors.ts';
import { redeem } from './entra-grants.ts';
import { signedOutPage } from './entra-pages.ts';
import type { TokenMint } from './entra-tokens.ts';
import { issuerOf } from './entra-tokens.ts';
import type { Reply } from './reply.ts';
import { json } from './reply.ts';

type EntraRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
};

export type EntraOptions = {
  readonly mint: TokenMint;
  /** Origin of the plain listener, where people sign in without meeting a certificate warning. */
  readonly loginOrigin: () => string;
  readonly revokedBefore: (oid: string) => number;
};

export type Entra = {
  /** The https side: metadata, keys, tokens. Undefined when the path is none of Entra's. */
  answerToken(request: EntraRequest): Promise<Reply | undefined>;
  /** The plain side, for browsers: authorize and logout. */
  answerLogin(request: EntraRequest): Reply | undefined;
};

/** Microsoft Entra's sign-in for one tenant, as far as a confidential client uses it. */
export function createEntra(options: EntraOptions): Entra {
  const { mint } = options;
  const tickets = createTickets<CodeGrant>();
  const codes = { ...tickets, issue: (grant: CodeGrant) => noted(tickets.issue(grant), mint.issued) };
  const authorization: Authorization = { directory: mint.directory, transactions: createTickets(), codes };
  const grants = { mint, codes, revokedBefore: options.revokedBefore };

  async function answerToken(request: EntraRequest): Promise<Reply | undefined> {
    const [, tenant = '', route = ''] = /^\/([^/]+)(\/.+)$/.exec(request.path) ?? [];
    const correlation = request.headers['client-request-id'];
    const known = `${request.method} ${route}`;
    if (!TOKEN_ROUTES.includes(known)) return undefined;
    if (tenant.toLowerCase() !== mint.directory().tenantId) return problemReply(unknownTenant(tenant), correlation);
    switch (known) {
      case 'GET /v2.0/.well-known/openid-configuration':
        return json(200, openidConfiguration(options));
      case 'GET /discovery/v2.0/keys':
        return json(200, mint.keys.jwks);
    }
    if (!/^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? '')) {
      return problemReply(missing('grant_type'), correlation);
    }
    const answer = await redeem(grants, new URLSearchParams(request.body), request.headers['authorization']);
    if (answer.kind === 'problem') return problemReply(answer, correlation);
    return json(200, answer.body, correlation === undefined ? {} : { 'client-request-id': correlation });
  }

  function answerLogin(request: EntraRequest): Reply | undefined {
    const [, tenant = '', route = ''] = /^\/([^/]+)\/oauth2\/v2\.0\/(authorize|logout)$/.exec(request.path) ?? [];
    if (route === '') return undefined;
    if (tenant.toLowerCase() !== mint.directory().tenantId) return problemReply(unknownTenant(tenant), undefined);
    if (route === 'logout') return signedOutPage();
    if (request.method === 'GET') return beginAuthorize(authorization, request.query);
    if (request.method === 'POST') return continueAuthorize(authorization, new URLSearchParams(request.body));
    return problemReply(
      problem('invalid_request', 900561, 'The endpoint only accepts GET and POST requests.'),
      undefined,
    );
  }

  return { answerToken, answerLogin };
}

function noted(secret: string, note: (secret: string) => void): string {
  note(secret);
  return secret;
}

const TOKEN_ROUTES = [
  'GET /v2.0/.well-known/openid-configuration',
  'GET /discovery/v2.0/keys',
  'POST /oauth2/v2.0/token',
];

function openidConfiguration({ mint, loginOrigin }: EntraOptions) {
  const { tenantId } = mint.directory();
  const https = `${mint.authority()}/${tenantId}`;
  const plain = `${loginOrigin()}/${tenantId}`;
  return {
    issuer: issuerOf(mint),
    authorization_endpoint: `${plain}/oauth2/v2.0/authorize`,
    token_endpoint: `${https}/oauth2/v2.0/token`,
    jwks_uri: `${https}/discovery/v2.0/keys`,
    end_session_endpoint: `${plain}/oauth2/v2.0/logout`,
    response_modes_supported: ['query'],
    response_types_supported: ['code'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic', 'private_key_jwt'],
    claims_supported: [
      'sub',
      'iss',
      'aud',
      'exp',
      'iat',
      'auth_time',
      'nonce',
      'preferred_username',
      'name',
      'tid',
      'oid',
    ],
    code_challenge_methods_supported: ['S256'],
  };
}
