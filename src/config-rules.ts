import { redact } from './redact.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** One line an operator can act on. found never holds a secret's value. */
export type ConfigProblem = { readonly name: string; readonly found: string; readonly mend: string };

/** The committed sandbox values are public, so they are refused outside it. */
const sandboxKey = 'aml0bmV5LXNhbmRib3gta2V5LW5vdC1hLXNlY3JldCE=';
const sandboxSecret = 'sandbox-graph-secret-not-a-secret';

/**
 * Microsoft's clouds: tokens go nowhere else, and a sign-in service serves only the Graph of its own cloud.
 * Source: Graph national cloud deployments.
 */
const clouds: readonly Cloud[] = [
  {
    name: 'public',
    authority: 'https://login.microsoftonline.com',
    graph: 'https://graph.microsoft.com',
    metadataHost: 'login.botframework.com',
  },
  {
    name: 'usGov',
    authority: 'https://login.microsoftonline.us',
    graph: 'https://graph.microsoft.us',
    metadataHost: 'login.botframework.azure.us',
  },
  {
    name: 'usDoD',
    authority: 'https://login.microsoftonline.us',
    graph: 'https://dod-graph.microsoft.us',
    metadataHost: 'login.botframework.azure.us',
  },
  {
    name: 'china',
    authority: 'https://login.chinacloudapi.cn',
    graph: 'https://microsoftgraph.chinacloudapi.cn',
    metadataHost: 'login.botframework.azure.cn',
  },
];

export type CloudName = 'public' | 'usGov' | 'usDoD' | 'china';

type Cloud = {
  readonly name: CloudName;
  readonly authority: string;
  readonly graph: string;
  /** Whoever serves these keys can speak as Teams. Source: Bot connector authentication, public and government cloud. */
  readonly metadataHost: string;
};

/** The cloud that a sign-in service and a Graph belong to together; null when they do not. */
export function cloudOf(authorityUrl: string | undefined, graphUrl: string | undefined): Cloud | null {
  const authority = parseUrl(authorityUrl ?? clouds[0]?.authority)?.origin;
  const graph = parseUrl(graphUrl ?? clouds[0]?.graph)?.origin;
  return clouds.find((cloud) => cloud.authority === authority && cloud.graph === graph) ?? null;
}

const secretNames = [
  'DATABASE_URL',
  'MICROSOFT_APP_PASSWORD',
  'GRAPH_CLIENT_SECRET',
  'TOKEN_ENCRYPTION_KEY',
  'TOKEN_ENCRYPTION_KEY_OLD',
];
const idNames = ['TENANT_ID', 'MICROSOFT_APP_ID', 'GRAPH_CLIENT_ID', 'ADMIN_GROUP_ID', 'AUDITOR_GROUP_ID'];
const originNames = ['PUBLIC_URL', 'GRAPH_URL', 'AUTHORITY_URL'];

export const keyHint = 'give 32 random bytes in base64: openssl rand -base64 32';

export function problem(env: Env, name: string, mend: string): ConfigProblem {
  return { name, found: shown(name, env[name]), mend };
}

function shown(name: string, value: string | undefined): string {
  if (value === undefined) return 'nothing';
  if (secretNames.includes(name)) return `a value of ${value.length} characters`;
  return `“${redact(value).slice(0, 100)}”`;
}

/** What the variables must be together: a sandbox that touches nothing real, or a real tenant that is complete. */
export function rulesBroken(env: Env): readonly ConfigProblem[] {
  if (env['SANDBOX'] === '1') return [...sandboxProblems(env), ...signInProblems(env)];
  // Any other value is no mode at all, so there is nothing to hold the rest against.
  return env['SANDBOX'] === undefined || env['SANDBOX'] === '0' ? [...tenantProblems(env), ...signInProblems(env)] : [];
}

