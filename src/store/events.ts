import type { Kysely } from 'kysely';
import type { Store } from '../ports.ts';
import { keep, unkeep } from './kept.ts';
import type { Database, Tables } from './schema.ts';

/** Which events came in: a second delivery of one is told apart, and one that nobody answered is found again. */
export function events({ db }: Database): Pick<Store, 'claim' | 'takeUnanswered'> {
  return {
    async claim(eventId, actor, place, at) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('event')
        .values({ id: eventId, at, oid: actor?.oid ?? null, settled: 0, place: keep(place) })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    },
    async takeUnanswered(before) {
      const open = db.updateTable('event').set({ settled: 1 }).where('settled', '=', 0).where('at', '<', before);
      const rows = await open.returning(['id', 'at', 'oid', 'place']).execute();
      rows.sort((a, b) => a.at - b.at);
      return rows.map(({ id, oid, place }) => ({ eventId: id, place: unkeep(place), oid }));
    },
  };
}

export async function settleEvent(db: Kysely<Tables>, eventId: string): Promise<void> {
  await db.updateTable('event').set({ settled: 1 }).where('id', '=', eventId).execute();
}
