import { describe, expect, test } from '@jest/globals';
import type { Activation } from '../../src/core/activation.ts';
import type { AuditTrace, Made } from '../../src/core/finding.ts';
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
    by: null,
    ...more,
  };
}

function found(
  known: readonly Activation[],
  traces: readonly AuditTrace[],
  made: readonly Made[] = [],
): readonly string[] {
  return compare({ activations: known, made }, traces, span, now).map(({ kind, id }) => `${kind} ${id}`);
}

describe('the two records', () => {
  test('do not differ where each has the other’s request, however its id is spelled and wherever it stands', () => {
    expect(found([ours('AB')], [trace('other', { ids: ['other', 'ab'] })])).toEqual([]);
  });

  test('differ in a request that Jitney never saw', () => {
    expect(
      compare({ activations: [ours('ab')], made: [] }, [trace('ab'), trace('cd', { at: 1_700 })], span, now),
    ).toEqual([
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

    expect(compare({ activations: [mine], made: [] }, [], span, now)).toEqual([
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

const approved = 'Add member to role request approved (PIM activation)';
const denied = 'Add member to role request denied (PIM activation)';
const cancelled = 'Add member to role canceled (PIM activation)';
const ended = 'Remove member from role requested (PIM deactivate)';
/** Asked for before the span, so that only what was done about it is looked at. */
const earlier = { askedAt: 500 } as const;

function wrote(act: Made['act'], more: Partial<Made> = {}): Made {
  return { act, at: 1_500, oid: 'an-approver', id: 'x1', requestId: 'ab', groupId: null, access: null, ...more };
}

const seenInPim: [Made['act'], string, Partial<Activation>][] = [
  ['approved', approved, { ruling: { verdict: 'approve', by: null, at: 1_500, reason: null } }],
  ['denied', denied, { ruling: { verdict: 'deny', by: null, at: 1_500, reason: null } }],
  ['cancelled', cancelled, { phase: 'cancelled' }],
];
const decisions: [Made['act'], string][] = [
  ['approved', approved],
  ['denied', denied],
  ['cancelled', cancelled],
];

describe('a decision or a cancelling', () => {
  test.each(decisions)('that both have is no difference: %s', (act, activity) => {
    expect(found([ours('AB', earlier)], [trace('ab', { activity })], [wrote(act)])).toEqual([]);
  });

  test.each(seenInPim)('made outside and seen in PIM is none either: %s', (_act, activity, seen) => {
    expect(found([ours('ab', { ...earlier, ...seen })], [trace('ab', { activity })])).toEqual([]);
  });

  test.each(decisions)('that Jitney never saw is told, with who made it: %s', (act, activity) => {
    const by = { oid: 'an-approver', name: 'Megan Bowen' };
    const found = compare({ activations: [ours('ab', earlier)], made: [] }, [trace('ab', { activity, by })], span, now);
    expect(found).toEqual([
      expect.objectContaining({ id: `ab:${act}`, kind: 'notHere', act, oid: 'an-approver', name: 'Megan Bowen' }),
    ]);
  });

  test.each(['approved', 'denied', 'cancelled'] as const)('of Jitney’s that PIM’s audit lacks is told: %s', (act) => {
    expect(found([ours('ab', earlier)], [], [wrote(act)])).toEqual([`notInEntra ab:${act}`]);
  });

  test('the other way round than Jitney has it is told on both sides', () => {
    const denial = { verdict: 'deny', by: null, at: 1_500, reason: null } as const;
    const both = found(
      [ours('ab', { ...earlier, ruling: denial })],
      [trace('ab', { activity: approved })],
      [wrote('denied')],
    );
    expect(both.toSorted()).toEqual(['notHere ab:approved', 'notInEntra ab:denied']);
  });

  test('about a request of somebody else is told by that request alone', () => {
    expect(found([], [trace('cd'), trace('cd', { activity: approved })])).toEqual(['notHere cd']);
  });
});

describe('an ending', () => {
  const mine = ours('ab', earlier);
  const about = { oid: mine.person.oid, groupId: mine.target.kind === 'group' ? mine.target.groupId : null };
  const row = trace('zz', { activity: ended, ...about });

  test('that both have is no difference, though the ids differ and the times do a little', () => {
    const write = wrote('ended', { ...about, requestId: null, access: 'member', at: 1_990 });
    expect(found([mine], [row], [write])).toEqual([]);
  });

  test('of Jitney’s that PIM’s audit lacks is told, also when there is one of the other access', () => {
    const write = wrote('ended', { ...about, requestId: null, access: 'owner' });
    const rows = [{ ...row, at: 1_400 }];
    expect(found([ours('ab', { ...earlier, phase: 'ended' })], rows, [write])).toEqual(['notInEntra x1:ended']);
  });

  test('in the portal that Jitney saw is none', () => {
    expect(found([ours('ab', { ...earlier, phase: 'ended' })], [row])).toEqual([]);
  });

  test('in the portal that Jitney did not see is told', () => {
    expect(found([ours('ab', { ...earlier, phase: 'active' })], [row])).toEqual(['notHere zz:ended']);
  });

  test('of what was activated outside is told by its activation alone', () => {
    expect(found([], [row])).toEqual([]);
  });
});
