import type { Moment } from './moment.ts';
import type { Person } from './person.ts';

/** One line of the ledger: who did what to what; written before the effect it speaks of. No justification text, no secrets. */
export type AuditEntry = {
  readonly at: Moment;
  readonly actor: Person | null;
  readonly action: string;
  readonly activationId: string | null;
  readonly target: string | null;
  readonly detail: Readonly<Record<string, string | number | boolean | null>>;
  /** What brought it about in the chat; absent when time did, or another program. */
  readonly cause?: Cause;
};

/** event: the activity, or what waited for a sign-in; conversation: where it was said or pressed. */
export type Cause = { readonly event: string; readonly conversation: string };

/** An entry as it is kept: chained to the one before by hash, and to the ledger's key by mac (both lower-case hexadecimal). */
export type LedgerRow = {
  /** Counts from 1 without a gap. */
  readonly seq: number;
  readonly at: Moment;
  /** The entry as canonical JSON: the very bytes that were hashed. */
  readonly entry: string;
  readonly previousHash: string;
  readonly hash: string;
  readonly mac: string;
};

/** The newest row of the chain: what the next one is chained to. */
export type LedgerHead = { readonly seq: number; readonly hash: string };

/** A signed note of the newest row, kept outside the database. at: wall time. */
export type Anchor = LedgerHead & { readonly at: Moment; readonly mac: string };

/** One write that Graph was asked for, and what it answered: joins the ledger to Entra's and Graph's own records. */
export type PimWrite = {
  readonly actor: Person;
  readonly method: 'POST' | 'PATCH';
  /** Relative to the version: holds the request or the approval where the write is about one. */
  readonly path: string;
  readonly body: unknown;
  readonly clientRequestId: string;
  /** Graph's own name for the exchange; null when there was no answer. */
  readonly graphRequestId: string | null;
  /** The token's unique id; null when it has none. */
  readonly uti: string | null;
  /** HTTP status; null when the answer was lost. */
  readonly status: number | null;
};
