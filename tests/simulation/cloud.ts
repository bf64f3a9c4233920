import { serveGraph } from '../../src/sandbox/graph-side.ts';
import type { GraphAnswer, GraphCall } from '../../src/sandbox/graph/call.ts';
import { answerGraph } from '../../src/sandbox/graph/answer.ts';
import { generateStoredKeys } from '../../src/sandbox/keys.ts';
import { createRoutes, createRunning, passTime } from '../../src/sandbox/running.ts';
import { loadTenant } from '../../src/sandbox/tenant.ts';
import type { World } from '../../src/sandbox/world.ts';
import { tenantText } from './tenant.ts';
import { time } from './time.ts';

export type Request = {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};
export type Reply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** A write that took effect at PIM, whether or not its answer arrived. */
export type Effect = {
  readonly at: number;
  readonly kind: 'order' | 'end' | 'cancel' | 'decide';
  /** Whose token it was; null for the app's own. */
  readonly oid: string | null;
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  /** The request or approval that the address names; for an order the one that came of it. */
  readonly requestId: string;
};

/** before: something that may be a write comes in, and nothing of it has been done. */
type Watcher = {
  readonly before: () => Promise<void>;
  readonly seen: (call: GraphCall, kind: Effect['kind']) => void;
};

/** Microsoft's side in this process: the sandbox's own routes without its sockets. */
export type Cloud = {
  readonly origin: string;
  readonly world: () => World;
  answer(request: Request): Promise<Reply>;
  /** Every write by a token of the program, tried or done. */
  readonly writes: readonly Effect[];
  /** Called with every write before it takes effect. */
  watch(watcher: Watcher): void;
  /** What somebody does in PIM's own pages; the status that came of it. */
  portal(oid: string, method: string, path: string, body?: unknown): number;
  revoke(oid: string): void;
};

const tenant = loadTenant(tenantText, 'the tenant of the histories');
const keys = await generateStoredKeys();
const everything = ['PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup', 'User.Read'];

export function createCloud(pendingMs: number): Cloud {
  const running = createRunning({ tenant, stored: undefined });
  running.ports = { https: 8443, plain: 8080 };
  const saver = { touch: () => undefined, flush: () => undefined };
  const file = '/dev/null';
  const settings = { tenantFile: file, stateFile: file, keysFile: file, caFile: file, fresh: true, pendingMs };
  const routes = createRoutes(running, { ...settings, httpsPort: 0, plainPort: 0 }, tenant, keys, saver);
  const writes: Effect[] = [];
  let watcher: Watcher = { before: () => Promise.resolve(), seen: () => undefined };

  const graph = {
    ...routes.graph,
    answer: (call: GraphCall): GraphAnswer => {
      const kind = kindOf(call);
      if (kind === null) return routes.graph.answer(call);
      watcher.seen(call, kind);
      const answer = routes.graph.answer(call);
      writes.push({
        at: time.now(),
        kind,
        oid: call.token.kind === 'delegated' ? call.token.oid : null,
        status: answer.status,
        body: (call.body ?? {}) as Effect['body'],
        requestId: kind === 'order' || kind === 'end' ? idOf(answer.body) : (call.path.split('/')[5] ?? ''),
      });
      return answer;
    },
  };

  return {
    origin: 'https://localhost:8443',
    world: () => {
      passTime(running);
      return running.world;
    },
    writes,
    watch: (next) => {
      watcher = next;
    },
    async answer({ method, url, headers, body }) {
      const received = { method, path: decodeURIComponent(url.pathname), query: url.searchParams, body, headers };
      if (/^\/(v1\.0|beta)\//.test(url.pathname)) {
        if (method !== 'GET') await watcher.before();
        const delivery = await serveGraph(graph, received);
        if (delivery.kind === 'whole') return delivery.reply;
        throw new Error('the cloud has no faults of its own');
      }
      const reply =
        url.protocol === 'http:' ? routes.entra.answerLogin(received) : await routes.entra.answerToken(received);
      if (reply === undefined) throw new Error(`nothing is at ${url.href}`);
      return reply;
    },
    portal: (oid, method, path, body) => {
      passTime(running);
      const token = { kind: 'delegated', oid, scopes: everything, acrs: ['c1'], amr: ['pwd', 'mfa'] } as const;
      const call: GraphCall = {
        method,
        version: 'v1.0',
        path,
        query: new URLSearchParams(),
        body,
        headers: {},
        token: { ...token, clientCapabilities: ['cp1'], authTime: 0 },
      };
      return answerGraph(running.world, call, time.now(), { origin: 'https://localhost:8443', pendingMs }).status;
    },
    revoke: (oid) => {
      running.revokedBefore[oid] = time.now();
    },
  };
}

function kindOf({ method, path, body }: GraphCall): Effect['kind'] | null {
  if (!path.includes('/privilegedAccess/')) return null;
  if (method === 'PATCH') return 'decide';
  if (method !== 'POST') return null;
  if (path.endsWith('/cancel')) return 'cancel';
  const { action, isValidationOnly } = (body ?? {}) as {
    readonly action?: string;
    readonly isValidationOnly?: boolean;
  };
  if (isValidationOnly === true) return null;
  return action === 'selfActivate' ? 'order' : action === 'selfDeactivate' ? 'end' : null;
}

function idOf(body: unknown): string {
  const { id } = (body ?? {}) as { readonly id?: unknown };
  return typeof id === 'string' ? id : '';
}
