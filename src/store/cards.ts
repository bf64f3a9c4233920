import { sql } from 'kysely';
import type { CardRecord, Store } from '../ports/store.ts';
import { readerKey, readReaderKey } from './card-reader.ts';
import { keep, unkeep } from './kept.ts';
import type { Database, Tables } from './schema.ts';

/** Which message shows what, so that it can be updated in place. */
export function cardRecords({
  db,
  writeOne,
}: Database): Pick<Store, 'card' | 'cardReaders' | 'saveCard' | 'parkedCard' | 'saveParkedCard'> {
  return {
    async card(activationId, reader) {
      const cards = db.selectFrom('card').select(['activity_id', 'place']).where('activation_id', '=', activationId);
      return record(await cards.where('reader', '=', readerKey(reader)).executeTakeFirst());
    },
    async cardReaders(activationId) {
      const cards = db.selectFrom('card').select('reader').where('activation_id', '=', activationId);
      // Named in full, so that each is looked up by its key.
      const job = sql<string>`${`card:${activationId}:channel:`} || route.conversation_id`;
      const rooms = db
        .selectFrom('route')
        .innerJoin('job', (join) => join.on('job.id', '=', job))
        .select(sql<string>`'channel:' || route.conversation_id`.as('reader'));
      // One statement: a job is gone only when its card is written down.
      const rows = await cards.union(rooms).orderBy('reader').execute();
      return rows.map(({ reader }) => readReaderKey(reader));
    },
    async saveCard(activationId, reader, card) {
      const row = columns(card);
      await writeOne((on) =>
        on
          .insertInto('card')
          .values({ activation_id: activationId, reader: readerKey(reader), ...row })
          .onConflict((conflict) => conflict.columns(['activation_id', 'reader']).doUpdateSet(row))
          .execute(),
      );
    },
    async parkedCard(parkedId) {
      const cards = db.selectFrom('parked_card').select(['activity_id', 'place']).where('parked_id', '=', parkedId);
      return record(await cards.executeTakeFirst());
    },
    async saveParkedCard(parkedId, card) {
      const row = columns(card);
      await db
        .insertInto('parked_card')
        .values({ parked_id: parkedId, ...row })
        .onConflict((conflict) => conflict.column('parked_id').doUpdateSet(row))
        .execute();
    },
  };
}

type Columns = Pick<Tables['card'], 'activity_id' | 'place'>;

function columns(card: CardRecord): Columns {
  return { activity_id: card.activityId, place: keep(card.place) };
}

function record(row: Columns | undefined): CardRecord | null {
  return row === undefined ? null : { place: unkeep(row.place), activityId: row.activity_id };
}
