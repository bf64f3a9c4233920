import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from './support/fast-check.ts';
import { isConfigured, loadConfig, sayProblems, schema } from '../src/config.ts';
import type { Config, Env } from '../src/config.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const committed = parseEnv(readFileSync(`${root}env/.env.sandbox`, 'utf8'));

const tenantId = '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed';
const botId = 'aaaaaaaa-1111-4222-8333-444444444444';
const graphId = 'bbbbbbbb-1111-4222-8333-444444444444';
const key = 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=';

const real: Env = {
  PUBLIC_URL: 'https://jitney.example.com',
  TENANT_ID: tenantId,
  MICROSOFT_APP_ID: botId,
  MICROSOFT_APP_PASSWORD: 'the-bot-secret',
  GRAPH_CLIENT_ID: graphId,
  GRAPH_CLIENT_SECRET: 'the-graph-secret',
  TOKEN_ENCRYPTION_KEY: key,
};
const sandbox: Env = {
  ...committed,
  SANDBOX: '1',
  GRAPH_URL: 'https://localhost:4001',
  AUTHORITY_URL: 'https://localhost:4001',
};
const gated: Env = {
  ...sandbox,
  MICROSOFT_APP_ID: botId,
  BOT_OPENID_METADATA_URL: 'http://127.0.0.1:4002/.well-known/openidconfiguration',
};

function good(env: Env): Config {
  const loaded = loadConfig(env);
  if (loaded.kind === 'problems') throw new Error(sayProblems(loaded.problems));
  return loaded.config;
}

function namesWrong(env: Env): readonly string[] {
  const loaded = loadConfig(env);
  return loaded.kind === 'problems' ? [...new Set(loaded.problems.map(({ name }) => name))] : [];
}

function said(env: Env): string {
  const loaded = loadConfig(env);
  return loaded.kind === 'problems' ? sayProblems(loaded.problems) : '';
}

const metadata = 'https://login.botframework.azure.us/v1/.well-known/openidconfiguration';
const loopbackMetadata = 'http://localhost:4002/keys';

/** Every row is sound but for its changes; the names are all that is complained about. */
type Row = readonly [what: string, base: Env, changes: Env, wrong: readonly string[]];

