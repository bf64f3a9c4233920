import { hkdfSync } from 'node:crypto';
import { isIP } from 'node:net';
import { z } from 'zod';
import { cloudOf, decodeKey, isLoopbackHost, keyHint, openDatabase, problem, rulesBroken } from './config-rules.ts';
import type { CloudName, ConfigProblem, Env } from './config-rules.ts';
import { isoToMinutes } from './core/duration.ts';
import { isTimeZone } from './core/moment.ts';

/** How an app proves to Entra what it is; a certificate by the path of its PEM file. */
export type Credential =
  | { readonly kind: 'secret'; readonly secret: string }
  | { readonly kind: 'certificate'; readonly path: string }
  | { readonly kind: 'managedIdentity' };

/** One for each purpose, all from the same TOKEN_ENCRYPTION_KEY. */
export type Keys = { readonly tokens: Uint8Array; readonly cards: Uint8Array; readonly ledger: Uint8Array };

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
    /** null only in the sandbox, whose connectors want no token. */
    readonly credential: Credential | null;
    /** Which of Microsoft's clouds the tenant is in, by its sign-in service and Graph. */
    readonly cloud: CloudName;
    readonly openIdMetadataUrl: string | null;
  };
  readonly graph: {
    readonly clientId: string;
    readonly credential: Credential;
    readonly url: string;
    readonly authorityUrl: string;
    /** The Application ID URI that Teams asks a token for; null: people sign in by the card. */
    readonly ssoResource: string | null;
  };
  /** How long a sign-in is kept; 0: for the life of its access token, and no refresh token at all. */
  readonly signInHours: number;
  /** The keys that were used before: they still open, and seal nothing. */
  readonly oldKeys: Keys | null;
  readonly keys: Keys;
  readonly defaultMinutes: number;
  readonly defaultTimeZone: string;
  readonly adminGroupId: string | null;
  readonly auditorGroupId: string | null;
  /** Where the newest record of the ledger is noted, and how often. */
  readonly anchors: { readonly everyMs: number; readonly file: string | null; readonly url: string | null };
  readonly roomAnswers: 'neutral' | 'none';
  readonly readOnly: boolean;
  readonly allowGuests: boolean;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly sandbox: boolean;
};

export type { Env };

export type Loaded =
  | { readonly kind: 'config'; readonly config: Config; readonly notes: readonly string[] }
  | { readonly kind: 'problems'; readonly problems: readonly ConfigProblem[] };

/** EX_CONFIG of sysexits.h. */
export const badConfigExit = 78;

const guid = z.guid({ error: 'give a GUID such as 1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed' });
const url = z.url({ error: 'give a URL such as https://jitney.example.com' });
const path = z
  .string()
  .refine((value) => !value.includes('-----BEGIN'), { error: 'give the path of a PEM file, not its content' });
const secret = z.string().refine((value) => value === value.trim(), { error: 'remove the white space around it' });

/** The one list of variables; env/.env.example documents them in this order. */
export const schema = z.object({
  PORT: z
    .string()
    .refine((port) => /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535, {
      error: 'give a port from 1 to 65535',
    })
    .default('3978')
    .transform(Number),
  HOST: z
    .string()
    .refine((host) => isIP(host) !== 0 || /^[a-z\d]([a-z\d.-]*[a-z\d])?$/i.test(host), {
      error: 'give an address to listen on, such as 127.0.0.1 or 0.0.0.0',
    })
    .default('127.0.0.1'),
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
  MICROSOFT_APP_PASSWORD: secret.optional(),
  MICROSOFT_APP_CERTIFICATE: path.optional(),
  GRAPH_CLIENT_ID: guid.optional(),
  GRAPH_CLIENT_SECRET: secret.optional(),
  GRAPH_CLIENT_CERTIFICATE: path.optional(),
  GRAPH_URL: url.default('https://graph.microsoft.com'),
  AUTHORITY_URL: url.default('https://login.microsoftonline.com'),
  BOT_OPENID_METADATA_URL: url.optional(),
  SSO_RESOURCE: z
    .string()
    .regex(/^api:\/\/[\w.:-]+(\/[\w.-]+)*$/, {
      error: 'give an Application ID URI such as api://jitney.example.com/GUID',
    })
    .optional(),
  TOKEN_ENCRYPTION_KEY: z.string({ error: keyHint }).refine((key) => decodeKey(key) !== null, { error: keyHint }),
  TOKEN_ENCRYPTION_KEY_OLD: z
    .string()
    .refine((key) => decodeKey(key) !== null, { error: 'give the key that was used before, or leave it out' })
    .optional(),
  SIGN_IN_HOURS: z
    .string()
    .refine((hours) => /^\d{1,2}$/.test(hours) && Number(hours) <= 12, { error: 'give whole hours from 0 to 12' })
    .default('12')
    .transform(Number),
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
  ALLOW_GUESTS: z.enum(['0', '1'], { error: 'give 1 to serve guests of the tenant, else leave it out' }).default('0'),
  AUDITOR_GROUP_ID: guid.optional(),
  ROOM_ANSWERS: z.enum(['neutral', 'none'], { error: 'give neutral or none' }).default('neutral'),
  READ_ONLY: z.enum(['0', '1'], { error: 'give 1 to change nothing, else leave it out' }).default('0'),
  AUDIT_ANCHOR_INTERVAL: z
    .string()
    .refine((length) => (isoToMinutes(length) ?? 0) >= 1, {
      error: 'give an ISO 8601 length of a minute or more, such as PT1H',
    })
    .default('PT1H'),
  AUDIT_ANCHOR_FILE: path.optional(),
  AUDIT_ANCHOR_URL: url.optional(),
  LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'], { error: 'give debug, info, warn, error or silent' })
    .default('info'),
  SANDBOX: z.enum(['0', '1'], { error: 'give 1 to run against the sandbox, else leave it out' }).default('0'),
});

