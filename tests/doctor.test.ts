import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { UnsecuredJWT } from 'jose';
import { parseDocument } from 'yaml';
import { examine } from '../scripts/doctor-checks.ts';
import type { Finding, SetUp } from '../scripts/doctor-finding.ts';
import { toLookAt } from '../scripts/doctor-look.ts';
import { sealer } from '../src/audit/ledger.ts';
import { loadConfig } from '../src/config.ts';
import type { Config } from '../src/config.ts';
import { seal } from '../src/identity/seal.ts';
import { openStore } from '../src/store/open.ts';
import { makeAppCertificate } from './support/app-certificate.ts';
import { contoso } from './support/contoso.ts';
import { startBot } from './support/bot.ts';
import type { StartedBot } from './support/bot.ts';
import { launch } from './support/processes.ts';
import { startSandbox } from './support/sandbox.ts';
import type { StartedSandbox } from './support/sandbox.ts';
import { startTeams } from './support/teams-client.ts';
import { trust } from './support/trust.ts';
import { makeKey, startChannel } from './teams/channel.ts';
import type { Channel } from './teams/channel.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const botId = '8d2b7f14-6a35-4c9d-8e21-0f9b6c7d8e91';
const botSecret = 'sandbox-bot-secret-not-a-secret';
const writing = 'PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup';

let sound: StartedSandbox;
let flawed: StartedSandbox;
let bot: StartedBot;
let channel: Channel;

beforeAll(async () => {
  const tenant = parseDocument(contoso);
  tenant.setIn(['apps', 'graph', 'application'], ['User.Read.All', writing, 'Mail.Read']);
  tenant.setIn(['apps', 'graph', 'redirectUris'], ['http://localhost/another']);
  tenant.setIn(['apps', 'bot', 'application'], ['User.Read.All']);
  channel = await startChannel(await makeKey('channel-1'));
  [sound, flawed] = await Promise.all([startSandbox(), startSandbox({ tenant: tenant.toString() })]);
  trust(sound.ca);
  trust(flawed.ca);
  bot = await startBot({ sandbox: sound });
}, 90_000);
afterAll(async () => {
  await bot.stop();
  bot.forget();
  await Promise.all([sound.stop(), flawed.stop(), channel.close()]);
});

function environment(sandbox: StartedSandbox): Record<string, string> {
  return {
    SANDBOX: '1',
    GRAPH_URL: sandbox.graph,
    AUTHORITY_URL: sandbox.authority,
    TENANT_ID: sandbox.tenantId,
    GRAPH_CLIENT_ID: '5f0c9a52-7c0e-4b8e-9a8b-3c1d2e4f5a60',
    GRAPH_CLIENT_SECRET: 'sandbox-graph-secret-not-a-secret',
    TOKEN_ENCRYPTION_KEY: 'aml0bmV5LXNhbmRib3gta2V5LW5vdC1hLXNlY3JldCE=',
    PUBLIC_URL: bot.url,
    DATABASE_URL: `sqlite:${bot.folder}/jitney.db`,
    MICROSOFT_APP_ID: botId,
    BOT_OPENID_METADATA_URL: channel.metadataUrl,
  };
}

const by = (pem: string) => ({ kind: 'certificate', pem }) as const;

type Changes = {
  readonly sandbox?: StartedSandbox;
  readonly env?: Readonly<Record<string, string>>;
  readonly secret?: string;
  /** In place of both secrets. */
  readonly certificates?: { readonly graph: string; readonly bot: string };
  readonly ahead?: number;
};

/** What is to be mended. */
async function complaints(changes: Changes): Promise<readonly string[]> {
  return (await findings(changes)).flatMap(({ kind, text }) => (kind === 'mend' ? [text] : []));
}

async function findings({
  sandbox = sound,
  env = {},
  secret = botSecret,
  certificates,
  ahead = 0,
}: Changes): Promise<readonly Finding[]> {
  const real = { ...environment(sandbox), ...env };
  const loaded = loadConfig(real);
  if (loaded.kind === 'problems') throw new Error(JSON.stringify(loaded.problems));
  const { credential } = loaded.config.graph;
  if (credential.kind !== 'secret') throw new Error('a secret was given');
  const setUp: SetUp = {
    config: loaded.config,
    credentials: certificates
      ? { graph: by(certificates.graph), bot: by(certificates.bot) }
      : { graph: credential, bot: { kind: 'secret', secret } },
    now: () => Date.now() + ahead,
  };
  return examine(setUp);
}

test('a sound set-up has nothing to mend', async () => {
  expect(await complaints({})).toEqual([]);
});

