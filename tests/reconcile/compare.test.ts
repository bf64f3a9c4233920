import { describe, expect, test } from '@jest/globals';
import type { Activation } from '../../src/core/activation.ts';
import type { AuditTrace } from '../../src/core/finding.ts';
import { compare } from '../../src/reconcile/compare.ts';
import { activation } from '../store/fixtures.ts';

const span = { from: 1_000, to: 2_000 };
const now = 9_000;

function ours(requestId: string | null, more: Partial<Activation> = {}): Activation {
  return activation('1a2b3c4d-0000-4000-8000-000000000001', { requestId, askedAt: 1_500, ...more });
}

function trace(id: string, more: Partial<AuditTrace> = {}): AuditTrace {
  return {
    ids: [id],
    at: 1_500,
    activity: 'Add member to role requested (PIM activation)',
    oid: 'somebody',
    name: 'Adele Vance',
    groupId: 'a-group',
    groupName: 'Azure Admins',
    access: 'member',
    ...more,
  };
}

function found(known: readonly Activation[], traces: readonly AuditTrace[]): readonly string[] {
  return compare(known, traces, span, now).map(({ kind, id }) => `${kind} ${id}`);
}

describe('the two records', () => {
  test('do not differ where each has the other’s request, however its id is spelled and wherever it stands', () => {
    expect(found([ours('AB')], [trace('other', { ids: ['other', 'ab'] })])).toEqual([]);
  });

  test('differ in a request that Jitney never saw', () => {
    expect(compare([ours('ab')], [trace('ab'), trace('cd', { at: 1_700 })], span, now)).toEqual([
      {
        id: 'cd',
        kind: 'notHere',
        happenedAt: 1_700,
        foundAt: now,
        oid: 'somebody',
        name: 'Adele Vance',
        groupId: 'a-group',
        groupName: 'Azure Admins',
      },
    ]);
  });

  test('differ in a request of Jitney’s that PIM’s audit does not have', () => {
    const mine = ours('ab');

    expect(compare([mine], [], span, now)).toEqual([
      {
        id: 'ab',
        kind: 'notInEntra',
        happenedAt: 1_500,
        foundAt: now,
        oid: mine.person.oid,
        name: 'Megan Bowen',
        groupId: mine.target.kind === 'group' ? mine.target.groupId : null,
        groupName: 'Azure Admins',
      },
    ]);
  });

  test('tell a request once, however many rows speak of it', () => {
    expect(found([], [trace('cd'), trace('cd', { at: 1_501 })])).toEqual(['notHere cd']);
  });

  test('tell both ways, the earlier first', () => {
    expect(found([ours('ab', { askedAt: 1_900 })], [trace('cd', { at: 1_100 })])).toEqual([
      'notHere cd',
      'notInEntra ab',
    ]);
  });
});

describe('left alone is', () => {
  test.each([
    'Add member to role completed (PIM activation)',
    'Remove member from role requested (PIM deactivate)',
    'Add eligible member to role in PIM requested (permanent)',
  ])('what asks for no activation: %s', (activity) => {
    expect(found([], [trace('cd', { activity })])).toEqual([]);
  });

  test('a wish that PIM never got', () => {
    expect(found([ours(null)], [])).toEqual([]);
  });

  test.each([
    ['at the beginning, which an earlier round had', 1_000, false],
    ['just after it', 1_001, true],
    ['at the end', 2_000, true],
    ['after it, where rows may still be on their way', 2_001, false],
  ])('what happened %s', (_when, at, isFound) => {
    expect(found([ours('ab', { askedAt: at })], [trace('cd', { at })])).toHaveLength(isFound ? 2 : 0);
  });

  test('a request near an edge whose other side lies beyond it', () => {
    expect(found([ours('ab', { askedAt: 990 })], [trace('ab', { at: 1_010 })])).toEqual([]);
    expect(found([ours('ab', { askedAt: 1_990 })], [trace('ab', { at: 2_010 })])).toEqual([]);
  });
});
