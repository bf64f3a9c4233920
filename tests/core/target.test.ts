import { describe, expect, test } from '@jest/globals';
import fc from '../support/fast-check.ts';
import { readTargetKey, targetKey } from '../../src/core/target.ts';
import type { Target } from '../../src/core/target.ts';

const scope = fc.oneof(
  fc.constant('/'),
  fc.uuid().map((id) => `/administrativeUnits/${id}`),
  fc.uuid().map((id) => `/subscriptions/${id}/resourceGroups/a:b`),
);
const target: fc.Arbitrary<Target> = fc.oneof(
  fc.record({
    kind: fc.constant('group' as const),
    groupId: fc.uuid(),
    access: fc.constantFrom('member' as const, 'owner' as const),
  }),
  fc.record({ kind: fc.constantFrom('entraRole' as const, 'azureRole' as const), roleId: fc.uuid(), scope }),
);

describe('the key of a target', () => {
  test('reads back as the same target', () => {
    fc.assert(fc.property(target, (one) => expect(readTargetKey(targetKey(one))).toEqual(one)));
  });

  test('is another one for every other target', () => {
    fc.assert(
      fc.property(target, target, (one, other) => {
        expect(targetKey(one) === targetKey(other)).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
    );
    const group = { kind: 'group', groupId: 'g' } as const;
    expect(targetKey({ ...group, access: 'member' })).not.toBe(targetKey({ ...group, access: 'owner' }));
  });

  test('is the only text that reads as that target', () => {
    const nearly = fc.tuple(target, fc.string({ maxLength: 3 }), fc.nat(60)).map(([one, noise, at]) => {
      const key = targetKey(one);
      return key.slice(0, at) + noise + key.slice(at);
    });
    fc.assert(
      fc.property(fc.oneof(nearly, fc.string()), (text) => {
        const read = readTargetKey(text);
        if (read !== null) expect(targetKey(read)).toBe(text);
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([
    '',
    'group',
    'group:',
    'group::member',
    'group:g',
    'group:g:',
    'group:g:admin',
    'group:g:Member',
    'group:g:member:owner',
    'Group:g:member',
    'entraRole:r',
    'entraRole:r:',
    'azureRole::/',
    'toString:a:b',
    '__proto__:a:b',
  ])('is none of %j', (text) => {
    expect(readTargetKey(text)).toBe(null);
  });
});
