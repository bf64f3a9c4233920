import type { Moment } from '../core/moment.ts';
import type { Store } from '../ports/store.ts';
import { activationReads } from './activations.ts';
import { aliasReads } from './aliases.ts';
import { cardRecords } from './cards.ts';
import { commit } from './commit.ts';
import { settleCopy } from './copy.ts';
import type { Settled } from './copy.ts';
import { events } from './events.ts';
import { findingReads } from './findings.ts';
import { jobQueue } from './jobs.ts';
import { ledgerReader } from './ledger.ts';
import type { LedgerReader, Seal } from './ledger.ts';
import { migrate, pendingMigrations } from './migrations.ts';
import { parkedWishes } from './parked.ts';
import { people, rememberPerson } from './people.ts';
import { refreshRoute, routeReads } from './routes.ts';
import type { Database } from './schema.ts';
import { markMade, openSqlite, readSqlite, refuseVanished } from './sqlite.ts';
import { sweeping } from './sweep.ts';
import { newestTokens, sealedRecords } from './tokens.ts';

type OpenStore = Store &
  LedgerReader & {
    /** Whoever starts on a copy does not go on with the past. Null when this is no copy, or one that was started on before. */
    settleCopy(now: Moment): Promise<Settled | null>;
  };

/**
 * Opens `sqlite:PATH` or `postgres://…` and brings its tables up to date. Throws when the database is unsound or out of
 * reach. `seal` makes the ledger's rows.
 */
export async function openStore(url: string, options: { readonly seal: Seal }): Promise<OpenStore> {
  const file = url.startsWith('sqlite:') ? url.slice('sqlite:'.length) : null;
  if (file !== null) refuseVanished(file);
  const database = file === null ? await postgres(url) : openSqlite(file);
  try {
    await migrate(database);
    if (file !== null) markMade(file);
  } catch (error) {
    await database.db.destroy();
    throw error;
  }
  return storeOn(database, options.seal);
}

type Record = LedgerReader & Pick<Store, 'activationsAsked' | 'recorded' | 'close'>;

/** Only reads what happened, as it is: makes nothing, changes nothing, brings nothing up to date. */
export async function openRecord(url: string): Promise<Record> {
  const database = url.startsWith('sqlite:') ? readSqlite(url.slice('sqlite:'.length)) : await postgres(url);
  return { ...ledgerReader(database), ...activationReads(database), close: () => database.db.destroy() };
}

/** True when what the database holds is broken, not when it is out of reach. */
export function isDamage(error: unknown): boolean {
  const { errcode, code } = (error ?? {}) as { readonly errcode?: number; readonly code?: unknown };
  // SQLITE_CORRUPT and SQLITE_NOTADB, whose upper bytes say more; PostgreSQL's data_corrupted and index_corrupted.
  return [11, 26].includes((errcode ?? 0) & 0xff) || code === 'XX001' || code === 'XX002';
}

/** What this database lacks of this release; changes nothing. Throws when it cannot be read. */
export async function lacks(url: string): Promise<readonly string[]> {
  return looking(url, pendingMigrations);
}

/** The newest sign-in that is kept there, sealed. */
export async function newestSignIn(url: string, now: Moment): ReturnType<typeof newestTokens> {
  return looking(url, (database) => newestTokens(database, now));
}

async function looking<T>(url: string, read: (database: Database) => Promise<T>): Promise<T> {
  const database = url.startsWith('sqlite:') ? readSqlite(url.slice('sqlite:'.length)) : await postgres(url);
  try {
    return await read(database);
  } finally {
    await database.db.destroy();
  }
}

/** Its client is loaded only where it is used. */
async function postgres(url: string): Promise<Database> {
  const { openPostgres } = await import('./postgres.ts');
  return openPostgres(url);
}

function storeOn(database: Database, seal: Seal): OpenStore {
  const { db } = database;
  return {
    ...activationReads(database),
    ...jobQueue(database),
    ...cardRecords(database),
    ...parkedWishes(database),
    ...people(database),
    ...routeReads(database),
    ...aliasReads(database),
    ...findingReads(database),
    ...events(database),
    ...sealedRecords(database),
    ...sweeping(database),
    ...ledgerReader(database),
    commit: (changes) => commit(database, seal, changes),
    settleCopy: (now) => settleCopy(database, seal, now),
    async remember(place, actor, at) {
      if (actor !== null) await rememberPerson(db, actor, place, at);
      if (place.kind !== 'personal') await refreshRoute(db, place, at);
    },
    async check() {
      await db
        .updateTable('pulse')
        .set((eb) => ({ beats: eb('beats', '+', 1) }))
        .execute();
    },
    close: () => db.destroy(),
  };
}
