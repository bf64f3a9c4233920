import { describe, expect, test } from '@jest/globals';
import { verify } from '../../../src/audit/ledger.ts';
import { activation, actor, adele, chat, entry, ledgerKey, megan, parkedSentence, resume } from '../fixtures.ts';
import type { OpenStore, Stores } from '../fixtures.ts';

export function copyRules({ store: fresh, replica, sql }: Stores): void {
  /** A database in the middle of life, and the mark of a copy. */
  async function copy(): Promise<OpenStore> {
    const store = await fresh();
    const message = { kind: 'status', activations: [] } as const;
    await store.claim('unanswered', actor(megan), chat(), 1);
    await store.saveTokens(megan, new Uint8Array([1]), 0, 10_000);
    await store.savePendingSignIn('s', {
      person: megan,
      parkedId: 'p',
      sealed: new Uint8Array([1]),
      expiresAt: 10_000,
    });
    await store.commit([
      { kind: 'newActivation', activation: activation('open', { readAt: 9_999 }) },
      { kind: 'newActivation', activation: activation('over', { phase: 'ended', readAt: null }) },
      { kind: 'park', parked: parkedSentence('p') },
      { kind: 'job', job: { kind: 'notice', key: 'k', to: chat(), oid: megan.oid, message }, due: 10 },
      { kind: 'job', job: { kind: 'card', activationId: 'open', reader: { kind: 'requester' } }, due: 10 },
      { kind: 'audit', entry: entry('order', { at: 700 }) },
    ]);
    await sql('update copy set knows_until = 700');
    return store;
  }

  describe('a copy that somebody starts on', () => {
    test('sends nothing that waited, answers nothing, and holds no sign-in', async () => {
      const store = await copy();

      expect(await store.settleCopy(5_000)).toEqual({ knowsUntil: 700, open: 1, dropped: 2 });

      expect(await store.nextJobDue()).toBeNull();
      expect(await store.unanswered(9_999)).toEqual([]);
      expect(await store.parkedFor(megan, 1_000)).toEqual([]);
      expect(await store.takeExpiredParked(99_999)).toEqual([]);
      expect(await store.tokens(megan)).toBeNull();
      expect(await store.takePendingSignIn('s', 1_000)).toBeNull();
    });

    test('reads what is open from PIM at once, and leaves what is over', async () => {
      const store = await copy();

      await store.settleCopy(5_000);

      const due = await store.dueActivations(5_000, 9);
      expect(due).toMatchObject([{ id: 'open', readAt: 5_000, restored: true, version: 2 }]);
      expect(await store.activation('over')).toMatchObject({ version: 1 });
    });

    test('says so in its ledger, once, whichever replica starts first', async () => {
      const store = await copy();
      const other = await replica();

      const settled = await Promise.all([store.settleCopy(5_000), other.settleCopy(5_000)]);

      expect(settled.filter((one) => one !== null)).toHaveLength(1);
      expect(await store.settleCopy(6_000)).toBeNull();
      const rows = await store.ledger(0, 9);
      expect(rows.map(({ entry: text }) => (JSON.parse(text) as { action: string }).action)).toEqual([
        'order',
        'database.restored',
      ]);
      expect(verify(rows, ledgerKey)).toEqual({ ok: true, count: 2 });
    });

    test('tells whoever had asked for something to be done later, and nobody else', async () => {
      const store = await copy();
      await store.commit([
        { kind: 'newActivation', activation: activation('early', { person: adele, place: chat('a:adele') }) },
        { kind: 'job', job: { kind: 'end', activationId: 'early' }, due: 10 },
        { kind: 'job', job: resume('nothing'), due: 10 },
      ]);

      await store.settleCopy(5_000);

      const told = await store.leaseJobs(5_000, 'w', 9, 100);
      expect(told.map(({ job }) => job)).toMatchObject([{ kind: 'notice', oid: adele.oid, to: chat('a:adele') }]);
    });

    test('a database that is no copy goes on as it was', async () => {
      const store = await fresh();
      await store.commit([{ kind: 'job', job: resume('p'), due: 10 }]);

      expect(await store.settleCopy(5_000)).toBeNull();

      expect(await store.nextJobDue()).toBe(10);
      expect(await store.ledger(0, 9)).toEqual([]);
    });
  });
}
