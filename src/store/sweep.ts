import type { Moment } from '../core/moment.ts';
import type { Store } from '../ports/store.ts';
import type { Database } from './schema.ts';

const dayMs = 86_400_000;
/** An activity is delivered again within minutes; a captured one is good for as long as its token, which is hours. */
const eventDays = 7;
/** What is over is asked for again or looked at for a while; the ledger keeps it for good. */
const activationDays = 90;
/** What cannot be used any more since then. */
const parkedDays = 1;

/** Removes rows that nothing needs any more, at most `limit` of each kind, so that nobody waits for it. */
export function sweeping({ db }: Database): Pick<Store, 'sweep'> {
  return {
    async sweep(now: Moment, limit: number): Promise<number> {
      const over = await db
        .selectFrom('activation')
        .select(['id', 'batch'])
        .where('is_over', '=', 1)
        .where('asked_at', '<', now - activationDays * dayMs)
        .orderBy('asked_at')
        .limit(limit)
        .execute();
      const parked = await db
        .selectFrom('parked')
        .select('id')
        .where('expires_at', '<', now - parkedDays * dayMs)
        .orderBy('expires_at')
        .limit(limit)
        .execute();
      const events = await db
        .selectFrom('event')
        .select('id')
        .where('settled', '=', 1)
        .where('at', '<', now - eventDays * dayMs)
        .orderBy('at')
        .limit(limit)
        .execute();
      const ids = {
        over: over.map(({ id }) => id),
        parked: parked.map(({ id }) => id),
        events: events.map(({ id }) => id),
      };
      if (ids.over.length > 0) {
        await db.deleteFrom('card').where('activation_id', 'in', ids.over).execute();
        await db.deleteFrom('asked_approver').where('activation_id', 'in', ids.over).execute();
        await db.deleteFrom('activation').where('id', 'in', ids.over).where('is_over', '=', 1).execute();
        const batches = over.flatMap(({ batch }) => (batch === null ? [] : [batch]));
        const isLeft = db.selectFrom('activation').select('batch').where('batch', 'in', batches);
        if (batches.length > 0) {
          const cards = db.deleteFrom('card').where('activation_id', 'in', batches);
          await cards.where('activation_id', 'not in', isLeft.$castTo<{ batch: string }>()).execute();
        }
      }
      if (ids.parked.length > 0) {
        await db.deleteFrom('parked_card').where('parked_id', 'in', ids.parked).execute();
        await db.deleteFrom('parked').where('id', 'in', ids.parked).execute();
      }
      if (ids.events.length > 0) await db.deleteFrom('event').where('id', 'in', ids.events).execute();
      await db
        .deleteFrom('pace')
        .where('lane', '!=', '*')
        .where('free_at', '<', now - dayMs)
        .execute();
      await db
        .deleteFrom('pending_sign_in')
        .where('expires_at', '<', now - dayMs)
        .execute();
      return ids.over.length + ids.parked.length + ids.events.length;
    },
  };
}
