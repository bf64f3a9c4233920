/**
 * Loaded into the bot by `node --import`, in tests alone: the whole process stops (SIGSTOP) when it has written down on
 * PostgreSQL what the file STAND_STILL names, an action of the ledger, and before it goes on. Once: the file is gone then.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import pg from 'pg';

const file = process.env['STAND_STILL'] ?? '';
const prototype = pg.Client.prototype as unknown as {
  query: (this: object, text: unknown, values?: unknown, ...rest: unknown[]) => Promise<unknown>;
};
const { query } = prototype;
const begun = new WeakSet<object>();

prototype.query = async function (text, values, ...rest) {
  if (Array.isArray(values) && existsSync(file)) {
    const action = `"action":"${readFileSync(file, 'utf8')}"`;
    if (values.some((value) => typeof value === 'string' && value.includes(action))) begun.add(this);
  }
  const result = await query.call(this, text, values, ...rest);
  if (text === 'commit' && begun.delete(this)) {
    rmSync(file);
    process.kill(process.pid, 'SIGSTOP');
  }
  return result;
};
