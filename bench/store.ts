import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { sealer } from '../src/audit/ledger.ts';
import { notice as line } from '../src/core/message.ts';
import type { Place } from '../src/core/place.ts';
import type { Change, Store } from '../src/ports/store.ts';
import { openStore } from '../src/store/open.ts';
import { startPostgres } from '../tests/support/postgres.ts';
import { median, percentile, print, round } from './measure.ts';

/**
 * The outbox against raw inserts of rows as large, each durable by itself: a notice is committed, then leased in batches
 * of 30, as many as Teams takes at once, with each of which the batch before is finished. The three take turns in many
 * short rounds, so that a machine that is slow for a while slows all of them; each round has ratios of its own.
 * Connections are opened anew now and then, because on which processor one is served stays, and makes a factor of two.
 * PostgreSQL runs here without fsync, so its figures show round trips, not its disk.
 */

const openings = 10;
const rounds = 5;
const rows = 400;
const start = Date.UTC(2026, 0, 1);
const place: Place = {
  kind: 'personal',
  conversationId: 'a:1',
  serviceUrl: 'https://smba.trafficmanager.net/emea/',
  tid: '11111111-1111-4111-8111-111111111111',
  botId: '28:bot',
  name: null,
  teamGroupId: null,
};
const message = line('✓', 'Signed out', 'I have forgotten your sign-in.');

type Side = {
  readonly insert: (text: string) => Promise<void>;
  readonly store: Store;
  readonly close: () => Promise<void>;
};
/** Rows a second in one round. */
type Round = { readonly raw: number; readonly enqueue: number; readonly deliver: number };

let sequence = 0;

function notice(): Change {
  sequence += 1;
  const key = `bench-${process.pid}-${sequence}`;
  // Many readers, as on a busy day: one message at a time goes to each.
  const oid = `reader-${sequence % 500}`;
  return { kind: 'job', job: { kind: 'notice', key, to: place, oid, message }, due: start + sequence };
}

const rowText = JSON.stringify(notice());

/** How many a second, with `writers` of them under way at any time. */
async function perSecond(writers: number, count: number, work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  let left = count;
  await Promise.all(
    Array.from({ length: writers }, async () => {
      while (left > 0) {
        left -= 1;
        await work();
      }
    }),
  );
  return round((count / (performance.now() - from)) * 1000, 0);
}

async function drain(store: Store): Promise<number> {
  const from = performance.now();
  let done = 0;
  let leased: Awaited<ReturnType<Store['leaseJobs']>> = [];
  do {
    sequence += 1;
    // A second passes between two rounds, so that Teams' limits do not stop what the database could do.
    leased = await store.leaseJobs(start + sequence * 1_000, 'bench', 30, 10_000, leased);
    done += leased.length;
  } while (leased.length > 0);
  if (done !== rows) throw new Error(`${done} of ${rows} were leased`);
  return round((done / (performance.now() - from)) * 1000, 0);
}

/** With as many statements at once as each of `writers` says. */
async function measure(open: () => Promise<Side>, writers: readonly number[]): Promise<Record<string, unknown>> {
  const measured = new Map<number, Round[]>(writers.map((count) => [count, []]));
  for (let opening = 0; opening < openings; opening += 1) {
    const { insert, store, close } = await open();
    // The first round warms the code and the connections up.
    for (let at = -1; at < rounds; at += 1) {
      for (const [count, each] of measured) {
        const inserted = () => perSecond(count, rows, () => insert(rowText));
        const committed = () => perSecond(count, rows, () => store.commit([notice()]));
        // By turns, since whoever comes first may get the processor on which this program runs.
        const isRawFirst = at % 2 === 0;
        const first = await (isRawFirst ? inserted : committed)();
        const second = await (isRawFirst ? committed : inserted)();
        const [raw, enqueue] = isRawFirst ? [first, second] : [second, first];
        const deliver = await drain(store);
        if (at >= 0) each.push({ raw, enqueue, deliver });
      }
    }
    await close();
  }
  return Object.fromEntries([...measured].map(([count, each]) => [`${count} at a time`, summary(each)]));
}

function summary(each: readonly Round[]): Record<string, unknown> {
  const middle = (of: (one: Round) => number) => median(each.map(of));
  const ratio = (of: (one: Round) => number) => {
    const ratios = each.map((one) => of(one) / one.raw);
    return { median: round(median(ratios)), half: [round(percentile(ratios, 0.25)), round(percentile(ratios, 0.75))] };
  };
  return {
    raw: middle(({ raw }) => raw),
    enqueue: middle(({ enqueue }) => enqueue),
    deliver: middle(({ deliver }) => deliver),
    enqueueToRaw: ratio(({ enqueue }) => enqueue),
    deliverToRaw: ratio(({ deliver }) => deliver),
  };
}

const seal = sealer(new Uint8Array(32));

async function sqlite(): Promise<Record<string, unknown>> {
  const folder = mkdtempSync(join(tmpdir(), 'jitney-bench-'));
  const open = async (): Promise<Side> => {
    const store = await openStore(`sqlite:${join(folder, 'jitney.db')}`, { seal });
    const raw = new DatabaseSync(join(folder, 'raw.db'));
    raw.exec('pragma journal_mode = WAL; pragma synchronous = FULL');
    raw.exec('create table if not exists raw (id integer primary key, body text)');
    const statement = raw.prepare('insert into raw (body) values (?)');
    const insert = (text: string): Promise<void> => Promise.resolve(void statement.run(text));
    const close = async (): Promise<void> => {
      raw.close();
      await store.close();
    };
    return { insert, store, close };
  };
  try {
    return await measure(open, [1]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function postgres(): Promise<Record<string, unknown>> {
  const server = await startPostgres().catch((error: unknown) => String(error));
  if (typeof server === 'string') return { left: server };
  const url = await server.database();
  const open = async (): Promise<Side> => {
    const store = await openStore(url, { seal });
    const pool = new pg.Pool({ connectionString: url, max: 10 });
    // The server ends while a connection may still say goodbye.
    pool.on('error', () => undefined);
    await pool.query('create table if not exists raw (id bigint generated always as identity primary key, body text)');
    const insert = async (text: string): Promise<void> => {
      await pool.query('insert into raw (body) values ($1)', [text]);
    };
    const close = async (): Promise<void> => {
      await pool.end();
      await store.close();
    };
    return { insert, store, close };
  };
  try {
    return await measure(open, [1, 8]);
  } finally {
    await server.stop();
  }
}

print({
  bench: 'store',
  unit: 'rows a second',
  openings,
  rounds,
  rows,
  sqlite: await sqlite(),
  postgres: await postgres(),
});
