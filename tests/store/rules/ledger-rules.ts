import { describe, expect, test } from '@jest/globals';
import { verify } from '../../../src/audit/ledger.ts';
import { activation, entry, ledgerKey, resume } from '../fixtures.ts';
import type { Stores } from '../fixtures.ts';

/** sql runs a statement on the database behind the newest store, past the store. */
export function ledgerRules({ store: fresh, replica, sql }: Stores): void {
  describe('the ledger', () => {
    test('writes an entry with the change it speaks of, and verifies', async () => {
      const store = await fresh();
      await store.commit([
        { kind: 'audit', entry: entry('ask', { detail: { name: "O'Hara \u0000 \ud800", n: 1.5, yes: true } }) },
        { kind: 'newActivation', activation: activation('a') },
        { kind: 'audit', entry: entry('order') },
      ]);

      const rows = await store.ledger(0, 10);
      expect(rows.map(({ seq, entry: text }) => [seq, (JSON.parse(text) as { action: string }).action])).toEqual([
        [1, 'ask'],
        [2, 'order'],
      ]);
      expect(verify(rows, ledgerKey)).toEqual({ ok: true, count: 2 });
      expect(await store.ledger(1, 10)).toEqual(rows.slice(1));
      expect(await store.ledger(0, 1)).toEqual(rows.slice(0, 1));
    });

    test('gives the records of one kind in a span of time, the newest first, however many lie between', async () => {
      const store = await fresh();
      const at = (action: string, time: number) => ({ kind: 'audit', entry: entry(action, { at: time }) }) as const;
      await store.commit([at('write', 10), at('write', 20), at('other', 25)]);
      await store.commit(Array.from({ length: 600 }, (_, n) => at('other', 30 + n)));
      await store.commit([at('write', 700), at('write', 800)]);

      const found = async (from: number, to: number) =>
        (await store.recorded('write', from, to)).map(({ at: time }) => time);
      expect(await found(0, 1_000)).toEqual([800, 700, 20, 10]);
      expect(await found(10, 700)).toEqual([700, 20]);
      expect(await found(800, 900)).toEqual([]);
    });

    test('stays one chain without a gap when replicas write at the same time', async () => {
      const [store, other] = [await fresh(), await replica()];

      await Promise.all(
        Array.from({ length: 40 }, (_, n) =>
          (n % 2 === 0 ? store : other).commit([{ kind: 'audit', entry: entry(`n${n}`) }]),
        ),
      );

      expect(verify(await store.ledger(0, 100), ledgerKey)).toEqual({ ok: true, count: 40 });
    });

    test('commits that want the same things in another order do not stop each other', async () => {
      const [store, other] = [await fresh(), await replica()];

      const commits = Array.from({ length: 40 }, (_, n) => {
        const jobs = [n % 3, (n + 1) % 3].map((id) => ({ kind: 'job', job: resume(`${id}`), due: n }) as const);
        return (n % 2 === 0 ? store : other).commit([jobs[0]!, { kind: 'audit', entry: entry(`n${n}`) }, jobs[1]!]);
      });

      expect((await Promise.all(commits)).every(Boolean)).toBe(true);
    });

    test.each([
      [`update ledger set entry = '{}' where seq = 1`, 'append-only'],
      ['delete from ledger where seq = 2', 'append-only'],
      [`insert into ledger values (4, 1, '{}', 'x', 'x', 'x')`, 'no gap'],
    ])('the database itself refuses to %s', async (statement, why) => {
      const store = await fresh();
      await store.commit([
        { kind: 'audit', entry: entry('one') },
        { kind: 'audit', entry: entry('two') },
      ]);

      await expect(sql(statement)).rejects.toThrow(why);

      expect(verify(await store.ledger(0, 10), ledgerKey)).toEqual({ ok: true, count: 2 });
    });
  });

  test('check writes, and throws when the database cannot be written', async () => {
    const store = await fresh();
    await store.check();
    await sql('drop table pulse');

    await expect(store.check()).rejects.toThrow();
  });
}
