import { hkdfSync } from 'node:crypto';
import { z } from 'zod';
import { isoToMinutes } from './core/duration.ts';
import { isTimeZone } from './core/moment.ts';

/** What an operator sets, checked; frozen. Lengths in minutes, keys as raw bytes. */
export type Config = {
  readonly port: number;
  readonly host: string;
  readonly publicUrl: string;
  readonly databaseUrl: string;
  readonly tenantId: string;
  readonly bot: {
    /** null: the sandbox's unsigned activities from loopback are taken, and nothing else. */
    readonly appId: string | null;
    readonly appType: 'SingleTenant' | 'UserAssignedMSI';
    readonly appPassword: string | null;
    readonly openIdMetadataUrl: string | null;
  };
  readonly graph: {
    readonly clientId: string;
    readonly clientSecret: string;
    readonly url: string;
    readonly authorityUrl: string;
  };
  readonly keys: { readonly tokens: Uint8Array; readonly cards: Uint8Array; readonly ledger: Uint8Array };
  readonly defaultMinutes: number;
  readonly defaultTimeZone: string;
  readonly adminGroupId: string | null;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly sandbox: boolean;
};

export type Env = Readonly<Record<string, string | undefined>>;

/** One line an operator can act on. */
export type ConfigProblem = { readonly name: string; readonly found: string; readonly mend: string };

export type Loaded =
  | { readonly kind: 'config'; readonly config: Config; readonly notes: readonly string[] }
  | { readonly kind: 'problems'; readonly problems: readonly ConfigProblem[] };

/** EX_CONFIG of sysexits.h. */
export const badConfigExit = 78;

/** The committed sandbox values are public, so they are refused outside it. */
const sandboxKey = 'aml0bmV5LXNhbmRib3gta2V5LW5vdC1hLXNlY3JldCE=';
const sandboxSecret = 'sandbox-graph-secret-not-a-secret';

/** Microsoft's clouds: tokens go nowhere else. Source: Graph national cloud deployments. */
const graphHosts = [
  'graph.microsoft.com',
  'graph.microsoft.us',
  'dod-graph.microsoft.us',
  'microsoftgraph.chinacloudapi.cn',
];
const authorityHosts = ['login.microsoftonline.com', 'login.microsoftonline.us', 'login.chinacloudapi.cn'];

const secretNames = ['MICROSOFT_APP_PASSWORD', 'GRAPH_CLIENT_SECRET', 'TOKEN_ENCRYPTION_KEY'];

const guid = z.guid({ error: 'give a GUID such as 1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed' });
const url = z.url({ error: 'give a URL such as https://jitney.example.com' });
const text = z.string().min(1);

/** The one list of variables; env/.env.example documents them in this order. */
export const schema = z.object({
  PORT: z.coerce.number({ error: 'give a port from 1 to 65535' }).int().min(1).max(65_535).default(3978),
  HOST: text.default('127.0.0.1'),
  PUBLIC_URL: url.optional(),
  DATABASE_URL: z
    .string()
    .regex(/^(sqlite:.+|postgres(ql)?:\/\/.+)$/, { error: 'give sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME' })
    .default('sqlite:data/jitney.db'),
  TENANT_ID: guid.optional(),
  MICROSOFT_APP_ID: guid.optional(),
  MICROSOFT_APP_TYPE: z
    .enum(['SingleTenant', 'UserAssignedMSI'], { error: 'give SingleTenant or UserAssignedMSI' })
    .default('SingleTenant'),
  MICROSOFT_APP_PASSWORD: text.optional(),
  GRAPH_CLIENT_ID: guid.optional(),
  GRAPH_CLIENT_SECRET: text.optional(),
  GRAPH_URL: url.default('https://graph.microsoft.com'),
  AUTHORITY_URL: url.default('https://login.microsoftonline.com'),
  BOT_OPENID_METADATA_URL: url.optional(),
  TOKEN_ENCRYPTION_KEY: z
    .string()
    .refine((key) => decodeKey(key) !== null, { error: 'give 32 random bytes in base64: openssl rand -base64 32' }),
  DEFAULT_DURATION: z
    .string()
    .refine((length) => (isoToMinutes(length) ?? 0) >= 5, {
      error: 'give an ISO 8601 length of 5 minutes or more, such as PT1H',
    })
    .default('PT1H'),
  DEFAULT_TIME_ZONE: z
    .string()
    .refine(isTimeZone, { error: 'give an IANA time zone such as Europe/Berlin' })
    .default('UTC'),
  ADMIN_GROUP_ID: guid.optional(),
  LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'], { error: 'give debug, info, warn, error or silent' })
    .default('info'),
  SANDBOX: z.enum(['0', '1'], { error: 'give 1 to run against the sandbox, else leave it out' }).default('0'),
});

