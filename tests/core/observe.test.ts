import { describe, expect, test } from '@jest/globals';
import fc from '../support/fast-check.ts';
import { isOver } from '../../src/core/activation.ts';
import type { Activation, Phase } from '../../src/core/activation.ts';
import { observe } from '../../src/core/observe.ts';
import type { Reading } from '../../src/core/observe.ts';
import { activation as waiting, approved as ruling, asked, hour, minute, reading } from './samples.ts';

const running = { startsAt: asked, endsAt: asked + hour };

function phaseAfter(known: Partial<Activation>, changes: Partial<Reading>, now = asked + minute): Phase {
  return observe(waiting(known), reading(changes), now).activation.phase;
}

describe('each status of PIM is read as', () => {
  const ordering = { phase: 'ordering', deadline: null, requestId: null, approvalId: null } as const;
  const later = { wish: { ...waiting().wish, startAt: asked + hour }, startsAt: asked + hour };

  test.each<[string, Phase, Partial<Activation>, Partial<Reading>]>([
    ['PendingApproval', 'waiting', ordering, {}],
    ['PendingProvisioning', 'starting', ordering, {}],
    ['PendingEvaluation', 'starting', ordering, {}],
    ['PendingAdminDecision', 'starting', ordering, {}],
    ['PendingSomethingNew', 'starting', ordering, {}],
    ['PendingScheduleCreation', 'starting', ordering, {}],
    ['Granted', 'starting', ordering, {}],
    ['Granted', 'scheduled', ordering, { startsAt: asked + hour }],
    ['ScheduleCreated', 'scheduled', ordering, { startsAt: asked + hour }],
    ['ScheduleCreated', 'starting', ordering, { startsAt: asked }],
    ['Provisioned', 'active', ordering, { instance: 'unread' }],
    ['Provisioned', 'active', ordering, { instance: running }],
    ['Provisioned', 'active', ordering, { instance: null, startsAt: asked, endsAt: asked + hour }],
    // Found only after its end: what runs is read next, and not the order once more.
    ['Provisioned', 'starting', ordering, { instance: 'unread', startsAt: asked - hour, endsAt: asked }],
    ['Provisioned', 'scheduled', ordering, { instance: null, startsAt: asked + hour }],
    ['Provisioned', 'scheduled', { ...ordering, ...later }, { instance: 'unread' }],
    // Our clock is ten minutes behind PIM's.
    ['Granted', 'starting', ordering, { startsAt: asked + hour / 6 }],
    ['Provisioned', 'active', ordering, { instance: null, startsAt: asked + hour / 6 }],
    ['Provisioned', 'active', { phase: 'active' }, { instance: null, startsAt: asked + hour }],
    ['Denied', 'denied', {}, {}],
    ['Canceled', 'cancelled', {}, {}],
    ['Failed', 'failed', {}, {}],
    ['TimedOut', 'failed', ordering, {}],
    ['Revoked', 'cancelled', { phase: 'scheduled' }, {}],
    ['Revoked', 'ended', { phase: 'active' }, {}],
    ['Revoked', 'ended', { phase: 'starting', seenActive: true }, {}],
    ['Invalid', 'failed', ordering, {}],
    ['unknownFutureValue', 'failed', ordering, {}],
  ])('%s: %s', (status, phase, known, changes) => {
    for (const spelling of [status, status.toLowerCase(), status.toUpperCase()]) {
      const { activation, became } = observe(waiting(known), reading({ status: spelling, ...changes }), asked + minute);
      expect([activation.phase, became]).toEqual([phase, phase === known.phase ? null : phase]);
    }
  });

  test('a failure that names what PIM said', () => {
    expect(observe(waiting(), reading({ status: 'Odd' }), asked).activation.failure).toBe('PIM answered “Odd”.');
  });
});

