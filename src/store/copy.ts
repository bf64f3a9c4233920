import type { Kysely } from 'kysely';
import type { Activation } from '../core/activation.ts';
import { problem } from '../core/message.ts';
import type { Moment } from '../core/moment.ts';
import type { Place } from '../core/place.ts';
import type { Job } from '../ports/job.ts';
import { changeActivation } from './activations.ts';
import { enqueue } from './jobs.ts';
import { unkeep } from './kept.ts';
import { appendToLedger } from './ledger.ts';
import type { Seal } from './ledger.ts';
import type { Database, Tables } from './schema.ts';

export type Settled = { readonly knowsUntil: Moment; readonly open: number; readonly dropped: number };

/** Says of a database that it is a copy, and until when it knows what happened: until its last line in the ledger. */
export async function markCopy(db: Kysely<Tables>): Promise<void> {
  const newest = db.selectFrom('ledger').select((eb) => eb.fn.coalesce(eb.fn.max('at'), eb.lit(0)).as('at'));
  await db.updateTable('copy').set({ knows_until: newest }).where('knows_until', 'is', null).execute();
}

/** A copy needs nobody's sign-in: whoever signed out since must not be signed in again by it. */
export async function forgetSignIns(db: Kysely<Tables>): Promise<void> {
  await db.updateTable('token').set({ sealed: null }).execute();
  await db.deleteFrom('pending_sign_in').execute();
}

/**
 * What waited in a copy to be sent, answered or done was sent, answered or done since, elsewhere. So it is dropped, what is
 * open is read from PIM, and the ledger says that there is a gap. All at once, by the first replica that starts.
 */
export function settleCopy({ kind, db }: Database, seal: Seal, now: Moment): Promise<Settled | null> {
  return db.transaction().execute(async (transaction) => {
    const mark = transaction.selectFrom('copy').select('knows_until');
    const { knows_until: knowsUntil } = await mark
      .$if(kind === 'postgres', (qb) => qb.forUpdate())
      .executeTakeFirstOrThrow();
    if (knowsUntil === null) return null;
    await transaction.updateTable('copy').set({ knows_until: null }).execute();
    await transaction.updateTable('event').set({ settled: 1 }).where('settled', '=', 0).execute();
    await transaction.updateTable('parked').set({ taken: 1 }).where('taken', '=', 0).execute();
    await forgetSignIns(transaction);
    const open = await readSoon(transaction, now);
    const dropped = await dropJobs(transaction, knowsUntil, now);
    const detail = { knowsUntil, open, dropped };
    const entry = { at: now, actor: null, action: 'database.restored', activationId: null, target: null, detail };
    await appendToLedger(kind, transaction, [entry], seal);
    return detail;
  });
}

async function readSoon(db: Kysely<Tables>, now: Moment): Promise<number> {
  const rows = await db.selectFrom('activation').select('body').where('is_over', '=', 0).execute();
  for (const { body } of rows) {
    const known = unkeep(body);
    await changeActivation(db, { ...known, restored: true, readAt: now, version: known.version + 1 });
  }
  return rows.length;
}

/** Messages go without a word; who had asked for something to be done later is told that it is up to them again. */
async function dropJobs(db: Kysely<Tables>, knowsUntil: Moment, now: Moment): Promise<number> {
  const jobs = await db.deleteFrom('job').returning('body').execute();
  const wishes = new Map<string, Pick<Activation, 'person' | 'place'>>();
  for (const { body } of jobs) {
    const owner = await ownerOf(db, unkeep(body));
    if (owner !== null) wishes.set(owner.person.oid, owner);
  }
  for (const { person, place } of wishes.values()) await enqueue(db, upToYou(person.oid, place, knowsUntil), now);
  return jobs.length;
}

async function ownerOf(db: Kysely<Tables>, job: Job): Promise<Pick<Activation, 'person' | 'place'> | null> {
  if (job.kind === 'end') {
    const found = db.selectFrom('activation').select('body').where('id', '=', job.activationId);
    const row = await found.executeTakeFirst();
    return row === undefined ? null : unkeep(row.body);
  }
  if (job.kind !== 'renew' && job.kind !== 'keepTrying' && job.kind !== 'resume') return null;
  const row = await db.selectFrom('parked').select('body').where('id', '=', job.parkedId).executeTakeFirst();
  return row === undefined ? null : unkeep(row.body);
}

function upToYou(oid: string, to: Place, knowsUntil: Moment): Job {
  const message = problem('I was restored from a copy, and leave what I was to do later for you.', {
    why: 'Ending something early or asking for it again may have been done since; twice would be wrong.',
    next: 'Say “status” to see what is there, and say again what you still want.',
  });
  return { kind: 'notice', key: `restored:${oid}:${knowsUntil}`, to, oid, message };
}
