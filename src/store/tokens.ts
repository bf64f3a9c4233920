import type { Moment } from '../core/moment.ts';
import type { Person } from '../core/person.ts';
import type { Store } from '../ports/store.ts';
import type { Database } from './schema.ts';

type Tokens = Pick<
  Store,
  'tokens' | 'saveTokens' | 'deleteTokens' | 'deleteExpiredTokens' | 'savePendingSignIn' | 'takePendingSignIn'
>;

/** The sign-in that is kept longest from now on, which is the newest; null when there is none. */
export async function newestTokens(
  { db }: Database,
  now: Moment,
): Promise<{ person: Person; sealed: Uint8Array } | null> {
  const kept = db.selectFrom('token').select(['tid', 'oid', 'sealed']).where('expires_at', '>', now);
  const row = await kept.where('sealed', 'is not', null).orderBy('expires_at', 'desc').limit(1).executeTakeFirst();
  if (row === undefined || row.sealed === null) return null;
  return { person: { tid: row.tid, oid: row.oid }, sealed: new Uint8Array(row.sealed) };
}

/** What is sealed elsewhere and only kept here: people's tokens, and sign-ins that are under way. */
export function sealedRecords({ db }: Database): Tokens {
  return {
    async tokens({ tid, oid }) {
      const found = db.selectFrom('token').selectAll().where('tid', '=', tid).where('oid', '=', oid);
      const row = await found.executeTakeFirst();
      if (row === undefined || row.sealed === null) return null;
      return { sealed: new Uint8Array(row.sealed), version: row.version, expiresAt: row.expires_at };
    },
    async saveTokens({ tid, oid }, sealed, version, expiresAt) {
      const row = { sealed, expires_at: expiresAt };
      if (version > 0) {
        const update = db.updateTable('token').set((eb) => ({ ...row, version: eb('version', '+', 1) }));
        const mine = update.where('tid', '=', tid).where('oid', '=', oid).where('sealed', 'is not', null);
        return (await mine.where('version', '=', version).executeTakeFirstOrThrow()).numUpdatedRows === 1n;
      }
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('token')
        .values({ tid, oid, version: 1, ...row })
        .onConflict((conflict) =>
          conflict
            .columns(['tid', 'oid'])
            .doUpdateSet((eb) => ({ ...row, version: eb('token.version', '+', 1) }))
            .where('token.sealed', 'is', null),
        )
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    },
    async deleteTokens({ tid, oid }) {
      // The version stays and grows on: whoever read the old tokens cannot write over those of the next sign-in.
      const update = db.updateTable('token').set({ sealed: null });
      await update.where('tid', '=', tid).where('oid', '=', oid).execute();
    },
    async deleteExpiredTokens(now) {
      const expired = db
        .selectFrom('token')
        .select('oid')
        .where('sealed', 'is not', null)
        .where('expires_at', '<=', now);
      if ((await expired.limit(1).executeTakeFirst()) === undefined) return;
      await db
        .updateTable('token')
        .set({ sealed: null })
        .where('sealed', 'is not', null)
        .where('expires_at', '<=', now)
        .execute();
    },
    async savePendingSignIn(id, { person, parkedId, sealed, expiresAt }) {
      const row = { id, ...person, parked_id: parkedId, sealed, expires_at: expiresAt };
      await db.insertInto('pending_sign_in').values(row).execute();
    },
    async takePendingSignIn(id, now) {
      await db.deleteFrom('pending_sign_in').where('expires_at', '<=', now).execute();
      const row = await db.deleteFrom('pending_sign_in').where('id', '=', id).returningAll().executeTakeFirst();
      if (row === undefined) return null;
      const { tid, oid, parked_id: parkedId, sealed, expires_at: expiresAt } = row;
      return { person: { tid, oid }, parkedId, sealed: new Uint8Array(sealed), expiresAt };
    },
  };
}
