/**
 * Loaded into the bot by `node --import`, in tests alone: the bot as a later release of itself, which knows one migration
 * more. It adds all that a migration may add: a column of each kind to every table, a table, an index.
 */
import { registerHooks } from 'node:module';
import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import { Migrator as TodaysMigrator } from 'kysely/migration';
import type { Migration, MigratorProps } from 'kysely/migration';

export * from 'kysely/migration';

const name = '999-of-the-next-release';

export class Migrator extends TodaysMigrator {
  constructor({ provider, ...rest }: MigratorProps) {
    const getMigrations = async (): Promise<Record<string, Migration>> => ({
      ...(await provider.getMigrations()),
      [name]: { up },
    });
    super({ ...rest, provider: { getMigrations } });
  }
}

async function up(db: Kysely<unknown>): Promise<void> {
  for (const table of (await db.introspection.getTables()).filter(({ isView }) => !isView)) {
    const alter = db.schema.alterTable(table.name);
    await alter.addColumn('next_note', sql`text`).execute();
    await alter.addColumn('next_count', sql`integer`, (be) => be.notNull().defaultTo(0)).execute();
  }
  await db.schema
    .createTable('next_table')
    .addColumn('id', sql`integer`, (be) => be.primaryKey())
    .execute();
  await db.schema.createIndex('next_index').on('job').column('next_count').execute();
}

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'kysely/migration' && context.parentURL?.endsWith('/src/store/migrations.ts') === true
      ? { url: import.meta.url, shortCircuit: true }
      : next(specifier, context),
});
