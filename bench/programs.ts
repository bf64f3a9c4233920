import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../tests/support/processes.ts';
import type { StartedSandbox } from '../tests/support/sandbox.ts';
import { used } from './measure.ts';
import type { Used } from './measure.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const patienceMs = 60_000;

/** jitney-unpaced: without the pace that Teams' limits ask for. */
export type Program = 'echo' | 'echo-keeping' | 'echo-teams-ai' | 'jitney' | 'jitney-unpaced';
export type Running = {
  readonly url: string;
  /** From its start until it was ready, in milliseconds. */
  readonly readyMs: number;
  readonly used: () => Used;
  readonly stop: () => Promise<void>;
};

/**
 * A bot in a process of its own, started as `npm start` does it: with Node's cache of compiled code in `cache`. Without
 * `database` it has one of its own on SQLite.
 */
export async function run(
  program: Program,
  sandbox: StartedSandbox,
  cache: string | null,
  database: string | null = null,
  env: Readonly<Record<string, string>> = {},
): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'jitney-bench-'));
  const port = await freePort();
  const isJitney = program === 'jitney' || program === 'jitney-unpaced';
  const file = isJitney ? 'src/main.ts' : `tests/teams/baselines/${program}.ts`;
  const before = program === 'jitney-unpaced' ? ['--import', './bench/unpaced.ts'] : [];
  const started = performance.now();
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...before, file], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      PORT: String(port),
      DATABASE_FILE: join(folder, 'echo.db'),
      ...(cache === null ? {} : { NODE_COMPILE_CACHE: cache }),
      ...(isJitney ? { ...against(sandbox), DATABASE_URL: database ?? `sqlite:${join(folder, 'jitney.db')}` } : {}),
      ...env,
    },
  });
  const ended = new Promise<void>((done) => child.once('close', () => done()));
  const kill = (): boolean => child.kill('SIGKILL');
  process.once('exit', kill);
  const url = `http://127.0.0.1:${port}`;
  while (!(await isReady(`${url}/readyz`))) {
    if (child.exitCode !== null || performance.now() - started > patienceMs) {
      kill();
      throw new Error(`${program} did not get ready`);
    }
    await new Promise((done) => setTimeout(done, 5));
  }
  return {
    url,
    readyMs: performance.now() - started,
    used: () => used(child.pid ?? 0),
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      process.off('exit', kill);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function against(sandbox: StartedSandbox): Record<string, string> {
  return {
    SANDBOX: '1',
    DEFAULT_TIME_ZONE: 'Europe/Berlin',
    LOG_LEVEL: 'warn',
    GRAPH_URL: sandbox.graph,
    AUTHORITY_URL: sandbox.authority,
    TENANT_ID: sandbox.tenantId,
    NODE_EXTRA_CA_CERTS: sandbox.ca,
  };
}

function isReady(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asking = request(url, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    asking.once('error', () => resolve(false)).end();
  });
}
