import { describe, expect, test } from '@jest/globals';
import fc from '../support/fast-check.ts';
import { guard, sealer } from '../../src/cards/seal.ts';
import { contentOf, lifetimes } from '../../src/core/button.ts';
import { verbs } from '../../src/core/message.ts';
import { activation, hour, key, now, tid } from './samples.ts';

const nonce = 'AAAAbbbb-_12';
const button = { verb: 'approve', id: 'id-1', reader: 'reader-1', chat: 'a:1', content: 'all of it' } as const;
const seal = sealer(key, tid, () => nonce)(button, now);
const check = guard([key], tid);

test('a seal is a key’s id, an expiry, a nonce and a MAC, and opens what it closed', () => {
  expect(seal).toMatch(/^[\w-]{6}\.[0-9a-z]{8}\.AAAAbbbb-_12\.[\w-]{43}$/);
  expect(check(button, seal, now)).toBe('good');
});

test('no two seals are alike', () => {
  let drawn = 0;
  const seals = sealer(key, tid, () => `nonce-${String(++drawn).padStart(6, '0')}`);
  expect(seals(button, now)).not.toBe(seals(button, now));
});

describe('another', () => {
  test.each([
    ['verb', { verb: 'deny' }],
    ['id', { id: 'id-2' }],
    ['reader', { reader: 'reader-2' }],
    ['chat', { chat: 'a:2' }],
    ['content', { content: 'all of it!' }],
  ])('%s breaks it', (_what, changed) => {
    expect(check({ ...button, ...changed }, seal, now)).toBe('bad');
  });

  test('tenant breaks it', () => {
    expect(guard([key], `${tid}0`)(button, seal, now)).toBe('bad');
  });

  test('key breaks it, also under the same name', () => {
    const other = new Uint8Array(32);
    const forged = sealer(other, tid, () => nonce)(button, now);
    expect(guard([other], tid)(button, seal, now)).toBe('bad');
    expect(check(button, forged, now)).toBe('bad');
    expect(check(button, seal.slice(0, 7) + forged.slice(7), now)).toBe('bad');
  });

  test('key that sealed before is still taken, each for its own', () => {
    const older = new Uint8Array(32).fill(9);
    const both = guard([key, older], tid);
    expect(both(button, sealer(older, tid, () => nonce)(button, now), now)).toBe('good');
    expect(both(button, seal, now)).toBe('good');
    expect(guard([], tid)(button, seal, now)).toBe('bad');
  });
});

test('no part can run over into the next', () => {
  const parts = fc.array(fc.constantFrom('"', ',', '","', 'a', '\\', '', '[', '.'), { maxLength: 4 });
  const text = parts.map((some) => some.join(''));
  const any = fc.record({ id: text, reader: text, chat: text, content: text });
  fc.assert(
    fc.property(any, any, (one, other) => {
      fc.pre(JSON.stringify(one) !== JSON.stringify(other));
      const sealed = sealer(key, tid, () => nonce)({ verb: 'approve', ...one }, now);
      expect(check({ verb: 'approve', ...other }, sealed, now)).toBe('bad');
    }),
  );
});

describe('any change', () => {
  test('of any character of it breaks it, and no text throws', () => {
    const character = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
      fc.constantFrom(...Array.from(seal)),
    );
    fc.assert(
      fc.property(fc.nat(seal.length - 1), character, (at, char) => {
        fc.pre(seal.charAt(at) !== char);
        expect(check(button, seal.slice(0, at) + char + seal.slice(at + 1), now)).toBe('bad');
      }),
      { numRuns: 2_000 },
    );
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => expect(check(button, text, now)).toBe('bad')));
  });

  test('of every byte to every other breaks it', () => {
    const changed = Array.from(seal).flatMap((_, at) =>
      Array.from({ length: 256 }, (__, code) => seal.slice(0, at) + String.fromCharCode(code) + seal.slice(at + 1)),
    );
    expect(changed.filter((text) => text !== seal && check(button, text, now) !== 'bad')).toEqual([]);
  });

  test.each(['', ' ', `${seal} `, ` ${seal}`, `${seal}\n`, `${seal}.`, seal.toUpperCase(), seal.slice(1), `${seal}A`])(
    'of its length breaks it: %p',
    (text) => expect(check(button, text, now)).toBe('bad'),
  );

  test('of the time it names breaks it', () => {
    const [id, until = '', ...rest] = seal.split('.');
    const later = (Number.parseInt(until, 36) + hour).toString(36);
    for (const other of [later, `0${until}`, '0', 'zzzzzzzzzz'])
      expect(check(button, [id, other, ...rest].join('.'), now)).toBe('bad');
  });
});

