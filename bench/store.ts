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
import { median, print, round } from './measure.ts';

/**
 * The outbox against raw inserts of rows as large, each durable by itself: a notice is committed, then leased in batches
 * of 20 and finished together. PostgreSQL runs here without fsync, so its figures show round trips, not its disk.
 */

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

/** As many statements at once as the driver is given. */
type Side = {
  readonly insert: (text: string) => Promise<void>;
  readonly store: Store;
  readonly writers: readonly number[];
};
type Rates = { readonly raw: number[]; readonly enqueue: number[]; readonly deliver: number[] };

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
  for (;;) {
    sequence += 1;
    // A second passes between two rounds, so that Teams' limits do not stop what the database could do.
    const leased = await store.leaseJobs(start + sequence * 1_000, 'bench', 20, 10_000);
    if (leased.length === 0) return round((done / (performance.now() - from)) * 1000, 0);
    await store.finishJobs(leased);
    done += leased.length;
  }
}

async function measure({ insert, store, writers }: Side): Promise<Record<string, unknown>> {
  const measured = new Map<number, Rates>(writers.map((count) => [count, { raw: [], enqueue: [], deliver: [] }]));
  for (let at = -1; at < rounds; at += 1) {
    for (const [count, { raw, enqueue, deliver }] of measured) {
      const rates = [
        await perSecond(count, rows, () => insert(rowText)),
        await perSecond(count, rows, () => store.commit([notice()])),
        await drain(store),
      ] as const;
      // The first round warms the code up.
      if (at < 0) continue;
      raw.push(rates[0]);
      enqueue.push(rates[1]);
      deliver.push(rates[2]);
    }
  }
  return Object.fromEntries(
    [...measured].map(([count, rates]) => {
      const [raw, enqueue, deliver] = [median(rates.raw), median(rates.enqueue), median(rates.deliver)];
      const ratio = { enqueueToRaw: round(enqueue / raw), deliverToRaw: round(deliver / raw) };
      return [`${count} at a time`, { raw, enqueue, deliver, ...ratio }];
    }),
  );
}

const seal = sealer(new Uint8Array(32));

async function sqlite(): Promise<Record<string, unknown>> {
  const folder = mkdtempSync(join(tmpdir(), 'jitney-bench-'));
  const store = await openStore(`sqlite:${join(folder, 'jitney.db')}`, { seal });
  const raw = new DatabaseSync(join(folder, 'raw.db'));
  raw.exec(
    'pragma journal_mode = WAL; pragma synchronous = FULL; create table raw (id integer primary key, body text)',
  );
  const statement = raw.prepare('insert into raw (body) values (?)');
  try {
    const insert = (text: string): Promise<void> => Promise.resolve(void statement.run(text));
    return await measure({ insert, store, writers: [1] });
  } finally {
    raw.close();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function postgres(): Promise<Record<string, unknown>> {
  const server = await startPostgres().catch((error: unknown) => String(error));
  if (typeof server === 'string') return { left: server };
  const url = await server.database();
  const store = await openStore(url, { seal });
  const pool = new pg.Pool({ connectionString: url, max: 10 });
  // The server ends while a connection may still say goodbye.
  pool.on('error', () => undefined);
  try {
    await pool.query('create table raw (id bigint generated always as identity primary key, body text)');
    const insert = async (text: string): Promise<void> => {
      await pool.query('insert into raw (body) values ($1)', [text]);
    };
    return await measure({ insert, store, writers: [1, 8] });
  } finally {
    await pool.end();
    await store.close();
    await server.stop();
  }
}

print({ bench: 'store', unit: 'rows a second', rounds, rows, sqlite: await sqlite(), postgres: await postgres() });
