import type { Moment } from './moment.ts';
import type { Access } from './target.ts';

/** One activation as PIM's own audit tells it. ids: everything in the row that may name the request. */
export type AuditTrace = {
  readonly ids: readonly string[];
  readonly at: Moment;
  readonly activity: string;
  readonly oid: string | null;
  readonly name: string | null;
  readonly groupId: string | null;
  readonly groupName: string | null;
  readonly access: Access | null;
};

/** Where the two records differ. notHere: PIM's audit has it and Jitney never saw it. notInEntra: the other way round. */
export type Finding = {
  /** The request's id; one finding a request. */
  readonly id: string;
  readonly kind: 'notHere' | 'notInEntra';
  readonly happenedAt: Moment;
  readonly foundAt: Moment;
  readonly oid: string | null;
  readonly name: string | null;
  readonly groupId: string | null;
  readonly groupName: string | null;
};
