import type { Moment } from '../core/moment.ts';
import type { Person } from '../core/person.ts';
import type { Clock } from '../ports/ports.ts';
import { demandOf } from './claims.ts';

type Kept = {
  readonly person: Person;
  readonly demand: string;
  readonly token: string;
  readonly expiresAt: Moment;
  /** Graph took it at least once. */
  readonly taken: boolean;
};

export type StepUpTokens = {
  keep(person: Person, claims: string, token: string, expiresAt: Moment): void;
  /** The token that answers this challenge; null when the person has to pass the check (again). */
  of(person: Person, claims: string): string | null;
  taken(token: string): void;
  /**
   * Graph did not take it, so it is never tried again. claims: what Graph asked for. True when passing the check (again)
   * can help: the token had been taken before, so its time is over, or something else is asked for. False: it was good
   * for nothing from the start, and asking again would go round in circles.
   */
  refused(token: string, claims: string): boolean;
  forget(person: Person): void;
};

/**
 * Tokens of a step-up, in memory and for their own life only: a person who proved more for one activation has not proved
 * it for the day, so they never reach the person's stored tokens. Whatever asks for the same shares one.
 */
export function stepUpTokens(clock: Clock): StepUpTokens {
  let kept: readonly Kept[] = [];
  const isOf = (entry: Kept, person: Person): boolean =>
    entry.person.oid === person.oid && entry.person.tid === person.tid;

  return {
    keep: (person, claims, token, expiresAt) => {
      const demand = demandOf(claims);
      const others = kept.filter((entry) => !(isOf(entry, person) && entry.demand === demand));
      const fresh = { person, demand, token, expiresAt, taken: false };
      kept = [...others.filter((entry) => entry.expiresAt > clock.wall()), fresh];
    },
    of: (person, claims) => {
      kept = kept.filter((entry) => entry.expiresAt > clock.wall());
      const demand = demandOf(claims);
      return kept.find((entry) => isOf(entry, person) && entry.demand === demand)?.token ?? null;
    },
    taken: (token) => {
      kept = kept.map((entry) => (entry.token === token ? { ...entry, taken: true } : entry));
    },
    refused: (token, claims) => {
      const entry = kept.find((one) => one.token === token);
      kept = kept.filter((one) => one.token !== token);
      return entry === undefined || entry.taken || entry.demand !== demandOf(claims);
    },
    forget: (person) => {
      kept = kept.filter((entry) => !isOf(entry, person));
    },
  };
}
