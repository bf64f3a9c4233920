import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { columnsOf, placesOf, readIssued } from './leftovers.ts';
import { compiled } from './processes.ts';
import type { StartedSandbox } from './sandbox.ts';

export type BotOptions = {
  readonly sandbox: StartedSandbox;
  readonly env?: Readonly<Record<string, string>>;
  /** More arguments for Node, before the program. */
  readonly node?: readonly string[];
};

export type StartedBot = {
  readonly url: string;
  readonly folder: string;
  /** Its DATABASE_URL. */
  readonly database: string;
  /** Of the process that runs now. */
  readonly pid: number;
  /** False once that process is gone, whoever ended it. */
  readonly isAlive: boolean;
  /** Everything that its processes printed, the log included. */
  readonly printed: string;
  /**
   * As an operator stops it; resolves with the exit code. Its data stays until forget(). Rejects when a token that the
   * sandbox gave out stands in what the bot printed, in its database, or in any file of its folder, which is also where its
   * temporary ones go.
   */
  stop(): Promise<number | null>;
  /** SIGKILL; resolves when the process is gone. Rejects as stop() does. */
  kill(): Promise<void>;
  /** The same data, port and environment in a new process. */
  startAgain(): Promise<void>;
  forget(): void;
};

const root = fileURLToPath(new URL('../../', import.meta.url));
const readyMs = 60_000;

/** The real bot as a child process in front of a sandbox; takes the unsigned activities of this machine. */
export async function startBot(options: BotOptions): Promise<StartedBot> {
  const folder = mkdtempSync(join(tmpdir(), 'jitney-bot-'));
  const temporary = join(folder, 'tmp');
  mkdirSync(temporary);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const database = options.env?.['DATABASE_URL'] ?? `sqlite:${join(folder, 'jitney.db')}`;
  let printed = '';
  let running = launch();
  const killNow = (): boolean => running.child.kill('SIGKILL');
  process.once('exit', killNow);
  await ready();

  function launch(): { readonly child: ChildProcess; readonly ended: Promise<number | null> } {
    const node = ['--disable-warning=ExperimentalWarning', ...(options.node ?? [])];
    const child = spawn(process.execPath, [...node, 'src/main.ts'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        TMPDIR: temporary,
        NODE_COMPILE_CACHE: compiled,
        SANDBOX: '1',
        PORT: String(port),
        DATABASE_URL: database,
        DEFAULT_TIME_ZONE: 'Europe/Berlin',
        LOG_LEVEL: 'warn',
        GRAPH_URL: options.sandbox.graph,
        AUTHORITY_URL: options.sandbox.authority,
        TENANT_ID: options.sandbox.tenantId,
        NODE_EXTRA_CA_CERTS: options.sandbox.ca,
        ...options.env,
      },
    });
    for (const output of [child.stdout, child.stderr]) output.on('data', (chunk) => (printed += String(chunk)));
    return { child, ended: new Promise((resolve) => child.once('close', resolve)) };
  }

  async function ready(): Promise<void> {
    const until = performance.now() + readyMs;
    for (;;) {
      const answer = await fetch(`${url}/readyz`).catch(() => null);
      if (answer?.ok) return;
      const said = (await answer?.text()) ?? 'no answer';
      if (running.child.exitCode !== null || running.child.signalCode !== null || performance.now() > until) {
        killNow();
        throw new Error(`the bot did not get ready (${said}): ${printed}`);
      }
      await new Promise((done) => setTimeout(done, 20));
    }
  }

  /** Looked for while the bot runs, for what is in the write-ahead log, and when it has ended. */
  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    const before = await tokensLeft();
    running.child.kill(signal);
    const code = await running.ended;
    const places = [...new Set([...before, ...(await tokensLeft())])];
    if (places.length > 0) throw new Error(`a token stands in ${places.join(', ')}`);
    return code;
  }

  async function tokensLeft(): Promise<readonly string[]> {
    const issued = readIssued(options.sandbox.folder);
    return [...placesOf(issued, folder, { log: printed }), ...(await columnsOf(issued, database))];
  }

  return {
    url,
    folder,
    database,
    get pid() {
      return running.child.pid ?? 0;
    },
    get isAlive() {
      return running.child.exitCode === null && running.child.signalCode === null;
    },
    get printed() {
      return printed;
    },
    stop: () => end('SIGTERM'),
    kill: async () => {
      await end('SIGKILL');
    },
    startAgain: async () => {
      running = launch();
      await ready();
    },
    forget: () => {
      process.off('exit', killNow);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once('error', fail);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => done(port));
    });
  });
}