const badTenants: readonly Row[] = [
  ['no tenant id', real, { TENANT_ID: undefined }, ['TENANT_ID']],
  ['no bot id', real, { MICROSOFT_APP_ID: undefined }, ['MICROSOFT_APP_ID']],
  ['no Graph id', real, { GRAPH_CLIENT_ID: undefined }, ['GRAPH_CLIENT_ID']],
  ['no Graph secret', real, { GRAPH_CLIENT_SECRET: undefined }, ['GRAPH_CLIENT_SECRET']],
  ['no bot secret', real, { MICROSOFT_APP_PASSWORD: undefined }, ['MICROSOFT_APP_PASSWORD']],
  ['no public address', real, { PUBLIC_URL: undefined }, ['PUBLIC_URL']],
  ['no key', real, { TOKEN_ENCRYPTION_KEY: undefined }, ['TOKEN_ENCRYPTION_KEY']],
  ['an empty Graph secret', real, { GRAPH_CLIENT_SECRET: '' }, ['GRAPH_CLIENT_SECRET']],
  ['a blank Graph secret', real, { GRAPH_CLIENT_SECRET: '   ' }, ['GRAPH_CLIENT_SECRET']],
  ['an empty bot secret', real, { MICROSOFT_APP_PASSWORD: '' }, ['MICROSOFT_APP_PASSWORD']],
  ['a blank bot secret', real, { MICROSOFT_APP_PASSWORD: '\t\n' }, ['MICROSOFT_APP_PASSWORD']],
  ['a secret with its line end', real, { GRAPH_CLIENT_SECRET: 'x\n' }, ['GRAPH_CLIENT_SECRET']],
  ['an empty key', real, { TOKEN_ENCRYPTION_KEY: '' }, ['TOKEN_ENCRYPTION_KEY']],
  ['a short old key', real, { TOKEN_ENCRYPTION_KEY_OLD: 'c2hvcnQ=' }, ['TOKEN_ENCRYPTION_KEY_OLD']],
  [
    'the key as its own old one',
    real,
    { TOKEN_ENCRYPTION_KEY_OLD: real['TOKEN_ENCRYPTION_KEY'] },
    ['TOKEN_ENCRYPTION_KEY_OLD'],
  ],
  [
    'single sign-on for another registration',
    real,
    { SSO_RESOURCE: `api://jitney.example.com/${real['TENANT_ID']}` },
    ['SSO_RESOURCE'],
  ],
  ['a resource that is no Application ID URI', real, { SSO_RESOURCE: 'https://jitney.example.com' }, ['SSO_RESOURCE']],
  ['nothing kept without single sign-on', real, { SIGN_IN_HOURS: '0' }, ['SIGN_IN_HOURS']],
  ['a sign-in kept for a day', real, { SIGN_IN_HOURS: '24' }, ['SIGN_IN_HOURS']],
  ['a short key', real, { TOKEN_ENCRYPTION_KEY: 'c2hvcnQ=' }, ['TOKEN_ENCRYPTION_KEY']],
  ['a passphrase as key', real, { TOKEN_ENCRYPTION_KEY: 'correct horse battery staple 123' }, ['TOKEN_ENCRYPTION_KEY']],
  ['a key of zeros', real, { TOKEN_ENCRYPTION_KEY: `${'A'.repeat(43)}=` }, ['TOKEN_ENCRYPTION_KEY']],
  ['a hexadecimal key of zeros', real, { TOKEN_ENCRYPTION_KEY: '0'.repeat(64) }, ['TOKEN_ENCRYPTION_KEY']],
  ['the sandbox’s key', real, { TOKEN_ENCRYPTION_KEY: committed['TOKEN_ENCRYPTION_KEY'] }, ['TOKEN_ENCRYPTION_KEY']],
  [
    'the sandbox’s key in hexadecimal',
    real,
    { TOKEN_ENCRYPTION_KEY: Buffer.from(committed['TOKEN_ENCRYPTION_KEY'] ?? '', 'base64').toString('hex') },
    ['TOKEN_ENCRYPTION_KEY'],
  ],
  [
    'the sandbox’s key without its padding',
    real,
    { TOKEN_ENCRYPTION_KEY: committed['TOKEN_ENCRYPTION_KEY']?.replace('=', '') },
    ['TOKEN_ENCRYPTION_KEY'],
  ],
  ['the sandbox’s secret', real, { GRAPH_CLIENT_SECRET: committed['GRAPH_CLIENT_SECRET'] }, ['GRAPH_CLIENT_SECRET']],
  ['a tenant name as id', real, { TENANT_ID: 'contoso.onmicrosoft.com' }, ['TENANT_ID']],
  ['every tenant', real, { TENANT_ID: 'common' }, ['TENANT_ID']],
  ['a wildcard as tenant', real, { TENANT_ID: '*' }, ['TENANT_ID']],
  ['the empty GUID as tenant', real, { TENANT_ID: '00000000-0000-0000-0000-000000000000' }, ['TENANT_ID']],
  ['the empty GUID as group', real, { ADMIN_GROUP_ID: '00000000-0000-0000-0000-000000000000' }, ['ADMIN_GROUP_ID']],
  ['a bot id that is no GUID', real, { MICROSOFT_APP_ID: 'jitney' }, ['MICROSOFT_APP_ID']],
  ['an admin group that is no GUID', real, { ADMIN_GROUP_ID: 'Admins' }, ['ADMIN_GROUP_ID']],
  ['guests perhaps', real, { ALLOW_GUESTS: 'yes' }, ['ALLOW_GUESTS']],
  ['an answer for rooms that nobody knows', real, { ROOM_ANSWERS: 'loud' }, ['ROOM_ANSWERS']],
  ['one app for bot and Graph', real, { GRAPH_CLIENT_ID: botId }, ['GRAPH_CLIENT_ID']],
  ['one app, once in capitals', real, { GRAPH_CLIENT_ID: botId.toUpperCase() }, ['GRAPH_CLIENT_ID']],
  ['a bot of many tenants', real, { MICROSOFT_APP_TYPE: 'MultiTenant' }, ['MICROSOFT_APP_TYPE']],
  ['a password beside a managed identity', real, { MICROSOFT_APP_TYPE: 'UserAssignedMSI' }, ['MICROSOFT_APP_PASSWORD']],
  [
    'a certificate beside a managed identity',
    real,
    { MICROSOFT_APP_TYPE: 'UserAssignedMSI', MICROSOFT_APP_PASSWORD: undefined, MICROSOFT_APP_CERTIFICATE: '/bot.pem' },
    ['MICROSOFT_APP_CERTIFICATE'],
  ],
  ['two credentials of the bot', real, { MICROSOFT_APP_CERTIFICATE: '/bot.pem' }, ['MICROSOFT_APP_CERTIFICATE']],
  ['two credentials for Graph', real, { GRAPH_CLIENT_CERTIFICATE: '/graph.pem' }, ['GRAPH_CLIENT_CERTIFICATE']],
  [
    'a certificate in place of its path',
    real,
    { GRAPH_CLIENT_SECRET: undefined, GRAPH_CLIENT_CERTIFICATE: '-----BEGIN CERTIFICATE-----' },
    ['GRAPH_CLIENT_CERTIFICATE'],
  ],
  [
    'bot keys of another cloud',
    real,
    { BOT_OPENID_METADATA_URL: 'https://login.botframework.azure.us/v1/keys' },
    ['BOT_OPENID_METADATA_URL'],
  ],
  ['http as public address', real, { PUBLIC_URL: 'http://jitney.example.com' }, ['PUBLIC_URL']],
  ['http on loopback as public address', real, { PUBLIC_URL: 'http://localhost:3978' }, ['PUBLIC_URL']],
  ['a public address with a path', real, { PUBLIC_URL: 'https://example.com/jitney' }, ['PUBLIC_URL']],
  ['a public address with a query', real, { PUBLIC_URL: 'https://example.com?a=b' }, ['PUBLIC_URL']],
  ['a public address without a scheme', real, { PUBLIC_URL: 'jitney.example.com' }, ['PUBLIC_URL']],
  ['a public address of another kind', real, { PUBLIC_URL: 'ftp://jitney.example.com' }, ['PUBLIC_URL']],
  ['a user name in an address', real, { PUBLIC_URL: 'https://me:word@jitney.example.com' }, ['PUBLIC_URL']],
  ['Graph with a version', real, { GRAPH_URL: 'https://graph.microsoft.com/v1.0' }, ['GRAPH_URL']],
  ['Graph over http', real, { GRAPH_URL: 'http://graph.microsoft.com' }, ['GRAPH_URL']],
  ['Graph somewhere else', real, { GRAPH_URL: 'https://graph.microsoft.com.evil.example' }, ['GRAPH_URL']],
  ['Graph on another port', real, { GRAPH_URL: 'https://graph.microsoft.com:8443' }, ['GRAPH_URL']],
  ['Graph on loopback', real, { GRAPH_URL: 'https://localhost:4001' }, ['GRAPH_URL']],
  ['Graph behind a user name', real, { GRAPH_URL: 'https://graph.microsoft.com@evil.example' }, ['GRAPH_URL']],
  ['Graph of another cloud', real, { GRAPH_URL: 'https://graph.microsoft.us' }, ['GRAPH_URL']],
  ['sign-in of another cloud', real, { AUTHORITY_URL: 'https://login.microsoftonline.us' }, ['GRAPH_URL']],
  [
    'a sign-in service with a tenant',
    real,
    { AUTHORITY_URL: `https://login.microsoftonline.com/${tenantId}` },
    ['AUTHORITY_URL'],
  ],
  [
    'a sign-in service for everybody',
    real,
    { AUTHORITY_URL: 'https://login.microsoftonline.com/common' },
    ['AUTHORITY_URL'],
  ],
  ['sign-in over http', real, { AUTHORITY_URL: 'http://login.microsoftonline.com' }, ['AUTHORITY_URL']],
  ['sign-in somewhere else', real, { AUTHORITY_URL: 'https://login.example.com' }, ['AUTHORITY_URL']],
  [
    'bot keys over http',
    real,
    { BOT_OPENID_METADATA_URL: metadata.replace('https', 'http') },
    ['BOT_OPENID_METADATA_URL'],
  ],
  [
    'bot keys of somebody else',
    real,
    { BOT_OPENID_METADATA_URL: 'https://keys.example.com/openid' },
    ['BOT_OPENID_METADATA_URL'],
  ],
  [
    'bot keys on loopback',
    real,
    { BOT_OPENID_METADATA_URL: 'https://localhost:4002/keys' },
    ['BOT_OPENID_METADATA_URL'],
  ],
  ['a port of words', real, { PORT: 'http' }, ['PORT']],
  ['port 0', real, { PORT: '0' }, ['PORT']],
  ['a port too high', real, { PORT: '65536' }, ['PORT']],
  ['a negative port', real, { PORT: '-1' }, ['PORT']],
  ['a port with a fraction', real, { PORT: '3978.5' }, ['PORT']],
  ['a port in hexadecimal', real, { PORT: '0x50' }, ['PORT']],
  ['a URL as host', real, { HOST: 'http://0.0.0.0' }, ['HOST']],
  ['a host with a port', real, { HOST: '127.0.0.1:3978' }, ['HOST']],
  ['another kind of database', real, { DATABASE_URL: 'mysql://me:word@db/jitney' }, ['DATABASE_URL']],
  ['a database without a path', real, { DATABASE_URL: 'sqlite:' }, ['DATABASE_URL']],
  ...[
    'postgres://jitney:word@db.contoso.com/jitney',
    'postgresql://db/jitney',
    'postgres://10.0.0.4/jitney',
    'postgres://localhost.contoso.com/jitney',
    'postgres://localhost/jitney?host=db.contoso.com',
    'postgres://localhost/jitney?host=/run/postgresql&host=db.contoso.com',
    'postgres://me:word@/jitney?host=db.contoso.com',
    ...['require', 'prefer', 'allow', 'verify-ca', 'no-verify', 'VERIFY-FULL', ''].map(
      (mode) => `postgres://db.contoso.com/jitney?sslmode=${mode}`,
    ),
    'postgres://db.contoso.com/jitney?sslmode=verify-full&sslmode=no-verify',
    'postgres://db.contoso.com/jitney?ssl=true',
  ].map((address): Row => [
    `a database that is not checked, ${address}`,
    real,
    { DATABASE_URL: address },
    ['DATABASE_URL'],
  ]),
  [
    'a database elsewhere by PGHOST',
    real,
    { DATABASE_URL: 'postgres:///jitney', PGHOST: 'db.contoso.com' },
    ['DATABASE_URL'],
  ],
  ['a length in words', real, { DEFAULT_DURATION: '1 hour' }, ['DEFAULT_DURATION']],
  ['a length PIM refuses', real, { DEFAULT_DURATION: 'PT4M' }, ['DEFAULT_DURATION']],
  ['a length without end', real, { DEFAULT_DURATION: `PT${'9'.repeat(400)}H` }, ['DEFAULT_DURATION']],
  ['a zone that is nowhere', real, { DEFAULT_TIME_ZONE: 'Mars/Olympus' }, ['DEFAULT_TIME_ZONE']],
  ['a log level of another program', real, { LOG_LEVEL: 'verbose' }, ['LOG_LEVEL']],
  ['a sandbox that is neither on nor off', real, { SANDBOX: 'true' }, ['SANDBOX']],
  ['TLS without a check', real, { NODE_TLS_REJECT_UNAUTHORIZED: '0' }, ['NODE_TLS_REJECT_UNAUTHORIZED']],
];

