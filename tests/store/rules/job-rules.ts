import { describe, expect, test } from '@jest/globals';
import fc from '../../support/fast-check.ts';
import type { Activation } from '../../../src/core/activation.ts';
import type { Job, LeasedJob } from '../../../src/ports/job.ts';
import type { Change } from '../../../src/ports/store.ts';
import { activation, chat, entry, megan, parkedSentence, resume } from '../fixtures.ts';
import type { OpenStore, Stores } from '../fixtures.ts';

export function jobRules({ store: fresh, replica }: Stores): void {
  describe('jobs', () => {
    test('leases what is due, earliest first, and nothing twice', async () => {
      const store = await fresh();
      await enqueue(store, ['c', 30], ['a', 10], ['b', 20], ['late', 31]);

      expect(await lease(store, 30, 2)).toEqual(['resume:a', 'resume:b']);
      expect(await lease(store, 30)).toEqual(['resume:c']);
      expect(await lease(store, 30)).toEqual([]);
    });

    test('hands a job whose lease ran out to the next, and the late first holder changes nothing', async () => {
      const store = await fresh();
      await enqueue(store, ['a', 10]);
      const [first] = await store.leaseJobs(10, 'one', 9, 100);

      expect(await store.leaseJobs(109, 'two', 9, 100)).toEqual([]);
      const [second] = await store.leaseJobs(110, 'two', 9, 100);
      expect(second).toMatchObject({ id: 'resume:a', job: resume('a'), tries: 2 });
      await store.postponeJob(first!, 9_999);
      await store.finishJobs([first!]);

      expect(await store.nextJobDue()).toBe(210);
      await store.finishJobs([second!]);
      expect(await store.nextJobDue()).toBeNull();
    });

    test('a holder of long ago cannot finish a job that was made anew under the same key', async () => {
      const store = await fresh();
      await enqueue(store, ['a', 10]);
      const [old] = await store.leaseJobs(10, 'one', 9, 100);
      const [second] = await store.leaseJobs(110, 'two', 9, 100);
      await store.finishJobs([second!]);
      await enqueue(store, ['a', 10]);
      await store.leaseJobs(120, 'two', 9, 100);

      await store.finishJobs([old!]);

      expect(await store.nextJobDue()).toBe(220);
    });

    test('makes a waiting job due again instead of doubling it, at the earlier time and with the newest content', async () => {
      const store = await fresh();
      await store.commit([{ kind: 'job', job: note('old'), due: 50 }]);
      await store.commit([{ kind: 'job', job: note('new'), due: 20 }]);
      await store.commit([{ kind: 'job', job: note('newest'), due: 80 }]);

      const jobs = await store.leaseJobs(20, 'one', 9, 100);

      expect(jobs.map(({ job }) => job)).toEqual([note('newest')]);
    });

    test('keeps the newer wish when an older one is finished after it', async () => {
      const store = await fresh();
      await store.commit([{ kind: 'job', job: note('old'), due: 10 }]);
      const [older] = await store.leaseJobs(10, 'one', 9, 100);
      await store.commit([{ kind: 'job', job: note('new'), due: 12 }]);
      expect(await store.leaseJobs(12, 'two', 9, 100)).toEqual([]);

      await store.finishJobs([older!]);

      const [newer] = await store.leaseJobs(12, 'one', 9, 100);
      expect(newer).toMatchObject({ job: note('new'), tries: 1 });
      await store.finishJobs([newer!]);
      expect(await store.nextJobDue()).toBeNull();
    });

    test('finishes what is done with before it leases, so that its reader has the next in the same round', async () => {
      const store = await fresh();
      await store.commit([{ kind: 'job', job: note('first'), due: 10 }]);
      const [first] = await store.leaseJobs(10, 'one', 9, 100);
      await store.commit([{ kind: 'job', job: note('again'), due: 12 }]);

      const [again] = await store.leaseJobs(12, 'one', 9, 100, [first!]);
      expect(again).toMatchObject({ job: note('again'), tries: 1 });
      // Nothing else is due, and it is finished all the same.
      expect(await store.leaseJobs(13, 'one', 9, 100, [again!])).toEqual([]);
      expect(await store.nextJobDue()).toBeNull();
    });

    test('finishes nothing of a lost lease while it leases', async () => {
      const store = await fresh();
      await enqueue(store, ['a', 10], ['b', 200]);
      const [old] = await store.leaseJobs(10, 'one', 9, 100);
      await store.leaseJobs(110, 'two', 9, 100);

      expect((await store.leaseJobs(200, 'one', 9, 100, [old!])).map(({ id }) => id)).toEqual(['resume:b']);
      expect(await store.nextJobDue()).toBe(210);
    });

    test('finishes several at once: only what is still held goes, and what was made due again stays', async () => {
      const store = await fresh();
      await enqueue(store, ['a', 10], ['b', 10], ['c', 10]);
      const [a, b, c] = await store.leaseJobs(10, 'one', 9, 100);
      await enqueue(store, ['b', 12]);
      await store.finishJobs([a!, b!, { ...c!, fence: c!.fence + 1 }]);

      expect(await lease(store, 12)).toEqual(['resume:b']);
      expect(await store.nextJobDue()).toBe(110);
    });

    test('counts tries over postponements', async () => {
      const store = await fresh();
      await enqueue(store, ['a', 10]);
      for (let tries = 1; tries <= 3; tries++) {
        const [leased] = await store.leaseJobs(tries * 10, 'one', 9, 1_000);
        expect(leased?.tries).toBe(tries);
        await store.postponeJob(leased!, tries * 10 + 10);
        expect(await store.leaseJobs(tries * 10 + 9, 'one', 9, 100)).toEqual([]);
      }
    });

    test('keeps jobs of different readers, states and kinds apart', async () => {
      const store = await fresh();
      const jobs: readonly Job[] = [
        { kind: 'card', activationId: 'a', reader: { kind: 'requester' } },
        { kind: 'card', activationId: 'a', reader: { kind: 'approver', oid: 'x' } },
        { kind: 'card', activationId: 'a', reader: { kind: 'channel', conversationId: '19:x@thread.tacv2' } },
        { kind: 'signInCard', parkedId: 'a', state: 'open' },
        { kind: 'signInCard', parkedId: 'a', state: 'done' },
        { kind: 'resume', parkedId: 'a' },
      ];
      await store.commit([...jobs, ...jobs].map((job) => ({ kind: 'job', job, due: 1 })));

      const leased = await store.leaseJobs(1, 'one', 99, 100);

      expect(leased.map(({ job }) => JSON.stringify(job)).sort()).toEqual(
        jobs.map((job) => JSON.stringify(job)).sort(),
      );
    });

    test('gives a reader one message at a time, in order, whoever sends it', async () => {
      const [store, other] = [await fresh(), await replica()];
      for (const n of [1, 2, 3]) await store.commit([{ kind: 'job', job: noteFor('megan', `m${n}`), due: n }]);

      const [first, ...more] = await store.leaseJobs(10, 'one', 9, 100);
      expect([first?.id, more]).toEqual(['notice:m1', []]);
      expect(await other.leaseJobs(11, 'two', 9, 100)).toEqual([]);
      await store.finishJobs([first!]);

      expect((await other.leaseJobs(12, 'two', 9, 100)).map(({ id }) => id)).toEqual(['notice:m2']);
      expect(await store.leaseJobs(13, 'one', 9, 100)).toEqual([]);
    });

    test('is fair: whoever has many messages waiting does not hold up the others', async () => {
      const store = await fresh();
      for (let n = 10; n < 50; n++) await store.commit([{ kind: 'job', job: noteFor('megan', `m${n}`), due: n }]);
      await store.commit([{ kind: 'job', job: noteFor('adele', 'a'), due: 60 }]);

      const leased = await store.leaseJobs(60, 'one', 2, 100);

      expect(leased.map(({ id }) => id)).toEqual(['notice:m10', 'notice:a']);
    });

    test('writes to a person’s card and chat in one order, by the person the card belongs to', async () => {
      const store = await fresh();
      const card: Job = { kind: 'card', activationId: 'a', reader: { kind: 'requester' } };
      await store.commit([
        { kind: 'newActivation', activation: activation('a') },
        { kind: 'job', job: card, due: 1 },
        { kind: 'job', job: noteFor(megan.oid, 'm'), due: 2 },
      ]);
      await store.commit([{ kind: 'park', parked: parkedSentence('p') }]);
      await store.commit([{ kind: 'job', job: { kind: 'signInCard', parkedId: 'p', state: 'open' }, due: 3 }]);

      const leased = await store.leaseJobs(10, 'one', 9, 100);

      expect(leased.map(({ id, lane }) => [id, lane])).toEqual([['card:a:requester', `person ${megan.oid}`]]);
    });

    test('sends nothing to a reader before the time that the connector asked for, and then what it refused goes first', async () => {
      const store = await fresh();
      for (const n of [1, 2]) await store.commit([{ kind: 'job', job: noteFor('megan', `m${n}`), due: n }]);
      const [first] = await store.leaseJobs(10, 'one', 9, 100);

      await store.holdJob(first!, 5_000);

      expect(await store.leaseJobs(4_999, 'one', 9, 100)).toEqual([]);
      expect((await store.leaseJobs(5_000, 'one', 9, 100)).map(({ id, doubt }) => [id, doubt])).toEqual([
        ['notice:m1', false],
      ]);
    });

    test('lets the next message pass one that has to wait for a reason of its own', async () => {
      const store = await fresh();
      for (const n of [1, 2]) await store.commit([{ kind: 'job', job: noteFor('megan', `m${n}`), due: n }]);
      const [first] = await store.leaseJobs(10, 'one', 9, 100);

      await store.postponeJob(first!, 5_000);

      expect((await store.leaseJobs(11, 'one', 9, 100)).map(({ id }) => id)).toEqual(['notice:m2']);
    });

    test('keeps Teams’ limits for one reader over all replicas', async () => {
      const [store, other] = [await fresh(), await replica()];
      for (let n = 10; n < 30; n++) await store.commit([{ kind: 'job', job: noteFor('megan', `m${n}`), due: n }]);
      const sent: number[] = [];

      for (let now = 100; now < 6_000; now += 50) {
        const [job] = await (now % 100 === 0 ? store : other).leaseJobs(now, 'one', 9, 1_000);
        if (!job) continue;
        sent.push(now);
        await store.finishJobs([job]);
      }

      expect(sent).toHaveLength(20);
      expect(sent.filter((at) => at < 1_100)).toHaveLength(7);
      expect(sent.filter((at) => at < 2_100)).toHaveLength(8);
    });

    test('keeps Teams’ limit for the tenant over all replicas', async () => {
      const [store, other] = [await fresh(), await replica()];
      const jobs = Array.from({ length: 80 }, (_, n): Change => ({
        kind: 'job',
        job: noteFor(`p${n}`, `n${n}`),
        due: 1,
      }));
      await store.commit(jobs);

      const taken = await Promise.all([store, other, store].map((each) => each.leaseJobs(1_000, 'w', 99, 9_999)));

      expect(taken.flat()).toHaveLength(30);
      expect(await other.leaseJobs(1_999, 'w', 99, 9_999)).toEqual([]);
      expect(await other.leaseJobs(2_000, 'w', 99, 9_999)).toHaveLength(30);
    });

    test('writes first to whom it wrote longest ago, so that those who have much to read keep nobody else waiting', async () => {
      const store = await fresh();
      const lease = async (now: number, limit = 99): Promise<readonly string[]> => {
        const leased = await store.leaseJobs(now, 'one', limit, 9_999);
        await store.finishJobs(leased);
        return leased.map(({ id }) => id);
      };
      await store.commit([{ kind: 'job', job: noteFor('adele', 'before'), due: 1 }]);
      await lease(1_000);
      const crowd = Array.from({ length: 40 }, (_, n) => `p${n}`);
      for (const round of [1, 2, 3])
        await store.commit(
          crowd.map((oid): Change => ({ kind: 'job', job: noteFor(oid, `${oid}-${round}`), due: 1_500 + round })),
        );
      expect(await lease(2_000)).toHaveLength(30);
      await store.commit([{ kind: 'job', job: noteFor('adele', 'a'), due: 2_500 }]);

      const next = await lease(3_000, 11);

      // The ten who had nothing yet, and Adele, before anybody's second.
      expect(next.filter((id) => id.endsWith('-1'))).toHaveLength(10);
      expect(next).toContain('notice:a');
    });

    describe('of a crowd that comes at once, and Adele, who was written to at second 1', () => {
      /** Whether Adele, asking then, is among the thirty who are written to now. */
      const isServed = async (moments: { crowd: number; adele: number; now: number }): Promise<boolean> => {
        const store = await fresh();
        await store.commit([{ kind: 'job', job: noteFor('adele', 'before'), due: 1 }]);
        await store.finishJobs(await store.leaseJobs(1_000, 'one', 9, 9_999));
        const crowd = Array.from({ length: 40 }, (_, n) => `p${n}`);
        await store.commit([
          ...crowd.map((oid): Change => ({ kind: 'job', job: noteFor(oid, oid), due: moments.crowd })),
          { kind: 'job', job: noteFor('adele', 'a'), due: moments.adele },
        ]);
        const next = await store.leaseJobs(moments.now, 'one', 99, 9_999);
        expect(next).toHaveLength(30);
        return next.some(({ id }) => id === 'notice:a');
      };

      test.each([
        ['goes on with her conversation before them', { crowd: 40_000, adele: 42_000, now: 42_000 }, true],
        [
          'is before nobody who has waited for more than 15 seconds',
          { crowd: 40_000, adele: 55_001, now: 55_001 },
          false,
        ],
        [
          'has nothing yet when they ask, and she has just had something',
          { crowd: 2_000, adele: 2_000, now: 2_000 },
          false,
        ],
        ['is before newcomers 15 seconds after she had something', { crowd: 16_001, adele: 16_001, now: 16_001 }, true],
        ['has only after them what waited for her already', { crowd: 50_000, adele: 999, now: 50_000 }, false],
        ['has that a minute after the one before, whoever comes', { crowd: 61_001, adele: 999, now: 61_001 }, true],
        [
          'waits like them when she was silent for two minutes',
          { crowd: 121_000, adele: 121_001, now: 121_001 },
          false,
        ],
        ['is before them when she asked before them, too', { crowd: 121_001, adele: 121_000, now: 121_001 }, true],
      ])('she %s', async (_what, moments, served) => {
        expect(await isServed(moments)).toBe(served);
      });
    });

    test('remembers that a message may have arrived: its holder was cut off, or said so', async () => {
      const store = await fresh();
      await store.commit([{ kind: 'job', job: noteFor('megan', 'm'), due: 1 }]);
      const [first] = await store.leaseJobs(10, 'one', 9, 100);
      const [second] = await store.leaseJobs(200, 'two', 9, 100);
      expect([first?.doubt, second?.doubt]).toEqual([false, true]);

      await store.postponeJob({ ...second!, doubt: false }, 300);
      const [third] = await store.leaseJobs(300, 'two', 9, 100);
      expect(third?.doubt).toBe(false);
      await store.postponeJob({ ...third!, doubt: true }, 400);
      expect((await store.leaseJobs(1_400, 'two', 9, 100))[0]?.doubt).toBe(true);
    });

    test('a renewed lease is not given to the next, one that was lost cannot be renewed', async () => {
      const store = await fresh();
      await enqueue(store, ['a', 10]);
      const [first] = await store.leaseJobs(10, 'one', 9, 100);
      await store.renewJobs([first!], 300);
      expect(await lease(store, 250)).toEqual([]);

      const [second] = await store.leaseJobs(300, 'two', 9, 100);
      await store.renewJobs([first!], 9_000);
      expect(await store.nextJobDue()).toBe(400);
      await store.finishJobs([second!]);
      await store.renewJobs([second!], 9_000);
      expect(await store.nextJobDue()).toBeNull();
    });

    test('a clock that was set back: what was due stays due, what is to come keeps its time, no lease is a long one', async () => {
      const store = await fresh();
      const message = (key: string): Change => ({ kind: 'job', job: noteFor('x', key), due: 1_000_000 });
      await store.commit([message('a'), message('b')]);
      const [held] = await store.leaseJobs(1_000_000, 'one', 1, 100);
      await store.holdJob(held!, 1_000_050);
      await enqueue(store, ['leased', 1_000_000]);
      await store.leaseJobs(1_000_000, 'killed', 9, 100);
      await enqueue(store, ['due', 1_000_000], ['to come', 1_000_001]);

      await store.clockSetBack(1_000_000, 900_000, 100);

      expect(await lease(store, 900_049)).toEqual(['resume:due']);
      expect(await lease(store, 900_050)).toEqual(['notice:a']);
      expect(await store.leaseJobs(900_100, 'two', 9, 100)).toMatchObject([{ id: 'resume:leased', doubt: true }]);
      await store.clockSetBack(1_000_000, 900_000, 100);
      expect(await lease(store, 999_999)).not.toContain('resume:to come');
    });

    test('a clock that was set back, however often it is noticed: what is open is read, and steps and orders keep their age', async () => {
      const store = await fresh();
      const [from, to] = [10_000_000, 6_000_000];
      const by = { oid: megan.oid, name: 'Megan Bowen' };
      const open = (id: string, more: Partial<Activation>): Change => ({
        kind: 'newActivation',
        activation: activation(id, { askedAt: from - 5_000, readAt: from + 15_000, ...more }),
      });
      await store.commit([
        open('active', { phase: 'active', readAt: from + 29_000, step: { kind: 'end', by, at: from - 2_000 } }),
        open('again', { orderedAt: from - 1_000, readAt: from + 59_000 }),
        open('first', {}),
        open('check', { readAt: from + 11 * 60_000 }),
        open('early', {
          phase: 'waiting',
          askedAt: to - 9_000,
          readAt: to + 4_000,
          step: { kind: 'cancel', by, at: to - 1 },
        }),
      ]);

      for (let noticed = 0; noticed < 2; noticed += 1) await store.clockSetBack(from, to, 100);

      expect((await store.dueActivations(to, 9)).map(({ id }) => id)).toEqual(['active']);
      expect((await store.dueActivations(to + 60_000, 9)).map(({ id }) => id)).toEqual([
        ...['active', 'early', 'first', 'again'],
      ]);
      expect((await store.activation('active'))?.step?.at).toBe(to - 2_000);
      expect((await store.activation('early'))?.step?.at).toBe(to - 1);
      expect((await store.activation('again'))?.orderedAt).toBe(to - 1_000);
      expect((await store.activation('first'))?.orderedAt).toBe(to - 5_000);
    });

    test('the newest moment that is known tells a program that starts whether its clock was set back', async () => {
      const store = await fresh();
      expect(await store.newestMoment(5_000)).toBe(5_000);
      await store.commit([{ kind: 'audit', entry: entry('activation.order', { at: 7_000 }) }]);
      expect(await store.newestMoment(5_000)).toBe(7_000);
      await store.commit([{ kind: 'job', job: noteFor('x', 'a'), due: 8_000 }]);
      expect(await store.newestMoment(5_000)).toBe(8_000);
      const running = activation('active', { phase: 'active', readAt: 90_000 });
      await store.commit([{ kind: 'newActivation', activation: running }]);
      expect(await store.newestMoment(5_000)).toBe(60_000);
      expect(await store.newestMoment(70_000)).toBe(70_000);
    });

    test('what waits for its time on purpose is no such moment', async () => {
      const store = await fresh();
      await store.commit([
        { kind: 'newActivation', activation: activation('check', { readAt: 700_000 }) },
        { kind: 'job', job: resume('later'), due: 900_000 },
        { kind: 'job', job: noteFor('x', 'a'), due: 4_000 },
      ]);
      const [tried] = await store.leaseJobs(5_000, 'one', 1, 100);
      await store.postponeJob(tried!, 800_000);
      expect(await store.newestMoment(5_000)).toBe(5_000);
    });

    test('property: workers that lease at the same time share the due jobs out, each to one', async () => {
      const [store, other] = [await fresh(), await replica()];
      let now = 1_000;
      const draws = fc.record({
        jobs: fc.uniqueArray(fc.record({ id: fc.nat(200), late: fc.boolean() }), {
          selector: ({ id }) => id,
          minLength: 20,
          maxLength: 120,
        }),
        workers: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 4, maxLength: 8 }),
      });
      await fc.assert(
        fc.asyncProperty(draws, async ({ jobs, workers }) => {
          now += 1_000_000;
          await enqueue(store, ...jobs.map(({ id, late }) => [`${id}`, late ? now + 1 : now] as const));
          const work = async (each: OpenStore, limit: number): Promise<string[]> => {
            const got = await lease(each, now, limit);
            return got.length === 0 ? [] : [...got, ...(await work(each, limit))];
          };
          const got = await Promise.all(workers.map((limit, n) => work(n % 2 === 0 ? store : other, limit)));
          expect(got.flat().sort()).toEqual(jobs.flatMap(({ id, late }) => (late ? [] : [`resume:${id}`])).sort());
          await drain(store, now + 500_000);
        }),
        { numRuns: 8 },
      );
    });

    test('property: any history of a queue agrees with a list in memory', async () => {
      const store = await fresh();
      let now = 1_000;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
          await drain(store, now + 1_000_000);
          now += 10_000_000;
          now = await followHistory(store, steps, now);
        }),
        { numRuns: 40 },
      );
    });
  });
}

