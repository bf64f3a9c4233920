import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { contoso } from '../support/contoso.ts';
import { eventually } from '../support/processes.ts';
import type { Tokens } from '../support/graph-tokens.ts';
import { askToken, signedInTokens } from '../support/graph-tokens.ts';
import type { StartedSandbox } from '../support/sandbox.ts';
import { startSandbox } from '../support/sandbox.ts';
import { trust } from '../support/trust.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const requests = '/v1.0/identityGovernance/privilegedAccess/group/assignmentScheduleRequests';

let folder: string;
const running = new Set<StartedSandbox>();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'jitney-server-'));
});
afterEach(async () => {
  for (const sandbox of running) await sandbox.stop();
  running.clear();
  rmSync(folder, { recursive: true, force: true });
});

async function start(env: Record<string, string> = {}): Promise<StartedSandbox> {
  const sandbox = await startSandbox({ folder, env });
  running.add(sandbox);
  trust(sandbox.ca);
  return sandbox;
}

async function stop(sandbox: StartedSandbox): Promise<number | null> {
  running.delete(sandbox);
  return await sandbox.stop();
}

type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** Starts the sandbox expecting it to give up. */
async function run(env: Record<string, string>): Promise<Ended> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'src/sandbox/main.ts'], {
    cwd: root,
    env: { SANDBOX_STATE: join(folder, 'sandbox.json'), SANDBOX_CA: join(folder, 'ca.pem'), ...env },
    timeout: 25_000,
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout, stderr };
}

async function activate(sandbox: StartedSandbox, token: string): Promise<Response> {
  const group = (await sandbox.state()).groups.find(({ name }) => name === 'RDP Servers Munich')!;
  return await fetch(`${sandbox.graph}${requests}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({
      action: 'selfActivate',
      accessId: 'member',
      principalId: 'aaaaaaaa-0000-4000-8000-000000000001',
      groupId: group.id,
      justification: 'patching',
      scheduleInfo: { expiration: { type: 'afterDuration', duration: 'PT1H' } },
    }),
  });
}

describe('starting', () => {
  test('prints one line that says where everything is, keeps private keys to its owner, stops with 0', async () => {
    const sandbox = await start();

    expect(sandbox.graph).toMatch(/^https:\/\/localhost:\d+$/);
    expect(sandbox.authority).toBe(sandbox.graph);
    expect(sandbox.control).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(sandbox.ca).toBe(join(folder, 'ca.pem'));
    expect(sandbox.tenantId).toBe('72f988bf-0000-4000-8000-c0115c000001');
    expect(readFileSync(join(folder, 'ca.pem'), 'utf8')).not.toContain('PRIVATE');
    for (const file of ['sandbox.json', 'sandbox-keys.json']) {
      expect(statSync(join(folder, file)).mode & 0o077).toBe(0);
    }
    expect(await stop(sandbox)).toBe(0);
  });

  test('uses the ports that are asked for, and says so when one is taken', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => holder.once('listening', resolve));
    const { port } = holder.address() as AddressInfo;

    const ended = await run({ SANDBOX_LOGIN_PORT: String(port) });
    holder.close();
    const sandbox = await start({ SANDBOX_LOGIN_PORT: String(port) });

    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toBe(
      `sandbox: port ${port} is taken: stop what uses it, or set SANDBOX_PORT and SANDBOX_LOGIN_PORT\n`,
    );
    expect(sandbox.control).toBe(`http://127.0.0.1:${port}`);
  });

  test.each([
    ['production', { NODE_ENV: 'production' }, 'NODE_ENV'],
    ['a port that is none', { SANDBOX_PORT: '70000' }, 'SANDBOX_PORT'],
    ['a delay that is none', { SANDBOX_PENDING_MS: 'soon' }, 'SANDBOX_PENDING_MS'],
    ['a tenant file that is not there', { SANDBOX_TENANT: '/nowhere/tenant.yaml' }, '/nowhere/tenant.yaml'],
  ])('refuses %s with one line and 78, and writes nothing', async (_, env, named) => {
    const ended = await run(env);

    expect(ended).toMatchObject({ code: 78, stdout: '' });
    expect(ended.stderr).toContain(named);
    expect(ended.stderr.trim().split('\n')).toHaveLength(1);
    expect(existsSync(join(folder, 'ca.pem'))).toBe(false);
  });

  test('tells every wrong setting at once', async () => {
    const { stderr } = await run({ NODE_ENV: 'production', SANDBOX_PORT: 'x', SANDBOX_LOGIN_PORT: '-1' });

    expect(stderr.trim().split('\n')).toHaveLength(3);
  });

  test('refuses a tenant file with a mistake in it by name', async () => {
    const path = join(folder, 'tenant.yaml');
    writeFileSync(path, 'tenantId: nonsense\n');

    const ended = await run({ SANDBOX_TENANT: path });

    expect(ended.code).toBe(78);
    expect(ended.stderr).toContain(path);
    expect(ended.stderr).toContain('tenantId');
    expect(ended.stderr).not.toMatch(/\n\s+at /);
  });

  test('never replaces a state file it cannot read', async () => {
    writeFileSync(join(folder, 'sandbox.json'), '{"version":1,');

    const ended = await run({});

    expect(ended.code).toBe(78);
    expect(ended.stderr).toContain('sandbox.json');
    expect(readFileSync(join(folder, 'sandbox.json'), 'utf8')).toBe('{"version":1,');
  });
});