const badSandboxes: readonly Row[] = [
  ['production', sandbox, { NODE_ENV: 'production' }, ['SANDBOX']],
  ['the real Graph', sandbox, { GRAPH_URL: 'https://graph.microsoft.com' }, ['GRAPH_URL']],
  ['the real Graph by default', sandbox, { GRAPH_URL: undefined }, ['GRAPH_URL']],
  ['the real sign-in', sandbox, { AUTHORITY_URL: 'https://login.microsoftonline.com' }, ['AUTHORITY_URL']],
  ['the real sign-in by default', sandbox, { AUTHORITY_URL: undefined }, ['AUTHORITY_URL']],
  ['a host of the network', sandbox, { GRAPH_URL: 'http://192.168.1.10' }, ['GRAPH_URL']],
  ['every address of this machine', sandbox, { GRAPH_URL: 'http://0.0.0.0:4001' }, ['GRAPH_URL']],
  ['127.1', sandbox, { GRAPH_URL: 'http://127.1' }, ['GRAPH_URL']],
  ['0x7f000001', sandbox, { GRAPH_URL: 'http://0x7f000001' }, ['GRAPH_URL']],
  ['2130706433', sandbox, { GRAPH_URL: 'http://2130706433' }, ['GRAPH_URL']],
  ['0177.0.0.1', sandbox, { AUTHORITY_URL: 'http://0177.0.0.1' }, ['AUTHORITY_URL']],
  ['an IPv4 address in IPv6', sandbox, { GRAPH_URL: 'http://[::ffff:127.0.0.1]' }, ['GRAPH_URL']],
  ['localhost.evil.com', sandbox, { GRAPH_URL: 'http://localhost.evil.com' }, ['GRAPH_URL']],
  ['127.0.0.1.nip.io', sandbox, { GRAPH_URL: 'http://127.0.0.1.nip.io' }, ['GRAPH_URL']],
  ['localhost with a dot', sandbox, { GRAPH_URL: 'http://localhost.' }, ['GRAPH_URL']],
  ['LOCALHOST', sandbox, { GRAPH_URL: 'http://LOCALHOST:4001' }, ['GRAPH_URL']],
  ['loopback as a user name', sandbox, { GRAPH_URL: 'http://127.0.0.1@evil.com' }, ['GRAPH_URL']],
  ['loopback behind a fragment', sandbox, { GRAPH_URL: 'http://evil.com#@127.0.0.1' }, ['GRAPH_URL']],
  ['loopback behind a backslash', sandbox, { GRAPH_URL: 'http://evil.com\\@127.0.0.1' }, ['GRAPH_URL']],
  ['a user name on loopback', sandbox, { AUTHORITY_URL: 'http://me:word@127.0.0.1:4001' }, ['AUTHORITY_URL']],
  ['another scheme on loopback', sandbox, { GRAPH_URL: 'ftp://127.0.0.1' }, ['GRAPH_URL']],
  ['Graph with a version', sandbox, { GRAPH_URL: 'http://127.0.0.1:4001/v1.0' }, ['GRAPH_URL']],
  ['a sign-in service with a tenant', sandbox, { AUTHORITY_URL: 'http://127.0.0.1:4001/common' }, ['AUTHORITY_URL']],
  ['bot keys of the public cloud', gated, { BOT_OPENID_METADATA_URL: metadata }, ['BOT_OPENID_METADATA_URL']],
  ['bot keys at an odd spelling', gated, { BOT_OPENID_METADATA_URL: 'http://127.1/keys' }, ['BOT_OPENID_METADATA_URL']],
  [
    'a user name before bot keys',
    gated,
    { BOT_OPENID_METADATA_URL: 'http://a:b@127.0.0.1/keys' },
    ['BOT_OPENID_METADATA_URL'],
  ],
  ['a bot id without its keys', sandbox, { MICROSOFT_APP_ID: botId }, ['BOT_OPENID_METADATA_URL']],
  ['bot keys without the bot’s id', sandbox, { BOT_OPENID_METADATA_URL: loopbackMetadata }, ['MICROSOFT_APP_ID']],
  ['http beyond loopback', sandbox, { PUBLIC_URL: 'http://jitney.example.com' }, ['PUBLIC_URL']],
  ['no tenant', sandbox, { TENANT_ID: undefined }, ['TENANT_ID']],
  ['no Graph id', sandbox, { GRAPH_CLIENT_ID: undefined }, ['GRAPH_CLIENT_ID']],
  ['no Graph secret', sandbox, { GRAPH_CLIENT_SECRET: '' }, ['GRAPH_CLIENT_SECRET']],
  ['no key', sandbox, { TOKEN_ENCRYPTION_KEY: ' ' }, ['TOKEN_ENCRYPTION_KEY']],
];

