import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, freePort, launch, takePort } from './support/processes.ts';
import type { Ended, Started } from './support/processes.ts';
import { startSandbox } from './support/sandbox.ts';
import type { StartedSandbox } from './support/sandbox.ts';
import { makeKey, startChannel } from './teams/channel.ts';
import type { Channel } from './teams/channel.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const program = join(root, 'src', 'main.ts');
const secret = 'hunter2hunter2';
const real = {
  PUBLIC_URL: 'https://jitney.example.com',
  TENANT_ID: '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed',
  MICROSOFT_APP_ID: 'aaaaaaaa-1111-4222-8333-444444444444',
  MICROSOFT_APP_PASSWORD: secret,
  GRAPH_CLIENT_ID: 'bbbbbbbb-1111-4222-8333-444444444444',
  GRAPH_CLIENT_SECRET: secret,
  TOKEN_ENCRYPTION_KEY: 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=',
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'jitney-main-'));
  mkdirSync(join(folder, 'env'));
  copyFileSync(join(root, 'env', '.env.sandbox'), join(folder, 'env', '.env.sandbox'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** In a folder of its own, with the committed values of the sandbox and nobody's env/.env. */
function start(env: Readonly<Record<string, string>>, cwd = folder): Started {
  return launch(process.execPath, ['--disable-warning=ExperimentalWarning', program], {
    cwd,
    env: { PATH: process.env['PATH'], ...env },
  });
}

describe('the bot does not start', () => {
  test('with a bad configuration: exit 78 and every problem at once, env/.env read below the environment', async () => {
    const own = join(folder, 'own');
    mkdirSync(join(own, 'env'), { recursive: true });
    writeFileSync(
      join(own, 'env', '.env'),
      Object.entries({ ...real, PORT: 'http', LOG_LEVEL: 'loud', GRAPH_CLIENT_SECRET: '' })
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    );
    const ended = await start({ LOG_LEVEL: 'info', GRAPH_URL: `https://me:${secret}@graph.microsoft.com` }, own).ended;
    expect(ended).toEqual({
      code: 78,
      stdout: '',
      stderr: [
        'The configuration has 3 problems:',
        '  PORT: found “http”; give a port from 1 to 65535.',
        '  GRAPH_CLIENT_SECRET: found nothing; give it, or GRAPH_CLIENT_CERTIFICATE: docs/deploy.md tells where they come from.',
        '  GRAPH_URL: found “https:[redacted]graph.microsoft.com”; remove user name and password.',
        '',
      ].join('\n'),
    });
  });

  async function startedOnce(env: Readonly<Record<string, string>>): Promise<Ended> {
    return start({ ...real, DATABASE_URL: `sqlite:${join(folder, 'jitney.db')}`, LOG_LEVEL: 'error', ...env }).ended;
  }

  test('with a certificate that is not there, or is none: exit 78, told like any wrong setting', async () => {
    writeFileSync(join(folder, 'none.pem'), 'words');
    const secretless = { GRAPH_CLIENT_SECRET: '', MICROSOFT_APP_PASSWORD: '' };
    const certificates = { GRAPH_CLIENT_CERTIFICATE: 'none.pem', MICROSOFT_APP_CERTIFICATE: 'away.pem' };
    const ended = await start({ ...real, ...secretless, ...certificates }).ended;
    expect(ended).toEqual({
      code: 78,
      stdout: '',
      stderr: [
        'The configuration has 2 problems:',
        '  GRAPH_CLIENT_CERTIFICATE: found “none.pem”; it must hold a private key (PEM, without a password) and its certificate.',
        '  MICROSOFT_APP_CERTIFICATE: found “away.pem”; there is no such file.',
        '',
      ].join('\n'),
    });
  });

  test('on a taken port: one clear line, exit 1', async () => {
    const taken = await takePort();
    const ended = await startedOnce({ PORT: String(taken.port) });
    await taken.close();
    const line = `Port ${taken.port} is taken: stop what runs there or set PORT.\n`;
    expect(ended).toEqual({ code: 1, stdout: '', stderr: line });
  });

  test('without its database: one line that says why and holds no password', async () => {
    const port = await freePort();
    const [noServer, noFile] = await Promise.all([
      startedOnce({ DATABASE_URL: `postgres://jitney:${secret}@127.0.0.1:${port}/jitney` }),
      startedOnce({ DATABASE_URL: `sqlite:${folder}` }),
    ]);
    for (const { code, stdout, stderr } of [noServer, noFile]) {
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(/^Jitney did not start: .+\.\n$/);
      expect(stderr).not.toContain(secret);
    }
    expect(noServer.stderr).toContain('ECONNREFUSED');
    expect(noFile.stderr).toContain(folder);
  });

  test('without its sandbox: one line that says where it looked', async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const ended = await start({ SANDBOX: '1', GRAPH_URL: url, AUTHORITY_URL: url }).ended;
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(`Jitney did not start: the sandbox does not answer at ${url}: fetch failed: `);
    expect(ended.stderr.split('\n').length).toBe(2);
  });
});

describe('the bot tells operators', () => {
  let sandbox: StartedSandbox;
  let channel: Channel;
  let bot: Started;
  let url: string;

  async function startBot(): Promise<void> {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    bot = start({
      SANDBOX: '1',
      PORT: String(port),
      HOST: '0.0.0.0',
      DATABASE_URL: `sqlite:${join(folder, 'ready.db')}`,
      GRAPH_URL: sandbox.graph,
      AUTHORITY_URL: sandbox.authority,
      NODE_EXTRA_CA_CERTS: sandbox.ca,
      MICROSOFT_APP_ID: real.MICROSOFT_APP_ID,
      BOT_OPENID_METADATA_URL: channel.metadataUrl,
    });
    await eventually(
      () =>
        fetch(`${url}/healthz`).then(
          () => true,
          () => !bot.isAlive(),
        ),
      () => `the bot did not start: ${bot.stderr}`,
    );
  }

  /** Whatever asks for a token is refused, until the faults are cleared. */
  async function refuseTokens(): Promise<void> {
    await sandbox.fault({ match: { path: '/oauth2/v2.0/token' }, times: 1_000, answer: { status: 401 } });
  }

  type Probe = { readonly status: number; readonly body: unknown; readonly text: string };

  async function probe(path: string): Promise<Probe> {
    const answer = await fetch(`${url}${path}`);
    const text = await answer.text();
    return { status: answer.status, body: JSON.parse(text) as unknown, text };
  }

  async function becomesReady(missing: readonly string[]): Promise<void> {
    let last: Probe | null = null;
    await eventually(
      async () => {
        last = await probe('/readyz');
        return last.text === JSON.stringify({ ok: missing.length === 0, missing });
      },
      () => `instead of ${missing.join()}: ${last?.text ?? ''} ${bot.stderr}`,
    );
    expect(last).toHaveProperty('status', missing.length === 0 ? 200 : 503);
  }

  beforeAll(async () => {
    [sandbox, channel] = await Promise.all([startSandbox(), startChannel(await makeKey('one'))]);
    channel.answerWith(503);
    await refuseTokens();
    await startBot();
  });
  afterAll(async () => {
    bot.signal('SIGKILL');
    await Promise.all([bot.ended, channel.close(), sandbox.stop()]);
  });

  test('that it lives, whatever is missing, and nothing else', async () => {
    const { status, body } = await probe('/healthz');
    expect([status, body]).toEqual([200, { status: 'ok' }]);
  });

  test('on loopback only, though HOST names every address: the sandbox says so in the log', () => {
    const lines = bot.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines[0]).toMatchObject({
      msg: 'config',
      note: 'HOST 0.0.0.0 is not loopback: the sandbox binds to 127.0.0.1',
    });
    expect(lines[1]).toMatchObject({ msg: 'started', host: '127.0.0.1', sandbox: true });
  });

  test('what it lacks, by name, as it comes and goes', async () => {
    await becomesReady(['signing keys', 'Graph token']);
    channel.answerWith(200);
    await becomesReady(['Graph token']);

    const database = new DatabaseSync(join(folder, 'ready.db'), { timeout: 5_000 });
    database.exec('alter table pulse rename to gone');
    await becomesReady(['database', 'Graph token']);
    database.exec('alter table gone rename to pulse');
    database.close();

    await sandbox.ask('faults', undefined, 'DELETE');
    await becomesReady([]);
  });

  test('with nothing secret in its answers', async () => {
    for (const path of ['/healthz', '/readyz', '/nothing']) {
      const { text } = await probe(path);
      expect(text.length).toBeLessThan(100);
      expect(text).not.toMatch(/secret|token=|sqlite|127\.0\.0\.1|Error:|\bat /);
    }
  });

  test('that it ended well when it is told to end', async () => {
    bot.signal('SIGTERM');
    expect(await bot.ended).toMatchObject({ code: 0, stderr: '' });
  });

  test('that it has no Graph token when the sandbox stopped before it got one, and it still lives', async () => {
    await refuseTokens();
    await startBot();
    await sandbox.stop();
    await becomesReady(['Graph token']);
    expect(await probe('/healthz')).toMatchObject({ status: 200 });
    bot.signal('SIGINT');
    expect(await bot.ended).toMatchObject({ code: 0, stderr: '' });
  });
});
