import { CompiledQuery } from 'kysely';
import type { Kysely } from 'kysely';
import type { Tables } from './schema.ts';

/**
 * All of the work or nothing of it; what it throws comes back. Resolves when it is durable. The work may be done a second
 * time after the first was undone, so it changes nothing but the database.
 */
export type Write = <T>(work: (on: Kysely<Tables>) => Promise<T>) => Promise<T>;

type Waiting = {
  /** Does the work; what it returns tells whoever waits, once it is durable. */
  readonly run: (on: Kysely<Tables>) => Promise<() => void>;
  readonly fail: (error: unknown) => void;
};

/** Of the event loop, each as long as what there is to do: microseconds when nobody else asks. More of them bring no more. */
const roundsOfTheLoop = 4;

const begin = CompiledQuery.raw('savepoint work');
const keep = CompiledQuery.raw('release work');
const undo = CompiledQuery.raw('rollback to work');

/**
 * SQLite has one writer, which waits for the disk at every commit, so what comes at the same moment shares one. Only where
 * one fails is each done once more by itself, so that it is undone alone. Nobody hears of a success before the commit.
 */
export function together(db: Kysely<Tables>): Write {
  let waiting: Waiting[] = [];
  let isRunning = false;

  async function commitAll(): Promise<void> {
    isRunning = true;
    while (waiting.length > 0) {
      // What is arriving meanwhile gets to ask for a commit, too: it costs less to wait that long than to sync once more.
      for (let round = 0; round < roundsOfTheLoop; round += 1) await new Promise((done) => setImmediate(done));
      const group = waiting;
      waiting = [];
      try {
        const tellings = await commit(group);
        for (const tell of tellings) tell();
      } catch (error) {
        for (const { fail } of group) fail(error);
      }
    }
    isRunning = false;
  }

  async function commit(group: readonly Waiting[]): Promise<readonly (() => void)[]> {
    try {
      return await db.transaction().execute((on) => runAll(on, group));
    } catch (error) {
      if (group.length === 1) throw error;
      return db.transaction().execute((on) => runEach(on, group));
    }
  }

  return (work) =>
    new Promise((resolve, reject) => {
      const run: Waiting['run'] = async (on) => {
        const outcome = await work(on);
        return () => resolve(outcome);
      };
      waiting.push({ run, fail: reject });
      if (!isRunning) void commitAll();
    });
}

async function runAll(on: Kysely<Tables>, group: readonly Waiting[]): Promise<readonly (() => void)[]> {
  const tellings: (() => void)[] = [];
  for (const { run } of group) tellings.push(await run(on));
  return tellings;
}

async function runEach(on: Kysely<Tables>, group: readonly Waiting[]): Promise<readonly (() => void)[]> {
  const tellings: (() => void)[] = [];
  for (const { run, fail } of group) {
    await on.executeQuery(begin);
    try {
      tellings.push(await run(on));
    } catch (error) {
      await undoOne(on, error);
      tellings.push(() => fail(error));
    }
    await on.executeQuery(keep);
  }
  return tellings;
}

/** Throws what went wrong where SQLite has rolled back everything by itself, as on a full disk: then all of the group fails. */
async function undoOne(on: Kysely<Tables>, error: unknown): Promise<void> {
  try {
    await on.executeQuery(undo);
  } catch {
    throw error;
  }
}
