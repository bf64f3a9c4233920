import { describe, expect, test } from '@jest/globals';
import type { Phase } from '../../../src/core/activation.ts';
import { activation, adele, entry, megan, resume, stranger } from '../fixtures.ts';
import type { Stores } from '../fixtures.ts';

const target = { kind: 'group', groupId: 'azure-admins', access: 'member' } as const;

export function activationRules({ store: fresh, replica }: Stores): void {
  describe('activations', () => {
    test('reads an activation back as it was written', async () => {
      const store = await fresh();
      const written = activation('1a2b3c4d-0001', { approvers: [{ ...adele, name: 'Adele Vance', reached: true }] });

      expect(await store.commit([{ kind: 'newActivation', activation: written }])).toBe(true);

      expect(await store.activation('1a2b3c4d-0001')).toEqual(written);
      expect(await store.activation('1a2b3c4d')).toBeNull();
    });

    test('refuses a second open activation of the same target, and with it everything else in that commit', async () => {
      const store = await fresh();
      await store.commit([{ kind: 'newActivation', activation: activation('a', { target }) }]);

      const won = await store.commit([
        { kind: 'audit', entry: entry('ask') },
        { kind: 'job', job: resume('p'), due: 1 },
        { kind: 'newActivation', activation: activation('b', { target }) },
      ]);

      expect(won).toBe(false);
      expect(await store.activation('b')).toBeNull();
      expect(await store.ledger(0, 10)).toEqual([]);
      expect(await store.nextJobDue()).toBeNull();
    });

    test('takes the same target as owner, for another person, and again when the first is over', async () => {
      const store = await fresh();
      const first = activation('a', { target });
      await store.commit([{ kind: 'newActivation', activation: first }]);
      const owner = activation('b', { target: { ...target, access: 'owner' } });
      const other = activation('c', { target, person: adele });

      expect(await store.commit([{ kind: 'newActivation', activation: owner }])).toBe(true);
      expect(await store.commit([{ kind: 'newActivation', activation: other }])).toBe(true);
      await store.commit([{ kind: 'activation', activation: { ...first, version: 2, phase: 'ended' } }]);
      expect(await store.commit([{ kind: 'newActivation', activation: activation('d', { target }) }])).toBe(true);
      expect((await store.openActivation(megan, 'group:azure-admins:member'))?.id).toBe('d');
    });

    test('finds the open activations of a target, whoever asked, and of no other tenant', async () => {
      const store = await fresh();
      const key = 'group:azure-admins:member';
      const open = [activation('a', { target }), activation('b', { target, person: adele, askedAt: 2_000 })];
      const over = activation('c', { target, person: { ...adele, oid: 'somebody' }, phase: 'ended' });
      const others = [
        activation('d', { target, person: stranger }),
        activation('e', { target: { ...target, access: 'owner' } }),
      ];
      for (const each of [...open, over, ...others]) {
        await store.commit([{ kind: 'newActivation', activation: each }]);
      }

      expect(await store.openActivationsOf(megan.tid, [key])).toEqual(open);
      expect(await store.openActivationsOf(megan.tid, [key, 'group:azure-admins:owner'])).toHaveLength(3);
      expect(await store.openActivationsOf(megan.tid, [])).toEqual([]);
    });

    test('lets one of several commits at once have the same target', async () => {
      const [store, other] = [await fresh(), await replica()];
      const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

      const won = await Promise.all(
        ids.map((id, index) =>
          (index % 2 === 0 ? store : other).commit([
            { kind: 'newActivation', activation: activation(id, { target }) },
            { kind: 'audit', entry: entry(`ask ${id}`) },
          ]),
        ),
      );

      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await store.openActivations(megan)).toHaveLength(1);
      expect(await store.ledger(0, 10)).toHaveLength(1);
    });

    test('refuses a change that was not made from the stored version', async () => {
      const store = await fresh();
      const known = activation('a');
      await store.commit([{ kind: 'newActivation', activation: known }]);

      expect(
        await store.commit([{ kind: 'activation', activation: { ...known, version: 2, targetName: 'first' } }]),
      ).toBe(true);
      expect(
        await store.commit([{ kind: 'activation', activation: { ...known, version: 2, targetName: 'late' } }]),
      ).toBe(false);
      expect(
        await store.commit([{ kind: 'activation', activation: { ...known, version: 4, targetName: 'early' } }]),
      ).toBe(false);
      expect(await store.commit([{ kind: 'activation', activation: activation('unknown', { version: 2 }) }])).toBe(
        false,
      );
      expect((await store.activation('a'))?.targetName).toBe('first');
    });

    test('lets one of two writers win however many try, on each version in turn', async () => {
      const [store, other] = [await fresh(), await replica()];
      await store.commit([{ kind: 'newActivation', activation: activation('a') }]);

      for (let version = 2; version <= 6; version++) {
        const writers = Array.from({ length: 10 }, (_, n) =>
          (n % 2 === 0 ? store : other).commit([
            { kind: 'activation', activation: activation('a', { version, targetName: `writer ${n}` }) },
            { kind: 'audit', entry: entry('change', { detail: { n } }) },
          ]),
        );
        const won = await Promise.all(writers);

        expect(won.filter(Boolean)).toHaveLength(1);
        expect(await store.activation('a')).toMatchObject({ version, targetName: `writer ${won.indexOf(true)}` });
      }
      expect(await store.ledger(0, 100)).toHaveLength(5);
    });

    test('finds by the eight digits a person types, several of them too, in either case', async () => {
      const store = await fresh();
      for (const id of ['1a2b3c4d-0001', '1a2b3c4d-0002', '1a2b3c4e-0003']) {
        await store.commit([{ kind: 'newActivation', activation: activation(id) }]);
      }

      expect((await store.activationsByShortId('1A2B3C4D')).map(({ id }) => id).sort()).toEqual([
        '1a2b3c4d-0001',
        '1a2b3c4d-0002',
      ]);
      expect((await store.activationsByShortId('1a2b3c4e-0003')).map(({ id }) => id)).toEqual(['1a2b3c4e-0003']);
      expect(await store.activationsByShortId('1a2b3c')).toEqual([]);
      expect(await store.activationsByShortId('%')).toEqual([]);
    });

    test('tells a person of one tenant from the same id in another', async () => {
      const store = await fresh();
      await store.commit([{ kind: 'newActivation', activation: activation('a', { target }) }]);

      expect(await store.openActivation(stranger, 'group:azure-admins:member')).toBeNull();
      expect(await store.openActivations(stranger)).toEqual([]);
      expect(await store.lastActivation(stranger)).toBeNull();
    });

    test('keeps open ones in the order they were asked, and the last one even when it is over', async () => {
      const store = await fresh();
      const phases: readonly Phase[] = ['active', 'waiting', 'denied'];
      for (const [n, phase] of phases.entries()) {
        await store.commit([{ kind: 'newActivation', activation: activation(`n${n}`, { phase, askedAt: 100 + n }) }]);
      }

      expect((await store.openActivations(megan)).map(({ id }) => id)).toEqual(['n0', 'n1']);
      expect((await store.lastActivation(megan))?.id).toBe('n2');
    });

    test('shows an approver what waits for them, until it waits no more', async () => {
      const store = await fresh();
      const approvers = [{ oid: adele.oid, name: 'Adele Vance', reached: true }];
      const asked = activation('a', { approvers });
      await store.commit([{ kind: 'newActivation', activation: asked }]);
      expect(await store.waitingFor(adele)).toEqual([]);

      const waiting = { ...asked, version: 2, phase: 'waiting' as const };
      await store.commit([{ kind: 'activation', activation: waiting }]);
      expect(await store.waitingFor(adele)).toEqual([waiting]);
      expect(await store.waitingFor({ ...adele, tid: stranger.tid })).toEqual([]);
      expect(await store.waitingFor(megan)).toEqual([]);

      await store.commit([{ kind: 'activation', activation: { ...waiting, version: 3, approvers: [] } }]);
      expect(await store.waitingFor(adele)).toEqual([]);
      await store.commit([{ kind: 'activation', activation: { ...waiting, version: 4 } }]);
      await store.commit([{ kind: 'activation', activation: { ...waiting, version: 5, phase: 'active' } }]);
      expect(await store.waitingFor(adele)).toEqual([]);
    });

    test('gives what is due to be read, the longest due first and no more than asked for', async () => {
      const store = await fresh();
      const due: readonly (readonly [string, Phase, number | null])[] = [
        ['later', 'active', 301],
        ['second', 'waiting', 200],
        ['first', 'starting', 100],
        ['third', 'scheduled', 300],
        ['never', 'active', null],
        ['over', 'ended', 50],
      ];
      for (const [id, phase, readAt] of due) {
        await store.commit([{ kind: 'newActivation', activation: activation(id, { phase, readAt }) }]);
      }

      expect((await store.dueActivations(300, 10)).map(({ id }) => id)).toEqual(['first', 'second', 'third']);
      expect((await store.dueActivations(300, 2)).map(({ id }) => id)).toEqual(['first', 'second']);
    });
  });
}
