import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isSealed, sealer } from '../../src/cards/seal.ts';
import { key, tid } from './samples.ts';

const mac = sealer(key, tid)('approve', 'id-1', 'reader-1');

test('a seal is 32 bytes in base64url and opens what it closed', () => {
  expect(mac).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(isSealed(key, tid, 'approve', 'id-1', 'reader-1', mac)).toBe(true);
});

type Changed = readonly [what: string, key: Uint8Array, tid: string, verb: string, id: string, reader: string];
const changed: readonly Changed[] = [
  ['verb', key, tid, 'deny', 'id-1', 'reader-1'],
  ['id', key, tid, 'approve', 'id-2', 'reader-1'],
  ['reader', key, tid, 'approve', 'id-1', 'reader-2'],
  ['tenant', key, `${tid}0`, 'approve', 'id-1', 'reader-1'],
  ['key', new Uint8Array(32), tid, 'approve', 'id-1', 'reader-1'],
];

test.each(changed)('another %s breaks it', (_what, otherKey, otherTid, verb, id, reader) => {
  expect(isSealed(otherKey, otherTid, verb, id, reader, mac)).toBe(false);
});

test('no part can run over into the next', () => {
  const shifted = sealer(key, tid)('approve', 'id-1","reader-1', '');
  expect(isSealed(key, tid, 'approve', 'id-1', 'reader-1', shifted)).toBe(false);
});

test('any change of any character breaks it, and no text throws', () => {
  fc.assert(
    fc.property(fc.nat(mac.length - 1), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), (at, char) => {
      fc.pre(mac.charAt(at) !== char);
      const changed = mac.slice(0, at) + char + mac.slice(at + 1);
      expect(isSealed(key, tid, 'approve', 'id-1', 'reader-1', changed)).toBe(false);
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(isSealed(key, tid, 'approve', 'id-1', 'reader-1', text)).toBe(false);
    }),
  );
});

test('the last character has one spelling only', () => {
  const last = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const accepted = Array.from(last).filter((char) =>
    isSealed(key, tid, 'approve', 'id-1', 'reader-1', mac.slice(0, -1) + char),
  );
  expect(accepted).toEqual([mac.slice(-1)]);
});

test('a short key is refused', () => {
  expect(() => sealer(new Uint8Array(16), tid)).toThrow('32 bytes');
});