/** Single sign-on is for the Graph client's registration, and without it a sign-in that is not kept would be asked for every hour. */
function signInProblems(env: Env): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const { SSO_RESOURCE: resource, GRAPH_CLIENT_ID: clientId } = env;
  if (
    resource !== undefined &&
    clientId !== undefined &&
    !resource.toLowerCase().endsWith(`/${clientId.toLowerCase()}`)
  ) {
    const mend = 'it ends with the id of the registration that signs people in: api://HOST/GRAPH_CLIENT_ID';
    problems.push(problem(env, 'SSO_RESOURCE', mend));
  }
  if (resource === undefined && env['SIGN_IN_HOURS'] === '0') {
    problems.push(problem(env, 'SIGN_IN_HOURS', 'keeping no sign-in needs SSO_RESOURCE: set it, or give 1 to 12'));
  }
  if (
    env['TOKEN_ENCRYPTION_KEY_OLD'] !== undefined &&
    env['TOKEN_ENCRYPTION_KEY_OLD'] === env['TOKEN_ENCRYPTION_KEY']
  ) {
    problems.push(problem(env, 'TOKEN_ENCRYPTION_KEY_OLD', 'it is the same as TOKEN_ENCRYPTION_KEY: leave it out'));
  }
  return problems;
}

function sandboxProblems(env: Env): ConfigProblem[] {
  const problems = [...spellingProblems(env)];
  if (env['NODE_ENV'] === 'production') {
    problems.push(problem(env, 'SANDBOX', 'the sandbox never runs with NODE_ENV=production: remove one of the two'));
  }
  for (const name of ['GRAPH_URL', 'AUTHORITY_URL'] as const) {
    if (!isLoopbackUrl(env[name]))
      problems.push(problem(env, name, 'with SANDBOX=1 give the loopback URL that `npm run sandbox` prints'));
  }
  const metadata = env['BOT_OPENID_METADATA_URL'];
  if (metadata !== undefined && !isLoopbackUrl(metadata)) {
    problems.push(problem(env, 'BOT_OPENID_METADATA_URL', 'with SANDBOX=1 only a loopback URL is accepted'));
  }
  if ((metadata === undefined) !== (env['MICROSOFT_APP_ID'] === undefined)) {
    const name = metadata === undefined ? 'BOT_OPENID_METADATA_URL' : 'MICROSOFT_APP_ID';
    problems.push(
      problem(env, name, 'with SANDBOX=1 set both MICROSOFT_APP_ID and BOT_OPENID_METADATA_URL, or neither'),
    );
  }
  for (const name of ['TENANT_ID', 'GRAPH_CLIENT_ID', 'GRAPH_CLIENT_SECRET'] as const) {
    if (env[name] === undefined)
      problems.push(problem(env, name, 'give the one of the sandbox tenant (env/.env.sandbox has it)'));
  }
  for (const name of ['PUBLIC_URL', 'AUDIT_ANCHOR_URL'] as const) {
    if (!isHttps(env[name]) && !isLoopbackUrl(env[name])) problems.push(insecure(env, name));
  }
  return problems;
}

function tenantProblems(env: Env): ConfigProblem[] {
  const problems = [...missingProblems(env), ...idProblems(env), ...spellingProblems(env)];
  for (const name of [...originNames, 'BOT_OPENID_METADATA_URL', 'AUDIT_ANCHOR_URL']) {
    if (!isHttps(env[name])) problems.push(insecure(env, name));
  }
  problems.push(...cloudProblems(env));
  const metadata = parseUrl(env['BOT_OPENID_METADATA_URL']);
  const host = cloudOf(env['AUTHORITY_URL'], env['GRAPH_URL'])?.metadataHost;
  if (metadata && host !== undefined && metadata.host !== host) {
    problems.push(problem(env, 'BOT_OPENID_METADATA_URL', `leave it out, or give the one at ${host}`));
  }
  if (isSandboxKey(env['TOKEN_ENCRYPTION_KEY'])) {
    problems.push(problem(env, 'TOKEN_ENCRYPTION_KEY', `this is the sandbox's public key: ${keyHint}`));
  }
  if (env['GRAPH_CLIENT_SECRET']?.trim() === sandboxSecret) {
    problems.push(problem(env, 'GRAPH_CLIENT_SECRET', 'this is the public secret of the sandbox: give the real one'));
  }
  if (env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    const mend = 'it lets anybody in between read every token: remove it (NODE_EXTRA_CA_CERTS names a CA of your own)';
    problems.push(problem(env, 'NODE_TLS_REJECT_UNAUTHORIZED', mend));
  }
  const elsewhere = databaseElsewhere(env);
  if (elsewhere !== null && !['verify-full', 'disable'].includes(elsewhere.sslmode)) {
    const mend =
      'the server is on another machine: add sslmode=verify-full (and sslrootcert=PATH for a CA of your own), or sslmode=disable where the network between is yours alone';
    problems.push(problem(env, 'DATABASE_URL', mend));
  }
  return problems;
}