describe('a planted defect is found:', () => {
  test('permissions that are missing, that write, and that are not used', async () => {
    const found = (await complaints({ sandbox: flawed })).join('\n');
    for (const role of ['RoleManagementPolicy.Read.AzureADGroup', 'GroupMember.Read.All']) {
      expect(found).toContain(`The application permission ${role} is missing`);
    }
    expect(found).toContain(`The application permission ${writing} is too much, it can write: remove it.`);
    expect(found).toContain('The application permission Mail.Read is not used: remove it.');
    expect(found).toContain("The bot's registration has the permission User.Read.All");
    expect(found).not.toContain('permission User.Read.All is');
  });

  test('a redirect URI that Entra does not know', async () => {
    expect(await complaints({ sandbox: flawed })).toContain(
      `Entra does not know the redirect URI ${bot.url}/auth/callback: add it to the Graph client, platform Web.`,
    );
  });

  test('consent that nobody gave', async () => {
    const tenant = parseDocument(contoso);
    tenant.setIn(['apps', 'graph', 'delegated'], ['openid', 'profile', 'offline_access', writing]);
    const unconsented = await startSandbox({ tenant: tenant.toString() });
    trust(unconsented.ca);
    const found = await complaints({ sandbox: unconsented });
    await unconsented.stop();
    expect(found).toEqual(['Consent for the delegated permissions is missing: section 2 of docs/deploy.md.']);
  });

  test.each([
    ['Graph client', 'graph.microsoft.com', 'https://graph.microsoft.com'],
    ['bot', 'api.botframework.com', 'https://api.botframework.com'],
  ])('a token of the %s that is for another service', async (what, body, service) => {
    const token = new UnsecuredJWT({ aud: 'https://management.azure.com' }).encode();
    const answer = { status: 200, body: { token_type: 'Bearer', expires_in: 3600, access_token: token } };
    await sound.fault({ match: { method: 'POST', path: '/token', body }, answer });
    expect(await complaints({})).toContain(
      `The ${what}'s token is for another service than ${service}: check AUTHORITY_URL and GRAPH_URL.`,
    );
  });

  test.each([
    ['tid', 'is of another tenant: check TENANT_ID.'],
    ['azp', 'is not of GRAPH_CLIENT_ID.'],
  ])('a token of another %s', async (claim, what) => {
    const good = {
      aud: 'https://graph.microsoft.com',
      tid: sound.tenantId,
      azp: environment(sound)['GRAPH_CLIENT_ID'],
    };
    const token = new UnsecuredJWT({ ...good, [claim]: '99999999-0000-4000-8000-000000000003' }).encode();
    const answer = { status: 200, body: { token_type: 'Bearer', expires_in: 3600, access_token: token } };
    await sound.fault({ match: { method: 'POST', path: '/token', body: 'graph.microsoft.com' }, answer });
    expect(await complaints({})).toContain(`The Graph client's token ${what}`);
  });

  test('a sign-in service that cannot be reached, which says nothing of ids and secrets', async () => {
    const nowhere = { GRAPH_URL: 'https://localhost:1', AUTHORITY_URL: 'https://localhost:1' };
    const found = await complaints({ env: nowhere });
    expect(found).toContain(
      'The Graph client gets no token, because https://localhost:1 cannot be reached: open the way out.',
    );
    expect(found).toContain('The bot gets no token, because https://localhost:1 cannot be reached: open the way out.');
    expect(found.join()).not.toMatch(/secret|msal/);
  });

  test.each<[string, Changes, RegExp]>([
    [
      'a wrong secret of the Graph client',
      { env: { GRAPH_CLIENT_SECRET: 'another' } },
      /^The Graph client gets no token \(Entra answers AADSTS7000215\)/,
    ],
    ['a wrong secret of the bot', { secret: 'another' }, /^The bot gets no token \(Entra answers AADSTS7000215\)/],
    [
      'a Graph client that is not there',
      { env: { GRAPH_CLIENT_ID: '99999999-0000-4000-8000-000000000001' } },
      /^The Graph client gets no token \(Entra answers AADSTS700016\)/,
    ],
    [
      'a tenant that is not there',
      { env: { TENANT_ID: '99999999-0000-4000-8000-000000000002' } },
      /^Entra does not know the tenant/,
    ],
    [
      'a clock that is two minutes ahead',
      { ahead: 120_000 },
      /^This machine’s clock is 1[12]\d seconds ahead of Entra’s/,
    ],
    [
      'a clock that is ten minutes behind',
      { ahead: -600_000 },
      /^This machine’s clock is (59|60)\d seconds behind Entra’s/,
    ],
    [
      'an address where nobody answers',
      { env: { PUBLIC_URL: 'http://127.0.0.1:1' } },
      /^http:\/\/127\.0\.0\.1:1 does not answer/,
    ],
    [
      'a database that is not there',
      { env: { DATABASE_URL: 'sqlite:/nowhere/at/all.db' } },
      /^The database cannot be read/,
    ],
    ['a database of nothing', { env: { DATABASE_URL: 'sqlite::memory:' } }, /^The database lacks 001-first/],
    [
      'signing keys that cannot be had',
      { env: { BOT_OPENID_METADATA_URL: 'http://127.0.0.1:1/keys' } },
      /^The keys that sign Teams’ messages cannot be read/,
    ],
  ])('%s', async (_what, changes, expected) => {
    expect(await complaints(changes)).toContainEqual(expect.stringMatching(expected));
  });

  test('a certificate that ends this month, while one that ends next year is well', async () => {
    const [soon, later] = await Promise.all([makeAppCertificate({ days: 20 }), makeAppCertificate({ days: 365 })]);
    const told = await findings({ certificates: { graph: later.pem, bot: soon.pem } });
    const about = told.filter(({ text }) => text.startsWith('The certificate of'));
    expect(about).toEqual([
      {
        kind: 'well',
        text: expect.stringMatching(/ GRAPH_CLIENT_CERTIFICATE ends on \d{4}-\d\d-\d\d, in 364 days\.$/),
      },
      {
        kind: 'mend',
        text: expect.stringMatching(
          / MICROSOFT_APP_CERTIFICATE ends on \d{4}-\d\d-\d\d, in 19 days: make a new one, add it to the registration/,
        ),
      },
    ]);
  });

  test('an address that somebody else answers', async () => {
    const found = await complaints({ env: { PUBLIC_URL: new URL(channel.metadataUrl).origin } });
    expect(found).toContainEqual(expect.stringMatching(/is not answered by Jitney: check the proxy/));
    expect(found).toContainEqual(expect.stringMatching(/answers 200 to an unsigned message/));
  });

  test('no secret stands in what is told', async () => {
    const told = (await complaints({ env: { GRAPH_CLIENT_SECRET: 'hunter2hunter2' }, secret: 'hunter3hunter3' })).join(
      '\n',
    );
    expect(told).not.toMatch(/hunter/);
  });
});

