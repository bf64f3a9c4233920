import { sql } from 'kysely';
import type { ExpressionBuilder, Kysely, RawBuilder } from 'kysely';
import type { Moment } from '../core/moment.ts';
import type { Job, LeasedJob } from '../ports/job.ts';
import type { Store } from '../ports/store.ts';
import { readerKey } from './card-reader.ts';
import { keep, unkeep } from './kept.ts';
import { allowed, holdLane, laneOf, lockPace, notePace, setPaceBack } from './pace.ts';
import { prepared, preparedForAll } from './prepared.ts';
import type { Planned, Value } from './prepared.ts';
import type { Database, Tables } from './schema.ts';
import { newestMoment, setActivationsBack } from './set-back.ts';

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

/** A job that waits already takes the new content and the earlier of the two times. */
export async function enqueue(db: Kysely<Tables>, job: Job, due: Moment, doubt = false): Promise<void> {
  const { of, key } = laneOf(job);
  await waiting[of](db, { id: jobId(job), due, body: keep(job), lane: key, doubt: doubt ? 1 : 0 });
}

type Waiting = Pick<Tables['job'], 'id' | 'due' | 'body' | 'lane' | 'doubt'>;

const waiting = {
  key: insertInto((lane) => lane, 'planned once'),
  activation: insertInto(
    (id) => sql`coalesce((select 'person ' || oid from activation where id = ${id} or batch = ${id} limit 1), '')`,
  ),
  parked: insertInto((id) => sql`coalesce((select 'person ' || oid from parked where id = ${id}), '')`),
};

function insertInto(lane: (key: RawBuilder<string>) => RawBuilder<string>, planned?: Planned) {
  return prepared(
    (on, value: Value<Waiting>) =>
      on
        .insertInto('job')
        .values({
          id: value('id'),
          due: value('due'),
          body: value('body'),
          lane: lane(value('lane')),
          doubt: value('doubt'),
          again: 0,
          lease_by: null,
          lease_until: null,
          fence: 0,
          tries: 0,
        })
        .onConflict((conflict) =>
          conflict.column('id').doUpdateSet((eb) => ({
            body: eb.ref('excluded.body'),
            again: 1,
            due: eb.case().whenRef('job.due', '>', 'excluded.due').thenRef('excluded.due').elseRef('job.due').end(),
          })),
        ),
    planned,
  );
}

type Queue = Pick<
  Store,
  'leaseJobs' | 'renewJobs' | 'finishJobs' | 'postponeJob' | 'holdJob' | 'nextJobDue' | 'newestMoment' | 'clockSetBack'
>;

/** Whoever was written to in this time is in the middle of a conversation. */
const inTouchMs = 2 * 60_000;
/** So much such a reader is put before newcomers who asked at the same moment; an answer just had puts them behind. */
const claimMs = 15_000;
/** So much behind newcomers is what waited already when its reader had the message before. */
const backlogMs = 60_000;
/** A clock that was set back does not make a lane wait longer than this. */
const longestHoldMs = 3_600_000;

const free = { again: 0, lease_by: null, lease_until: null } as const;

const due = prepared((on, value: Value<{ now: Moment }>) =>
  on
    .selectFrom('job')
    .select('id')
    .where('due', '<=', value('now'))
    .where((eb) => eb.or([eb('lease_until', 'is', null), eb('lease_until', '<=', value('now'))]))
    .orderBy('due')
    .limit(1),
);

type Held = Pick<LeasedJob, 'id' | 'fence'>;

/** What was made due again meanwhile is kept, and waits; true when there may be such. */
async function finish(on: Kysely<Tables>, jobs: readonly Held[]): Promise<boolean> {
  if (jobs.length === 0) return false;
  const { numAffectedRows = 0n } = await remove(on, jobs);
  if (numAffectedRows >= jobs.length) return false;
  await releaseAgain(on, jobs);
  return true;
}

