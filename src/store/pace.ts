import { sql } from 'kysely';
import type { Kysely, RawBuilder } from 'kysely';
import type { Moment } from '../core/moment.ts';
import { allowance, counted, paced, unpaced } from '../core/pace.ts';
import type { Pace } from '../core/pace.ts';
import type { Job } from '../ports/job.ts';
import { keep, unkeep } from './kept.ts';
import type { Database, Tables } from './schema.ts';

/** The row for the tenant as a whole; no lane is called so. */
const whole = '*';

/**
 * Who reads the message: one message at a time goes to each, in order and no faster than Teams takes them. Empty for what is
 * no message. Cards name an activation or a sign-in, whose person is written before them in the same transaction.
 */
export function laneOf(job: Job): RawBuilder<string> {
  switch (job.kind) {
    case 'notice': {
      const isOwn = job.oid !== null && job.to.kind === 'personal';
      return sql`${isOwn ? `person ${job.oid}` : `room ${job.to.conversationId}`}`;
    }
    case 'card': {
      const { reader, activationId: id } = job;
      if (reader.kind === 'approver') return sql`${`person ${reader.oid}`}`;
      if (reader.kind === 'channel') return sql`${`room ${reader.conversationId}`}`;
      return sql`coalesce((select 'person ' || oid from activation where id = ${id} or batch = ${id} limit 1), '')`;
    }
    case 'signInCard':
      return sql`coalesce((select 'person ' || oid from parked where id = ${job.parkedId}), '')`;
    case 'end':
    case 'renew':
    case 'keepTrying':
    case 'resume':
      return sql`${''}`;
  }
}

/** Until the transaction ends no other replica leases, so that each sees what the others took. Then how many may be taken. */
export async function lockPace({ kind }: Database, db: Kysely<Tables>, now: Moment): Promise<number> {
  const row = db.selectFrom('pace').select(['sent', 'hour']).where('lane', '=', whole);
  return allowance(read(await row.$if(kind === 'postgres', (qb) => qb.forUpdate()).executeTakeFirst()), now);
}

/** Notes one message to each lane. */
export async function notePace(db: Kysely<Tables>, lanes: readonly string[], now: Moment): Promise<void> {
  if (lanes.length === 0) return;
  const rows = await db
    .selectFrom('pace')
    .selectAll()
    .where('lane', 'in', [...lanes, whole])
    .execute();
  const known = new Map(rows.map((row) => [row.lane, row]));
  const changed = [
    ...lanes.map((lane) => ({ lane, ...columns(paced(read(known.get(lane)), now)) })),
    { lane: whole, ...columns({ pace: counted(read(known.get(whole)), now, lanes.length), freeAt: 0 }) },
  ];
  await db
    .insertInto('pace')
    .values(changed)
    .onConflict((conflict) =>
      conflict.column('lane').doUpdateSet((eb) => ({
        sent: eb.ref('excluded.sent'),
        hour: eb.ref('excluded.hour'),
        free_at: eb.ref('excluded.free_at'),
      })),
    )
    .execute();
}

/** The connector asked to wait: nothing goes to this lane before that. */
export async function holdLane(db: Kysely<Tables>, lane: string, until: Moment): Promise<void> {
  await db.updateTable('pace').set({ free_at: until }).where('lane', '=', lane).execute();
}

/** What is left of each wait stays as long as it was. */
export async function setPaceBack(db: Kysely<Tables>, from: Moment, to: Moment): Promise<void> {
  await db
    .updateTable('pace')
    .set((eb) => ({ free_at: eb('free_at', '-', from - to), hour: eb('hour', '-', from - to) }))
    .where((eb) => eb.or([eb('free_at', '>', to), eb('hour', '>', to)]))
    .execute();
}

function read(row: Pick<Tables['pace'], 'sent' | 'hour'> | undefined): Pace {
  return row === undefined ? unpaced : { sent: unkeep(row.sent), hour: row.hour };
}

function columns({ pace, freeAt }: ReturnType<typeof paced>): Omit<Tables['pace'], 'lane'> {
  return { sent: keep(pace.sent), hour: pace.hour, free_at: freeAt };
}
