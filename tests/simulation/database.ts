import { rmSync, mkdtempSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres } from '../support/postgres.ts';
import type { PostgresServer } from '../support/postgres.ts';

export type Kind = 'sqlite' | 'postgres';
export type Row = Readonly<Record<string, string | number | null>>;

/** The database of one history, and what is in it, read past the program. */
export type HistoryDatabase = {
  readonly url: string;
  /** Values stand as $1, $2 in the statement. */
  rows(sql: string, ...given: readonly string[]): Promise<readonly Row[]>;
  close(): Promise<void>;
};

let server: Promise<PostgresServer> | null = null;

/** New and empty. PostgreSQL is started once for a process, before its time stands still, and ends with it. */
export async function historyDatabase(kind: Kind): Promise<HistoryDatabase> {
  if (kind === 'sqlite') return sqlite();
  server ??= startPostgres();
  const url = await (await server).database();
  const types = new pg.TypeOverrides();
  types.setTypeParser(pg.types.builtins.INT8, Number);
  const client = new pg.Client({ connectionString: url, types });
  await client.connect();
  return {
    url,
    rows: async (sql, ...given) => (await client.query<Row>(sql, [...given])).rows,
    close: () => client.end(),
  };
}

function sqlite(): HistoryDatabase {
  const folder = mkdtempSync(join(tmpdir(), 'jitney-history-'));
  const file = join(folder, 'jitney.db');
  let connection: DatabaseSync | null = null;
  return {
    url: `sqlite:${file}`,
    rows(sql, ...given) {
      // Not before the program has made it.
      connection ??= new DatabaseSync(file, { readOnly: true });
      return Promise.resolve(connection.prepare(sql.replaceAll(/\$\d/g, '?')).all(...given) as readonly Row[]);
    },
    close() {
      connection?.close();
      rmSync(folder, { recursive: true, force: true });
      return Promise.resolve();
    },
  };
}
