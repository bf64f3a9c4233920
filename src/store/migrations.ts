import { sql } from 'kysely';
import type { CreateTableBuilder, Kysely } from 'kysely';
import { DEFAULT_MIGRATION_TABLE, Migrator } from 'kysely/migration';
import type { Migration } from 'kysely/migration';
import { keep } from './kept.ts';
import type { Database, Tables } from './schema.ts';
import { protectLedger } from './ledger-triggers.ts';

const newest = '008-room-for-leases';

/**
 * Brings the tables to the newest shape, or to that of an older release, all or nothing. A released migration is never
 * edited; a new one is added, and only adds: replicas of the release before go on working beside it, and start again on it.
 */
export async function migrate(database: Database, release?: string): Promise<void> {
  const error = await attempt(database, release).catch((thrown: unknown) => thrown);
  if (error !== undefined)
    throw new Error('the database cannot be reached or brought to this release', { cause: error });
}

/** What went wrong, if anything did. */
async function attempt(database: Database, release: string | undefined): Promise<unknown> {
  const later = await laterMigrations(database);
  const migrator = migratorOf(database, later);
  const { error } = await (release === undefined ? migrator.migrateToLatest() : migrator.migrateTo(release));
  if (error === undefined) return undefined;
  // A later release may have been at work in this very moment, and what it did is known only now.
  const isMore = Object.keys(await laterMigrations(database)).length > Object.keys(later).length;
  return isMore ? attempt(database, release) : error;
}

/** Names of those that this database has not seen yet; changes nothing. */
export async function pendingMigrations(database: Database): Promise<readonly string[]> {
  const known = await migratorOf(database).getMigrations();
  return known.filter(({ executedAt }) => executedAt === undefined).map(({ name }) => name);
}

/** What a later release has done to these tables. It only added, so it is as good as known. */
async function laterMigrations({ db }: Database): Promise<Readonly<Record<string, Migration>>> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === DEFAULT_MIGRATION_TABLE)) return {};
  const withDone = db.$extendTables<{ [DEFAULT_MIGRATION_TABLE]: { name: string } }>();
  const done = await withDone.selectFrom(DEFAULT_MIGRATION_TABLE).select('name').execute();
  const later = done.filter(({ name }) => name > newest);
  return Object.fromEntries(later.map(({ name }) => [name, { up: () => Promise.resolve() }]));
}

function migratorOf({ kind, db }: Database, later: Readonly<Record<string, Migration>> = {}): Migrator {
  const migrations: Record<string, Migration> = {
    '001-first': { up: (on: Kysely<Tables>) => first(kind, on) },
    '002-aliases-and-holders': { up: (on: Kysely<Tables>) => aliasesAndHolders(kind, on) },
    '005-lanes-and-retention': { up: (on: Kysely<Tables>) => lanesAndRetention(kind, on) },
    '006-findings': { up: (on: Kysely<Tables>) => findings(kind, on) },
    '007-copies': { up: (on: Kysely<Tables>) => copies(kind, on) },
    [newest]: { up: (on: Kysely<Tables>) => roomForLeases(kind, on) },
  };
  return new Migrator({ db, provider: { getMigrations: () => Promise.resolve({ ...migrations, ...later }) } });
}

async function first(kind: Database['kind'], db: Kysely<Tables>): Promise<void> {
  const make = tableMaker(kind, db);
  await makeActivations(make, db);
  await makeOutbox(make, db);
  await makePeople(make, db);
  await make('ledger', ['seq int key', 'at int', 'entry text', 'previous_hash text', 'hash text', 'mac text']);
  await protectLedger(kind, db);
  await make('pulse', ['id int key', 'beats int']);
  await db.insertInto('pulse').values({ id: 1, beats: 0 }).execute();
}

async function aliasesAndHolders(kind: Database['kind'], db: Kysely<Tables>): Promise<void> {
  await tableMaker(kind, db)('alias', ['tid text key', 'owner text key', 'name_key text key', 'body text']);
  await db.schema
    .createIndex('activation_target')
    .on('activation')
    .columns(['tid', 'target_key'])
    .where(sql.ref('is_over'), '=', sql.lit(0))
    .execute();
}

/** Additive: columns have defaults, so that replicas of the release before go on writing rows without them. */
async function lanesAndRetention(kind: Database['kind'], db: Kysely<Tables>): Promise<void> {
  const index = db.schema;
  await index
    .alterTable('job')
    .addColumn('lane', sql`text`, (be) => be.notNull().defaultTo(''))
    .execute();
  await index
    .alterTable('job')
    .addColumn('doubt', sql`integer`, (be) => be.notNull().defaultTo(0))
    .execute();
  for (const column of ['event', 'step_event'] as const) {
    await index
      .alterTable('activation')
      .addColumn(column, sql`text`)
      .execute();
    await index.createIndex(`activation_${column}`).on('activation').column(column).execute();
  }
  await index.createIndex('job_lane').on('job').columns(['lane', 'due', 'id']).execute();
  await tableMaker(kind, db)('pace', ['lane text key', 'sent text', 'hour int', 'free_at int']);
  // The row that one replica at a time holds while it leases.
  await db
    .insertInto('pace')
    .values({ lane: '*', sent: keep([]), hour: 0, free_at: 0 })
    .execute();
  await index.createIndex('event_at').on('event').column('at').execute();
  await index.createIndex('parked_expiry').on('parked').column('expires_at').execute();
  await index
    .createIndex('activation_over')
    .on('activation')
    .column('asked_at')
    .where(sql.ref('is_over'), '=', sql.lit(1))
    .execute();
}

