import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isUint8Array as isBytes } from 'node:util/types';
import type { SQLInputValue, StatementSync } from 'node:sqlite';
import { Kysely, SqliteAdapter, SqliteDialect } from 'kysely';
import type { SqliteDatabase, SqliteStatement } from 'kysely';
import type { Database, Tables } from './schema.ts';
import { together } from './together.ts';

/** Opens the file, or makes it when there is none. Throws, and leaves the file alone, when it is not a sound database. */
export function openSqlite(file: string): Database {
  const isNew = prepareFile(file);
  const connection = connect(file);
  try {
    connection.exec('pragma journal_mode = WAL; pragma synchronous = FULL');
    checkIntegrity(connection);
    if (isNew) chmodSync(file, 0o600);
  } catch (error) {
    connection.close();
    throw new Error(
      `the database ${file} cannot be used; restore it from a backup, it is not replaced by an empty one`,
      {
        cause: error,
      },
    );
  }
  return databaseOn(connection);
}

/** For looking only, beside a bot that runs; what is not there is not made. Damage shows when it is read. */
export function readSqlite(file: string): Database {
  const connection = new DatabaseSync(file, { timeout: 5000, readOnly: true });
  return databaseOn(connection);
}

function databaseOn(connection: DatabaseSync): Database {
  const db = new Kysely<Tables>({ dialect: new Dialect({ database: adapt(connection) }) });
  const write = together(db);
  return { kind: 'sqlite', db, write, writeOne: write };
}

/** Says beside a database that it was made, so that its loss is noticed. */
export function markMade(file: string): void {
  const text = `${path.basename(file)} was made here. If it is gone, restore a backup; delete this file only to start empty.\n`;
  if (!existsSync(markOf(file))) writeFileSync(markOf(file), text, { mode: 0o600 });
}

/** A database that was here before is not replaced by an empty one. */
export function refuseVanished(file: string): void {
  if (existsSync(file) || !existsSync(markOf(file))) return;
  throw new Error(
    `the database ${file} is gone, although it was here before; put it back or restore a backup (npm run restore -- FILE), or delete ${markOf(file)} to start empty`,
  );
}

function markOf(file: string): string {
  return `${file}.made`;
}

function connect(file: string): DatabaseSync {
  try {
    return new DatabaseSync(file, { timeout: 5000, enableForeignKeyConstraints: true });
  } catch (error) {
    throw new Error(`the database ${file} cannot be opened`, { cause: error });
  }
}

function prepareFile(file: string): boolean {
  if (existsSync(file)) {
    // SQLite takes an empty file for a new database; here it is one that lost its content.
    if (statSync(file).size === 0)
      throw new Error(`the database ${file} is empty; restore it from a backup or remove it`);
    return false;
  }
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  return true;
}

function checkIntegrity(connection: DatabaseSync): void {
  const found = connection
    .prepare('pragma integrity_check(3)')
    .all()
    .map(({ integrity_check }) => String(integrity_check));
  if (found.join() !== 'ok') throw new Error(`integrity check: ${found.join('; ')}`);
}

function adapt(connection: DatabaseSync): SqliteDatabase {
  const known = new Map<string, SqliteStatement>();
  function prepare(sql: string): SqliteStatement {
    // Deferred transactions that read and then write fail at once when another process writes in between.
    if (sql === 'begin') return prepare('begin immediate');
    // SQLite rolls back by itself when the disk is full; a second rollback would hide that error behind its own.
    if (sql === 'rollback' && !connection.isTransaction) return prepare('select 1');
    const statement = known.get(sql) ?? adaptStatement(connection.prepare(sql));
    // Lists of parameters vary in length, so the number of texts has no bound of its own.
    if (known.size >= 200) known.clear();
    known.set(sql, statement);
    return statement;
  }
  return { close: () => connection.close(), prepare };
}

function adaptStatement(statement: StatementSync): SqliteStatement {
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...parameters.map(bindable)),
    run: (parameters) => statement.run(...parameters.map(bindable)),
    iterate: (parameters) => statement.iterate(...parameters.map(bindable)),
  };
}

/** node:sqlite takes an object in first place for named parameters and shifts the rest in silence; PostgreSQL refuses booleans. */
function bindable(value: unknown): SQLInputValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
    return value;
  if (isBytes(value)) return value;
  throw new TypeError(`a ${typeof value} cannot be stored`);
}

class Adapter extends SqliteAdapter {
  // SQLite can roll back its DDL; Kysely's own adapter says no, and a migration that fails would leave half its tables.
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class Dialect extends SqliteDialect {
  override createAdapter(): SqliteAdapter {
    return new Adapter();
  }
}
