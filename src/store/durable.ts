import { SelectQueryNode, SqliteDriver } from 'kysely';
import type { CompiledQuery, DatabaseConnection, QueryResult, SqliteDialectConfig } from 'kysely';

/** What SQLite has written and not told the disk to keep. */
type Unsynced = {
  readonly isInTransaction: () => boolean;
  /** Resolves when the disk has all of it. */
  readonly sync: () => Promise<void>;
};

/**
 * Waits for the disk beside the event loop, where SQLite's own `synchronous = FULL` would hold up everything. Whoever
 * writes hears of it when the disk has it, as there; the connection is theirs until then, so nobody reads it before.
 */
export class DurableDriver extends SqliteDriver {
  readonly #unsynced: Unsynced;
  #connection: DatabaseConnection | null = null;

  constructor(config: SqliteDialectConfig, unsynced: Unsynced) {
    super(config);
    this.#unsynced = unsynced;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    this.#connection ??= durable(await super.acquireConnection(), this.#unsynced);
    return this.#connection;
  }
}

function durable(connection: DatabaseConnection, { isInTransaction, sync }: Unsynced): DatabaseConnection {
  /** Of what a failed sync lost nothing may be built on: the disk may say yes to the next one, and not have it. */
  let lost: Error | null = null;
  return {
    async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
      if (lost !== null) throw lost;
      const result = await connection.executeQuery<R>(query);
      if (SelectQueryNode.is(query.query) || isInTransaction()) return result;
      try {
        await sync();
      } catch (cause) {
        lost = new Error('the disk does not keep what is written; start again', { cause });
        throw lost;
      }
      return result;
    },
    streamQuery: (query, chunkSize) => connection.streamQuery(query, chunkSize),
  };
}
