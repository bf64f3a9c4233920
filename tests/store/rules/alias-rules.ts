import { describe, expect, test } from '@jest/globals';
import type { Alias } from '../../../src/ports/store.ts';
import { adele, entry, megan, parkedSentence, stranger, tid } from '../fixtures.ts';
import type { Stores } from '../fixtures.ts';

function alias(key: string, owner: string | null, more: Partial<Alias> = {}): Alias {
  return { tid, owner, key, name: key.toUpperCase(), groups: ['Azure Admins', 'SQL Prod'], by: megan, at: 5, ...more };
}

export function aliasRules({ store: fresh }: Stores): void {
  describe('aliases', () => {
    test('shows a person their own and the shared ones, by name, and nobody else’s', async () => {
      const store = await fresh();
      const own = [alias('a', megan.oid), alias('c', megan.oid)];
      const shared = [alias('b', null), alias('c', null)];
      const others = [alias('d', adele.oid), alias('e', null, { tid: stranger.tid })];
      await store.commit([...own, ...shared, ...others].map((each) => ({ kind: 'alias', alias: each })));

      expect(await store.aliases(megan)).toEqual([own[0], shared[0], own[1], shared[1]]);
      expect(await store.aliases(adele)).toEqual([shared[0], shared[1], others[0]]);
      expect(await store.aliases(stranger)).toEqual([others[1]]);
    });

    test('keeps one meaning a name and owner, the last one', async () => {
      const store = await fresh();
      const newer = alias('a', megan.oid, { name: 'A 🚒 “\u0000”', groups: [] });
      await store.commit([{ kind: 'alias', alias: alias('a', megan.oid) }]);
      await store.commit([{ kind: 'alias', alias: newer }]);

      expect(await store.aliases(megan)).toEqual([newer]);
    });

    test('removes exactly the one that is named', async () => {
      const store = await fresh();
      const all = [alias('a', megan.oid), alias('a', null), alias('a', adele.oid), alias('b', megan.oid)];
      await store.commit(all.map((each) => ({ kind: 'alias', alias: each })));

      await store.commit([{ kind: 'noAlias', alias: { tid, owner: null, key: 'a' } }]);
      expect(await store.aliases(megan)).toEqual([all[0], all[3]]);
      await store.commit([{ kind: 'noAlias', alias: { tid, owner: megan.oid, key: 'a' } }]);
      expect(await store.aliases(megan)).toEqual([all[3]]);
      expect(await store.aliases(adele)).toEqual([all[2]]);
    });

    test('is written together with its ledger line or not at all', async () => {
      const store = await fresh();
      const change = { kind: 'alias', alias: alias('a', megan.oid) } as const;
      const park = { kind: 'park', parked: parkedSentence('p') } as const;
      await store.commit([park]);

      expect(await store.commit([change, { kind: 'audit', entry: entry('alias.set') }, park])).toBe(false);
      expect(await store.aliases(megan)).toEqual([]);
      expect(await store.ledger(0, 10)).toEqual([]);
    });
  });
}
