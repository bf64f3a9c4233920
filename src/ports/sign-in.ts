import type { Person } from '../core/person.ts';

export interface SignIn {
  /** Whether Teams can sign people in by itself. */
  readonly silent: boolean;
  /** Takes what Teams brought. False: it is none of this person's, or only they can help (consent, a check). */
  exchange(person: Person, token: string): Promise<boolean>;
  /** True when a usable token of the person is kept. */
  has(person: Person): Promise<boolean>;
  /** True when the person passed this check here a moment ago; known to the process that took the sign-in only. */
  verified(person: Person, claims: string): Promise<boolean>;
  /** An address on our own server that signs this very person in and then wakes the parked wish. */
  link(person: Person, parkedId: string, claims: string | null): Promise<string>;
  forget(person: Person): Promise<void>;
}
