import type { Kysely } from 'kysely';
import type { Store } from '../ports/store.ts';
import { keep, unkeep } from './kept.ts';
import type { Database, Tables } from './schema.ts';

/** Which events came in: a second delivery of one is told apart, and one that nobody answered is found again. */
export function events({ db, writeOne }: Database): Pick<Store, 'claim' | 'unanswered'> {
  return {
    async claim(eventId, actor, place, at) {
      const row = { id: eventId, at, oid: actor?.oid ?? null, settled: 0, place: keep(place) } as const;
      const { numInsertedOrUpdatedRows } = await writeOne((on) =>
        on
          .insertInto('event')
          .values(row)
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirstOrThrow(),
      );
      return numInsertedOrUpdatedRows === 1n;
    },
    async unanswered(before) {
      const open = db.selectFrom('event').select(['id', 'oid', 'place']).where('settled', '=', 0);
      const rows = await open.where('at', '<', before).orderBy('at').orderBy('id').limit(100).execute();
      return rows.map(({ id, oid, place }) => ({ eventId: id, place: unkeep(place), oid }));
    },
  };
}

/** False when it was answered before. */
export async function settleEvent(db: Kysely<Tables>, eventId: string): Promise<boolean> {
  const update = db.updateTable('event').set({ settled: 1 }).where('id', '=', eventId).where('settled', '=', 0);
  return (await update.executeTakeFirstOrThrow()).numUpdatedRows === 1n;
}
