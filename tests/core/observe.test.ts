import { describe, expect, test } from '@jest/globals';
import type { Activation } from '../../src/core/activation.ts';
import { observe } from '../../src/core/observe.ts';
import type { Reading } from '../../src/core/observe.ts';

const asked = Date.parse('2026-11-23T14:05:00Z');
const hour = 3_600_000;

function waiting(changes: Partial<Activation> = {}): Activation {
  return {
    id: '1a2b3c4d-0000-4000-8000-000000000001',
    version: 2,
    person: { tid: 'tenant', oid: 'adele' },
    personName: 'Adele Vance',
    target: { kind: 'group', groupId: 'azure', access: 'member' },
    targetName: 'Azure Admins',
    wish: { length: { kind: 'for', minutes: 60 }, startAt: null, justification: 'fixing prod', ticket: null },
    phase: 'waiting',
    askedAt: asked,
    place: {
      kind: 'personal',
      conversationId: 'a:1',
      serviceUrl: '',
      tid: 'tenant',
      botId: '',
      name: null,
      teamGroupId: null,
    },
    requestId: 'request',
    approvalId: 'approval',
    deadline: asked + 24 * hour,
    startsAt: null,
    endsAt: null,
    seenActive: false,
    approverJustification: false,
    approvers: [],
    maximumMinutes: 480,
    ruling: null,
    step: null,
    endedBy: null,
    failure: null,
    readAt: asked,
    ...changes,
  };
}

function reading(changes: Partial<Reading> = {}): Reading {
  return {
    requestId: 'request',
    approvalId: 'approval',
    status: 'PendingApproval',
    createdAt: asked,
    startsAt: null,
    endsAt: null,
    instance: null,
    ...changes,
  };
}

const ruling = {
  verdict: 'approve',
  by: { oid: 'megan', name: 'Megan Bowen' },
  at: asked + hour,
  reason: null,
} as const;

describe('a request that PIM closed without a decision', () => {
  test.each(['Failed', 'TimedOut'])('has lapsed when its day is over (%s)', (status) => {
    const { activation, became } = observe(waiting(), reading({ status }), asked + 24 * hour);
    expect([activation.phase, became, activation.readAt]).toEqual(['lapsed', 'lapsed', null]);
  });

  test('has lapsed also when our clock is a little behind PIM’s', () => {
    const { activation } = observe(waiting(), reading({ status: 'Failed' }), asked + 24 * hour - 30_000);
    expect([activation.phase, activation.failure]).toEqual(['lapsed', null]);
  });

  test('has failed when it is hours before its end, or when it was approved', () => {
    expect(observe(waiting(), reading({ status: 'Failed' }), asked + 20 * hour).activation.phase).toBe('failed');
    const approved = observe(waiting({ ruling }), reading({ status: 'Failed' }), asked + 24 * hour);
    expect(approved.activation.phase).toBe('failed');
  });

  test('was cancelled when PIM says so before its end', () => {
    const { activation } = observe(waiting(), reading({ status: 'Canceled' }), asked + 24 * hour - 30_000);
    expect(activation.phase).toBe('cancelled');
  });
});

describe('when PIM is looked at again', () => {
  const after = (activation: Activation, status: string, now: number): number =>
    (observe(activation, reading({ status }), now).activation.readAt ?? 0) - now;

  test('every few seconds while people decide', () => {
    expect(after(waiting(), 'PendingApproval', asked + hour)).toBe(4_000);
  });

  test('at once after the order and after a decision, then after ever longer pauses', () => {
    const pauses = [0, 500, 1_500, 60_000];
    const decided = waiting({ ruling });
    expect(pauses.map((ms) => after(decided, 'PendingApproval', ruling.at + ms))).toEqual([500, 500, 1_500, 4_000]);
    expect(pauses.map((ms) => after(decided, 'PendingProvisioning', ruling.at + ms))).toEqual([500, 500, 1_500, 2_000]);
    const ordered = waiting({ phase: 'ordering' });
    expect(pauses.map((ms) => after(ordered, 'PendingProvisioning', asked + ms))).toEqual([500, 500, 1_500, 2_000]);
  });
});
