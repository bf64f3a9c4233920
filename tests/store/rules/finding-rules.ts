import { describe, expect, test } from '@jest/globals';
import type { Finding } from '../../../src/core/finding.ts';
import { activation, adele, entry, megan, stranger, tid } from '../fixtures.ts';
import type { Stores } from '../fixtures.ts';

function finding(id: string, happenedAt: number): Finding {
  return {
    id,
    kind: 'notHere',
    happenedAt,
    foundAt: 9_000,
    oid: adele.oid,
    name: 'Adele \u0000 Vance',
    groupId: 'a-group',
    groupName: null,
  };
}

export function findingRules({ store: fresh, replica }: Stores): void {
  describe('findings', () => {
    test('are shown the newest first, and found by their ids', async () => {
      const store = await fresh();
      const all = [finding('a', 1), finding('c', 3), finding('b', 2)];
      await store.commit(all.map((each) => ({ kind: 'finding', finding: each })));

      expect(await store.findings(2)).toEqual([all[1], all[2]]);
      expect(await store.findingsAmong(['b', 'x', 'a'])).toEqual(expect.arrayContaining(['a', 'b']));
      expect(await store.findingsAmong([])).toEqual([]);
    });

    test('come once, with everything else of their commit or not at all', async () => {
      const store = await fresh();
      await store.commit([{ kind: 'finding', finding: finding('a', 1) }]);

      const again = await store.commit([
        { kind: 'finding', finding: finding('a', 1) },
        { kind: 'audit', entry: entry('reconcile.mismatch') },
        { kind: 'reconciled', until: 5 },
      ]);

      expect(again).toBe(false);
      expect(await store.ledger(0, 10)).toEqual([]);
      expect(await store.leaseReconciliation(0, 1)).toEqual({ until: null });
    });
  });

  describe('the comparison with PIM’s audit', () => {
    test('is held by one replica at a time, and goes on from where it came to', async () => {
      const [store, other] = [await fresh(), await replica()];

      const leases = await Promise.all([store, other].map((each) => each.leaseReconciliation(1_000, 500)));
      expect(leases.filter((lease) => lease !== null)).toEqual([{ until: null }]);
      await store.commit([{ kind: 'reconciled', until: 900 }]);
      expect(await other.leaseReconciliation(1_499, 500)).toBeNull();
      expect(await other.leaseReconciliation(1_500, 500)).toEqual({ until: 900 });
    });

    test('is not held up by a lease of a clock that was set back', async () => {
      const store = await fresh();
      await store.leaseReconciliation(1_000_000, 500);
      expect(await store.leaseReconciliation(1_000, 500)).toEqual({ until: null });
      expect(await store.leaseReconciliation(1_001, 500)).toBeNull();
    });
  });

  describe('the history of activations', () => {
    test('is that of people or of targets, the newest first, as many as asked for', async () => {
      const store = await fresh();
      const ids = ['aaaaaaaa', 'bbbbbbbb', 'cccccccc', 'dddddddd'];
      const [one, two, three, four] = ids.map((id, at) =>
        activation(`${id}-0000-4000-8000-000000000001`, {
          askedAt: at + 1,
          phase: 'ended',
          person: [megan, adele, adele, stranger][at] ?? megan,
          target: { kind: 'group', groupId: at === 1 ? 'x' : 'y', access: 'member' },
        }),
      );
      await store.commit([one!, two!, three!, four!].map((each) => ({ kind: 'newActivation', activation: each })));
      const about = { tid, oids: [] as string[], targetKeys: [] as string[] };

      expect(await store.history(about, 9)).toEqual([three, two, one]);
      expect(await store.history(about, 1)).toEqual([three]);
      expect(await store.history({ ...about, oids: [megan.oid] }, 9)).toEqual([one]);
      expect(await store.history({ ...about, targetKeys: ['group:x:member'] }, 9)).toEqual([two]);
      expect(await store.history({ ...about, oids: [megan.oid], targetKeys: ['group:x:member'] }, 9)).toEqual([
        two,
        one,
      ]);
    });

    test('of a span has what was asked for after its beginning, until its end', async () => {
      const store = await fresh();
      const all = [1, 2, 3].map((at) => activation(`aaaaaaa${at}-0000-4000-8000-000000000001`, { askedAt: at }));
      await store.commit(all.map((each) => ({ kind: 'newActivation', activation: each })));

      expect(await store.activationsAsked(1, 2)).toEqual([all[1]]);
    });
  });
}
