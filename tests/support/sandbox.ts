import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { issuedIn } from './leftovers.ts';
import { proveTokens } from './writes.ts';

export type SandboxCall = {
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly status: number;
  readonly token?: { readonly kind: 'delegated' | 'application'; readonly oid: string; readonly appId: string };
  readonly grant?: string;
  readonly clientRequestId?: string;
  readonly body?: unknown;
  readonly unknown?: true;
  readonly batch?: true;
  readonly fault?: string;
};

export type SandboxState = {
  readonly now: string;
  readonly tenantId: string;
  readonly people: readonly { readonly id: string; readonly name: string; readonly upn: string }[];
  readonly groups: readonly {
    readonly id: string;
    readonly name: string;
    readonly members: readonly string[];
    readonly owners: readonly string[];
  }[];
  readonly eligibilities: readonly Readonly<Record<string, unknown>>[];
  readonly assignments: readonly Readonly<Record<string, unknown>>[];
  readonly requests: readonly Readonly<Record<string, unknown>>[];
  readonly calls: readonly SandboxCall[];
};

type SandboxFault = {
  readonly match?: { readonly method?: string; readonly path?: string; readonly body?: string };
  readonly times?: number;
  readonly answer: unknown;
};

export type StartedSandbox = {
  readonly graph: string;
  readonly authority: string;
  readonly control: string;
  /** Path of the file for NODE_EXTRA_CA_CERTS. */
  readonly ca: string;
  readonly tenantId: string;
  /** Its folder of state; gone after stop() unless it was given. */
  readonly folder: string;
  /** Ends the process and returns its exit code. Rejects when it got a write to PIM that no person made for themself. */
  stop(): Promise<number | null>;
  state(): Promise<SandboxState>;
  /** Moves the sandbox's clock by an ISO 8601 duration and returns its new time. */
  advance(duration: string): Promise<string>;
  calls(): Promise<readonly SandboxCall[]>;
  fault(fault: SandboxFault): Promise<void>;
  /** Any other control: POST with a body, else GET; rejects when it is refused. */
  ask(route: string, body?: unknown, method?: string): Promise<unknown>;
};

export type SandboxOptions = {
  /** Path of a tenant file, or (with a line break in it) its text. */
  readonly tenant?: string;
  /** A folder of an earlier run to go on from. */
  readonly folder?: string;
  readonly env?: Readonly<Record<string, string>>;
};

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The real sandbox as a child process with a folder of its own. Writes settle after 50 ms unless SANDBOX_PENDING_MS says other. */
export async function startSandbox(options: SandboxOptions = {}): Promise<StartedSandbox> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'jitney-sandbox-'));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'src/sandbox/main.ts'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      SANDBOX_STATE: join(folder, 'sandbox.json'),
      SANDBOX_CA: join(folder, 'ca.pem'),
      SANDBOX_ISSUED: issuedIn(folder),
      SANDBOX_PENDING_MS: '50',
      ...tenantEnv(options.tenant, folder),
      ...options.env,
    },
  });
  let problems = '';
  child.stderr.on('data', (chunk) => (problems += String(chunk)));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const stopNow = () => child.kill('SIGKILL');
  process.once('exit', stopNow);
  const line = await Promise.race([
    new Promise<string>((resolve) => createInterface(child.stdout).once('line', resolve)),
    ended.then((code) => Promise.reject(new Error(`the sandbox ended with ${code}: ${problems}`))),
  ]);
  const ready = JSON.parse(line) as Omit<StartedSandbox, 'folder'>;

  const forgotten: SandboxCall[] = [];
  const ask = async (route: string, body?: unknown, method?: string): Promise<unknown> => {
    if (method === 'DELETE' || route === 'reset') forgotten.push(...((await control('calls')) as SandboxCall[]));
    return control(route, body, method);
  };
  const control = async (
    route: string,
    body?: unknown,
    method = body === undefined ? 'GET' : 'POST',
  ): Promise<unknown> => {
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${ready.control}/_sandbox/${route}`, { method, ...content });
    const answer = (await response.json()) as { error?: string };
    if (!response.ok) throw new Error(`${method} ${route}: ${response.status} ${answer.error ?? ''}`);
    return answer;
  };
  return {
    ...ready,
    folder,
    ask,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null)
        forgotten.push(...((await control('calls')) as SandboxCall[]));
      child.kill('SIGTERM');
      const code = await ended;
      process.off('exit', stopNow);
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
      proveTokens(forgotten);
      return code;
    },
    state: async () => (await ask('state')) as SandboxState,
    advance: async (duration) => ((await ask('clock', { advance: duration })) as { now: string }).now,
    calls: async () => (await ask('calls')) as readonly SandboxCall[],
    fault: async (fault) => {
      await ask('faults', fault);
    },
  };
}

function tenantEnv(tenant: string | undefined, folder: string): Record<string, string> {
  if (tenant === undefined) return {};
  if (!tenant.includes('\n')) return { SANDBOX_TENANT: tenant };
  const path = join(folder, 'tenant.yaml');
  writeFileSync(path, tenant);
  return { SANDBOX_TENANT: path };
}