describe('a real tenant', () => {
  const real = {
    PUBLIC_URL: 'https://jitney.example.com',
    TENANT_ID: '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed',
    MICROSOFT_APP_ID: botId,
    MICROSOFT_APP_PASSWORD: 'nothing',
    GRAPH_CLIENT_ID: '5f0c9a52-7c0e-4b8e-9a8b-3c1d2e4f5a60',
    GRAPH_CLIENT_SECRET: 'nothing',
    TOKEN_ENCRYPTION_KEY: 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=',
  };
  function configOf(env: Readonly<Record<string, string>>): Config {
    const loaded = loadConfig(env);
    if (loaded.kind === 'problems') throw new Error(JSON.stringify(loaded.problems));
    return loaded.config;
  }

  test('has what no token shows listed for an administrator: public clients, single-page apps, exposed scopes', () => {
    const listed = toLookAt(configOf(real));
    expect(listed.every(({ kind }) => kind === 'look')).toBe(true);
    const text = listed.map((finding) => finding.text).join('\n');
    for (const word of ['Allow public client flows', 'single-page application', 'Expose an API', 'messaging endpoint'])
      expect(text).toContain(word);
    expect(text).not.toContain('SSO_RESOURCE');
    const resource = `api://jitney.example.com/${real.GRAPH_CLIENT_ID}`;
    const withSso = toLookAt(configOf({ ...real, SSO_RESOURCE: resource })).map((finding) => finding.text);
    expect(withSso.filter((line) => line.includes('SSO_RESOURCE'))).toHaveLength(1);
    expect(toLookAt(configOf({ ...environment(sound) }))).toEqual([]);
    const open = toLookAt(configOf({ ...real, DATABASE_URL: 'postgres://db/jitney?sslmode=disable' }));
    expect(open.at(-1)?.text).toMatch(/^DATABASE_URL has sslmode=disable: .*Is the network between yours alone\?$/);
  });

  test('has its Teams app’s id told, and its manifest checked', async () => {
    // In a program of its own: the library that knows the manifest's schema does not load under Jest.
    const program = `
      import { teamsApp } from './scripts/doctor-app.ts';
      const { config, env } = JSON.parse(process.argv[1]);
      console.log(JSON.stringify(await teamsApp({ config, env })));`;
    const told = async (env: Readonly<Record<string, string>>): Promise<unknown> => {
      const given = JSON.stringify({ config: { bot: configOf(real).bot }, env });
      const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program, given];
      return JSON.parse(
        (await launch(process.execPath, args, { cwd: root, env: { PATH: process.env['PATH'] } }).ended).stdout,
      );
    };
    expect(await told(real)).toEqual([
      { kind: 'well', text: `The Teams manifest is sound; the app’s id in the catalog is ${botId}.` },
    ]);
    const own = '99999999-0000-4000-8000-000000000004';
    expect(await told({ ...real, TEAMS_APP_ID: own })).toEqual([
      { kind: 'well', text: `The Teams manifest is sound; the app’s id in the catalog is ${own}.` },
    ]);
    expect(await told({ ...real, TEAMS_APP_ID: 'jitney' })).toEqual([
      { kind: 'mend', text: expect.stringMatching(/^TEAMS_APP_ID /) },
    ]);
    expect(await told({ ...real, PUBLIC_URL: 'http://jitney.example.com' })).toEqual([
      { kind: 'mend', text: expect.stringMatching(/^PUBLIC_URL /) },
    ]);
  });
});

