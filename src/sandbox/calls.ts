/** One call that the sandbox received, as `GET /_sandbox/calls` shows it. Secrets and tokens are never in it. */
export type CallRecord = {
  /** The sandbox's time, ISO 8601. */
  readonly at: string;
  readonly method: string;
  /** Decoded, with the version: `/v1.0/me`. */
  readonly path: string;
  readonly query: string;
  /** 0 when the connection was broken instead of answered. */
  readonly status: number;
  readonly token?: { readonly kind: 'delegated' | 'application'; readonly oid: string; readonly appId: string };
  /** The `grant_type` of a call to Entra's token endpoint. */
  readonly grant?: string;
  /** The caller's name for a Graph write. */
  readonly clientRequestId?: string;
  /** What a Graph write carried. */
  readonly body?: unknown;
  /** No such route in the sandbox. */
  readonly unknown?: true;
  /** A part of a $batch; the batch itself is the row before its parts. */
  readonly batch?: true;
  /** The kind of fault that met the call. */
  readonly fault?: string;
};

export type Calls = { add(call: CallRecord): void; list(): readonly CallRecord[]; clear(): void };

/** Keeps the newest calls only, so that a sandbox that runs for weeks does not grow. */
export function createCalls(limit = 20_000): Calls {
  let calls: CallRecord[] = [];
  return {
    add: (call) => {
      calls.push(call);
      if (calls.length > limit * 1.25) calls = calls.slice(-limit);
    },
    list: () => calls,
    clear: () => {
      calls = [];
    },
  };
}

/** The tenant answers 501 to what it does not know; the record says so, so that a test can ask for none of these. */
export function unknownRoute(status: number): { unknown?: true } {
  return status === 501 ? { unknown: true } : {};
}

/** As people write it, without percent signs. */
export function decodeQuery(query: URLSearchParams): string {
  return [...query].map(([name, value]) => `${name}=${value}`).join('&');
}