/**
 * A PostgreSQL that is reached over a network, and how its address wants to be spoken to; null: there is none in between.
 * Of the modes only verify-full means the same now and in the client's next release; without any it does not encrypt.
 * Source: pg-connection-string, SSL modes.
 */
function databaseElsewhere(env: Env): { readonly host: string; readonly sslmode: string } | null {
  const address = env['DATABASE_URL'];
  if (address === undefined || !/^postgres(ql)?:/.test(address)) return null;
  // Like the client: a user without a host is no URL, and the last of several parameters counts.
  const parsed = parseUrl(address) ?? parseUrl(address.replace('@/', '@localhost/'));
  if (parsed === null) return { host: 'an address that cannot be read', sslmode: '' };
  const last = (name: string): string => parsed.searchParams.getAll(name).at(-1) ?? '';
  const host = last('host') || parsed.hostname || (env['PGHOST'] ?? 'localhost');
  const isSocket = /^(\/|%2f)/i.test(host);
  return isSocket || isLoopbackHost(host) ? null : { host, sslmode: last('sslmode') };
}

/** What an operator is told who took the encryption away; null: nobody did. */
export function openDatabase(env: Env): string | null {
  const elsewhere = databaseElsewhere(env);
  if (elsewhere?.sslmode !== 'disable') return null;
  return `DATABASE_URL has sslmode=disable: whoever reaches the network to ${elsewhere.host} can read and change all of it`;
}

function missingProblems(env: Env): ConfigProblem[] {
  const managed = env['MICROSOFT_APP_TYPE'] === 'UserAssignedMSI';
  const required = ['PUBLIC_URL', 'TENANT_ID', 'MICROSOFT_APP_ID', 'GRAPH_CLIENT_ID'];
  const missing = required.filter((name) => env[name] === undefined);
  return [
    ...missing.map((name) =>
      problem(env, name, 'required for a real tenant: docs/deploy.md tells where it comes from'),
    ),
    ...(managed
      ? botCredentials.flatMap((name) =>
          env[name] === undefined ? [] : [problem(env, name, 'a managed identity has none of its own: remove it')],
        )
      : credentialProblems(env, botCredentials)),
    ...credentialProblems(env, graphCredentials),
  ];
}

type Pair = readonly [secret: string, certificate: string];
const botCredentials: Pair = ['MICROSOFT_APP_PASSWORD', 'MICROSOFT_APP_CERTIFICATE'];
const graphCredentials: Pair = ['GRAPH_CLIENT_SECRET', 'GRAPH_CLIENT_CERTIFICATE'];

/** One of the two: with both nobody knows which one is in use, and which one may be revoked. */
function credentialProblems(env: Env, [secret, certificate]: Pair): ConfigProblem[] {
  if (env[secret] === undefined && env[certificate] === undefined) {
    return [problem(env, secret, `give it, or ${certificate}: docs/deploy.md tells where they come from`)];
  }
  if (env[secret] === undefined || env[certificate] === undefined) return [];
  return [problem(env, certificate, `give either this or ${secret}, not both`)];
}