describe('starting again', () => {
  test('goes on where it was: requests, clock, ports, tokens, revocations', async () => {
    const before = await start();
    const tokens = await signedInTokens(before, 'Adele Vance');
    const megan = await signedInTokens(before, 'Megan Bowen');
    await before.ask('revoke', { oid: 'MeganB@contoso.onmicrosoft.com' });
    expect((await activate(before, tokens.access_token)).status).toBe(201);
    await before.advance('PT30M');
    const { requests: left, assignments } = await before.state();
    await stop(before);

    const after = await start();

    expect(after).toMatchObject({ graph: before.graph, control: before.control });
    const state = await after.state();
    expect(state.requests.map(({ id }) => id)).toEqual(left.map(({ id }) => id));
    expect(state.assignments).toEqual(assignments);
    expect(Date.parse(state.now) - Date.now()).toBeGreaterThan(29 * 60_000);
    const me = await fetch(`${after.graph}/v1.0/me`, { headers: { authorization: `Bearer ${tokens.access_token}` } });
    expect(me.status).toBe(200);
    const refresh = async ({ refresh_token }: Tokens) =>
      await askToken(after, { grant_type: 'refresh_token', refresh_token });
    expect((await refresh(tokens)).status).toBe(200);
    expect((await refresh(megan)).body.error_codes).toEqual([50173]);
  });

  test('saves while it runs, so that a killed sandbox goes on from there, and begins anew with SANDBOX_FRESH=1', async () => {
    const before = await start();
    await activate(before, (await signedInTokens(before, 'Adele Vance')).access_token);
    await before.advance('P1D');
    const saved = (): unknown[] =>
      (JSON.parse(readFileSync(join(folder, 'sandbox.json'), 'utf8')) as { world: { requests: unknown[] } }).world
        .requests;
    await eventually(
      () => saved().length === 1,
      () => 'the request was not saved',
    );
    await stop(before);

    const state = await (await start({ SANDBOX_FRESH: '1' })).state();

    expect(state.requests).toEqual([]);
    expect(Date.parse(state.now) - Date.now()).toBeLessThan(5000);
  });

  test('begins anew from a tenant file that has changed', async () => {
    const text = contoso;
    const path = join(folder, 'tenant.yaml');
    writeFileSync(path, text);
    const before = await start({ SANDBOX_TENANT: path });
    await before.advance('P1D');
    await stop(before);
    writeFileSync(path, text.replace('RDP Servers Munich', 'RDP Servers Berlin'));

    const state = await (await start({ SANDBOX_TENANT: path })).state();

    expect(state.groups.map(({ name }) => name)).toContain('RDP Servers Berlin');
    expect(Date.parse(state.now) - Date.now()).toBeLessThan(5000);
  });
});

describe('the listeners', () => {
  let sandbox: StartedSandbox;
  beforeAll(async () => {
    sandbox = await startSandbox();
    trust(sandbox.ca);
  });
  afterAll(async () => {
    await sandbox.stop();
  });

  test('answer what they do not know and record it', async () => {
    expect((await fetch(`${sandbox.control}/favicon.ico`)).status).toBe(404);
    expect((await fetch(`${sandbox.graph}/`)).status).toBe(404);
    expect((await sandbox.calls()).slice(-2)).toMatchObject([
      { path: '/favicon.ico', status: 404, unknown: true },
      { path: '/', status: 404, unknown: true },
    ]);
  });

  test('serve no Graph and no tokens on the plain side', async () => {
    const plain = await fetch(`${sandbox.control}/v1.0/me`);
    const token = await fetch(`${sandbox.control}/${sandbox.tenantId}/oauth2/v2.0/token`, { method: 'POST' });

    expect([plain.status, token.status]).toEqual([404, 404]);
  });

  test('refuse bodies beyond 4 MiB and broken ones', async () => {
    const { access_token } = await signedInTokens(sandbox, 'Adele Vance');
    const post = async (body: string, type = 'application/json') =>
      await fetch(`${sandbox.graph}${requests}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${access_token}`, 'Content-Type': type },
        body,
      });

    expect((await post('x'.repeat(4 * 1024 * 1024 + 1))).status).toBe(413);
    expect((await post('{"action":')).status).toBe(400);
    expect((await post('{}', 'text/plain')).status).toBe(400);
    expect((await fetch(`${sandbox.graph}/v1.0/%E0%A4%A`)).status).toBe(400);
  });

  test('listen on 127.0.0.1 only', async () => {
    const reach = async (host: string, origin: string) =>
      await new Promise<boolean>((resolve) => {
        const socket = connect({ host, port: Number(new URL(origin).port) });
        socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
        socket.once('connect', () => socket.destroy());
      });

    for (const origin of [sandbox.graph, sandbox.control]) {
      // A listener on all interfaces would take the second address and the third as well.
      const reached = await Promise.all(['127.0.0.1', '127.0.0.2', '::1'].map((host) => reach(host, origin)));
      expect(reached).toEqual([true, false, false]);
    }
  });
});
