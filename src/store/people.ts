import type { Kysely } from 'kysely';
import type { Moment } from '../core/moment.ts';
import type { Place } from '../core/place.ts';
import type { Actor } from '../ports/incoming.ts';
import type { KnownPerson, Store } from '../ports/store.ts';
import { keep, unkeep } from './kept.ts';
import type { Database, Tables } from './schema.ts';

const known = ['tid', 'oid', 'name', 'zone', 'place'] as const;

/** Who wrote to us, and where they can be written to. */
export function people({ db }: Database): Pick<Store, 'forgetPlace' | 'knownPerson' | 'knownPeople'> {
  return {
    async forgetPlace(conversationId) {
      const forget = db.updateTable('person').set({ place: null, conversation_id: null });
      await forget.where('conversation_id', '=', conversationId).execute();
    },
    async knownPerson({ tid, oid }) {
      const found = db.selectFrom('person').select(known).where('tid', '=', tid).where('oid', '=', oid);
      const row = await found.executeTakeFirst();
      return row === undefined ? null : knownPerson(row);
    },
    async knownPeople(tid, oids) {
      if (oids.length === 0) return [];
      const found = db.selectFrom('person').select(known).where('tid', '=', tid).where('oid', 'in', oids);
      return (await found.execute()).map(knownPerson);
    },
  };
}

/** What is remembered already is written again only after this while: a write waits for the disk, at every message. */
const freshMs = 60_000;

/** The newest name and zone win, and the newest personal chat; a late older event changes nothing. */
export async function rememberPerson(db: Kysely<Tables>, actor: Actor, place: Place, at: Moment): Promise<void> {
  const { tid, oid } = actor;
  const name = actor.name === null ? null : keep(actor.name);
  const zone = actor.zone === null ? null : keep(actor.zone);
  const nowhere = { place_at: null, conversation_id: null, place: null };
  await db
    .insertInto('person')
    .values({ tid, oid, seen_at: at, name, zone, ...nowhere })
    .onConflict((conflict) =>
      conflict
        .columns(['tid', 'oid'])
        .doUpdateSet((eb) => ({
          seen_at: at,
          name: eb.fn.coalesce('excluded.name', 'person.name'),
          zone: eb.fn.coalesce('excluded.zone', 'person.zone'),
        }))
        .where('person.seen_at', '<=', at)
        .where((eb) =>
          eb.or([
            eb('person.seen_at', '<', at - freshMs),
            eb(eb.fn.coalesce('excluded.name', 'person.name'), 'is distinct from', eb.ref('person.name')),
            eb(eb.fn.coalesce('excluded.zone', 'person.zone'), 'is distinct from', eb.ref('person.zone')),
          ]),
        ),
    )
    .execute();
  if (place.kind !== 'personal') return;
  const kept = keep(place);
  await db
    .updateTable('person')
    .set({ place_at: at, conversation_id: place.conversationId, place: kept })
    .where('tid', '=', tid)
    .where('oid', '=', oid)
    .where((eb) => eb.or([eb('place_at', 'is', null), eb('place_at', '<=', at)]))
    .where((eb) => eb.or([eb('place', 'is distinct from', kept), eb('place_at', '<', at - freshMs)]))
    .execute();
}

function knownPerson(row: Pick<Tables['person'], (typeof known)[number]>): KnownPerson {
  return {
    person: { tid: row.tid, oid: row.oid },
    name: row.name === null ? null : unkeep(row.name),
    zone: row.zone === null ? null : unkeep(row.zone),
    place: row.place === null ? null : unkeep(row.place),
  };
}
