import type { World } from '../world.ts';

export type CallerToken = {
  kind: 'delegated' | 'application';
  oid: string;
  /** The scopes of a delegated token, the roles of an application's. */
  scopes: readonly string[];
  acrs: readonly string[];
  amr: readonly string[];
  clientCapabilities: readonly string[];
  /** Seconds since the epoch. */
  authTime: number;
  /** The token's own id. */
  uti?: string | undefined;
};

export type GraphCall = {
  method: string;
  version: 'v1.0' | 'beta';
  /** Decoded path after the version; parentheses are kept. */
  path: string;
  query: URLSearchParams;
  body: unknown;
  /** Names in lower case. */
  headers: Record<string, string>;
  token: CallerToken;
};

export type GraphAnswer = { status: number; headers?: Record<string, string>; body?: unknown };

export type GraphOptions = {
  /** Scheme, host and port that `@odata.nextLink` and contexts begin with. */
  origin: string;
  /** How long a write stays pending before it is provisioned. */
  pendingMs: number;
};

/** One call in its tenant at one moment: what a route works with. */
export type Exchange = {
  world: World;
  call: GraphCall;
  now: number;
  options: GraphOptions;
  /** Values of the path's `{placeholders}`, in order. */
  parts: readonly string[];
};
