/**
 * Loaded into the bot by `node --import`, in tests alone: sees every durable write and every outgoing call from outside
 * the product's code, writes their names to a file, and kills the process before or after the one that it was told to.
 */
import { appendFileSync, closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';
import { DatabaseSync, StatementSync } from 'node:sqlite';

/** label null: whatever edge it is. isAtStart: counted from the start of the process, so while it recovers. */
type Plan = {
  readonly label: string | null;
  readonly nth: number;
  readonly side: 'before' | 'after';
  readonly isAtStart?: boolean;
};

const seenFile = process.env['CRASH_SEEN'] ?? '';
const planFile = process.env['CRASH_PLAN'] ?? '';
const atStart = existsSync(planFile) ? (JSON.parse(readFileSync(planFile, 'utf8')) as Plan | null) : null;
let plan = atStart?.isAtStart === true ? atStart : null;
let isWatching = plan !== null;
let edges = 0;
// The plan is read when the story begins, so that what belongs to the start of the program is not counted.
process.on('SIGUSR2', () => {
  plan = JSON.parse(readFileSync(planFile, 'utf8')) as Plan | null;
  edges = 0;
  isWatching = true;
  appendFileSync(seenFile, 'armed\n');
});

type Edge = { readonly nth: number; readonly label: string; readonly ofAll: number };

function reach(label: string): Edge {
  edges += 1;
  if (isWatching) appendFileSync(seenFile, `${label}\n`);
  const edge = { nth: isWatching && plan?.label === label ? timeAmongAll() : 0, label, ofAll: edges };
  dieIf(edge, 'before');
  return edge;
}

function dieIf({ nth, label, ofAll }: Edge, side: Plan['side']): void {
  if (!isWatching || plan?.side !== side) return;
  if (plan.label === null ? plan.nth !== ofAll : plan.label !== label || plan.nth !== nth) return;
  // Of two bots the first one that comes to it.
  if (!takes(`${planFile}.done`)) return;
  appendFileSync(seenFile, `killed ${side} ${label}\n`);
  process.kill(process.pid, 'SIGKILL');
}

/** Two bots count together: each time is one file, and it is whose who makes it. */
function timeAmongAll(): number {
  mkdirSync(`${planFile}.times`, { recursive: true });
  for (let nth = 1; ; nth += 1) if (takes(`${planFile}.times/${nth}`)) return nth;
}

function takes(file: string): boolean {
  try {
    closeSync(openSync(file, 'wx'));
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

// ---- durable writes ------------------------------------------------------------------------------------------------

const writing = /^\s*(?:with\b[^]*?\b)?(?:insert into|update|delete from)\s+"?(\w+)"?/i;

function writtenTable(sql: string): string | null {
  const [, table = ''] = writing.exec(sql.replaceAll(/\bfor update\b/gi, '')) ?? [];
  // Beats and leases say nothing of a wish: they would only make the same step appear many times.
  return table === '' || table === 'pulse' ? null : table;
}

function nameOf(tables: ReadonlySet<string>): string {
  return `commit ${[...tables].toSorted().join('+')}`;
}

const sqliteTables = new WeakMap<DatabaseSync, Set<string>>();
/** As they were at the savepoint, for what is undone alone. */
const atSavepoint = new WeakMap<DatabaseSync, ReadonlySet<string>>();
const databases = new WeakMap<StatementSync, DatabaseSync>();
// eslint-disable-next-line @typescript-eslint/unbound-method -- it is called with the database that it is asked of
const { prepare } = DatabaseSync.prototype;
DatabaseSync.prototype.prepare = function (sql: string) {
  const statement = prepare.call(this, sql);
  databases.set(statement, this);
  return statement;
};
watchSqlite('run', (result) => Number((result as { changes: number | bigint }).changes) > 0);
watchSqlite('all', (result) => (result as readonly unknown[]).length > 0);

function watchSqlite(method: 'run' | 'all', changed: (result: unknown) => boolean): void {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called with the statement that it is asked of
  const original = StatementSync.prototype[method] as (...given: unknown[]) => unknown;
  const watched = function (this: StatementSync, ...given: unknown[]): unknown {
    const database = databases.get(this);
    const sql = this.sourceSQL;
    if (!database) return original.apply(this, given);
    const open = sqliteTables.get(database) ?? new Set<string>();
    sqliteTables.set(database, open);
    if (/^\s*commit/i.test(sql)) {
      const edge = open.size > 0 ? reach(nameOf(open)) : null;
      open.clear();
      const result = original.apply(this, given);
      if (edge) dieIf(edge, 'after');
      return result;
    }
    if (/^\s*savepoint/i.test(sql)) atSavepoint.set(database, new Set(open));
    else if (/^\s*rollback to/i.test(sql)) sqliteTables.set(database, new Set(atSavepoint.get(database)));
    else if (/^\s*(?:begin|rollback)/i.test(sql)) open.clear();
    const table = writtenTable(sql);
    if (table === null) return original.apply(this, given);
    if (database.isTransaction) {
      const result = original.apply(this, given);
      if (changed(result)) open.add(table);
      return result;
    }
    // A statement by itself: in a transaction of its own, so that one that changed nothing is no edge.
    database.exec('begin immediate');
    let edge: Edge | null = null;
    try {
      const result = original.apply(this, given);
      if (changed(result)) edge = reach(nameOf(new Set([table])));
      return result;
    } finally {
      database.exec('commit');
      if (edge) dieIf(edge, 'after');
    }
  };
  Object.defineProperty(StatementSync.prototype, method, { value: watched, configurable: true, writable: true });
}

type Query = (
  this: object,
  text: unknown,
  values?: unknown,
  ...rest: unknown[]
) => Promise<{ rowCount: number | null }>;

if (process.env['DATABASE_URL']?.startsWith('postgres')) {
  const { default: pg } = await import('pg');
  const postgresTables = new WeakMap<object, Set<string>>();
  const inTransaction = new WeakSet<object>();
  const prototype = pg.Client.prototype as unknown as { query: Query };
  const { query } = prototype;
  prototype.query = function (text, values, ...rest) {
    // One that is planned once comes with its name.
    const sql = typeof text === 'object' && text !== null && 'text' in text ? text.text : text;
    if (typeof sql !== 'string' || typeof values === 'function') return query.call(this, text, values, ...rest);
    return watched(this, sql, () => query.call(this, text, values, ...rest));
  };

  async function watched(client: object, sql: string, run: () => ReturnType<Query>): ReturnType<Query> {
    const open = postgresTables.get(client) ?? new Set<string>();
    postgresTables.set(client, open);
    if (/^\s*commit/i.test(sql)) {
      const edge = open.size > 0 ? reach(nameOf(open)) : null;
      open.clear();
      const result = await run();
      inTransaction.delete(client);
      if (edge) dieIf(edge, 'after');
      return result;
    }
    if (/^\s*(?:begin|start transaction)/i.test(sql)) {
      open.clear();
      inTransaction.add(client);
    }
    if (/^\s*rollback/i.test(sql)) inTransaction.delete(client);
    const table = writtenTable(sql);
    if (table === null) return run();
    if (inTransaction.has(client)) {
      const result = await run();
      if ((result.rowCount ?? 0) > 0) open.add(table);
      return result;
    }
    await query.call(client, 'begin');
    let edge: Edge | null = null;
    try {
      const result = await run();
      if ((result.rowCount ?? 0) > 0) edge = reach(nameOf(new Set([table])));
      await query.call(client, 'commit');
      if (edge) dieIf(edge, 'after');
      return result;
    } catch (error) {
      await query.call(client, 'rollback');
      throw error;
    }
  }
}

// ---- outgoing calls ------------------------------------------------------------------------------------------------

const guid = /[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/gi;

/** What a batch reads, by its first part. */
const batched = /"url":"[^"]*?(transitiveMembers|users|roleManagementPolicyAssignments|assignmentScheduleRequests)/;

/** A call by its method and its path; a chat by whose it is, not by its address. */
function callName(method: string, path: string, body: string): string {
  const plain = decodeURIComponent(path.split('?')[0] ?? '');
  const chat = /\/v3\/conversations\/([^/]+)\/activities(\/.+)?$/.exec(plain);
  if (chat) {
    const [, conversation = '', message] = chat;
    const whose = conversation.startsWith('a:') ? conversation.slice(-3) : 'channel';
    return `${message === undefined ? 'send to' : 'update for'} ${whose}`;
  }
  const action = /"action":"(\w+)"/.exec(body)?.[1] ?? batched.exec(body)?.[1];
  return [method, plain.replaceAll(guid, '{id}'), action].filter((part) => part !== undefined).join(' ');
}

const { fetch } = globalThis;
globalThis.fetch = async (input, init) => {
  const url = new URL(input instanceof Request ? input.url : input);
  if (url.pathname.startsWith('/_sandbox')) return fetch(input, init);
  const body = typeof init?.body === 'string' ? init.body : '';
  const edge = reach(callName(init?.method ?? 'GET', url.pathname, body));
  const response = await fetch(input, init);
  dieIf(edge, 'after');
  return response;
};

for (const module of [http, https]) {
  const { request } = module;
  module.request = function (...given: unknown[]) {
    const asked = given.find((one) => typeof one === 'object' && !(one instanceof URL)) as
      { method?: string; path?: string } | undefined;
    const path = asked?.path ?? (given[0] instanceof URL ? given[0].pathname : String(given[0]));
    const edge = reach(callName(asked?.method ?? 'GET', path, ''));
    const made = (request as (...given: unknown[]) => http.ClientRequest).apply(module, given);
    made.prependListener('response', () => dieIf(edge, 'after'));
    return made;
  };
}
syncBuiltinESMExports();