async function findings(kind: Database['kind'], db: Kysely<Tables>): Promise<void> {
  const make = tableMaker(kind, db);
  await make('finding', ['id text key', 'at int', 'body text']);
  await db.schema.createIndex('finding_at').on('finding').column('at').execute();
  await make('reconciled', ['id int key', 'until int null', 'lease_until int']);
  await db.insertInto('reconciled').values({ id: 1, until: null, lease_until: 0 }).execute();
  const index = db.schema;
  await index.createIndex('activation_asked').on('activation').column('asked_at').execute();
  await index
    .createIndex('activation_target_asked')
    .on('activation')
    .columns(['tid', 'target_key', 'asked_at'])
    .execute();
}

async function copies(kind: Database['kind'], db: Kysely<Tables>): Promise<void> {
  await tableMaker(kind, db)('copy', ['id int key', 'knows_until int null']);
  await db.insertInto('copy').values({ id: 1, knows_until: null }).execute();
}

/**
 * Each job is updated once, when it is leased. With room on its page PostgreSQL keeps the new version beside the old one, and
 * none of its indexes learns of it. SQLite writes over a row in its place.
 */
async function roomForLeases(kind: Database['kind'], db: Kysely<Tables>): Promise<void> {
  if (kind === 'postgres') await sql`alter table job set (fillfactor = 50)`.execute(db);
}

async function makeActivations(make: TableMaker, db: Kysely<Tables>): Promise<void> {
  await make('activation', [
    'id text key',
    'short_id text',
    'version int',
    'tid text',
    'oid text',
    'target_key text',
    'is_over flag',
    'asked_at int',
    'read_at int null',
    'batch text null',
    'body text',
  ]);
  const index = db.schema;
  await index
    .createIndex('activation_open')
    .unique()
    .on('activation')
    .columns(['tid', 'oid', 'target_key'])
    .where(sql.ref('is_over'), '=', sql.lit(0))
    .execute();
  await index
    .createIndex('activation_due')
    .on('activation')
    .column('read_at')
    .where(sql.ref('is_over'), '=', sql.lit(0))
    .execute();
  await index.createIndex('activation_person').on('activation').columns(['tid', 'oid', 'asked_at']).execute();
  await index.createIndex('activation_batch').on('activation').column('batch').execute();
  await index.createIndex('activation_short_id').on('activation').column('short_id').execute();
  await make('asked_approver', ['activation_id text key', 'tid text', 'oid text key']);
  await index.createIndex('asked_approver_person').on('asked_approver').columns(['tid', 'oid']).execute();
}

async function makeOutbox(make: TableMaker, db: Kysely<Tables>): Promise<void> {
  await make('job', [
    'id text key',
    'due int',
    'again flag',
    'lease_by text null',
    'lease_until int null',
    'fence int',
    'tries int',
    'body text',
  ]);
  await db.schema.createIndex('job_due').on('job').column('due').execute();
  await make('card', ['activation_id text key', 'reader text key', 'activity_id text null', 'place text']);
  await make('event', ['id text key', 'at int', 'oid text null', 'settled flag', 'place text']);
  await db.schema
    .createIndex('event_open')
    .on('event')
    .column('at')
    .where(sql.ref('settled'), '=', sql.lit(0))
    .execute();
  await make('parked', [
    'id text key',
    'tid text',
    'oid text',
    'expires_at int',
    'for_sign_in flag',
    'taken flag',
    'body text',
  ]);
  await db.schema
    .createIndex('parked_open')
    .on('parked')
    .column('expires_at')
    .where(sql.ref('taken'), '=', sql.lit(0))
    .execute();
  await make('parked_card', ['parked_id text key', 'activity_id text null', 'place text']);
}

async function makePeople(make: TableMaker, db: Kysely<Tables>): Promise<void> {
  await make('person', [
    'tid text key',
    'oid text key',
    'seen_at int',
    'name text null',
    'zone text null',
    'place_at int null',
    'conversation_id text null',
    'place text null',
  ]);
  await db.schema.createIndex('person_conversation').on('person').column('conversation_id').execute();
  await make('route', ['conversation_id text key', 'place_at int', 'place text', 'body text']);
  await make('token', ['tid text key', 'oid text key', 'version int', 'sealed bytes null', 'expires_at int']);
  await make('pending_sign_in', [
    'id text key',
    'tid text',
    'oid text',
    'parked_id text',
    'expires_at int',
    'sealed bytes',
  ]);
}

type Column = `${string} ${'text' | 'int' | 'flag' | 'bytes'}${'' | ' key' | ' null'}`;
type TableMaker = (table: keyof Tables, columns: readonly Column[]) => Promise<void>;

/** Tables of columns that mean the same on both databases; SQLite's are strict, so that it too refuses a wrong type. */
function tableMaker(kind: Database['kind'], db: Kysely<Tables>): TableMaker {
  const types = {
    text: sql`text`,
    int: kind === 'sqlite' ? sql`integer` : sql`bigint`,
    flag: sql`integer`,
    bytes: kind === 'sqlite' ? sql`blob` : sql`bytea`,
  };
  return async (table, columns) => {
    const keys: string[] = [];
    let builder: CreateTableBuilder<string, string> = db.schema.createTable(table);
    for (const column of columns) {
      const [name = '', type, rest] = column.split(' ');
      if (rest === 'key') keys.push(name);
      builder = builder.addColumn(name, types[type as keyof typeof types], (be) => {
        const nullable = rest === 'null' ? be : be.notNull();
        return type === 'flag' ? nullable.check(sql`${sql.ref(name)} in (0, 1)`) : nullable;
      });
    }
    builder = builder.addPrimaryKeyConstraint(`${table}_key`, keys);
    await (kind === 'sqlite' ? builder.modifyEnd(sql`strict`) : builder).execute();
  };
}