/** True when the environment names a real tenant or the sandbox: then the bot can be started alone. */
export function isConfigured(env: Env): boolean {
  return ['TENANT_ID', 'MICROSOFT_APP_ID', 'GRAPH_CLIENT_ID', 'SANDBOX'].some((name) => (env[name] ?? '') !== '');
}

/** Pure: everything wrong at once, or a complete configuration. A set but empty variable counts as missing. */
export function loadConfig(environment: Env): Loaded {
  const env = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== '' && value !== undefined),
  );
  const parsed = schema.safeParse(env);
  const problems = [
    ...fieldProblems(parsed.error, env),
    ...(env['SANDBOX'] === '1' ? sandboxProblems(env) : tenantProblems(env)),
  ];
  if (!parsed.success || problems.length > 0) return { kind: 'problems', problems };
  return { kind: 'config', ...build(parsed.data) };
}

function fieldProblems(error: z.ZodError | undefined, env: Env): ConfigProblem[] {
  return (error?.issues ?? []).map((issue) => {
    const name = String(issue.path[0]);
    const value = env[name];
    const mend = value === undefined && name === 'TOKEN_ENCRYPTION_KEY' ? keyHint : issue.message;
    return { name, found: shown(name, value), mend };
  });
}

const keyHint = 'give 32 random bytes in base64: openssl rand -base64 32';

function shown(name: string, value: string | undefined): string {
  if (value === undefined) return 'nothing';
  if (secretNames.includes(name)) return `a value of ${value.length} characters`;
  return `“${name === 'DATABASE_URL' ? value.replace(/\/\/[^@/]*@/, '//…@') : value}”`;
}

function problem(env: Env, name: string, mend: string): ConfigProblem {
  return { name, found: shown(name, env[name]), mend };
}

function sandboxProblems(env: Env): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (env['NODE_ENV'] === 'production') {
    problems.push(problem(env, 'SANDBOX', 'the sandbox never runs with NODE_ENV=production: remove one of the two'));
  }
  for (const name of ['GRAPH_URL', 'AUTHORITY_URL'] as const) {
    if (!isLoopback(env[name]))
      problems.push(problem(env, name, 'with SANDBOX=1 give the loopback URL that `npm run sandbox` prints'));
    else problems.push(...pathProblems(env, name));
  }
  const metadata = env['BOT_OPENID_METADATA_URL'];
  if (metadata !== undefined && !isLoopback(metadata)) {
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
  if (env['PUBLIC_URL'] !== undefined)
    problems.push(...secureProblems(env, 'PUBLIC_URL', true), ...pathProblems(env, 'PUBLIC_URL'));
  return problems;
}

function tenantProblems(env: Env): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const required = ['PUBLIC_URL', 'TENANT_ID', 'MICROSOFT_APP_ID', 'GRAPH_CLIENT_ID', 'GRAPH_CLIENT_SECRET'];
  if (env['MICROSOFT_APP_TYPE'] !== 'UserAssignedMSI') required.push('MICROSOFT_APP_PASSWORD');
  else if (env['MICROSOFT_APP_PASSWORD'] !== undefined) {
    problems.push(problem(env, 'MICROSOFT_APP_PASSWORD', 'a managed identity has no password: remove it'));
  }
  for (const name of required) {
    if (env[name] === undefined)
      problems.push(problem(env, name, 'required for a real tenant: docs/deploy.md tells where it comes from'));
  }
  for (const name of ['TENANT_ID', 'MICROSOFT_APP_ID', 'GRAPH_CLIENT_ID'] as const) {
    if (env[name] === '00000000-0000-0000-0000-000000000000')
      problems.push(problem(env, name, 'the empty GUID is no id: give the real one'));
  }
  if (env['MICROSOFT_APP_ID'] !== undefined && env['MICROSOFT_APP_ID'] === env['GRAPH_CLIENT_ID']) {
    problems.push(
      problem(env, 'GRAPH_CLIENT_ID', 'bot and Graph need two app registrations: docs/deploy.md tells why'),
    );
  }
  for (const name of ['PUBLIC_URL', 'GRAPH_URL', 'AUTHORITY_URL', 'BOT_OPENID_METADATA_URL'] as const) {
    if (env[name] !== undefined) problems.push(...secureProblems(env, name, false));
  }
  for (const name of ['PUBLIC_URL', 'GRAPH_URL', 'AUTHORITY_URL'] as const) {
    if (env[name] !== undefined) problems.push(...pathProblems(env, name));
  }
  problems.push(...cloudProblems(env, 'GRAPH_URL', graphHosts), ...cloudProblems(env, 'AUTHORITY_URL', authorityHosts));
  if (env['TOKEN_ENCRYPTION_KEY'] === sandboxKey) {
    problems.push(problem(env, 'TOKEN_ENCRYPTION_KEY', `this is the sandbox's public key: ${keyHint}`));
  }
  if (env['GRAPH_CLIENT_SECRET'] === sandboxSecret) {
    problems.push(problem(env, 'GRAPH_CLIENT_SECRET', 'this is the public secret of the sandbox: give the real one'));
  }
  return problems;
}