/** True when the environment names a real tenant or the sandbox: then the bot can be started alone. */
export function isConfigured(env: Env): boolean {
  return ['TENANT_ID', 'MICROSOFT_APP_ID', 'GRAPH_CLIENT_ID', 'SANDBOX'].some((name) => env[name]?.trim());
}

/** Pure: everything wrong at once, or a complete configuration. A set but blank variable counts as missing. */
export function loadConfig(environment: Env): Loaded {
  const env = Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim()));
  const parsed = schema.safeParse(env);
  const problems = [...fieldProblems(parsed.error, env), ...rulesBroken(env)];
  if (!parsed.success || problems.length > 0) return { kind: 'problems', problems };
  return { kind: 'config', ...build(parsed.data, env) };
}

function fieldProblems(error: z.ZodError | undefined, env: Env): ConfigProblem[] {
  return (error?.issues ?? []).map((issue) => problem(env, String(issue.path[0]), issue.message));
}

function derive(key: Uint8Array, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, new Uint8Array(0), `jitney/${purpose}/v1`, 32));
}

export function keysOf(master: Uint8Array): Keys {
  return Object.freeze({
    tokens: derive(master, 'tokens'),
    cards: derive(master, 'cards'),
    ledger: derive(master, 'ledger'),
  });
}

function build(values: z.output<typeof schema>, env: Env): { config: Config; notes: string[] } {
  const sandbox = values.SANDBOX === '1';
  const forced = sandbox && !isLoopbackHost(values.HOST);
  const host = forced ? '127.0.0.1' : values.HOST;
  const master = decodeKey(values.TOKEN_ENCRYPTION_KEY);
  const old = values.TOKEN_ENCRYPTION_KEY_OLD === undefined ? null : decodeKey(values.TOKEN_ENCRYPTION_KEY_OLD);
  const { TENANT_ID: tenantId, GRAPH_CLIENT_ID: clientId } = values;
  const graphCredential = credentialOf(values.GRAPH_CLIENT_SECRET, values.GRAPH_CLIENT_CERTIFICATE);
  const botCredential =
    values.MICROSOFT_APP_TYPE === 'UserAssignedMSI'
      ? ({ kind: 'managedIdentity' } as const)
      : credentialOf(values.MICROSOFT_APP_PASSWORD, values.MICROSOFT_APP_CERTIFICATE);
  if (!master || !tenantId || !clientId || !graphCredential)
    throw new Error('a checked configuration lacks a required value');
  const config: Config = {
    port: values.PORT,
    host,
    publicUrl: new URL(values.PUBLIC_URL ?? `http://localhost:${values.PORT}`).origin,
    databaseUrl: values.DATABASE_URL,
    tenantId: tenantId.toLowerCase(),
    bot: Object.freeze({
      appId: values.MICROSOFT_APP_ID?.toLowerCase() ?? null,
      credential: botCredential,
      cloud: sandbox ? 'public' : (cloudOf(values.AUTHORITY_URL, values.GRAPH_URL)?.name ?? 'public'),
      openIdMetadataUrl: values.BOT_OPENID_METADATA_URL ?? null,
    }),
    graph: Object.freeze({
      clientId: clientId.toLowerCase(),
      credential: graphCredential,
      url: new URL(values.GRAPH_URL).origin,
      authorityUrl: new URL(values.AUTHORITY_URL).origin,
      ssoResource: values.SSO_RESOURCE ?? null,
    }),
    signInHours: values.SIGN_IN_HOURS,
    oldKeys: old && keysOf(old),
    keys: keysOf(master),
    defaultMinutes: isoToMinutes(values.DEFAULT_DURATION) ?? 60,
    defaultTimeZone: values.DEFAULT_TIME_ZONE,
    adminGroupId: values.ADMIN_GROUP_ID?.toLowerCase() ?? null,
    auditorGroupId: values.AUDITOR_GROUP_ID?.toLowerCase() ?? null,
    roomAnswers: values.ROOM_ANSWERS,
    readOnly: values.READ_ONLY === '1',
    anchors: Object.freeze({
      everyMs: (isoToMinutes(values.AUDIT_ANCHOR_INTERVAL) ?? 60) * 60_000,
      file: values.AUDIT_ANCHOR_FILE ?? null,
      url: values.AUDIT_ANCHOR_URL ?? null,
    }),
    allowGuests: values.ALLOW_GUESTS === '1',
    logLevel: values.LOG_LEVEL,
    sandbox,
  };
  const open = sandbox ? null : openDatabase(env);
  const notes = [
    ...(forced ? [`HOST ${values.HOST} is not loopback: the sandbox binds to ${host}`] : []),
    ...(open === null ? [] : [open]),
  ];
  return { config: Object.freeze(config), notes };
}

function credentialOf(value: string | undefined, path: string | undefined): Credential | null {
  if (path !== undefined) return Object.freeze({ kind: 'certificate', path });
  return value === undefined ? null : Object.freeze({ kind: 'secret', secret: value });
}

/** The text an operator reads before exit 78. */
export function sayProblems(problems: readonly ConfigProblem[]): string {
  const lines = problems.map(({ name, found, mend }) => `  ${name}: found ${found}; ${mend}.`);
  return [`The configuration has ${problems.length} problem${problems.length === 1 ? '' : 's'}:`, ...lines].join('\n');
}
