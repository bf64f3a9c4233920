import type { Moment } from '../core/moment.ts';
import type { Person } from '../core/person.ts';
import type { Clock } from '../ports.ts';
import { demandOf } from './claims.ts';

type Kept = { readonly person: Person; readonly demand: string; readonly token: string; readonly expiresAt: Moment };

export type StepUpTokens = {
  keep(person: Person, claims: string, token: string, expiresAt: Moment): void;
  /** The token that answers this challenge; refused is a token that turned out not to, and is dropped. */
  of(person: Person, claims: string, refused?: string): string | null;
  forget(person: Person): void;
};

/**
 * Tokens of a step-up, in memory and for their own life only: a person who proved more for one activation has not proved
 * it for the day, so they never reach the person's stored tokens.
 */
export function stepUpTokens(clock: Clock): StepUpTokens {
  let kept: readonly Kept[] = [];
  const isOf = (entry: Kept, person: Person): boolean =>
    entry.person.oid === person.oid && entry.person.tid === person.tid;

  return {
    keep: (person, claims, token, expiresAt) => {
      const demand = demandOf(claims);
      const others = kept.filter((entry) => !(isOf(entry, person) && entry.demand === demand));
      kept = [...others.filter((entry) => entry.expiresAt > clock.wall()), { person, demand, token, expiresAt }];
    },
    of: (person, claims, refused) => {
      kept = kept.filter((entry) => entry.expiresAt > clock.wall() && entry.token !== refused);
      const demand = demandOf(claims);
      return kept.find((entry) => isOf(entry, person) && entry.demand === demand)?.token ?? null;
    },
    forget: (person) => {
      kept = kept.filter((entry) => !isOf(entry, person));
    },
  };
}
