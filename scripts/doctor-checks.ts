/** What a set-up's own tokens and addresses show of it. Each check gives findings: what is well, what to mend. */
import { decodeJwt } from 'jose';
import type { JWTPayload } from 'jose';
import { lifeOf } from '../src/certificate-alarm.ts';
import { certificateEnds } from '../src/credentials.ts';
import { appTokens, ownTokens } from '../src/identity/app-token.ts';
import { AuthorityUnavailable } from '../src/identity/authority.ts';
import { graphResource } from '../src/identity/cloud.ts';
import { redact } from '../src/redact.ts';
import { lacks } from '../src/store/open.ts';
import { clouds } from '../src/teams/clouds.ts';
import { createSigningKeys } from '../src/teams/signing-keys.ts';
import { mend, well } from './doctor-finding.ts';
import type { Finding, SetUp } from './doctor-finding.ts';
import { delegatedPermissions, neededScopes } from './doctor-scopes.ts';

/** Application permissions of docs/deploy.md, section 2. */
const neededRoles = [
  'PrivilegedAssignmentSchedule.Read.AzureADGroup',
  'PrivilegedEligibilitySchedule.Read.AzureADGroup',
  'RoleManagementPolicy.Read.AzureADGroup',
  'User.Read.All',
  'GroupMember.Read.All',
];
/** Good for something that is documented there, but not needed. */
const harmlessRoles = ['AuditLog.Read.All', 'Member.Read.Hidden', 'RoleManagementPolicy.Read.Directory'];
/** Microsoft Graph's own id, in every tenant. */
const graphAppId = '00000003-0000-0000-c000-000000000000';
const mostSkewMs = 60_000;
const patienceMs = 10_000;

export async function examine(setUp: SetUp): Promise<readonly Finding[]> {
  const checks = [
    graphToken,
    botToken,
    certificates,
    entraClock,
    redirect,
    delegatedPermissions,
    ownAddress,
    database,
    signingKeys,
  ];
  const found = await Promise.all(checks.map((check) => guarded(check, setUp)));
  return found.flat();
}

async function guarded(
  check: (setUp: SetUp) => readonly Finding[] | Promise<readonly Finding[]>,
  setUp: SetUp,
): Promise<readonly Finding[]> {
  try {
    return await check(setUp);
  } catch (error) {
    return [mend(`${check.name}: this check itself failed: ${reason(error)}`)];
  }
}

/** The outermost words of an error, and Entra's code where there is one. */
function reason(error: unknown): string {
  const said = error instanceof Error ? [error.message, reason(error.cause)].filter((text) => text !== '') : [];
  const text = said.join(': ');
  const code = /AADSTS\d+/.exec(text)?.[0];
  return redact(code === undefined ? text.slice(0, 200) : `Entra answers ${code}`);
}

/** Whoever cannot ask Entra learns nothing about ids and secrets. */
function noToken(what: string, error: unknown, authorityUrl: string, toCheck: string): Finding {
  return error instanceof AuthorityUnavailable
    ? mend(`The ${what} gets no token, because ${authorityUrl} cannot be reached: open the way out.`)
    : mend(`The ${what} gets no token (${reason(error)}): check ${toCheck}.`);
}

async function graphToken({ config, credentials }: SetUp): Promise<readonly Finding[]> {
  const { graph, tenantId } = config;
  let claims: JWTPayload;
  try {
    claims = decodeJwt(await appTokens({ ...graph, tenantId, credential: credentials.graph })());
  } catch (error) {
    return [noToken('Graph client', error, graph.authorityUrl, 'its id and its secret or certificate')];
  }
  const roles = Array.isArray(claims['roles']) ? (claims['roles'] as string[]) : [];
  return [
    well('The Graph client gets a token.'),
    ...identityFindings('Graph client', claims, tenantId, graph.clientId, 'GRAPH_CLIENT_ID'),
    ...audienceFindings('Graph client', claims, [graphResource(graph.authorityUrl, graph.url), graphAppId]),
    ...roleFindings(roles),
  ];
}

