import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { nameOf } from './prepared.ts';
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
    // eslint-disable-next-line @typescript-eslint/no-misused-promises -- the pool waits for it, which its types do not say
    onConnect: withoutCompiler,
  });
  // A connection that the server drops is replaced at the next query; unheard, the event would end the process. The pool
  // hears it of idle ones only: one that is in use fails its query, too, and tells there.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const names = { areKept: true };
  pool.on('connect', (client) => runByName(client, names));
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });

  /** All of the work was undone, or none begun, when PostgreSQL does not know a name that it was given before. */
  async function again<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!isNameTrouble(error)) throw error;
      names.areKept = false;
      return work();
    }
  }

  return {
    kind: 'postgres',
    db,
    write: (work) => again(() => db.transaction().execute(work)),
    writeOne: (work) => again(() => work(db)),
  };
}

/**
 * Where many messages wait, PostgreSQL expects much work of the query that leases, and compiles it to machine code each time:
 * that takes ten times as long as the query itself. The pool waits for it.
 */
function withoutCompiler(client: pg.ClientBase): Promise<unknown> {
  return client.query('set jit = off');
}

/** Kysely gives a text and its values; a text that has a name is planned by PostgreSQL once, and then found by it. */
function runByName(client: pg.PoolClient, names: { readonly areKept: boolean }): void {
  const query = client.query.bind(client) as (text: string | pg.QueryConfig, values?: unknown[]) => Promise<unknown>;
  client.query = ((text: string, values?: unknown[]) => {
    const name = names.areKept ? nameOf(text) : undefined;
    return query(name === undefined ? text : { name, text }, values);
  }) as typeof client.query;
}

/**
 * invalid_sql_statement_name, duplicate_prepared_statement: a pooler between gives out another connection each time, and
 * does not keep what was prepared on it.
 */
function isNameTrouble(error: unknown): boolean {
  return error instanceof pg.DatabaseError && (error.code === '26000' || error.code === '42P05');
}
