import type { Person } from '../core/person.ts';
import type { Clock } from '../ports/ports.ts';
import type { SealedRecord, Store } from '../ports/store.ts';
import { explained, needsPerson } from './authority.ts';
import type { Authority } from './authority.ts';
import { lockByKey } from './lock.ts';
import { seal, unsealAny } from './seal.ts';
import { accessOnly } from './access-only.ts';
import type { Random, SealFor } from './seal.ts';

export type TokenStore = Pick<Store, 'tokens' | 'saveTokens' | 'deleteTokens'>;

export type PersonTokens = {
  /** Keeps a fresh sign-in; it replaces what was there. */
  keep(person: Person, cache: string): Promise<void>;
  has(person: Person): Promise<boolean>;
  /** A token for Graph; null when the person has to sign in. refused: Graph did not take this one. */
  current(person: Person, refused?: string): Promise<string | null>;
  forget(person: Person): Promise<void>;
};

/**
 * Each person's msal cache as one sealed record, opened for one use at a time. The record's version decides between
 * replicas: who comes second keeps nothing and still has a good token, because renewing does not end the older grant.
 */
export function personTokens(options: {
  readonly store: TokenStore;
  readonly authority: Authority;
  readonly keys: readonly [Uint8Array, ...Uint8Array[]];
  /** After that a person signs in again, however often the tokens were renewed; 0: no refresh token is kept. */
  readonly keptHours: number;
  readonly clock: Clock;
  readonly random: Random;
}): PersonTokens {
  const { store, authority, keys, keptHours, clock, random } = options;
  const locked = lockByKey();
  const sealed = (person: Person, cache: string): Uint8Array => seal(keys[0], sealFor(person), cache, random);

  async function read(
    person: Person,
  ): Promise<{ readonly record: SealedRecord; readonly cache: string; readonly old: boolean } | null> {
    const record = await store.tokens(person);
    if (record === null || record.expiresAt <= clock.wall()) return null;
    const opened = unsealAny(keys, sealFor(person), record.sealed);
    return opened === null ? null : { record, cache: opened.text, old: opened.old };
  }

  async function keep(person: Person, whole: string): Promise<void> {
    const { cache, expiresAt } =
      keptHours === 0 ? accessOnly(whole) : { cache: whole, expiresAt: clock.wall() + keptHours * 3_600_000 };
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const version = (await store.tokens(person))?.version ?? 0;
      if (await store.saveTokens(person, sealed(person, cache), version, expiresAt)) return;
    }
    throw new Error('The tokens of a sign-in could not be kept: somebody else writes all the time.');
  }

  async function current(person: Person, refused: string | undefined): Promise<string | null> {
    const found = await read(person);
    if (found === null) return null;
    const client = await authority.client();
    const cache = client.getTokenCache();
    cache.deserialize(found.cache);
    const account = (await cache.getAllAccounts()).find(({ localAccountId }) => localAccountId === person.oid);
    if (!account) return null;
    const { version, expiresAt } = found.record;
    try {
      const wish = { account, scopes: [...authority.scopes] };
      let result = await client.acquireTokenSilent(wish);
      if (result.accessToken === refused) result = await client.acquireTokenSilent({ ...wish, forceRefresh: true });
      if (!result.fromCache || found.old)
        await store.saveTokens(person, sealed(person, cache.serialize()), version, expiresAt);
      return result.accessToken;
    } catch (error) {
      if (!needsPerson(error)) throw explained(error);
      // Marks the record as run out, by version: a sign-in of this very moment must not be lost.
      await store.saveTokens(person, sealed(person, '{}'), version, clock.wall());
      return null;
    }
  }

  return {
    keep: (person, cache) => locked(keyOf(person), () => keep(person, cache)),
    has: async (person) => (await read(person)) !== null,
    current: (person, refused) => locked(keyOf(person), () => current(person, refused)),
    forget: (person) => locked(keyOf(person), () => store.deleteTokens(person)),
  };
}

function keyOf(person: Person): string {
  return `${person.tid}/${person.oid}`;
}

function sealFor(person: Person): SealFor {
  return { purpose: 'tokens', tid: person.tid, oid: person.oid };
}