function identityFindings(
  what: string,
  claims: JWTPayload,
  tenantId: string,
  id: string,
  name: string,
): readonly Finding[] {
  const app = claims['azp'] ?? claims['appid'];
  return [
    claims['tid'] === tenantId
      ? well(`The ${what}'s token is of TENANT_ID.`)
      : mend(`The ${what}'s token is of another tenant: check TENANT_ID.`),
    app === id ? well(`The ${what}'s token is of ${name}.`) : mend(`The ${what}'s token is not of ${name}.`),
  ];
}

/** As a resource's address or as its id, which depends on the version of the token. */
function audienceFindings(what: string, { aud }: JWTPayload, wanted: readonly string[]): readonly Finding[] {
  return wanted.some((one) => aud === one)
    ? [well(`The ${what}'s token is for ${wanted[0] ?? ''}.`)]
    : [mend(`The ${what}'s token is for another service than ${wanted[0] ?? ''}: check AUTHORITY_URL and GRAPH_URL.`)];
}

function roleFindings(roles: readonly string[]): readonly Finding[] {
  const missing = neededRoles.filter((role) => !roles.includes(role));
  const writing = roles.filter((role) => /write|\.manage/i.test(role));
  const others = roles.filter((role) => ![...neededRoles, ...harmlessRoles, ...writing].includes(role));
  return [
    ...(missing.length === 0 ? [well('The Graph client has every application permission it needs.')] : []),
    ...missing.map((role) => mend(`The application permission ${role} is missing: add it and grant admin consent.`)),
    ...writing.map((role) => mend(`The application permission ${role} is too much, it can write: remove it.`)),
    ...others.map((role) => mend(`The application permission ${role} is not used: remove it.`)),
  ];
}

async function botToken({ config, credentials }: SetUp): Promise<readonly Finding[]> {
  const { appId, cloud } = config.bot;
  if (appId === null || credentials.bot === null) return [well('The bot signs nothing in the sandbox.')];
  const { authorityUrl } = config.graph;
  const registration = { authorityUrl, tenantId: config.tenantId, clientId: appId, credential: credentials.bot };
  try {
    const claims = decodeJwt(await ownTokens(registration)(clouds[cloud].scope));
    const roles = Array.isArray(claims['roles']) ? (claims['roles'] as string[]) : [];
    return [
      well('The bot gets a token.'),
      ...identityFindings('bot', claims, config.tenantId, appId, 'MICROSOFT_APP_ID'),
      ...audienceFindings('bot', claims, [clouds[cloud].scope.replace(/\/\.default$/, '')]),
      ...roles.map((role) => mend(`The bot's registration has the permission ${role}: it needs none, remove it.`)),
    ];
  } catch (error) {
    return [noToken('bot', error, authorityUrl, 'MICROSOFT_APP_ID and its credential')];
  }
}

function certificates({ credentials, now }: SetUp): readonly Finding[] {
  return certificateEnds(credentials).map((one) => {
    const { days, isShort } = lifeOf(one, now());
    const text = `The certificate of ${one.variable} ends on ${new Date(one.end).toISOString().slice(0, 10)}, in ${days} days`;
    return isShort
      ? mend(`${text}: make a new one, add it to the registration, put it in its place and restart.`)
      : well(`${text}.`);
  });
}

async function entraClock({ config, now }: SetUp): Promise<readonly Finding[]> {
  const url = `${config.graph.authorityUrl}/${config.tenantId}/v2.0/.well-known/openid-configuration`;
  const answer = await ask(url);
  if (answer === null) return [mend(`${config.graph.authorityUrl} cannot be reached: open the way out.`)];
  if (!answer.ok) return [mend(`Entra does not know the tenant (${answer.status}): check TENANT_ID.`)];
  const skew = now() - Date.parse(answer.headers.get('date') ?? '');
  const seconds = Math.round(Math.abs(skew) / 1000);
  return Math.abs(skew) <= mostSkewMs
    ? [well('This machine’s clock agrees with Entra’s.')]
    : [mend(`This machine’s clock is ${seconds} seconds ${skew > 0 ? 'ahead of' : 'behind'} Entra’s: use NTP.`)];
}