describe('delegated permissions', () => {
  const which = 'the delegated permissions are those of docs/deploy.md, section 2, and no others';

  test('are to be looked at while nobody is signed in', async () => {
    const text = `Graph client: ${which} (nobody is signed in, so no token shows them).`;
    expect(await findings({})).toContainEqual({ kind: 'look', text });
  });

  test('are seen in the token of somebody who is', async () => {
    const teams = await startTeams(bot, sound);
    await teams.person('Adele Vance').arrive();
    await teams.close();
    const text = 'A person’s token has the delegated permissions it needs.';
    expect(await findings({})).toContainEqual({ kind: 'well', text });
    expect(await complaints({})).toEqual([]);
  });

  test('are found too many and too few, in the newest token, of which nothing is told', async () => {
    const loaded = loadConfig(environment(sound));
    if (loaded.kind === 'problems') throw new Error('the configuration is good');
    const { keys, tenantId: tid } = loaded.config;
    const person = { tid, oid: '99999999-0000-4000-8000-000000000009' };
    const scp = `openid User.Read Mail.ReadWrite ${writing}`;
    const token = new UnsecuredJWT({ scp, oid: person.oid }).encode();
    const cache = JSON.stringify({ AccessToken: { one: { secret: token } } });
    const random = (bytes: number) => new Uint8Array(randomBytes(bytes));
    const store = await openStore(`sqlite:${bot.folder}/jitney.db`, { seal: sealer(keys.ledger) });
    await store.saveTokens(person, seal(keys.tokens, { purpose: 'tokens', ...person }, cache, random), 0, 9e12);

    const told = await findings({});

    await store.deleteTokens(person);
    await store.close();
    expect(told.filter(({ kind }) => kind === 'mend').map(({ text }) => text)).toEqual([
      'The delegated permission PrivilegedEligibilitySchedule.Read.AzureADGroup is missing: add it and grant admin consent.',
      'The delegated permission Mail.ReadWrite is not used: remove it and its consent.',
    ]);
    expect(JSON.stringify(told)).not.toContain(person.oid);
  });
});

describe('npm run doctor', () => {
  const run = (env: Readonly<Record<string, string>>) =>
    launch(process.execPath, ['--disable-warning=ExperimentalWarning', 'scripts/doctor.ts'], {
      cwd: root,
      env: { PATH: process.env['PATH'], NODE_EXTRA_CA_CERTS: sound.ca, ...env },
    }).ended;

  test('says what it saw, a line each, and ends with 0 when nothing is to be mended', async () => {
    const { code, stdout, stderr } = await run({
      ...environment(sound),
      MICROSOFT_APP_ID: '',
      BOT_OPENID_METADATA_URL: '',
    });
    expect(stderr).toBe('');
    expect(stdout).toContain('✓ The Graph client has every application permission it needs.\n');
    expect(stdout).toMatch(/\nNothing to mend\.\n$/);
    expect(code).toBe(0);
  });

  test('ends with 1 when something is, and says how much', async () => {
    const { code, stdout } = await run({ ...environment(sound), DATABASE_URL: 'sqlite:/nowhere/at/all.db' });
    expect(stdout).toMatch(
      /✕ The database cannot be read[^]*\n✕ PUBLIC_URL is [^]*it must be the https address[^]*\nTo mend: 2\.\n$/,
    );
    expect(code).toBe(1);
  });

  test('ends with 78 when the configuration itself is wrong', async () => {
    const { code, stdout } = await run({ ...environment(sound), PORT: 'http' });
    expect(stdout).toContain('PORT: found “http”');
    expect(code).toBe(78);
  });
});
