import { AuthenticationHandler, Client, ResponseType } from '@microsoft/microsoft-graph-client';
import type { Context, Middleware } from '@microsoft/microsoft-graph-client';
import { TooLate, unlessLate } from './leave.ts';

export type Call = {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** Relative to the version, with an encoded query: `/groups/…?$select=id`. */
  readonly path: string;
  readonly body?: unknown;
  /** By which Graph's own records find this call again. Source: Graph best practices, client-request-id. */
  readonly clientRequestId?: string;
  /** A write that is late, or not ours any more, is not sent. */
  readonly leave?: { readonly isLate: () => boolean; readonly isOurs: () => Promise<boolean> };
  /** May be throttled before what people wait for. Source: Graph throttling, x-ms-throttle-priority. */
  readonly low?: boolean;
};

/**
 * What came back. body: parsed JSON; null when there was none; undefined when it was no JSON, cut off or too large.
 * late: it never left. lost: no whole answer. sent tells whether Graph may have seen the request; timedOut whether our deadline ended it.
 */
export type Answer =
  | { readonly kind: 'answer'; readonly status: number; readonly headers: Headers; readonly body: unknown }
  | { readonly kind: 'late' }
  | { readonly kind: 'lost'; readonly sent: boolean; readonly timedOut: boolean };

export type Send = (call: Call, token: string) => Promise<Answer>;

/** Called as a request leaves; what it returns is told the answer's `Date` header. */
export type Timing = () => (date: string | null) => void;

const deadlineMs = 10_000;
const largestBody = 16 * 1024 * 1024;

/** Failures before a byte of the request left: name, connection, certificate. */
const neverSent =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|CERT_.*|UNABLE_TO_.*|SELF_SIGNED_.*|DEPTH_ZERO_.*|ERR_TLS_.*|ERR_SSL_.*)$/;

/**
 * One HTTP exchange with Graph v1.0 through Microsoft's client, without its own retries and redirects: it would repeat a
 * POST after 503 and 504. The token goes to the configured host only.
 */
export function sender(graphUrl: string, timing?: Timing): Send {
  const { hostname, origin } = new URL(graphUrl);
  return async (call, token) => {
    let failure: unknown;
    const post: Middleware = {
      execute: async (context: Context) => {
        try {
          const dated = timing?.();
          const ask = (): Promise<Response> =>
            fetch(context.request as string, {
              ...(context.options as RequestInit),
              redirect: 'manual',
              signal: AbortSignal.timeout(deadlineMs),
            });
          const { leave, clientRequestId } = call;
          const isWatched = leave !== undefined && clientRequestId !== undefined;
          const response = await (isWatched ? unlessLate(clientRequestId, leave.isLate, ask) : ask());
          dated?.(response.headers.get('date'));
          context.response = response;
        } catch (error) {
          // The client wraps what is thrown and drops its cause, which tells whether the request was sent.
          failure = error;
          throw error;
        }
      },
    };
    const authenticate = new AuthenticationHandler({ getAccessToken: () => Promise.resolve(token) });
    authenticate.setNext(post);
    const client = Client.initWithMiddleware({
      baseUrl: `${origin}/`,
      defaultVersion: 'v1.0',
      customHosts: new Set([hostname]),
      middleware: authenticate,
    });
    try {
      const request = client.api(call.path).responseType(ResponseType.RAW);
      if (call.clientRequestId !== undefined) request.header('client-request-id', call.clientRequestId);
      if (call.low === true) request.header('x-ms-throttle-priority', 'low');
      const response = (await (call.method === 'GET'
        ? request.get()
        : call.method === 'POST'
          ? request.post(call.body ?? {})
          : request.patch(call.body ?? {}))) as Response;
      return { kind: 'answer', status: response.status, headers: response.headers, body: await readBody(response) };
    } catch (error) {
      return failure instanceof TooLate ? { kind: 'late' } : lost(failure ?? error);
    }
  };
}

async function readBody(response: Response): Promise<unknown> {
  if (response.body === null) return null;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > largestBody) return undefined;
    chunks.push(chunk);
  }
  const text = new TextDecoder().decode(Buffer.concat(chunks)); // drops a byte order mark
  if (text.trim() === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** fetch says why in the cause of what it throws. */
function lost(error: unknown): Answer {
  const code = text(error, 'code') ?? text(read(error, 'cause'), 'code') ?? '';
  const name = text(error, 'name') ?? '';
  const timedOut = name === 'TimeoutError' || name === 'AbortError';
  return { kind: 'lost', sent: !neverSent.test(code), timedOut };
}

function read(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[field] : undefined;
}

function text(value: unknown, field: string): string | null {
  const found = read(value, field);
  return typeof found === 'string' ? found : null;
}
