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
