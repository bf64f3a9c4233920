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
};

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
