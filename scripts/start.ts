import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseEnv } from 'node:util';
import { isConfigured } from '../src/config.ts';
import type { Tenant } from '../src/sandbox/tenant.ts';
import type { Window } from './windows.ts';

const node = [process.execPath, '--disable-warning=ExperimentalWarning'] as const;
const readyMs = 30_000;
const stopMs = 8_000;
/** What `npm run doctor` and the others need to look at the sandbox that runs. */
const commandsFile = 'commands.env';

/** One clear line, then the end. */
class StartProblem extends Error {}

const children: { readonly name: string; readonly process: ChildProcess }[] = [];
let stopping = false;

/** `npm start`: the bot alone when a tenant is configured, else sandbox, bot and one chat window a person. */
export async function start(): Promise<void> {
  const env = { ...(existsSync('env/.env') ? parseEnv(readFileSync('env/.env', 'utf8')) : {}), ...process.env };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(0));
  try {
    if (isConfigured(env)) {
      const bot = run('bot', ['src/main.ts'], process.env, 'inherit');
      bot.on('exit', (code) => process.exit(code ?? 1));
      return;
    }
    await startSandboxed(env);
  } catch (error) {
    if (!(error instanceof StartProblem)) throw error;
    // Once everything stops, whoever was waited for has no news.
    if (!stopping) process.stderr.write(`${error.message}\n`);
    await stop(1);
  }
}

async function startSandboxed(env: NodeJS.ProcessEnv): Promise<void> {
  const port = portFrom(env, 'PORT', 3978);
  const windowPort = portFrom(env, 'WINDOW_PORT', 3981);
  const tenantFile = env['SANDBOX_TENANT'] || 'src/sandbox/tenants/contoso.yaml';
  // Only here: an installation without development packages runs the bot alone and has no sandbox.
  const { writeWindows } = await import('./windows.ts');
  const tenant = await readTenant(tenantFile);
  await Promise.all([port, ...tenant.windows.map((_, index) => windowPort + index)].map(portIsFree));

  // Not before the ports are known to be free: whoever holds them may be at work on this data.
  const data = resolve(env['JITNEY_DATA'] || 'data');
  if (process.argv.includes('--fresh')) rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { recursive: true });
  const windows = writeWindows(tenant, join(data, 'windows'), windowPort);
  const sandbox = await startSandbox(env, data, tenantFile);
  await startBot(env, data, port, sandbox);
  await Promise.all(windows.map((window) => startWindow(window, port)));
  process.stdout.write(`${howToGoOn(tenant, windows, data)}\n`);
}

function portFrom(env: NodeJS.ProcessEnv, name: string, otherwise: number): number {
  const text = env[name]?.trim() || String(otherwise);
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  // Room for the ports of the windows, which follow the first one.
  if (port >= 1 && port <= 65_500) return port;
  throw new StartProblem(`${name} is “${text}”: give a port from 1 to 65500.`);
}

async function readTenant(file: string): Promise<Tenant> {
  const { loadTenant } = await import('../src/sandbox/tenant.ts');
  try {
    return loadTenant(readFileSync(file, 'utf8'), file);
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (isMissing) throw new StartProblem(`SANDBOX_TENANT names ${file}, and there is no such file.`);
    throw new StartProblem(error instanceof Error ? error.message : String(error));
  }
}

type SandboxLine = {
  readonly graph: string;
  readonly authority: string;
  readonly ca: string;
  readonly tenantId: string;
};

async function startSandbox(env: NodeJS.ProcessEnv, data: string, tenantFile: string): Promise<SandboxLine> {
  const child = run('sandbox', ['src/sandbox/main.ts'], {
    ...env,
    SANDBOX_TENANT: tenantFile,
    SANDBOX_STATE: join(data, 'sandbox.json'),
    SANDBOX_CA: join(data, 'sandbox-ca.pem'),
  });
  const line = await firstLine(child, 'sandbox');
  const { control, ...rest } = JSON.parse(line) as SandboxLine & { control: string };
  process.stdout.write(`Sandbox ready (control: ${control}/_sandbox/state)\n`);
  return rest;
}

async function startBot(env: NodeJS.ProcessEnv, data: string, port: number, sandbox: SandboxLine): Promise<void> {
  const own = {
    SANDBOX: '1',
    PORT: String(port),
    TENANT_ID: sandbox.tenantId,
    GRAPH_URL: sandbox.graph,
    AUTHORITY_URL: sandbox.authority,
    NODE_EXTRA_CA_CERTS: sandbox.ca,
  };
  const DATABASE_URL = env['DATABASE_URL'] || `sqlite:${join(data, 'jitney.db')}`;
  // For an operator's commands beside it: a shell reads this file.
  const lines = Object.entries({ ...own, DATABASE_URL }).map(
    ([name, value]) => `${name}='${value.replaceAll("'", "'\\''")}'`,
  );
  writeFileSync(join(data, commandsFile), `${lines.join('\n')}\n`, { mode: 0o600 });
  const DEFAULT_TIME_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;
  run('bot', ['src/main.ts'], { LOG_LEVEL: 'warn', DEFAULT_TIME_ZONE, ...env, ...own, DATABASE_URL });
  await answers(`http://127.0.0.1:${port}/readyz`, 'The bot');
}