describe('a real tenant is refused with', () => {
  test.each(badTenants)('%s', (_what, base, changes, wrong) => {
    expect(namesWrong({ ...base, ...changes })).toEqual(wrong);
  });
});

describe('a sandbox is refused with', () => {
  test.each(badSandboxes)('%s', (_what, base, changes, wrong) => {
    expect(namesWrong({ ...base, ...changes })).toEqual(wrong);
  });
});

describe('one id of a real tenant asks for all of it:', () => {
  test.each(['TENANT_ID', 'MICROSOFT_APP_ID', 'GRAPH_CLIENT_ID'])('%s', (name) => {
    expect(isConfigured({ [name]: real[name] })).toBe(true);
    const missing = Object.keys(real).filter((one) => one !== name);
    expect([...namesWrong({ [name]: real[name] })].toSorted()).toEqual(missing.toSorted());
  });

  test('none of them, nor the sandbox: nothing is configured', () => {
    expect(isConfigured({ PORT: '3978', TENANT_ID: '', SANDBOX: ' ' })).toBe(false);
  });
});

describe('a good configuration:', () => {
  test('a real tenant with a secret, and the documented defaults', () => {
    const { keys, ...config } = good(real);
    expect(config).toEqual({
      port: 3978,
      oldKeys: null,
      signInHours: 12,
      host: '127.0.0.1',
      publicUrl: 'https://jitney.example.com',
      databaseUrl: 'sqlite:data/jitney.db',
      tenantId,
      bot: {
        appId: botId,
        credential: { kind: 'secret', secret: 'the-bot-secret' },
        cloud: 'public',
        openIdMetadataUrl: null,
      },
      graph: {
        clientId: graphId,
        credential: { kind: 'secret', secret: 'the-graph-secret' },
        ssoResource: null,
        url: 'https://graph.microsoft.com',
        authorityUrl: 'https://login.microsoftonline.com',
      },
      defaultMinutes: 60,
      defaultTimeZone: 'UTC',
      adminGroupId: null,
      auditorGroupId: null,
      roomAnswers: 'neutral',
      readOnly: false,
      anchors: { everyMs: 3_600_000, file: null, url: null },
      allowGuests: false,
      logLevel: 'info',
      sandbox: false,
    });
    const texts = Object.values(keys).map((bytes) => Buffer.from(bytes).toString('base64'));
    expect(new Set([...texts, key]).size).toBe(4);
  });

  test('a managed identity needs no password', () => {
    const managed = { ...real, MICROSOFT_APP_TYPE: 'UserAssignedMSI', MICROSOFT_APP_PASSWORD: undefined };
    expect(good(managed).bot.credential).toEqual({ kind: 'managedIdentity' });
  });

  test('certificates take the place of both secrets', () => {
    const config = good({
      ...real,
      MICROSOFT_APP_PASSWORD: undefined,
      MICROSOFT_APP_CERTIFICATE: '/run/keys/bot.pem',
      GRAPH_CLIENT_SECRET: undefined,
      GRAPH_CLIENT_CERTIFICATE: '/run/keys/graph.pem',
    });
    expect(config.bot.credential).toEqual({ kind: 'certificate', path: '/run/keys/bot.pem' });
    expect(config.graph.credential).toEqual({ kind: 'certificate', path: '/run/keys/graph.pem' });
  });

  test.each([
    ['usGov', 'https://login.microsoftonline.us', 'https://graph.microsoft.us', 'login.botframework.azure.us'],
    ['usDoD', 'https://login.microsoftonline.us', 'https://dod-graph.microsoft.us', 'login.botframework.azure.us'],
    [
      'china',
      'https://login.chinacloudapi.cn',
      'https://microsoftgraph.chinacloudapi.cn',
      'login.botframework.azure.cn',
    ],
  ])('a national cloud, %s: %s with %s', (cloud, authorityUrl, url, host) => {
    const keys = `https://${host}/v1/.well-known/openidconfiguration`;
    const env = { ...real, AUTHORITY_URL: authorityUrl, GRAPH_URL: `${url}/` };
    expect(good(env).graph).toMatchObject({ authorityUrl, url });
    expect(good(env).bot).toMatchObject({ cloud, openIdMetadataUrl: null });
    expect(good({ ...env, BOT_OPENID_METADATA_URL: keys }).bot.openIdMetadataUrl).toBe(keys);
  });

  test.each([
    'sqlite:data/jitney.db',
    'postgres://jitney:word@localhost/jitney',
    'postgresql://127.0.0.1:5433/jitney',
    'postgres://[::1]/jitney',
    'postgres:///jitney',
    'postgres://jitney@localhost/jitney?host=/run/postgresql',
    'postgres://me:word@/jitney?host=/run/postgresql',
    'postgres://%2Frun%2Fpostgresql/jitney',
    'postgres://jitney:word@db.contoso.com/jitney?sslmode=verify-full',
    'postgres://db.contoso.com/jitney?sslmode=verify-full&sslrootcert=/run/keys/ca.pem',
  ])('a database to which nobody comes in between, %s', (address) => {
    expect(loadConfig({ ...real, DATABASE_URL: address })).toMatchObject({
      config: { databaseUrl: address },
      notes: [],
    });
  });

  test('a database elsewhere in the clear, where the operator says so, and is told so at every start', () => {
    const loaded = loadConfig({ ...real, DATABASE_URL: 'postgres://jitney:word@db/jitney?sslmode=disable' });
    expect(loaded).toMatchObject({
      kind: 'config',
      notes: ['DATABASE_URL has sslmode=disable: whoever reaches the network to db can read and change all of it'],
    });
  });

  test('the sandbox with a database wherever it is', () => {
    const address = 'postgres://db/jitney';
    expect(loadConfig({ ...sandbox, DATABASE_URL: address })).toMatchObject({ kind: 'config', notes: [] });
  });

  test('the sandbox with unsigned activities', () => {
    expect(good(sandbox)).toMatchObject({
      sandbox: true,
      publicUrl: 'http://localhost:3978',
      bot: { appId: null, openIdMetadataUrl: null },
    });
  });

  test('the sandbox with the gate closed to unsigned activities', () => {
    expect(good(gated).bot).toMatchObject({ appId: botId, openIdMetadataUrl: gated['BOT_OPENID_METADATA_URL'] });
  });

  test.each(['http://localhost:4001', 'http://127.0.0.1:4001', 'http://[::1]:4001', 'https://127.0.0.2'])(
    'the sandbox at %s',
    (url) => {
      expect(good({ ...sandbox, GRAPH_URL: url, AUTHORITY_URL: url }).graph).toMatchObject({ url, authorityUrl: url });
    },
  );

  test.each(['0.0.0.0', '::', '192.168.1.10', 'jitney.example.com'])('the sandbox never listens on %s', (host) => {
    expect(good({ ...sandbox, HOST: host }).host).toBe('127.0.0.1');
    const loaded = loadConfig({ ...sandbox, HOST: host });
    expect(loaded).toHaveProperty('notes', [`HOST ${host} is not loopback: the sandbox binds to 127.0.0.1`]);
    expect(good({ ...real, HOST: host }).host).toBe(host);
  });

  test.each(['localhost', '127.0.0.1', '::1'])('the sandbox may listen on %s', (host) => {
    expect(loadConfig({ ...sandbox, HOST: host })).toMatchObject({ config: { host }, notes: [] });
  });

  test('ids are compared in small letters, whatever the case they are given in', () => {
    const shouted = { ...real, TENANT_ID: tenantId.toUpperCase(), ADMIN_GROUP_ID: graphId.toUpperCase() };
    expect(good(shouted)).toMatchObject({ tenantId, adminGroupId: graphId });
  });

  test('a key in hexadecimal is the same key', () => {
    const hex = Buffer.from(key, 'base64').toString('hex');
    expect(good({ ...real, TOKEN_ENCRYPTION_KEY: hex }).keys).toEqual(good(real).keys);
  });

  test('nobody can change it', () => {
    const config = good(real);
    for (const part of [config, config.bot, config.graph, config.keys]) expect(Object.isFrozen(part)).toBe(true);
  });
});

