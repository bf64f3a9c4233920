import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Database, Tables } from './schema.ts';

// Times and counters are bigint columns whose values stay far below 2^53; pg itself would give text.
const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, Number);

/** Connects when first asked; as many connections as one replica needs, so that several fit under the server's limit. */
export function openPostgres(url: string): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    application_name: 'jitney',
    connectionTimeoutMillis: 10_000,
    statement_timeout: 30_000,
    // A replica that hangs inside a transaction must not keep the ledger locked for the others.
    idle_in_transaction_session_timeout: 30_000,
    types,
  });
  // A connection that the server drops is replaced at the next query; unheard, the event would end the process. The pool
  // hears it of idle ones only: one that is in use fails its query, too, and tells there.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return {
    kind: 'postgres',
    db,
    write: (work) => db.transaction().execute(work),
    writeOne: (work) => work(db),
  };
}