describe('a seal that is too old', () => {
  test.each(verbs)('to %s is told from a bad one, from its last moment on', (verb) => {
    const sealed = sealer(key, tid, () => nonce)({ ...button, verb }, now);
    const end = now + lifetimes[verb];
    expect(check({ ...button, verb }, sealed, end - 1)).toBe('good');
    expect(check({ ...button, verb }, sealed, end)).toBe('expired');
    expect(check({ ...button, verb, reader: 'reader-2' }, sealed, end)).toBe('bad');
  });

  test('is older than a request that waits and than a question that is asked', () => {
    for (const verb of ['approve', 'deny', 'denyForm', 'decideForm', 'cancel', 'end'] as const)
      expect(lifetimes[verb]).toBeGreaterThan(24 * hour);
    for (const verb of ['answer', 'pick', 'dismiss', 'extend', 'fill'] as const)
      expect(lifetimes[verb]).toBeGreaterThan(hour / 4);
  });
});

test('a short key is refused', () => {
  expect(() => sealer(new Uint8Array(31), tid, () => nonce)).toThrow('32 bytes');
  expect(() => guard([key, new Uint8Array(31)], tid)).toThrow('32 bytes');
});

describe('what a decision covers', () => {
  const asked = activation();
  const { wish } = asked;
  const changed: readonly (readonly [what: string, changes: Partial<typeof asked>])[] = [
    ['the person', { person: { ...asked.person, oid: 'x' } }],
    ['the tenant', { person: { ...asked.person, tid: 'x' } }],
    ['the person’s name', { personName: 'x' }],
    ['the group', { target: { kind: 'group', groupId: 'x', access: 'member' } }],
    [
      'member or owner',
      { target: { kind: 'group', groupId: 'bbbbbbbb-0000-4000-8000-000000000001', access: 'owner' } },
    ],
    ['the group’s name', { targetName: 'x' }],
    ['the length', { wish: { ...wish, length: { kind: 'for', minutes: 121 } } }],
    ['the end', { wish: { ...wish, length: { kind: 'until', at: 120 } } }],
    ['the start', { wish: { ...wish, startAt: 1 } }],
    ['the reason', { wish: { ...wish, justification: 'fixing prod.' } }],
    ['no reason', { wish: { ...wish, justification: null } }],
    ['the ticket', { wish: { ...wish, ticket: { system: 'ServiceNow', number: 'INC0012346' } } }],
    ['the ticket’s system', { wish: { ...wish, ticket: { number: 'INC0012345' } } }],
    ['no ticket', { wish: { ...wish, ticket: null } }],
    ['PIM’s approval', { approvalId: 'x' }],
    ['a role', { target: { kind: 'entraRole', roleId: 'a', scope: '/' } }],
  ];
  test.each(changed)('is another with %s changed', (_what, changes) => {
    expect(contentOf(activation(changes))).not.toBe(contentOf(asked));
  });

  test('is the same whatever becomes of the request', () => {
    const later = activation({ phase: 'active', version: 9, approvers: [], readAt: 7, endsAt: 8, deadline: 9 });
    expect(contentOf(later)).toBe(contentOf(asked));
  });

  test('tells a length from an end, and one end from another', () => {
    const of = (length: (typeof wish)['length']) => contentOf(activation({ wish: { ...wish, length } }));
    const all = [of({ kind: 'for', minutes: 7 }), of({ kind: 'until', at: 7 }), of({ kind: 'until', at: 8 })];
    expect(new Set(all).size).toBe(3);
    expect(all[0]).toContain('["for",7]');
    expect(all[1]).toContain('["until",7]');
  });

  test('tells roles apart by what they are and where', () => {
    const of = (target: (typeof asked)['target']) => contentOf(activation({ target }));
    const all = [
      of({ kind: 'entraRole', roleId: 'a', scope: '/' }),
      of({ kind: 'azureRole', roleId: 'a', scope: '/' }),
      of({ kind: 'azureRole', roleId: 'b', scope: '/' }),
      of({ kind: 'azureRole', roleId: 'a', scope: '/b' }),
    ];
    expect(new Set(all).size).toBe(4);
  });
});