describe('the operator is told', () => {
  test('every problem at once, each with its name, what was found and how to mend it', () => {
    const env = {
      ...real,
      PORT: 'http',
      GRAPH_URL: 'https://graph.microsoft.com/v1.0',
      TENANT_ID: 'common',
      LOG_LEVEL: undefined,
    };
    expect(said(env)).toBe(
      [
        'The configuration has 3 problems:',
        '  PORT: found “http”; give a port from 1 to 65535.',
        '  TENANT_ID: found “common”; give a GUID such as 1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed.',
        '  GRAPH_URL: found “https://graph.microsoft.com/v1.0”; give the origin only, no version: https://graph.microsoft.com.',
      ].join('\n'),
    );
  });

  test('of everything that is missing, by name', () => {
    const text = said({ TENANT_ID: tenantId });
    for (const name of Object.keys(real)) expect(text.includes(`${name}: found nothing`)).toBe(name !== 'TENANT_ID');
  });

  test('what to add to the address of a database elsewhere', () => {
    expect(said({ ...real, DATABASE_URL: 'postgres://jitney:word@db/jitney' })).toContain(
      'DATABASE_URL: found a value of 32 characters; the server is on another machine: add sslmode=verify-full (and sslrootcert=PATH for a CA of your own), or sslmode=disable where the network between is yours alone.',
    );
  });

  test('in our words: no text of the schema’s library', () => {
    for (const [, base, changes] of [...badTenants, ...badSandboxes]) {
      expect(said({ ...base, ...changes })).not.toMatch(/invalid|expected|too (small|big)|undefined/i);
    }
  });

  test('never the value of a secret, wherever it stands and whatever is wrong', () => {
    const value = fc.stringMatching(/^[\w.~@:#/ -]{12,40}$/);
    const secretNames = ['MICROSOFT_APP_PASSWORD', 'GRAPH_CLIENT_SECRET', 'TOKEN_ENCRYPTION_KEY', 'DATABASE_URL'];
    const addresses = ['PUBLIC_URL', 'GRAPH_URL', 'AUTHORITY_URL', 'BOT_OPENID_METADATA_URL'];
    const rows = fc.constantFrom(...badTenants, ...badSandboxes);
    fc.assert(
      fc.property(rows, fc.array(value, { minLength: 5, maxLength: 5 }), ([, base, changes], values) => {
        const [word = '', ...rest] = values.map((text) => text.trim()).filter((text) => text.length >= 10);
        const secrets = Object.fromEntries(secretNames.map((name, at) => [name, rest[at]]));
        const escaped = encodeURIComponent(word);
        const inside = Object.fromEntries(addresses.map((name) => [name, `https://me:${escaped}@evil.example/v1`]));
        const text = said({ ...base, ...changes, ...secrets, ...inside });
        for (const kept of [...rest, ...(escaped === '' ? [] : [escaped])]) expect(text).not.toContain(kept);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ['a client secret as the bot’s id', 'MICROSOFT_APP_ID', 'Qx18Q~bV2nR7yTz4LkP0sWcXe9UdHg3MfJ.aB5iO'],
    ['a token as the tenant', 'TENANT_ID', 'eyJhbGciOiJSUzI1NiJ9.eyJvaWQiOiIxIn0.c2lnbmF0dXJl'],
    ['the key as the group', 'ADMIN_GROUP_ID', key],
  ])('not even of a secret in the wrong place: %s', (_what, name, value) => {
    const text = said({ ...real, [name]: value });
    expect(text).toContain(`${name}: found`);
    expect(text).not.toContain(value);
  });

  test.each(['postgres:/me:hunter2hunter2@db/jitney', 'mysql://me:hunter2/hunter2@db', 'me:hunter2hunter2@db'])(
    'not the password in a database address that cannot be read: %s',
    (address) => {
      expect(said({ ...real, DATABASE_URL: address })).toContain('DATABASE_URL: found a value of');
      expect(said({ ...real, DATABASE_URL: address })).not.toContain('hunter2');
    },
  );
});

describe('the committed files of env', () => {
  const example = readFileSync(`${root}env/.env.example`, 'utf8');

  test('the example documents every variable once, in the schema’s order, each with a comment of its own', () => {
    const lines = example.split('\n');
    const named = lines.flatMap((line, at) =>
      /^[A-Z]/.test(line) ? [{ name: line.split('=')[0], before: lines[at - 1] }] : [],
    );
    expect(named.map(({ name }) => name)).toEqual(Object.keys(schema.shape));
    for (const { before } of named) expect(before).toMatch(/^# .{10,}/);
  });

  test('the example’s values are the defaults, and filled with a tenant it is good', () => {
    const values = parseEnv(example);
    expect(good({ ...values, ...real })).toEqual(good(real));
    expect(isConfigured(values)).toBe(false);
    expect(namesWrong(values)).toEqual(namesWrong({}));
  });

  test('the sandbox’s values suffice with the addresses that it prints, and for nothing else', () => {
    expect(good(sandbox).sandbox).toBe(true);
    const outside = namesWrong({ ...real, ...committed });
    expect(outside).toEqual(expect.arrayContaining(['TOKEN_ENCRYPTION_KEY', 'GRAPH_CLIENT_SECRET']));
  });
});
