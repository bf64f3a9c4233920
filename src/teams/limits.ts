import { hash } from 'node:crypto';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

/** first: the one that found the bucket empty. */
export type Pace = 'within' | { readonly first: boolean; readonly waitMs: number };

export type Limit = { readonly many: number; readonly seconds: number };

/** What a quick typist, a search at every letter and a double click stay below. */
export const personLimit: Limit = { many: 120, seconds: 60 };
/** Turned away from one address until it is told to slow down. */
export const strangerLimit: Limit = { many: 60, seconds: 60 };

const slots = 4096;

/** A bucket for each person; the people are the tenant's own, so they are not without end. */
export function paceOfPeople({ many, seconds }: Limit): (oid: string) => Promise<Pace> {
  const buckets = new RateLimiterMemory({ points: many, duration: seconds });
  return (oid) => take(buckets, many, oid);
}

/**
 * A bucket for each address that something is turned away from. Addresses cost an attacker nothing, so they share a fixed
 * number of buckets. Whoever is let in takes from none: all of Teams comes from few addresses, or from one proxy's.
 */
export function paceOfStrangers({ many, seconds }: Limit): (address: string) => Promise<Pace> {
  const buckets = new RateLimiterMemory({ points: many, duration: seconds });
  return (address) => take(buckets, many, String(Number.parseInt(hash('sha256', address).slice(0, 8), 16) % slots));
}

async function take(buckets: RateLimiterMemory, many: number, name: string): Promise<Pace> {
  try {
    await buckets.consume(name);
    return 'within';
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    return { first: error.consumedPoints === many + 1, waitMs: error.msBeforeNext };
  }
}