function parseUrl(value: string | undefined): URL | null {
  return value !== undefined && URL.canParse(value) ? new URL(value) : null;
}

function isLoopback(value: string | undefined): boolean {
  const parsed = parseUrl(value);
  return parsed !== null && ['http:', 'https:'].includes(parsed.protocol) && isLoopbackHost(parsed.hostname);
}

/** localhost, 127.0.0.0/8 or ::1; URL has already normalised odd spellings of IPv4. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

function secureProblems(env: Env, name: string, sandbox: boolean): ConfigProblem[] {
  const parsed = parseUrl(env[name]);
  if (parsed === null || parsed.protocol === 'https:') return [];
  if (sandbox && parsed.protocol === 'http:' && isLoopbackHost(parsed.hostname)) return [];
  return [problem(env, name, 'give an https: URL (http: is for loopback with SANDBOX=1 only)')];
}

function pathProblems(env: Env, name: string): ConfigProblem[] {
  const parsed = parseUrl(env[name]);
  if (parsed === null) return [];
  if (parsed.username || parsed.password)
    return [{ name, found: 'a URL with a user name', mend: 'remove user name and password' }];
  if (parsed.pathname === '/' && !parsed.search && !parsed.hash) return [];
  const what = { GRAPH_URL: 'no version', AUTHORITY_URL: 'no tenant' }[name] ?? 'no path';
  return [problem(env, name, `give the origin only, ${what}: ${parsed.origin}`)];
}

function cloudProblems(env: Env, name: string, hosts: readonly string[]): ConfigProblem[] {
  const parsed = parseUrl(env[name]);
  if (parsed === null || (hosts.includes(parsed.hostname) && parsed.port === '')) return [];
  return [problem(env, name, `give one of ${hosts.map((host) => `https://${host}`).join(', ')}`)];
}

function decodeKey(key: string): Uint8Array | null {
  if (/^[0-9a-f]{64}$/i.test(key)) return new Uint8Array(Buffer.from(key, 'hex'));
  const bytes = Buffer.from(key, 'base64');
  const flat = bytes.every((byte) => byte === bytes[0]);
  return bytes.length === 32 && !flat && bytes.toString('base64').replaceAll('=', '') === key.replaceAll('=', '')
    ? new Uint8Array(bytes)
    : null;
}

function derive(key: Uint8Array, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, new Uint8Array(0), `jitney/${purpose}/v1`, 32));
}

function build(values: z.output<typeof schema>): { config: Config; notes: string[] } {
  const sandbox = values.SANDBOX === '1';
  const forced = sandbox && !isLoopbackHost(values.HOST);
  const host = forced ? '127.0.0.1' : values.HOST;
  const master = decodeKey(values.TOKEN_ENCRYPTION_KEY);
  const { TENANT_ID: tenantId, GRAPH_CLIENT_ID: clientId, GRAPH_CLIENT_SECRET: clientSecret } = values;
  if (!master || !tenantId || !clientId || !clientSecret)
    throw new Error('a checked configuration lacks a required value');
  const config: Config = {
    port: values.PORT,
    host,
    publicUrl: new URL(values.PUBLIC_URL ?? `http://localhost:${values.PORT}`).origin,
    databaseUrl: values.DATABASE_URL,
    tenantId: tenantId.toLowerCase(),
    bot: {
      appId: values.MICROSOFT_APP_ID?.toLowerCase() ?? null,
      appType: values.MICROSOFT_APP_TYPE,
      appPassword: values.MICROSOFT_APP_PASSWORD ?? null,
      openIdMetadataUrl: values.BOT_OPENID_METADATA_URL ?? null,
    },
    graph: {
      clientId: clientId.toLowerCase(),
      clientSecret,
      url: new URL(values.GRAPH_URL).origin,
      authorityUrl: new URL(values.AUTHORITY_URL).origin,
    },
    keys: { tokens: derive(master, 'tokens'), cards: derive(master, 'cards'), ledger: derive(master, 'ledger') },
    defaultMinutes: isoToMinutes(values.DEFAULT_DURATION) ?? 60,
    defaultTimeZone: values.DEFAULT_TIME_ZONE,
    adminGroupId: values.ADMIN_GROUP_ID?.toLowerCase() ?? null,
    logLevel: values.LOG_LEVEL,
    sandbox,
  };
  const notes = forced ? [`HOST ${values.HOST} is not loopback: the sandbox binds to ${host}`] : [];
  return { config: Object.freeze(config), notes };
}

/** The text an operator reads before exit 78. */
export function sayProblems(problems: readonly ConfigProblem[]): string {
  const lines = problems.map(({ name, found, mend }) => `  ${name}: found ${found}; ${mend}.`);
  return [`The configuration has ${problems.length} problem${problems.length === 1 ? '' : 's'}:`, ...lines].join('\n');
}