/** As a list of pairs and not as one condition after the other, which PostgreSQL plans longer than it deletes. */
const held = (eb: ExpressionBuilder<Tables, 'job'>, jobs: readonly Value<Held>[]) => {
  const pairs = jobs.map((value) => sql`(${value('id')}, cast(${value('fence')} as bigint))`);
  return eb(eb.refTuple('id', 'fence'), 'in', sql<never>`(values ${sql.join(pairs)})`);
};
const remove = preparedForAll((on, jobs: readonly Value<Held>[]) =>
  on
    .deleteFrom('job')
    .where((eb) => held(eb, jobs))
    .where('again', '=', 0),
);
const releaseAgain = preparedForAll((on, jobs: readonly Value<Held>[]) =>
  on
    .updateTable('job')
    .set({ ...free, tries: 0, doubt: 0 })
    .where((eb) => held(eb, jobs)),
);

export function jobQueue(database: Database): Queue {
  const { kind, db, write, writeOne } = database;
  const takeAny = taking(kind, true);
  const takeSilent = taking(kind, false);
  /** The last round took as many as it might, so more is likely to wait. */
  let wasFull = false;

  async function finishUp(jobs: readonly Held[]): Promise<boolean> {
    return jobs.length > 0 && writeOne((on) => finish(on, jobs));
  }

  return {
    async leaseJobs(now, by, limit, leaseMs, finished = [], isDue = false) {
      // Most rounds find nothing, and then nobody is kept from writing.
      const isFound = limit > 0 && (isDue || wasFull || (await due(db, { now })).rows.length > 0);
      const isMore = isFound || (await finishUp(finished));
      if (limit < 1 || !isMore) return [];
      return write(async (transaction) => {
        if (isFound) await finish(transaction, finished);
        const tenant = await lockPace(database, transaction);
        const most = allowed(tenant, now);
        const next = { now, by, until: now + leaseMs, limit: most > 0 ? Math.min(limit, most) : limit };
        const since = { inTouch: now - inTouchMs, held: now + longestHoldMs };
        const { rows } = await (most > 0 ? takeAny : takeSilent)(transaction, { ...next, ...since });
        const lanes = rows.flatMap(({ lane, sent, hour }) => {
          const before = sent === null || hour === null ? undefined : { sent, hour };
          return lane === '' ? [] : [[lane, before] as const];
        });
        await notePace(transaction, tenant, lanes, now);
        wasFull = rows.length === next.limit;
        return rows.toSorted((a, b) => a.due - b.due || (a.id < b.id ? -1 : 1)).map(leased);
      });
    },
    async renewJobs(jobs, until) {
      for (const { id, fence } of jobs) {
        const update = db.updateTable('job').set({ lease_until: until });
        await update.where('id', '=', id).where('fence', '=', fence).where('lease_by', 'is not', null).execute();
      }
    },
    async finishJobs(jobs) {
      await finishUp(jobs);
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
    newestMoment: (now) => newestMoment(database, now),
    async clockSetBack(from, to, leaseMs) {
      await write(async (on) => {
        await setActivationsBack(on, from, to);
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
  readonly until: Moment;
  readonly inTouch: Moment;
  readonly held: Moment;
};

type Taken = Pick<Tables['job'], 'id' | 'due' | 'tries' | 'fence' | 'lane' | 'doubt' | 'body'>;

type Jobs = ExpressionBuilder<Tables, 'job'>;

/** Of each lane the first, if nothing of it is under way and it may be written to; what is no message has no lane. */
function taking(kind: Database['kind'], maySpeak: boolean) {
  return prepared((on, value: Value<Take>) =>
    on
      // Picked in a step of its own: PostgreSQL may run a plain subquery several times and lock more than the limit.
      .with(
        (step) => step('picked').materialized(),
        () =>
          // Sorted before it is asked what else is in its lane, so that this is asked of hardly more than are taken.
          on
            .selectFrom(inOrder(on, kind, maySpeak, value).as('waiting'))
            .innerJoin('job', 'job.id', 'waiting.job_id')
            .select('job_id')
            // Once more, of the row that is locked: it may have been renewed or put off since it was sorted.
            .where((eb) => isFree(eb, value))
            .where((eb) => eb.or([eb('job.lane', '=', ''), isFirst(eb, value)]))
            .orderBy('claim')
            .orderBy('asked_at')
            .orderBy('job_id')
            .limit(value('limit'))
            // Somebody writes this job at this moment: it is taken in the next round.
            .$if(kind === 'postgres', (qb) => qb.forUpdate('job').skipLocked()),
      )
      .updateTable('job')
      .from('picked')
      .whereRef('job.id', '=', 'picked.job_id')
      .set((eb) => ({
        again: 0,
        // A lease that nobody gave back: its holder may have sent the message before it was cut off.
        doubt: eb.case().when('lease_by', 'is not', null).then(eb.lit(1)).else(eb.ref('doubt')).end(),
        lease_by: value('by'),
        lease_until: value('until'),
        tries: eb('tries', '+', 1),
        // By the time rather than by counting from one: a job that was finished and made anew never repeats a fence.
        fence: eb
          .case()
          .when('fence', '<', value('now'))
          .then(value('now'))
          .else(eb('fence', '+', 1))
          .end(),
      }))
      .returning(['job.id', 'job.due', 'job.tries', 'job.fence', 'job.lane', 'job.doubt', 'job.body'])
      .returning((eb) => {
        const pace = eb.selectFrom('pace').whereRef('pace.lane', '=', 'job.lane');
        return [pace.select('pace.sent').as('sent'), pace.select('pace.hour').as('hour')];
      }),
  );
}

/**
 * In the order of asking; but a crowd that has just come stops nobody in the middle of a conversation, and whoever has much to
 * read keeps nobody else waiting: of those whoever was written to longest ago is first.
 */
function inOrder(on: Kysely<Tables>, kind: Database['kind'], maySpeak: boolean, value: Value<Take>) {
  return on
    .selectFrom('job')
    .leftJoin('pace', 'pace.lane', 'job.lane')
    .select(['job.id as job_id', 'job.due as asked_at'])
    .select((eb) => {
      const later = eb.fn<number>(kind === 'postgres' ? 'greatest' : 'max', [
        eb('pace.free_at', '+', claimMs),
        eb('job.due', '-', claimMs),
      ]);
      return eb
        .case()
        .when(eb.or([eb('pace.free_at', 'is', null), eb('pace.free_at', '<=', value('inTouch'))]))
        .then(eb.ref('job.due'))
        .when('job.due', '>', eb.ref('pace.free_at'))
        .then(later)
        .else(eb('pace.free_at', '+', backlogMs))
        .end()
        .as('claim');
    })
    .where((eb) => isFree(eb, value))
    .where((eb) => {
      const isHeld = eb.and([eb('pace.free_at', '>', value('now')), eb('pace.free_at', '<=', value('held'))]);
      return maySpeak ? eb.or([eb('pace.free_at', 'is', null), eb.not(isHeld)]) : eb('job.lane', '=', '');
    })
    .orderBy('claim')
    .orderBy('job.due')
    .orderBy('job.id');
}

function isFree(eb: Jobs, value: Value<Take>) {
  const isLeased = eb.and([eb('job.lease_until', 'is not', null), eb('job.lease_until', '>', value('now'))]);
  return eb.and([eb('job.due', '<=', value('now')), eb.not(isLeased)]);
}

function isFirst(eb: Jobs, value: Value<Take>) {
  const inLane = eb.selectFrom('job as other').select('other.id').whereRef('other.lane', '=', 'job.lane');
  const than = (side: '<' | '>') =>
    inLane.where((other) => other(other.refTuple('other.due', 'other.id'), side, other.refTuple('job.due', 'job.id')));
  // Where nothing is earlier, what is under way is later. Not asked of the whole lane, because PostgreSQL would then read all
  // jobs for it, and the places of those that are gone.
  const isUnderWay = than('>').where('other.lease_until', '>', value('now'));
  return eb.and([eb.not(eb.exists(than('<'))), eb.not(eb.exists(isUnderWay))]);
}

function leased({ id, tries, fence, lane, doubt, body }: Taken): LeasedJob {
  return { id, job: unkeep(body), tries, fence, lane, doubt: doubt === 1 };
}
