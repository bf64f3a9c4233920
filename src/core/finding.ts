import type { Moment } from './moment.ts';
import type { Access } from './target.ts';

/** What was done about an activation. */
export type Act = 'asked' | 'approved' | 'denied' | 'cancelled' | 'ended';

/** One step of one activation as PIM's own audit tells it. ids: everything in the row that may name the request. */
export type AuditTrace = {
  readonly ids: readonly string[];
  readonly at: Moment;
  readonly activity: string;
  readonly oid: string | null;
  readonly name: string | null;
  readonly groupId: string | null;
  readonly groupName: string | null;
  readonly access: Access | null;
  /** Who did it, where that is a person: for a decision somebody else than whom it is about. */
  readonly by: { readonly oid: string; readonly name: string | null } | null;
};

/** A write of ours that PIM took, as the ledger has it. */
export type Made = {
  readonly act: Exclude<Act, 'asked'>;
  readonly at: Moment;
  readonly oid: string;
  /** Our name for the exchange. */
  readonly id: string;
  /** Null for an ending, which is a request of its own. */
  readonly requestId: string | null;
  readonly groupId: string | null;
  readonly access: Access | null;
};

/** Where the two records differ. notHere: PIM's audit has it and Jitney never saw it. notInEntra: the other way round. */
export type Finding = {
  /** The request's id, with the act where it is not the request itself; one finding for each. */
  readonly id: string;
  /** Absent: asked. */
  readonly act?: Act;
  readonly kind: 'notHere' | 'notInEntra';
  readonly happenedAt: Moment;
  readonly foundAt: Moment;
  readonly oid: string | null;
  readonly name: string | null;
  readonly groupId: string | null;
  readonly groupName: string | null;
};
