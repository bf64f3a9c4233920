import type { Kysely } from 'kysely';
import type { Store } from '../ports/store.ts';
import { keep, unkeep } from './kept.ts';
import { prepared } from './prepared.ts';
import type { Value } from './prepared.ts';
import type { Database, Tables } from './schema.ts';

/** Which events came in: a second delivery of one is told apart, and one that nobody answered is found again. */
export function events({ db, writeOne }: Database): Pick<Store, 'claim' | 'unanswered'> {
  return {
    async claim(eventId, actor, place, at) {
      const row = { id: eventId, at, oid: actor?.oid ?? null, place: keep(place) };
      return (await writeOne((on) => addEvent(on, row))).numAffectedRows === 1n;
    },
    async unanswered(before) {
      const open = db.selectFrom('event').select(['id', 'oid', 'place']).where('settled', '=', 0);
      const rows = await open.where('at', '<', before).orderBy('at').orderBy('id').limit(100).execute();
      return rows.map(({ id, oid, place }) => ({ eventId: id, place: unkeep(place), oid }));
    },
  };
}

const addEvent = prepared(
  (on, value: Value<Omit<Tables['event'], 'settled'>>) =>
    on
      .insertInto('event')
      .values({ id: value('id'), at: value('at'), oid: value('oid'), settled: 0, place: value('place') })
      .onConflict((conflict) => conflict.doNothing()),
  'planned once',
);

/** False when it was answered before. */
export async function settleEvent(db: Kysely<Tables>, eventId: string): Promise<boolean> {
  return (await settle(db, { eventId })).numAffectedRows === 1n;
}

const settle = prepared((on, value: Value<{ eventId: string }>) =>
  on.updateTable('event').set({ settled: 1 }).where('id', '=', value('eventId')).where('settled', '=', 0),
);