type Step =
  | { readonly kind: 'enqueue'; readonly id: string; readonly in: number }
  | { readonly kind: 'lease'; readonly limit: number }
  | { readonly kind: 'finish' | 'postpone'; readonly pick: number }
  | { readonly kind: 'wait'; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('enqueue'), id: fc.constantFrom('a', 'b', 'c'), in: fc.nat(60) }),
  fc.record({ kind: fc.constant('lease'), limit: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ kind: fc.constantFrom('finish', 'postpone'), pick: fc.nat() }),
  fc.record({ kind: fc.constant('wait'), ms: fc.nat(80) }),
);

type Row = { due: number; until: number | null; holder: LeasedJob | null; again: boolean; tries: number };

/** Plays the steps on the store and on a plain list of what is promised; every lease must give the same jobs. */
async function followHistory(store: OpenStore, steps: readonly Step[], start: number): Promise<number> {
  let now = start;
  const rows = new Map<string, Row>();
  const held: LeasedJob[] = [];
  for (const next of steps) {
    if (next.kind === 'wait') now += next.ms;
    if (next.kind === 'enqueue') {
      const id = `resume:${next.id}`;
      const row = rows.get(id);
      if (row === undefined) rows.set(id, { due: now + next.in, until: null, holder: null, again: false, tries: 0 });
      else Object.assign(row, { due: Math.min(row.due, now + next.in), again: true });
      await enqueue(store, [next.id, now + next.in]);
    }
    if (next.kind === 'lease') {
      const free = [...rows].filter(([, { due, until }]) => due <= now && (until === null || until <= now));
      free.sort(([a, { due }], [b, { due: other }]) => due - other || (a < b ? -1 : 1));
      const expected = free.slice(0, next.limit).map(([id, row]) => ({ id, tries: row.tries + 1 }));
      const leased = await store.leaseJobs(now, 'worker', next.limit, 50);
      expect(leased.map(({ id, tries }) => ({ id, tries }))).toEqual(expected);
      for (const job of leased) {
        Object.assign(rows.get(job.id)!, { until: now + 50, holder: job, again: false, tries: job.tries });
      }
      held.push(...leased);
    }
    if ((next.kind === 'finish' || next.kind === 'postpone') && held.length > 0) {
      // Leases long lost are tried too; one holder speaks once.
      const [job] = held.splice(next.pick % held.length, 1);
      const row = rows.get(job!.id);
      const mine = row?.holder === job;
      if (next.kind === 'finish') {
        await store.finishJobs([job!]);
        if (mine && row?.again === false) rows.delete(job!.id);
        else if (mine) Object.assign(row!, { until: null, holder: null, again: false, tries: 0 });
      } else {
        await store.postponeJob(job!, now + 20);
        if (mine) Object.assign(row!, { due: now + 20, until: null, holder: null, again: false });
      }
    }
  }
  const next = [...rows.values()].map(({ due, until }) => until ?? due);
  expect(await store.nextJobDue()).toBe(next.length === 0 ? null : Math.min(...next));
  return now;
}

function note(text: string): Job {
  const message = { kind: 'notice', shape: '○', title: text, lines: [] } as const;
  return { kind: 'notice', key: 'n', to: chat(), oid: null, message };
}

function noteFor(oid: string, key: string): Job {
  const message = { kind: 'notice', shape: '○', title: key, lines: [] } as const;
  return { kind: 'notice', key, to: chat(`a:${oid}`), oid, message };
}

async function enqueue(store: OpenStore, ...jobs: readonly (readonly [id: string, due: number])[]): Promise<void> {
  expect(await store.commit(jobs.map(([id, due]) => ({ kind: 'job', job: resume(id), due })))).toBe(true);
}

async function lease(store: OpenStore, now: number, limit = 9): Promise<string[]> {
  return (await store.leaseJobs(now, 'worker', limit, 100)).map(({ id }) => id);
}

async function drain(store: OpenStore, now: number): Promise<void> {
  for (;;) {
    const jobs = await store.leaseJobs(now, 'sweeper', 1_000, 1);
    if (jobs.length === 0) break;
    await store.finishJobs(jobs);
  }
  expect(await store.nextJobDue()).toBeNull();
}
