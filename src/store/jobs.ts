import type { Kysely } from 'kysely';
import type { Moment } from '../core/moment.ts';
import type { Job, LeasedJob, Store } from '../ports.ts';
import { readerKey } from './card-reader.ts';
import { keep, unkeep } from './kept.ts';
import type { Database, Tables } from './schema.ts';

/** The key under which a job waits; a second wish for the same thing is the same job. */
export function jobId(job: Job): string {
  switch (job.kind) {
    case 'card':
      return `card:${job.activationId}:${readerKey(job.reader)}`;
    case 'notice':
      return `notice:${job.key}`;
    case 'signInCard':
      return `signInCard:${job.parkedId}:${job.state}`;
    case 'end':
      return `end:${job.activationId}`;
    case 'renew':
      return `renew:${job.parkedId}`;
    case 'resume':
      return `resume:${job.parkedId}`;
  }
}

/**
 * A job that waits already takes the new content and the earlier of the two times. A plain number after `then` would be
 * written into the text of the statement, which would be prepared anew each time.
 */
export async function enqueue(db: Kysely<Tables>, job: Job, due: Moment): Promise<void> {
  const body = keep(job);
  const fresh = { again: 0, lease_by: null, lease_until: null, fence: 0, tries: 0 } as const;
  await db
    .insertInto('job')
    .values({ id: jobId(job), due, body, ...fresh })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet((eb) => ({
        body,
        again: 1,
        due: eb.case().when('job.due', '>', due).then(eb.val(due)).else(eb.ref('job.due')).end(),
      })),
    )
    .execute();
}

export function jobQueue({
  kind,
  db,
}: Database): Pick<Store, 'leaseJobs' | 'finishJob' | 'postponeJob' | 'nextJobDue'> {
  const free = { again: 0, lease_by: null, lease_until: null } as const;
  return {
    async leaseJobs(now, by, limit, leaseMs) {
      const rows = await db
        // Picked in a step of its own: PostgreSQL may run a plain subquery several times and lock more than the limit.
        .with(
          (step) => step('picked').materialized(),
          (q) =>
            q
              .selectFrom('job')
              .select('id as picked_id')
              .where('due', '<=', now)
              .where((eb) => eb.or([eb('lease_until', 'is', null), eb('lease_until', '<=', now)]))
              .orderBy('due')
              .orderBy('id')
              .limit(limit)
              .$if(kind === 'postgres', (qb) => qb.forUpdate().skipLocked()),
        )
        .updateTable('job')
        .from('picked')
        .whereRef('job.id', '=', 'picked.picked_id')
        .set((eb) => ({
          again: 0,
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
        .returning(['job.id', 'job.due', 'job.tries', 'job.fence', 'job.body'])
        .execute();
      return rows.sort((a, b) => a.due - b.due || (a.id < b.id ? -1 : 1)).map(leased);
    },
    async finishJob({ id, fence }) {
      const done = db.deleteFrom('job').where('id', '=', id).where('fence', '=', fence).where('again', '=', 0);
      const { numDeletedRows } = await done.executeTakeFirstOrThrow();
      if (numDeletedRows > 0n) return;
      const again = db.updateTable('job').set({ ...free, tries: 0 });
      await again.where('id', '=', id).where('fence', '=', fence).execute();
    },
    async postponeJob({ id, fence }, due) {
      const update = db.updateTable('job').set({ ...free, due });
      await update.where('id', '=', id).where('fence', '=', fence).execute();
    },
    async nextJobDue() {
      const when = db.selectFrom('job').select((eb) => eb.fn.min(eb.fn.coalesce('lease_until', 'due')).as('due'));
      return (await when.executeTakeFirst())?.due ?? null;
    },
  };
}

function leased(row: Pick<Tables['job'], 'id' | 'body' | 'tries' | 'fence'>): LeasedJob {
  return { id: row.id, job: unkeep(row.body), tries: row.tries, fence: row.fence };
}