describe('active is what PIM says is active:', () => {
  test.each<[string, Phase, Partial<Activation>, Partial<Reading>, number]>([
    ['it stays so while PIM lists it', 'active', {}, { instance: running }, asked + minute],
    ['even past the end that we knew', 'active', {}, { instance: running }, asked + 2 * hour],
    ['it ends when the list lacks it', 'ended', { seenActive: true }, { instance: null }, asked + 10 * minute],
    [
      'it ends so also while our clock is behind PIM’s',
      'ended',
      { seenActive: true, startsAt: asked + 10 * minute, endsAt: asked + 15 * minute },
      { instance: null },
      asked + 5 * minute,
    ],
    [
      'it is over when its length has passed and nobody looked while it ran, with our clock behind PIM’s',
      'ended',
      { startsAt: asked + 10 * minute, endsAt: asked + 15 * minute },
      { instance: null, startsAt: asked + 10 * minute, endsAt: asked + 15 * minute },
      asked + 5 * minute,
    ],
    ['not while the list may lag behind the start', 'active', { seenActive: true }, { instance: null }, asked + minute],
    ['not when the list never had it and the time runs', 'active', {}, { instance: null }, asked + 10 * minute],
    ['it ends when the time is over and nothing runs', 'ended', {}, { instance: null }, asked + hour],
    ['not by our clock alone', 'active', {}, { instance: 'unread' }, asked + 2 * hour],
    [
      'it ends when PIM has no request and nothing that runs',
      'ended',
      {},
      { status: null, instance: null },
      asked + hour,
    ],
    ['not because the request was not read', 'active', {}, { status: null, instance: 'unread' }, asked + 2 * hour],
  ])('%s', (_rule, phase, known, changes, now) => {
    const active = { phase: 'active', startsAt: asked, endsAt: asked + hour, ...known } as const;
    expect(phaseAfter(active, { status: 'Provisioned', ...changes }, now)).toBe(phase);
  });

  describe('an ending that was asked for here, and whose answer nobody wrote down,', () => {
    const by = { oid: 'adele', name: 'Adele Vance' };
    const step = { kind: 'end', by, at: asked + 9 * minute } as const;
    const active = { phase: 'active', startsAt: asked, endsAt: asked + hour, seenActive: true, step } as const;
    const gone = reading({ status: 'Provisioned', instance: null });

    test('is that person’s when PIM lists it no more before its time', () => {
      const { activation } = observe(waiting(active), gone, asked + 10 * minute);
      expect([activation.phase, activation.endedBy]).toEqual(['ended', by]);
    });

    test('is that person’s also when nobody had seen PIM list it', () => {
      const { activation } = observe(waiting({ ...active, seenActive: false }), gone, asked + 10 * minute);
      expect([activation.phase, activation.endedBy]).toEqual(['ended', by]);
    });

    test('is none as long as PIM may not list what has just begun', () => {
      const { activation } = observe(waiting(active), gone, asked + minute);
      expect([activation.phase, activation.endedBy]).toEqual(['active', null]);
    });

    test('is nobody’s when it ran out meanwhile', () => {
      const { activation } = observe(waiting(active), gone, asked + 2 * hour);
      expect([activation.phase, activation.endedBy]).toEqual(['ended', null]);
    });
  });

  test('an end before its time leaves the real end behind', () => {
    const active = { phase: 'active', startsAt: asked, endsAt: asked + hour, seenActive: true } as const;
    const { activation } = observe(waiting(active), reading({ status: 'Revoked' }), asked + 10 * minute);
    expect([activation.endsAt, activation.readAt]).toEqual([asked + 10 * minute, null]);
  });

  test('an answer from before does not undo it', () => {
    for (const status of ['PendingApproval', 'PendingProvisioning', 'Granted', 'PendingRevocation']) {
      expect(phaseAfter({ phase: 'active', startsAt: asked }, { status })).toBe('active');
    }
  });
});

describe('while people decide', () => {
  test('the deadline counts from PIM’s time of the request', () => {
    const { activation } = observe(
      waiting({ phase: 'ordering', deadline: null }),
      reading({ createdAt: asked + 3 }),
      asked,
    );
    expect(activation.deadline).toBe(asked + 3 + 24 * hour);
    const unread = observe(activation, reading({ status: null, createdAt: null, instance: 'unread' }), asked);
    expect(unread.activation.deadline).toBe(asked + 3 + 24 * hour);
  });

  test('an answer from before a decision does not ask again', () => {
    expect(phaseAfter({ phase: 'starting', ruling }, {})).toBe('starting');
    expect(phaseAfter({ phase: 'scheduled', ruling, startsAt: asked + hour }, {})).toBe('scheduled');
    expect(phaseAfter({ phase: 'starting' }, {})).toBe('waiting');
  });

  test('a request that PIM lost lapses after its day, and not because it was not read', () => {
    const end = asked + 24 * hour;
    expect(phaseAfter({}, { status: null, instance: null }, end + 5 * minute)).toBe('lapsed');
    expect(phaseAfter({}, { status: null, instance: null }, end)).toBe('waiting');
    expect(phaseAfter({}, { status: null, instance: 'unread' }, end + 5 * minute)).toBe('waiting');
    expect(phaseAfter({ ruling }, { status: null, instance: null }, end + 5 * minute)).toBe('waiting');
  });
});

