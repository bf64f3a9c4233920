import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { issuedIn, placesOf, readIssued } from './leftovers.ts';
import type { SandboxCall, SandboxState } from './sandbox.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const readyMs = 40_000;

/** The whole program as `npm start` runs it: sandbox, bot and one chat window a person, on free ports and an own folder. */
export type Program = {
  readonly port: number;
  readonly windowPorts: readonly [number, number, number];
  readonly control: string;
  /** What it printed for the person who started it. */
  readonly printed: string;
  state(): Promise<SandboxState>;
  calls(): Promise<readonly SandboxCall[]>;
  advance(duration: string): Promise<void>;
  /** Ctrl-C; resolves with the exit code. The data stays until forget(). Rejects when a token is left in it or was printed. */
  stop(): Promise<number | null>;
  /** Everything again on the same data and ports. */
  startAgain(): Promise<void>;
  forget(): void;
};

export async function startProgram(env: Readonly<Record<string, string>> = {}): Promise<Program> {
  const data = mkdtempSync(join(tmpdir(), 'jitney-e2e-'));
  const port = await freePorts(1);
  const windows = await freePorts(3);
  const temporary = join(data, 'tmp');
  mkdirSync(temporary);
  let everPrinted = '';
  let running = await launch();

  async function launch(): Promise<{ child: ChildProcess; printed: () => string; control: string }> {
    const child = spawn(process.execPath, ['scripts/start.js'], {
      cwd: root,
      env: {
        ...process.env,
        JITNEY_DATA: data,
        TMPDIR: temporary,
        SANDBOX_ISSUED: issuedIn(data),
        PORT: String(port),
        WINDOW_PORT: String(windows),
        TZ: 'Europe/Berlin',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let printed = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    for (const output of [child.stdout, child.stderr]) output.on('data', (chunk) => (everPrinted += String(chunk)));
    const until = performance.now() + readyMs;
    while (!printed.includes('Ctrl-C')) {
      if (child.exitCode !== null || performance.now() > until) {
        child.kill('SIGKILL');
        throw new Error(`npm start did not get ready:\n${printed}\n${errors}`);
      }
      await new Promise((done) => setTimeout(done, 50));
    }
    const control = /control: (http\S+?)\/_sandbox/.exec(printed)?.[1];
    if (control === undefined) throw new Error(`npm start did not name the sandbox's control:\n${printed}`);
    return { child, printed: () => printed, control };
  }

  const read = async <T>(path: string): Promise<T> =>
    (await fetch(`${running.control}/_sandbox/${path}`)).json() as Promise<T>;

  async function stop(): Promise<number | null> {
    const { child } = running;
    if (child.exitCode !== null) return child.exitCode;
    const before = tokensLeft();
    const ended = new Promise<number | null>((done) => child.once('exit', done));
    child.kill('SIGINT');
    const code = await ended;
    const places = [...new Set([...before, ...tokensLeft()])];
    if (places.length > 0) throw new Error(`a token stands in ${places.join(', ')}`);
    return code;
  }

  function tokensLeft(): readonly string[] {
    return placesOf(readIssued(data), data, { log: everPrinted });
  }

  return {
    port,
    windowPorts: [windows, windows + 1, windows + 2],
    get control() {
      return running.control;
    },
    get printed() {
      return running.printed();
    },
    state: () => read<SandboxState>('state'),
    calls: () => read<readonly SandboxCall[]>('calls'),
    advance: async (duration) => {
      const body = JSON.stringify({ advance: duration });
      const moved = await fetch(`${running.control}/_sandbox/clock`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body,
      });
      if (!moved.ok) throw new Error(`the sandbox did not move its clock: ${moved.status}`);
    },
    stop,
    startAgain: async () => {
      running = await launch();
    },
    forget: () => rmSync(data, { recursive: true, force: true }),
  };
}

/** The first of `count` free ports in a row. */
async function freePorts(count: number): Promise<number> {
  for (;;) {
    const first = await freePort(0);
    const next = await Promise.all(
      Array.from({ length: count - 1 }, (_, index) =>
        freePort(first + index + 1).then(
          () => true,
          () => false,
        ),
      ),
    );
    if (next.every(Boolean)) return first;
  }
}

function freePort(port: number): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once('error', fail);
    probe.listen(port, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => done(typeof address === 'object' && address ? address.port : port));
    });
  });
}
