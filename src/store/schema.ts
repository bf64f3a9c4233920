import type { Kysely } from 'kysely';
import type { Activation } from '../core/activation.ts';
import type { Finding } from '../core/finding.ts';
import type { Place } from '../core/place.ts';
import type { Job } from '../ports/job.ts';
import type { Parked } from '../ports/parked.ts';
import type { Alias, Route } from '../ports/store.ts';
import type { Kept } from './kept.ts';
import type { Write } from './together.ts';

/** Booleans as both databases know them. */
export type Flag = 0 | 1;

/** Columns beside a body exist to be searched and compared; the body is what is read back. Times are epoch milliseconds. */
export type Tables = {
  activation: {
    id: string;
    short_id: string;
    version: number;
    tid: string;
    oid: string;
    target_key: string;
    is_over: Flag;
    asked_at: number;
    read_at: number | null;
    batch: string | null;
    /** Which activity made it, and which one changed it last: what came of a turn that was cut off. */
    event: string | null;
    step_event: string | null;
    body: Kept<Activation>;
  };
  /** Who is asked to decide right now; rows live as long as the activation waits. */
  asked_approver: { activation_id: string; tid: string; oid: string };
  job: {
    id: string;
    due: number;
    /** 1: made due again since it was leased. */
    again: Flag;
    lease_by: string | null;
    lease_until: number | null;
    fence: number;
    tries: number;
    /** Who reads it; empty when it is no message. */
    lane: string;
    /** 1: an earlier attempt may have arrived. */
    doubt: Flag;
    body: Kept<Job>;
  };
  /** How often each lane was written to lately, and when it may be written to again. */
  pace: { lane: string; sent: Kept<readonly number[]>; hour: number; free_at: number };
  card: { activation_id: string; reader: string; activity_id: string | null; place: Kept<Place> };
  parked: {
    id: string;
    tid: string;
    oid: string;
    expires_at: number;
    /** 1: it waits for a sign-in; 0: for an answer. */
    for_sign_in: Flag;
    taken: Flag;
    body: Kept<Parked>;
  };
  parked_card: { parked_id: string; activity_id: string | null; place: Kept<Place> };
  person: {
    tid: string;
    oid: string;
    seen_at: number;
    name: Kept<string> | null;
    zone: Kept<string> | null;
    /** The personal chat, when it was last seen, and its id once more to find it by. */
    place_at: number | null;
    conversation_id: string | null;
    place: Kept<Place> | null;
  };
  route: { conversation_id: string; place_at: number; place: Kept<Place>; body: Kept<Omit<Route, 'place'>> };
  /** owner is empty for those that everybody shares. */
  alias: { tid: string; owner: string; name_key: string; body: Kept<Alias> };
  finding: { id: string; at: number; body: Kept<Finding> };
  /** One row: how far the comparison with PIM's audit has come, and until when a replica is at it. */
  reconciled: { id: number; until: number | null; lease_until: number };
  event: { id: string; at: number; oid: string | null; settled: Flag; place: Kept<Place> };
  token: {
    tid: string;
    oid: string;
    version: number;
    /** Null after a sign-out: the row stays so that its version never repeats. */
    sealed: Uint8Array | null;
    expires_at: number;
  };
  pending_sign_in: {
    id: string;
    tid: string;
    oid: string;
    parked_id: string;
    expires_at: number;
    sealed: Uint8Array;
  };
  ledger: { seq: number; at: number; entry: string; previous_hash: string; hash: string; mac: string };
  /** One row. knows_until: this is a copy that ends there, and nobody has started on it yet; null otherwise. */
  copy: { id: number; knows_until: number | null };
  /** One row that check() writes. */
  pulse: { id: number; beats: number };
};

export type Database = {
  readonly kind: 'sqlite' | 'postgres';
  readonly db: Kysely<Tables>;
  readonly write: Write;
  /** The same for work of one statement, which is all or nothing by itself. */
  readonly writeOne: Write;
};
