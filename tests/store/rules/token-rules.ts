import { describe, expect, test } from '@jest/globals';
import { adele, megan, stranger } from '../fixtures.ts';
import type { Stores } from '../fixtures.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);

export function tokenRules({ store: fresh, replica }: Stores): void {
  describe('sealed tokens', () => {
    test('keeps the bytes as they are, for one person of one tenant', async () => {
      const store = await fresh();
      expect(await store.tokens(megan)).toBeNull();
      expect(await store.saveTokens(megan, bytes(0, 255, 128, 10), 0, 500)).toBe(true);

      expect(await store.tokens(megan)).toEqual({ sealed: bytes(0, 255, 128, 10), version: 1, expiresAt: 500 });
      expect(await store.tokens(stranger)).toBeNull();
    });

    test('refuses a writer who read an older version', async () => {
      const store = await fresh();
      await store.saveTokens(megan, bytes(1), 0, 500);

      expect(await store.saveTokens(megan, bytes(2), 0, 500)).toBe(false);
      expect(await store.saveTokens(megan, bytes(2), 1, 600)).toBe(true);
      expect(await store.saveTokens(megan, bytes(3), 1, 500)).toBe(false);
      expect(await store.tokens(megan)).toEqual({ sealed: bytes(2), version: 2, expiresAt: 600 });
    });

    test('lets one of many writers at once win', async () => {
      const [store, other] = [await fresh(), await replica()];
      for (const version of [0, 1, 2]) {
        const writers = Array.from({ length: 12 }, (_, n) =>
          (n % 2 === 0 ? store : other).saveTokens(megan, bytes(version, n), version, 500),
        );
        expect((await Promise.all(writers)).filter(Boolean)).toHaveLength(1);
      }
      expect((await store.tokens(megan))?.version).toBe(3);
    });

    test('a writer from before a sign-out never writes over the next sign-in', async () => {
      const store = await fresh();
      await store.saveTokens(megan, bytes(1), 0, 500);
      await store.deleteTokens(megan);
      expect(await store.tokens(megan)).toBeNull();
      expect(await store.saveTokens(megan, bytes(9), 1, 500)).toBe(false);

      expect(await store.saveTokens(megan, bytes(2), 0, 500)).toBe(true);
      expect(await store.saveTokens(megan, bytes(9), 1, 500)).toBe(false);
      expect((await store.tokens(megan))?.sealed).toEqual(bytes(2));
    });

    test('drops tokens at their expiry and no others', async () => {
      const store = await fresh();
      await store.saveTokens(megan, bytes(1), 0, 500);
      await store.saveTokens(adele, bytes(1), 0, 501);
      await store.deleteExpiredTokens(500);

      expect(await store.tokens(megan)).toBeNull();
      expect(await store.tokens(adele)).not.toBeNull();
    });
  });

  describe('pending sign-ins', () => {
    const pending = { person: megan, parkedId: 'p', sealed: bytes(7, 0, 7), expiresAt: 500 };

    test('hands a pending sign-in out once', async () => {
      const [store, other] = [await fresh(), await replica()];
      await store.savePendingSignIn('s', pending);

      const takes = [store, other, store, other].map((each) => each.takePendingSignIn('s', 499));

      expect((await Promise.all(takes)).filter((taken) => taken !== null)).toEqual([pending]);
      expect(await store.takePendingSignIn('s', 499)).toBeNull();
    });

    test('hands out none that expired', async () => {
      const store = await fresh();
      await store.savePendingSignIn('s', pending);

      expect(await store.takePendingSignIn('s', 500)).toBeNull();
      expect(await store.takePendingSignIn('s', 1)).toBeNull();
    });
  });
}