describe('whatever PIM says, in whatever order:', () => {
  const statuses = ['Provisioned', 'PendingApproval', 'PendingProvisioning', 'Granted', 'Denied', 'Canceled', 'Failed'];
  const moment = fc.integer({ min: -60, max: 3_000 }).map((minutes) => asked + minutes * minute);
  const when = fc.option(moment, { nil: null });
  const anyReading: fc.Arbitrary<Reading> = fc.record({
    requestId: fc.constantFrom(null, 'request', 'other'),
    approvalId: fc.constantFrom(null, 'approval'),
    status: fc.option(fc.oneof(fc.constantFrom(...statuses, 'Revoked', 'TimedOut'), fc.string()), { nil: null }),
    createdAt: when,
    startsAt: when,
    endsAt: when,
    instance: fc.oneof(fc.constant('unread' as const), fc.constant(null), fc.record({ startsAt: when, endsAt: when })),
  });
  const start: fc.Arbitrary<Activation> = fc
    .tuple(fc.constantFrom<Phase>('ordering', 'waiting', 'starting', 'scheduled', 'active'), when, fc.boolean())
    .map(([phase, startAt, decided]) =>
      waiting({
        phase,
        requestId: phase === 'ordering' ? null : 'request',
        wish: { ...waiting().wish, startAt },
        ruling: decided ? ruling : null,
        step: { kind: 'end', by: { oid: 'adele', name: 'Adele Vance' }, at: asked },
      }),
    );
  const life = fc.tuple(start, fc.array(fc.tuple(anyReading, fc.nat(3 * hour)), { maxLength: 12 }));

  /** Every step of a life: what was known, what was read when, what is known then. */
  function steps([first, readings]: readonly [Activation, readonly (readonly [Reading, number])[]]): readonly {
    readonly before: Activation;
    readonly after: Activation;
    readonly became: Phase | null;
    readonly read: Reading;
    readonly now: number;
  }[] {
    let before = first;
    let now = asked;
    return readings.map(([read, passed]) => {
      now += passed;
      const { activation: after, became } = observe(before, read, now);
      const step = { before, after, became, read, now };
      before = after;
      return step;
    });
  }

  function always(holds: (step: ReturnType<typeof steps>[number]) => void): void {
    fc.assert(
      fc.property(life, (lived) => steps(lived).forEach(holds)),
      { numRuns: 400 },
    );
  }

  test('what is over never changes again', () => {
    always(({ before, after, became }) => {
      if (!isOver(before.phase)) return;
      expect(after).toBe(before);
      expect(became).toBe(null);
    });
  });

  test('nothing becomes active before PIM says so', () => {
    always(({ became, read }) => {
      if (became === 'active') expect(read.status?.toLowerCase()).toBe('provisioned');
    });
  });

  test('nothing becomes active before the start that was asked for, unless PIM lists it', () => {
    always(({ became, after, read, now }) => {
      if (became !== 'active') return;
      const { startsAt, wish } = after;
      if (read.instance === 'unread') expect(wish.startAt ?? now).toBeLessThanOrEqual(now);
      if (read.instance === null) expect(startsAt ?? wish.startAt ?? now).toBeLessThanOrEqual(now);
    });
  });

  test('something ends only because PIM took it back, or lists it no more after it was seen or its time is over', () => {
    always(({ before, after, became, read, now }) => {
      if (became !== 'ended' || read.status?.toLowerCase() === 'revoked') return;
      expect(read.instance).toBe(null);
      const isEnding = before.step?.kind === 'end';
      expect(before.seenActive || isEnding || (after.endsAt !== null && after.endsAt <= now)).toBe(true);
    });
  });

  test('what was active goes nowhere but to its end or, listed no more, to its start', () => {
    always(({ before, after }) => {
      if (before.phase === 'active') expect(['ordering', 'waiting', 'starting']).not.toContain(after.phase);
    });
  });

  test('PIM is looked at again until it is over, later than now, and a write under way ends with it', () => {
    always(({ after, now }) => {
      if (isOver(after.phase)) expect([after.readAt, after.step]).toEqual([null, null]);
      else expect(after.readAt).toBeGreaterThan(now);
    });
  });

  test('ids that are known stay, and what was seen active stays seen', () => {
    always(({ before, after }) => {
      if (before.requestId !== null) expect(after.requestId).toBe(before.requestId);
      if (before.approvalId !== null) expect(after.approvalId).toBe(before.approvalId);
      if (before.seenActive) expect(after.seenActive).toBe(true);
    });
  });

  test('only its own part of the activation changes', () => {
    always(({ before, after }) => {
      const { id, version, person, target, wish, askedAt, place, ruling: decided, endedBy, step } = before;
      expect(after).toMatchObject({ id, version, person, target, wish, askedAt, place, ruling: decided });
      if (after.phase !== 'ended' || step?.kind !== 'end') expect(after.endedBy).toEqual(endedBy);
    });
  });
});

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
    (observe(activation, reading({ status, instance: 'unread' }), now).activation.readAt ?? 0) - now;

  test('every few seconds while people decide', () => {
    expect(after(waiting(), 'PendingApproval', asked + hour)).toBe(4_000);
  });

  test('every few seconds while somebody ends it, else twice a minute while it runs', () => {
    const running = waiting({ phase: 'active', endsAt: asked + 8 * hour });
    const step = { kind: 'end', by: { oid: 'adele', name: 'Adele Vance' }, at: asked } as const;
    expect(after(running, 'Provisioned', asked + hour)).toBe(30_000);
    expect(after({ ...running, step }, 'Provisioned', asked + hour)).toBe(4_000);
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
