import type { Kysely } from 'kysely';
import type { Finding } from '../core/finding.ts';
import type { Moment } from '../core/moment.ts';
import type { Store } from '../ports/store.ts';
import { keep, unkeep } from './kept.ts';
import type { Database, Tables } from './schema.ts';

export function findingReads({ db }: Database): Pick<Store, 'findings' | 'findingsAmong' | 'leaseReconciliation'> {
  return {
    async findings(limit) {
      const rows = await db
        .selectFrom('finding')
        .select('body')
        .orderBy('at', 'desc')
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(({ body }) => unkeep(body));
    },
    async findingsAmong(ids) {
      if (ids.length === 0) return [];
      const rows = await db.selectFrom('finding').select('id').where('id', 'in', ids).execute();
      return rows.map(({ id }) => id);
    },
    async leaseReconciliation(now, leaseMs) {
      const lease = db
        .updateTable('reconciled')
        .set({ lease_until: now + leaseMs })
        // One that ends later than any can is of a clock that was set back.
        .where((eb) => eb.or([eb('lease_until', '<=', now), eb('lease_until', '>', now + leaseMs)]));
      const { numUpdatedRows } = await lease.executeTakeFirstOrThrow();
      if (numUpdatedRows !== 1n) return null;
      return db.selectFrom('reconciled').select('until').executeTakeFirstOrThrow();
    },
  };
}

/** A second one of the same request fails the commit. */
export async function addFinding(db: Kysely<Tables>, finding: Finding): Promise<void> {
  await db
    .insertInto('finding')
    .values({ id: finding.id, at: finding.happenedAt, body: keep(finding) })
    .execute();
}

export async function setReconciled(db: Kysely<Tables>, until: Moment): Promise<void> {
  await db.updateTable('reconciled').set({ until }).execute();
}
