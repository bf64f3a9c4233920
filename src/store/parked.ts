import type { Kysely } from 'kysely';
import type { Moment } from '../core/moment.ts';
import type { Person } from '../core/person.ts';
import type { Parked } from '../ports/parked.ts';
import type { Store } from '../ports/store.ts';
import { keep, unkeep } from './kept.ts';
import type { Database, Tables } from './schema.ts';

/** What waits for an answer of the person. */
const answered: readonly Parked['body']['kind'][] = [
  'question',
  'choice',
  'sentences',
  'unsent',
  'extension',
  'renewal',
  'export',
];

/** False when something is parked under this id already. */
export async function park(db: Kysely<Tables>, parked: Parked): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('parked')
    .values({
      id: parked.id,
      ...parked.person,
      expires_at: parked.expiresAt,
      for_sign_in: parked.check === undefined && answered.includes(parked.body.kind) ? 0 : 1,
      taken: 0,
      body: keep(parked),
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows === 1n;
}

/** Null when it is not this person's, taken already or too old. */
export async function take(db: Kysely<Tables>, id: string, { tid, oid }: Person, now: Moment): Promise<Parked | null> {
  const row = await db
    .updateTable('parked')
    .set({ taken: 1 })
    .where('id', '=', id)
    .where('tid', '=', tid)
    .where('oid', '=', oid)
    .where('taken', '=', 0)
    .where('expires_at', '>', now)
    .returning('body')
    .executeTakeFirst();
  return row === undefined ? null : unkeep(row.body);
}

export function parkedWishes({
  db,
}: Database): Pick<Store, 'parked' | 'takeParked' | 'parkedFor' | 'takeExpiredParked'> {
  return {
    async parked(id) {
      const row = await db.selectFrom('parked').select('body').where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : unkeep(row.body);
    },
    takeParked: (id, person, now) => take(db, id, person, now),
    async parkedFor({ tid, oid }, now) {
      const rows = await db
        .selectFrom('parked')
        .select('body')
        .where('taken', '=', 0)
        .where('expires_at', '>', now)
        .where('tid', '=', tid)
        .where('oid', '=', oid)
        .where('for_sign_in', '=', 1)
        .orderBy('expires_at')
        .orderBy('id')
        .execute();
      return rows.map(({ body }) => unkeep(body));
    },
    async takeExpiredParked(now) {
      // Most rounds find nothing, and then nobody is kept from writing.
      const expired = db.selectFrom('parked').select('id').where('taken', '=', 0).where('expires_at', '<=', now);
      if ((await expired.limit(1).executeTakeFirst()) === undefined) return [];
      const rows = await db
        .updateTable('parked')
        .set({ taken: 1 })
        .where('taken', '=', 0)
        .where('expires_at', '<=', now)
        .returning(['for_sign_in', 'body'])
        .execute();
      // A question that nobody answered ends in silence; a sign-in card has to say that it is over.
      return rows.filter(({ for_sign_in }) => for_sign_in === 1).map(({ body }) => unkeep(body));
    },
  };
}