function idProblems(env: Env): ConfigProblem[] {
  const empty = idNames.filter((name) => env[name] === '00000000-0000-0000-0000-000000000000');
  const same =
    env['MICROSOFT_APP_ID'] !== undefined &&
    env['MICROSOFT_APP_ID'].toLowerCase() === env['GRAPH_CLIENT_ID']?.toLowerCase();
  return [
    ...empty.map((name) => problem(env, name, 'the empty GUID is no id: give the real one')),
    ...(same
      ? [problem(env, 'GRAPH_CLIENT_ID', 'bot and Graph need two app registrations: docs/deploy.md tells why')]
      : []),
  ];
}

/** Only the plainest spelling: whatever a parser has to interpret can be read differently by the next one. */
function spellingProblems(env: Env): ConfigProblem[] {
  return [...originNames, 'BOT_OPENID_METADATA_URL'].flatMap((name) => {
    const [value, parsed] = [env[name], parseUrl(env[name])];
    if (value === undefined || parsed === null) return [];
    if (parsed.username || parsed.password) return [problem(env, name, 'remove user name and password')];
    if (!originNames.includes(name)) {
      return value === parsed.href ? [] : [problem(env, name, `write it as ${redact(parsed.href)}`)];
    }
    if (value === parsed.origin || value === `${parsed.origin}/`) return [];
    const what = { GRAPH_URL: 'no version', AUTHORITY_URL: 'no tenant' }[name] ?? 'no path';
    return [problem(env, name, `give the origin only, ${what}: ${parsed.origin}`)];
  });
}

function cloudProblems(env: Env): ConfigProblem[] {
  const graph = parseUrl(env['GRAPH_URL'] ?? clouds[0]?.graph)?.origin;
  const authority = parseUrl(env['AUTHORITY_URL'] ?? clouds[0]?.authority)?.origin;
  if (graph === undefined || authority === undefined) return [];
  const own = clouds.filter((cloud) => cloud.authority === authority).map((cloud) => cloud.graph);
  const isKnown = clouds.some((cloud) => cloud.graph === graph);
  const problems: ConfigProblem[] = [];
  if (!isKnown) {
    problems.push(problem(env, 'GRAPH_URL', `give one of ${clouds.map((cloud) => cloud.graph).join(', ')}`));
  }
  if (own.length === 0) {
    const authorities = [...new Set(clouds.map((cloud) => cloud.authority))].join(', ');
    problems.push(problem(env, 'AUTHORITY_URL', `give one of ${authorities}`));
  } else if (isKnown && !own.includes(graph)) {
    problems.push(problem(env, 'GRAPH_URL', `with ${authority} give ${own.join(' or ')}`));
  }
  return problems;
}

function insecure(env: Env, name: string): ConfigProblem {
  return problem(env, name, 'give an https: URL (http: is for loopback with SANDBOX=1 only)');
}

function parseUrl(value: string | undefined): URL | null {
  return value === undefined ? null : URL.parse(value);
}

/** True as well for what is missing or no URL at all: that is told elsewhere. */
function isHttps(value: string | undefined): boolean {
  const parsed = parseUrl(value);
  return parsed === null || parsed.protocol === 'https:';
}

function isLoopbackUrl(value: string | undefined): boolean {
  const parsed = parseUrl(value);
  return parsed !== null && ['http:', 'https:'].includes(parsed.protocol) && isLoopbackHost(parsed.hostname);
}

/** localhost, 127.0.0.0/8 or ::1. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

function isSandboxKey(key: string | undefined): boolean {
  const bytes = key === undefined ? null : decodeKey(key);
  return bytes !== null && Buffer.from(bytes).equals(Buffer.from(sandboxKey, 'base64'));
}

/** The 32 bytes of a key in base64 or hexadecimal; null when it is none, or 32 times the same byte. */
export function decodeKey(key: string): Uint8Array | null {
  const isHex = /^[0-9a-f]{64}$/i.test(key);
  const bytes = Buffer.from(key, isHex ? 'hex' : 'base64');
  const plain = isHex || bytes.toString('base64').replace(/=+$/, '') === key.replace(/=+$/, '');
  return plain && bytes.length === 32 && bytes.some((byte) => byte !== bytes[0]) ? new Uint8Array(bytes) : null;
}
