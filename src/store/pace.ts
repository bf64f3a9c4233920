import type { Kysely } from 'kysely';
import type { Moment } from '../core/moment.ts';
import { allowance, counted, paced, unpaced } from '../core/pace.ts';
import type { Pace } from '../core/pace.ts';
import type { Job } from '../ports/job.ts';
import { keep, unkeep } from './kept.ts';
import { prepared, preparedForAll } from './prepared.ts';
import type { Value } from './prepared.ts';
import type { Database, Tables } from './schema.ts';

/** The row for the tenant as a whole; no lane is called so. */
const whole = '*';

/** Named by itself, or by the person of the activation or the sign-in whose id is the key. */
export type Lane = { readonly of: 'key' | 'activation' | 'parked'; readonly key: string };

/**
 * Who reads the message: one message at a time goes to each, in order and no faster than Teams takes them. Empty for what is
 * no message. Cards name an activation or a sign-in, whose person is written before them in the same transaction.
 */
export function laneOf(job: Job): Lane {
  switch (job.kind) {
    case 'notice': {
      const isOwn = job.oid !== null && job.to.kind === 'personal';
      return { of: 'key', key: isOwn ? `person ${job.oid}` : `room ${job.to.conversationId}` };
    }
    case 'card': {
      const { reader, activationId } = job;
      if (reader.kind === 'approver') return { of: 'key', key: `person ${reader.oid}` };
      if (reader.kind === 'channel') return { of: 'key', key: `room ${reader.conversationId}` };
      return { of: 'activation', key: activationId };
    }
    case 'signInCard':
      return { of: 'parked', key: job.parkedId };
    case 'end':
    case 'renew':
    case 'keepTrying':
    case 'resume':
      return { of: 'key', key: '' };
  }
}

/** How often a lane was written to: of a whole row, or nothing when there is none. */
export type Sent = Pick<Tables['pace'], 'sent' | 'hour'>;

/** Until the transaction ends no other replica leases, so that each sees what the others took. */
export async function lockPace({ kind }: Database, db: Kysely<Tables>): Promise<Sent | undefined> {
  return (await (kind === 'postgres' ? lockedWhole : readWhole)(db, {})).rows[0];
}

const wholeRow = (on: Kysely<Tables>) => on.selectFrom('pace').select(['sent', 'hour']).where('lane', '=', whole);
const readWhole = prepared((on) => wholeRow(on));
const lockedWhole = prepared((on) => wholeRow(on).forUpdate());

/** How many messages may be taken now. */
export function allowed(tenant: Sent | undefined, now: Moment): number {
  return allowance(read(tenant), now);
}

/** Notes one message to each lane, beside what was sent to it and to the tenant before. */
export async function notePace(
  db: Kysely<Tables>,
  tenant: Sent | undefined,
  lanes: readonly (readonly [lane: string, before: Sent | undefined])[],
  now: Moment,
): Promise<void> {
  if (lanes.length === 0) return;
  await writePace(db, [
    ...lanes.map(([lane, before]) => ({ lane, ...columns(paced(read(before), now)) })),
    { lane: whole, ...columns({ pace: counted(read(tenant), now, lanes.length), freeAt: 0 }) },
  ]);
}

const writePace = preparedForAll(
  (on, rows: readonly Value<Tables['pace']>[]) =>
    on
      .insertInto('pace')
      .values(
        rows.map((value) => ({
          lane: value('lane'),
          sent: value('sent'),
          hour: value('hour'),
          free_at: value('free_at'),
        })),
      )
      .onConflict((conflict) =>
        conflict.column('lane').doUpdateSet((eb) => ({
          sent: eb.ref('excluded.sent'),
          hour: eb.ref('excluded.hour'),
          free_at: eb.ref('excluded.free_at'),
        })),
      ),
  'planned once',
);

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

function read(row: Sent | undefined): Pace {
  return row === undefined ? unpaced : { sent: unkeep(row.sent), hour: row.hour };
}

function columns({ pace, freeAt }: ReturnType<typeof paced>): Omit<Tables['pace'], 'lane'> {
  return { sent: keep(pace.sent), hour: pace.hour, free_at: freeAt };
}
