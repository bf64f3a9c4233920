import type { Kysely } from 'kysely';
import type { Moment } from '../core/moment.ts';
import type { Place } from '../core/place.ts';
import type { Route, Store } from '../ports/store.ts';
import { keep, unkeep } from './kept.ts';
import type { Database, Tables } from './schema.ts';

export function routeReads({ db }: Database): Pick<Store, 'routes' | 'route'> {
  const select = () => db.selectFrom('route').select(['place', 'body']);
  return {
    async routes() {
      return (await select().orderBy('conversation_id').execute()).map(route);
    },
    async route(conversationId) {
      const row = await select().where('conversation_id', '=', conversationId).executeTakeFirst();
      return row === undefined ? null : route(row);
    },
  };
}

export async function setRoute(db: Kysely<Tables>, { place, ...body }: Route): Promise<void> {
  const row = { place_at: body.at, place: keep(place), body: keep(body) };
  await db
    .insertInto('route')
    .values({ conversation_id: place.conversationId, ...row })
    .onConflict((conflict) => conflict.column('conversation_id').doUpdateSet(row))
    .execute();
}

export async function dropRoute(db: Kysely<Tables>, conversationId: string): Promise<void> {
  await db.deleteFrom('route').where('conversation_id', '=', conversationId).execute();
}

/** A room that is announced to may move to another service address; its name and team are not in every event. */
export async function refreshRoute(db: Kysely<Tables>, place: Place, at: Moment): Promise<void> {
  const routes = db.selectFrom('route').select('place').where('conversation_id', '=', place.conversationId);
  const stored = await routes.where('place_at', '<=', at).executeTakeFirst();
  if (stored === undefined) return;
  const before = unkeep(stored.place);
  const newest = { ...place, name: place.name ?? before.name, teamGroupId: place.teamGroupId ?? before.teamGroupId };
  const update = db.updateTable('route').set({ place: keep(newest), place_at: at });
  await update.where('conversation_id', '=', place.conversationId).execute();
}

function route(row: Pick<Tables['route'], 'place' | 'body'>): Route {
  return { place: unkeep(row.place), ...unkeep(row.body) };
}
