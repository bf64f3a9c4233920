import type { Kysely } from 'kysely';
import type { Moment } from '../core/moment.ts';
import type { Person } from '../core/person.ts';
import type { Place } from '../core/place.ts';
import type { Actor } from '../ports/incoming.ts';
import type { KnownPerson, Store } from '../ports/store.ts';
import { keep, unkeep } from './kept.ts';
import type { Kept } from './kept.ts';
import { prepared } from './prepared.ts';
import type { Value } from './prepared.ts';
import type { Database, Tables } from './schema.ts';

const known = ['tid', 'oid', 'name', 'zone', 'place'] as const;

/** Who wrote to us, and where they can be written to. */
export function people({ db }: Database): Pick<Store, 'forgetPlace' | 'knownPerson' | 'knownPeople'> {
  return {
    async forgetPlace(conversationId) {
      const forget = db.updateTable('person').set({ place: null, conversation_id: null });
      await forget.where('conversation_id', '=', conversationId).execute();
    },
    async knownPerson(person) {
      const [row] = (await rowOf(db, person)).rows;
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
  const since = at - freshMs;
  const chat = place.kind === 'personal' ? { kept: keep(place), conversationId: place.conversationId } : null;
  const [before] = (await rowOf(db, { tid, oid })).rows;
  const knowsPerson =
    before !== undefined &&
    before.seen_at >= since &&
    (name ?? before.name) === before.name &&
    (zone ?? before.zone) === before.zone;
  if (!knowsPerson) await seen(db, { tid, oid, at, since, name, zone });
  if (chat === null) return;
  const knowsChat = before?.place === chat.kept && (before.place_at ?? 0) >= since;
  if (!knowsChat) await writesFrom(db, { tid, oid, at, since, ...chat });
}

const rowOf = prepared((on, value: Value<Person>) =>
  on
    .selectFrom('person')
    .select([...known, 'seen_at', 'place_at'])
    .where('tid', '=', value('tid'))
    .where('oid', '=', value('oid')),
);

type Seen = Pick<Tables['person'], 'tid' | 'oid' | 'name' | 'zone'> & { readonly at: Moment; readonly since: Moment };

const seen = prepared((on, value: Value<Seen>) =>
  on
    .insertInto('person')
    .values({
      tid: value('tid'),
      oid: value('oid'),
      seen_at: value('at'),
      name: value('name'),
      zone: value('zone'),
      place_at: null,
      conversation_id: null,
      place: null,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['tid', 'oid'])
        .doUpdateSet((eb) => ({
          seen_at: eb.ref('excluded.seen_at'),
          name: eb.fn.coalesce('excluded.name', 'person.name'),
          zone: eb.fn.coalesce('excluded.zone', 'person.zone'),
        }))
        .whereRef('person.seen_at', '<=', 'excluded.seen_at')
        // Another replica may have heard of them meanwhile.
        .where((eb) =>
          eb.or([
            eb('person.seen_at', '<', value('since')),
            eb(eb.fn.coalesce('excluded.name', 'person.name'), 'is distinct from', eb.ref('person.name')),
            eb(eb.fn.coalesce('excluded.zone', 'person.zone'), 'is distinct from', eb.ref('person.zone')),
          ]),
        ),
    ),
);

type Writes = Person & {
  readonly at: Moment;
  readonly since: Moment;
  readonly conversationId: string;
  readonly kept: Kept<Place>;
};

const writesFrom = prepared((on, value: Value<Writes>) =>
  on
    .updateTable('person')
    .set({ place_at: value('at'), conversation_id: value('conversationId'), place: value('kept') })
    .where('tid', '=', value('tid'))
    .where('oid', '=', value('oid'))
    .where((eb) => eb.or([eb('place_at', 'is', null), eb('place_at', '<=', value('at'))]))
    .where((eb) => eb.or([eb('place', 'is distinct from', value('kept')), eb('place_at', '<', value('since'))])),
);

function knownPerson(row: Pick<Tables['person'], (typeof known)[number]>): KnownPerson {
  return {
    person: { tid: row.tid, oid: row.oid },
    name: row.name === null ? null : unkeep(row.name),
    zone: row.zone === null ? null : unkeep(row.zone),
    place: row.place === null ? null : unkeep(row.place),
  };
}