/** Entra tells before any sign-in whether it knows the address and whether somebody consented. */
async function redirect({ config }: SetUp): Promise<readonly Finding[]> {
  const { authorityUrl, clientId, url } = config.graph;
  const known = await ask(`${authorityUrl}/${config.tenantId}/v2.0/.well-known/openid-configuration`);
  if (!known?.ok) return [];
  const { authorization_endpoint: authorize } = (await known.json()) as { authorization_endpoint: string };
  const callback = `${config.publicUrl}/auth/callback`;
  const scope = ['openid', ...neededScopes.map((name) => `${graphResource(authorityUrl, url)}/${name}`)].join(' ');
  const query = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    redirect_uri: callback,
    scope,
    prompt: 'none',
    state: 'doctor',
    nonce: 'doctor',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  });
  const answer = await ask(`${authorize}?${query.toString()}`);
  if (answer === null) return [mend('Entra’s sign-in page cannot be reached: open the way out.')];
  const text = `${answer.headers.get('location') ?? ''} ${await answer.text()}`;
  if (/AADSTS50011/.test(text)) {
    return [mend(`Entra does not know the redirect URI ${callback}: add it to the Graph client, platform Web.`)];
  }
  const consent = /AADSTS65001|consent_required/.test(text);
  return [
    well(`Entra takes the redirect URI ${callback}.`),
    ...(consent ? [mend('Consent for the delegated permissions is missing: section 2 of docs/deploy.md.')] : []),
  ];
}

async function ownAddress({ config }: SetUp): Promise<readonly Finding[]> {
  const [callback, messages] = await Promise.all([
    ask(`${config.publicUrl}/auth/callback`),
    ask(`${config.publicUrl}/api/messages`, { method: 'POST', body: '{', headers: { 'content-type': 'text/plain' } }),
  ]);
  if (callback === null || messages === null) {
    return [mend(`${config.publicUrl} does not answer: start Jitney, and check host name, certificate and proxy.`)];
  }
  const isOurs = (callback.headers.get('content-security-policy') ?? '').includes("default-src 'none'");
  const isClosed = [400, 401, 415, 429].includes(messages.status);
  return [
    isOurs
      ? well(`${config.publicUrl}/auth/callback is Jitney’s.`)
      : mend(`${config.publicUrl}/auth/callback is not answered by Jitney: check the proxy.`),
    isClosed
      ? well('/api/messages turns away what Teams did not sign.')
      : mend(`/api/messages answers ${messages.status} to an unsigned message: check the proxy.`),
  ];
}

async function database({ config }: SetUp): Promise<readonly Finding[]> {
  try {
    const missing = await lacks(config.databaseUrl);
    return missing.length === 0
      ? [well('The database is there and of this release.')]
      : [mend(`The database lacks ${missing.join(', ')}: start Jitney once, it brings it up to date.`)];
  } catch (error) {
    return [mend(`The database cannot be read (${reason(error)}): check DATABASE_URL; the first start makes it.`)];
  }
}

async function signingKeys({ config, now }: SetUp): Promise<readonly Finding[]> {
  const { appId, openIdMetadataUrl, cloud } = config.bot;
  if (appId === null) return [well('Messages of the sandbox are not signed.')];
  const url = openIdMetadataUrl ?? clouds[cloud].metadataUrl;
  return createSigningKeys(url, { now, wall: now })
    .load()
    .then(
      () => [well('The keys that sign Teams’ messages are there.')],
      () => [mend(`The keys that sign Teams’ messages cannot be read at ${url}: open the way out.`)],
    );
}

/** Null when there is no answer at all. */
async function ask(url: string, init: RequestInit = {}): Promise<Response | null> {
  try {
    return await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(patienceMs), ...init });
  } catch {
    return null;
  }
}
