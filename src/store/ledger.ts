import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import type { AuditEntry, LedgerHead, LedgerRow } from '../core/audit.ts';
import type { Moment } from '../core/moment.ts';
import type { Database, Tables } from './schema.ts';

export type Seal = (previous: LedgerHead | null, entry: AuditEntry) => LedgerRow;

export interface LedgerReader {
  /** Rows that follow number `after` (0: from the first), in order, at most `limit`. */
  ledger(after: number, limit: number): Promise<readonly LedgerRow[]>;
  recorded(action: string, from: Moment, to: Moment): Promise<readonly AuditEntry[]>;
  /** The newest row; null when there is none. */
  ledgerHead(): Promise<LedgerHead | null>;
}

const pageRows = 500;

/** The whole ledger, a page at a time. */
export async function* ledgerRows(reader: Pick<LedgerReader, 'ledger'>): AsyncGenerator<LedgerRow> {
  for (let after = 0; ;) {
    const page = await reader.ledger(after, pageRows);
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.seq;
  }
}

export function ledgerReader({ db }: Database): LedgerReader {
  return {
    async ledgerHead() {
      const newest = db.selectFrom('ledger').select(['seq', 'hash']).orderBy('seq', 'desc').limit(1);
      return (await newest.executeTakeFirst()) ?? null;
    },
    async recorded(action, from, to) {
      const found: AuditEntry[] = [];
      // From the newest back by number: times have no index, and grow with it.
      for (let before = Number.MAX_SAFE_INTEGER; ;) {
        const page = await db
          .selectFrom('ledger')
          .select(['seq', 'at', 'entry'])
          .where('seq', '<', before)
          .orderBy('seq', 'desc')
          .limit(pageRows)
          .execute();
        for (const row of page) {
          if (row.at <= from || row.at > to) continue;
          const entry = JSON.parse(row.entry) as AuditEntry;
          if (entry.action === action) found.push(entry);
        }
        const last = page.at(-1);
        if (last === undefined || last.at <= from) return found;
        before = last.seq;
      }
    },
    async ledger(after, limit) {
      const rows = await db
        .selectFrom('ledger')
        .selectAll()
        .where('seq', '>', after)
        .orderBy('seq')
        .limit(limit)
        .execute();
      return rows.map(({ previous_hash: previousHash, seq, at, entry, hash, mac }) => {
        return { seq, at, entry, previousHash, hash, mac };
      });
    },
  };
}

/** Adds entries at the head of the chain, inside the caller's transaction. */
export async function appendToLedger(
  kind: Database['kind'],
  db: Kysely<Tables>,
  entries: readonly AuditEntry[],
  seal: Seal,
): Promise<void> {
  if (entries.length === 0) return;
  // Until this transaction ends no other replica reads the head to append; reading stays free. SQLite has one writer anyway.
  if (kind === 'postgres') await sql`lock table ledger in share row exclusive mode`.execute(db);
  const newest = db.selectFrom('ledger').select(['seq', 'hash']).orderBy('seq', 'desc').limit(1);
  let head: LedgerHead | null = (await newest.executeTakeFirst()) ?? null;
  for (const entry of entries) {
    const row: LedgerRow = seal(head, entry);
    await db.insertInto('ledger').values(columns(row)).execute();
    head = row;
  }
}

function columns({ previousHash, ...row }: LedgerRow): Tables['ledger'] {
  return { ...row, previous_hash: previousHash };
}