async function startWindow(window: Window, botPort: number): Promise<void> {
  const cli = resolve('node_modules/@microsoft/m365agentsplayground/cli.js');
  if (!existsSync(cli))
    throw new StartProblem('The chat windows need the development packages: run npm ci without --omit=dev.');
  const messages = `http://127.0.0.1:${botPort}/api/messages`;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  run(
    `window of ${window.person}`,
    [cli, 'start', '-e', messages, '-c', 'msteams', '-p', String(window.port), '--dt'],
    // The addresses are printed; a machine without a desktop has nothing that could open them.
    { ...process.env, TZ: process.env['TZ'] ?? zone, TEAMSAPPTESTER_BROWSER: 'none' },
    'ignore',
    window.folder,
  );
  await answers(`http://127.0.0.1:${window.port}/_debug/ping`, `The window of ${window.person}`);
}

function run(
  name: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  output: 'inherit' | 'pipe' | 'ignore' = 'pipe',
  cwd = process.cwd(),
): ChildProcess {
  const [command, ...flags] = node;
  const child = spawn(command, [...flags, ...args], {
    cwd,
    env: { NODE_COMPILE_CACHE: resolve('node_modules/.cache/node'), ...env },
    stdio:
      output === 'pipe' ? ['ignore', name === 'sandbox' ? 'pipe' : 'inherit', 'inherit'] : ['ignore', output, output],
  });
  children.push({ name, process: child });
  child.on('exit', (code, signal) => {
    if (stopping || isBotAlone()) return;
    process.stderr.write(`The ${name} stopped (${signal ?? `exit code ${code ?? 1}`}), so everything stops.\n`);
    void stop(code === null || code === 0 ? 1 : code);
  });
  return child;
}

function isBotAlone(): boolean {
  return children.length === 1 && children[0]?.name === 'bot';
}

function firstLine(child: ChildProcess, name: string): Promise<string> {
  return new Promise((done, fail) => {
    if (child.stdout) createInterface({ input: child.stdout }).once('line', done);
    child.once('exit', () => fail(new StartProblem(`The ${name} did not start.`)));
  });
}

async function answers(url: string, who: string): Promise<void> {
  const until = performance.now() + readyMs;
  while (performance.now() < until) {
    if (stopping) throw new StartProblem(`${who} did not start.`);
    const response = await fetch(url).catch(() => null);
    if (response?.ok) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new StartProblem(`${who} did not answer at ${url} within ${readyMs / 1000} seconds.`);
}

function portIsFree(port: number): Promise<void> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      const what = error.code === 'EADDRINUSE' ? 'is taken: stop what uses it' : 'cannot be used';
      fail(new StartProblem(`Port ${port} ${what}, or set PORT and WINDOW_PORT.`));
    });
    probe.listen(port, '127.0.0.1', () => probe.close(() => done()));
  });
}

/** At most fifteen lines: where to look, what to type, how to stop, where the data is. */
function howToGoOn(tenant: Tenant, windows: readonly Window[], data: string): string {
  const [requester, ...approvers] = windows;
  const example =
    Object.values(tenant.groups).find((group) => group.policies.member?.approvers !== undefined)?.name ?? 'NAME';
  const url = (window: Window | undefined): string => (window ? `http://localhost:${window.port}` : '');
  return [
    `Jitney runs against a sandbox tenant, ${tenant.organization}. Open each window in a browser:`,
    ...approvers.map((window) => `  ${window.person} (approver): ${url(window)}`),
    `  ${requester?.person ?? ''} (asks): ${url(requester)}`,
    '  In the asking window, personal chat, type:',
    `    activate ${example} for 2h because fixing prod`,
    '  then sign in from the card, and press Approve in an approver’s window.',
    `  To see it announced, type “@Jitney announce here” in the channel ${tenant.team?.channel.name ?? ''} first.`,
    `To run a command beside it: (set -a; . '${join(data, commandsFile)}'; npm run -s doctor)`,
    `Data is in ${data}; “npm start -- --fresh” begins anew. Ctrl-C stops everything.`,
  ].join('\n');
}

/** Asks every child to end, waits for them, and only then ends. */
async function stop(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  const running = children.filter(({ process: child }) => child.exitCode === null && child.signalCode === null);
  const ended = running.map(({ process: child }) => new Promise((done) => child.once('exit', done)));
  for (const { process: child } of running) child.kill('SIGTERM');
  const timer = setTimeout(() => {
    for (const { process: child } of running) child.kill('SIGKILL');
  }, stopMs);
  await Promise.all(ended);
  clearTimeout(timer);
  process.exit(code);
}
