import type { ExpressionBuilder, Kysely } from 'kysely';
import type { Moment } from '../core/moment.ts';
import type { Job, LeasedJob } from '../ports/job.ts';
import type { Store } from '../ports/store.ts';
import { readerKey } from './card-reader.ts';
import { keep, unkeep } from './kept.ts';
import { holdLane, laneOf, lockPace, notePace, setPaceBack } from './pace.ts';
import type { Database, Tables } from './schema.ts';

/** The key under which a job waits; a second wish for the same thing is the same job. */
export function jobId(job: Job): string {
  switch (job.kind) {
    case 'card':
      return `card:${job.activationId}:${readerKey(job.reader)}${job.late ? ':late' : ''}`;
    case 'notice':
      return `notice:${job.key}`;
    case 'signInCard':
      return `signInCard:${job.parkedId}:${job.state}`;
    case 'end':
      return `end:${job.activationId}`;
    case 'renew':
      return `renew:${job.parkedId}`;
    case 'keepTrying':
      return `keepTrying:${job.parkedId}:${job.count}`;
    case 'resume':
      return `resume:${job.parkedId}`;
  }
}

/**
 * A job that waits already takes the new content and the earlier of the two times. A plain number after `then` would be
 * written into the text of the statement, which would be prepared anew each time.
 */
export async function enqueue(db: Kysely<Tables>, job: Job, due: Moment, doubt = false): Promise<void> {
  const body = keep(job);
  const fresh = { again: 0, lease_by: null, lease_until: null, fence: 0, tries: 0, doubt: doubt ? 1 : 0 } as const;
  await db
    .insertInto('job')
    .values({ id: jobId(job), due, body, lane: laneOf(job), ...fresh })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet((eb) => ({
        body,
        again: 1,
        due: eb.case().when('job.due', '>', due).then(eb.val(due)).else(eb.ref('job.due')).end(),
      })),
    )
    .execute();
}

type Queue = Pick<
  Store,
  'leaseJobs' | 'renewJobs' | 'finishJobs' | 'postponeJob' | 'holdJob' | 'nextJobDue' | 'clockSetBack'
>;

/** Whoever was written to longer ago than this has as good a claim as whoever never was. */
const whileMs = 60_000;
/** A clock that was set back does not make a lane wait longer than this. */
const longestHoldMs = 3_600_000;

export function jobQueue(database: Database): Queue {
  const { kind, db, write, writeOne } = database;
  const free = { again: 0, lease_by: null, lease_until: null } as const;
  return {
    async leaseJobs(now, by, limit, leaseMs) {
      const due = db.selectFrom('job').select('id').where('due', '<=', now).limit(1);
      const waits = due.where((eb) => eb.or([eb('lease_until', 'is', null), eb('lease_until', '<=', now)]));
      // Most rounds find nothing, and then nobody is kept from writing.
      if (limit < 1 || (await waits.executeTakeFirst()) === undefined) return [];
      return write(async (transaction) => {
        const allowed = await lockPace(database, transaction, now);
        const rows = await take(kind, transaction, { now, by, limit, leaseMs, allowed });
        await notePace(
          transaction,
          rows.map(({ lane }) => lane).filter((lane) => lane !== ''),
          now,
        );
        return rows.sort((a, b) => a.due - b.due || (a.id < b.id ? -1 : 1)).map(leased);
      });
    },
    async renewJobs(jobs, until) {
      for (const { id, fence } of jobs) {
        const update = db.updateTable('job').set({ lease_until: until });
        await update.where('id', '=', id).where('fence', '=', fence).where('lease_by', 'is not', null).execute();
      }
    },
    async finishJobs(jobs) {
      const held = (eb: ExpressionBuilder<Tables, 'job'>) =>
        eb.or(jobs.map(({ id, fence }) => eb.and([eb('id', '=', id), eb('fence', '=', fence)])));
      const { numDeletedRows } = await writeOne((on) =>
        on.deleteFrom('job').where(held).where('again', '=', 0).executeTakeFirstOrThrow(),
      );
      if (numDeletedRows >= jobs.length) return;
      const again = db.updateTable('job').set({ ...free, tries: 0, doubt: 0 });
      await again.where(held).execute();
    },
    async postponeJob({ id, fence, doubt }, due) {
      const update = db.updateTable('job').set({ ...free, due, doubt: doubt ? 1 : 0 });
      await update.where('id', '=', id).where('fence', '=', fence).execute();
    },
    async holdJob({ id, fence, doubt, lane }, until) {
      // The job keeps its place in front of whatever else waits for the same reader.
      const update = db
        .updateTable('job')
        .set(lane === '' ? { ...free, due: until } : { ...free, doubt: doubt ? 1 : 0 });
      const { numUpdatedRows } = await update.where('id', '=', id).where('fence', '=', fence).executeTakeFirstOrThrow();
      if (numUpdatedRows > 0n) await holdLane(db, lane, until);
    },
    async nextJobDue() {
      const when = db.selectFrom('job').select((eb) => eb.fn.min(eb.fn.coalesce('lease_until', 'due')).as('due'));
      return (await when.executeTakeFirst())?.due ?? null;
    },
    async clockSetBack(from, to, leaseMs) {
      await write(async (on) => {
        await setPaceBack(on, from, to);
        const due = on.updateTable('job').set((eb) => ({ due: eb('due', '-', from - to) }));
        // What was tried waits for a while, and what was not for a moment that this clock will reach.
        const isMoved = due.where((eb) => eb.or([eb('due', '<=', from), eb('tries', '>', 0)]));
        await isMoved.where('due', '>', to).execute();
        // Shortened and not ended: its holder may be at work, and then renews it.
        const lease = on.updateTable('job').set({ lease_until: to + leaseMs });
        await lease.where('lease_until', '>', to + leaseMs).execute();
      });
    },
  };
}

