import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { fileURLToPath } from 'node:url';

export type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

export type Started = {
  readonly pid: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The program and all that it started have closed their output. */
  readonly ended: Promise<Ended>;
  /** To the program alone, as a supervisor sends it. */
  signal(name: NodeJS.Signals): void;
  /** To the program and its children, as Ctrl-C in a terminal does. */
  interrupt(): void;
  /** True when the program or a child of it still runs. */
  isAlive(): boolean;
};

export type Launch = { readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> };

/** Where programs find what Node has compiled of them before, so that each starts sooner. */
export const compiled = fileURLToPath(new URL('../../node_modules/.cache/node', import.meta.url));

/** A program in a process group of its own, which never outlives the tests. */
export function launch(command: string, args: readonly string[], { cwd, env }: Launch): Started {
  const child = spawn(command, args, {
    cwd,
    env: { NODE_COMPILE_CACHE: compiled, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  const group = -(child.pid ?? 0);
  const killAll = (): boolean => isAlive() && process.kill(group, 'SIGKILL');
  process.once('exit', killAll);

  function isAlive(): boolean {
    try {
      return process.kill(group, 0);
    } catch {
      return false;
    }
  }

  return {
    pid: child.pid ?? 0,
    get stdout() {
      return stdout;
    },
    get stderr() {
      return stderr;
    },
    ended: new Promise((done, fail) => {
      child.once('error', fail);
      child.once('close', (code) => {
        if (!isAlive()) process.off('exit', killAll);
        done({ code, stdout, stderr });
      });
    }),
    signal: (name) => void child.kill(name),
    interrupt: () => void process.kill(group, 'SIGINT'),
    isAlive,
  };
}

/** A port of loopback that is taken until close(). */
export async function takePort(): Promise<{ readonly port: number; readonly close: () => Promise<void> }> {
  const server: Server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return { port, close: () => new Promise((done) => server.close(() => done())) };
}

export async function freePort(): Promise<number> {
  const { port, close } = await takePort();
  await close();
  return port;
}

/** Waits until it holds; throws what it told last when it never does. */
export async function eventually(
  holds: () => Promise<boolean> | boolean,
  tell: () => string,
  patienceMs = 25_000,
): Promise<void> {
  const until = performance.now() + patienceMs;
  while (!(await holds())) {
    if (performance.now() > until) throw new Error(tell());
    await new Promise((done) => setTimeout(done, 25));
  }
}
