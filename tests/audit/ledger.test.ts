import { describe, expect, test } from '@jest/globals';
import fc from '../support/fast-check.ts';
import { createVerifier, sealer, verify } from '../../src/audit/ledger.ts';
import type { AuditEntry, LedgerRow } from '../../src/core/audit.ts';

const key = new Uint8Array(32).fill(1);

const entry: fc.Arbitrary<AuditEntry> = fc.record({
  at: fc.nat(),
  actor: fc.option(fc.record({ tid: fc.string(), oid: fc.string() })),
  action: fc.string({ unit: 'binary' }),
  activationId: fc.option(fc.string()),
  target: fc.option(fc.string()),
  detail: fc.dictionary(
    fc.string(),
    fc.oneof(fc.string(), fc.boolean(), fc.constant(null), fc.double({ noNaN: true, noDefaultInfinity: true })),
  ),
});
const ledger = fc.array(entry, { minLength: 2, maxLength: 6 }).map((entries) => chain(entries));

function chain(entries: readonly AuditEntry[]): readonly LedgerRow[] {
  const seal = sealer(key);
  const rows: LedgerRow[] = [];
  for (const each of entries) rows.push(seal(rows.at(-1) ?? null, each));
  return rows;
}

describe('the ledger', () => {
  test('property: verifies what was sealed, from the first record to the last', () => {
    fc.assert(fc.property(ledger, (rows) => expect(verify(rows, key)).toEqual({ ok: true, count: rows.length })));
    expect(verify([], key)).toEqual({ ok: true, count: 0 });
  });

  test('property: names the record in which any one character or number was changed', () => {
    const fields = ['seq', 'at', 'entry', 'previousHash', 'hash', 'mac'] as const;
    fc.assert(
      fc.property(
        ledger,
        fc.nat(),
        fc.constantFrom(...fields),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (rows, n, field, at, flip) => {
          const bad = rows[n % rows.length]!;
          const value = bad[field];
          const changed = typeof value === 'number' ? value ^ flip : flipAt(value, at % value.length, flip);
          const forged = rows.map((row) => (row === bad ? { ...bad, [field]: changed } : row));
          expect(verify(forged, key)).toMatchObject({ ok: false, seq: bad.seq });
        },
      ),
    );
  });

  test('property: names the place where a record is missing, unless it is the last', () => {
    fc.assert(
      fc.property(ledger, fc.nat(), (rows, n) => {
        const gone = n % (rows.length - 1);
        expect(verify(rows.toSpliced(gone, 1), key)).toMatchObject({ ok: false, seq: gone + 1 });
      }),
    );
  });

  test('property: names the first record that stands in another place', () => {
    const shuffled = ledger.chain((rows) =>
      fc.tuple(fc.constant(rows), fc.shuffledSubarray([...rows], { minLength: rows.length })),
    );
    fc.assert(
      fc.property(shuffled, ([rows, order]) => {
        const first = order.findIndex((row, n) => row !== rows[n]);
        expect(verify(order, key)).toMatchObject(first === -1 ? { ok: true } : { ok: false, seq: first + 1 });
      }),
    );
  });

  test('finds a record that was put in, twice written, or chained to a fork', () => {
    const [first, second, third] = chain([at(1), at(2), at(3)]) as [LedgerRow, LedgerRow, LedgerRow];
    const fork = sealer(key)(first, at(4));

    expect(verify([first, second, second, third], key)).toMatchObject({ ok: false, seq: 3 });
    expect(verify([first, fork, third], key)).toMatchObject({ ok: false, seq: 3 });
    expect(verify([first, second, fork, third], key)).toMatchObject({ ok: false, seq: 3 });
  });

  test('finds a whole chain that somebody without the key hashed anew', () => {
    const forged = [1, 2, 3].reduce<LedgerRow[]>(
      (rows, n) => [...rows, sealer(new Uint8Array(32).fill(2))(rows.at(-1) ?? null, at(n))],
      [],
    );

    expect(verify(forged, key)).toEqual({ ok: false, seq: 1, why: 'it was not sealed with this key' });
  });

  describe('whose key was changed', () => {
    const [oldest, older, newest] = [2, 3, 4].map((byte) => new Uint8Array(32).fill(byte)) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const sealedBy = (...keys: readonly Uint8Array[]): readonly LedgerRow[] =>
      keys.reduce<LedgerRow[]>((rows, one, n) => [...rows, sealer(one)(rows.at(-1) ?? null, at(n))], []);
    function checked(rows: readonly LedgerRow[], keys: readonly Uint8Array[]): unknown {
      const verifier = createVerifier(keys);
      for (const row of rows) {
        const bad = verifier.take(row);
        if (bad !== null) return bad;
      }
      return verifier.end();
    }

    test('is whole by all of its keys, in their order, also when one sealed nothing', () => {
      const good = sealedBy(oldest, oldest, older, newest);
      expect(checked(good, [oldest, older, newest])).toEqual({ ok: true, count: 4 });
      expect(checked(sealedBy(oldest, newest), [oldest, older, newest])).toEqual({ ok: true, count: 2 });
    });

    test('is not whole without one of them', () => {
      const why = 'it was not sealed with any of these keys';
      expect(checked(sealedBy(oldest, older, newest), [oldest, newest])).toEqual({ ok: false, seq: 2, why });
    });

    test('takes nothing from a key that was out of use by then', () => {
      const why = 'it was sealed with a key that was out of use by then';
      expect(checked(sealedBy(older, newest, older), [older, newest])).toEqual({ ok: false, seq: 3, why });
    });
  });

  test('seals one entry in one way, whatever the order of its fields', () => {
    const [one] = chain([{ ...at(1), detail: { b: 1, a: 'é', B: null } }]);
    const [other] = chain([
      { target: null, detail: { B: null, a: 'é', b: 1 }, activationId: null, action: 'ask', actor: null, at: 1 },
    ]);

    expect(one).toEqual(other);
    expect(one?.entry).toBe(
      '{"action":"ask","activationId":null,"actor":null,"at":1,"detail":{"B":null,"a":"é","b":1},"target":null}',
    );
  });

  test('refuses to seal what JSON cannot say', () => {
    expect(() => chain([{ ...at(1), detail: { minutes: Number.NaN } }])).toThrow('cannot be written as JSON');
  });
});

function at(moment: number): AuditEntry {
  return { at: moment, actor: null, action: 'ask', activationId: null, target: null, detail: {} };
}

function flipAt(text: string, index: number, flip: number): string {
  return text.slice(0, index) + String.fromCharCode(text.charCodeAt(index) ^ flip) + text.slice(index + 1);
}