type Take = {
  readonly now: Moment;
  readonly by: string;
  readonly limit: number;
  readonly leaseMs: number;
  /** How many messages the tenant takes now. */
  readonly allowed: number;
};

type Taken = Pick<Tables['job'], 'id' | 'due' | 'tries' | 'fence' | 'lane' | 'doubt' | 'body'>;

/** Of each lane the first, if nothing of it is under way and it may be written to; what is no message has no lane. */
function take(
  kind: Database['kind'],
  db: Kysely<Tables>,
  { now, by, limit, leaseMs, allowed }: Take,
): Promise<Taken[]> {
  return (
    db
      // Picked in a step of its own: PostgreSQL may run a plain subquery several times and lock more than the limit.
      .with(
        (step) => step('picked').materialized(),
        (q) =>
          q
            .selectFrom('job')
            .select('job.id as picked_id')
            .where('job.due', '<=', now)
            .where((eb) => eb.or([eb('job.lease_until', 'is', null), eb('job.lease_until', '<=', now)]))
            .where((eb) => {
              const inLane = eb.selectFrom('job as other').select('other.id').whereRef('other.lane', '=', 'job.lane');
              const held = eb.selectFrom('pace').select('pace.lane').whereRef('pace.lane', '=', 'job.lane');
              const earlier = inLane.where((other) =>
                other(other.refTuple('other.due', 'other.id'), '<', other.refTuple('job.due', 'job.id')),
              );
              const first = eb.and([
                eb.not(eb.exists(earlier)),
                eb.not(eb.exists(inLane.where('other.lease_until', '>', now))),
                eb.not(eb.exists(held.where('free_at', '>', now).where('free_at', '<=', now + longestHoldMs))),
              ]);
              return allowed > 0 ? eb.or([eb('job.lane', '=', ''), first]) : eb('job.lane', '=', '');
            })
            // Who had nothing for a while is first, in the order of asking, and then who was written to longest ago: so
            // whoever has much to read keeps nobody else waiting.
            .orderBy((eb) => {
              const last = eb.selectFrom('pace').select('pace.free_at').whereRef('pace.lane', '=', 'job.lane');
              return eb.fn.coalesce(last.where('pace.free_at', '>', now - whileMs), eb.val(0));
            })
            .orderBy('job.due')
            .orderBy('job.id')
            .limit(allowed > 0 ? Math.min(limit, allowed) : limit)
            // Somebody writes this job at this moment: it is taken in the next round.
            .$if(kind === 'postgres', (qb) => qb.forUpdate('job').skipLocked()),
      )
      .updateTable('job')
      .from('picked')
      .whereRef('job.id', '=', 'picked.picked_id')
      .set((eb) => ({
        again: 0,
        // A lease that nobody gave back: its holder may have sent the message before it was cut off.
        doubt: eb.case().when('lease_by', 'is not', null).then(eb.lit(1)).else(eb.ref('doubt')).end(),
        lease_by: by,
        lease_until: now + leaseMs,
        tries: eb('tries', '+', 1),
        // By the time rather than by counting from one: a job that was finished and made anew never repeats a fence.
        fence: eb
          .case()
          .when('fence', '<', now)
          .then(eb.val(now))
          .else(eb('fence', '+', 1))
          .end(),
      }))
      .returning(['job.id', 'job.due', 'job.tries', 'job.fence', 'job.lane', 'job.doubt', 'job.body'])
      .execute()
  );
}

function leased({ id, tries, fence, lane, doubt, body }: Taken): LeasedJob {
  return { id, job: unkeep(body), tries, fence, lane, doubt: doubt === 1 };
}
