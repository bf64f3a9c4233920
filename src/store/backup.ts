import { chmodSync, copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import { sql } from 'kysely';
import { forgetSignIns, markCopy } from './copy.ts';
import { migrate } from './migrations.ts';
import type { Database } from './schema.ts';
import { markMade, openSqlite, readSqlite } from './sqlite.ts';

/**
 * Copies a database that may be in use, as it is at one moment, into a file of its own. The copy knows that it is one and
 * holds nobody's sign-in. Throws, and leaves nothing behind, when it cannot be made whole.
 */
export async function backUp(file: string, to: string): Promise<void> {
  refuseTaken(to);
  await whole(to, async (part) => {
    const source = readSqlite(file);
    try {
      await sql`vacuum into ${part}`.execute(source.db);
    } finally {
      await source.db.destroy();
    }
    chmodSync(part, 0o600);
    await asCopy(openSqlite(part));
  });
}

/** Puts a copy where the database is to be; whoever starts on it knows that it is one. */
export async function restore(copy: string, file: string): Promise<void> {
  for (const part of [file, `${file}-wal`, `${file}-shm`]) refuseTaken(part);
  await whole(file, async (part) => {
    copyFileSync(copy, part);
    await asCopy(openSqlite(part));
  });
  markMade(file);
}

/** On PostgreSQL, whose own tools make the copy and put it in place. */
export async function markRestored(url: string): Promise<void> {
  const { openPostgres } = await import('./postgres.ts');
  await asCopy(openPostgres(url));
}

async function asCopy(database: Database): Promise<void> {
  try {
    await migrate(database);
    await markCopy(database.db);
    await forgetSignIns(database.db);
    // One plain file, without a log beside it; what was deleted is not left in it.
    if (database.kind === 'sqlite') await sql`vacuum`.execute(database.db);
    if (database.kind === 'sqlite') await sql`pragma journal_mode = delete`.execute(database.db);
  } finally {
    await database.db.destroy();
  }
}

function refuseTaken(file: string): void {
  if (existsSync(file)) throw new Error(`${file} is there already; nothing is written over it`);
}

/** Under its own name only when it is whole. */
async function whole(file: string, make: (part: string) => Promise<void>): Promise<void> {
  const part = `${file}.part`;
  for (const left of [part, `${part}-wal`, `${part}-shm`]) rmSync(left, { force: true });
  try {
    await make(part);
    refuseTaken(file);
    renameSync(part, file);
  } finally {
    for (const left of [part, `${part}-wal`, `${part}-shm`]) rmSync(left, { force: true });
  }
}
