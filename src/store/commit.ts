import type { Kysely } from 'kysely';
import type { Change } from '../ports/store.ts';
import { addActivation, changeActivation } from './activations.ts';
import { dropAlias, setAlias } from './aliases.ts';
import { settleEvent } from './events.ts';
import { addFinding, setReconciled } from './findings.ts';
import { enqueue, jobId } from './jobs.ts';
import { appendToLedger } from './ledger.ts';
import type { Seal } from './ledger.ts';
import { park, take } from './parked.ts';
import { dropRoute, setRoute } from './routes.ts';
import type { Database, Tables } from './schema.ts';

/** Thrown to roll back; never leaves this file. */
const lost = new Error('another writer was first');

export async function commit(
  { kind, write, writeOne }: Database,
  seal: Seal,
  changes: readonly Change[],
): Promise<boolean> {
  const [first, ...others] = changes;
  // One statement is a transaction by itself: a message to be sent is one exchange with PostgreSQL instead of three.
  if (first?.kind === 'job' && others.length === 0) {
    await writeOne((on) => enqueue(on, first.job, first.due, first.doubt));
    return true;
  }
  const ordered = changes.toSorted((a, b) => (lockOrder(a) < lockOrder(b) ? -1 : lockOrder(a) > lockOrder(b) ? 1 : 0));
  const entries = changes.flatMap((change) => (change.kind === 'audit' ? [change.entry] : []));
  try {
    await write(async (transaction) => {
      for (const change of ordered) {
        if (!(await make(transaction, change))) throw lost;
      }
      await appendToLedger(kind, transaction, entries, seal);
    });
    return true;
  } catch (error) {
    if (error === lost || isUniqueViolation(error)) return false;
    throw error;
  }
}

/**
 * Every commit takes its row locks in the same order, so that two commits never wait for each other; the ledger, which all
 * of them want, comes last and is held shortest.
 */
function lockOrder(change: Change): string {
  switch (change.kind) {
    case 'newActivation':
    case 'activation':
      return `1 ${change.activation.id}`;
    case 'park':
    case 'takeParked':
      return `2 ${change.parked.id}`;
    case 'route':
      return `3 ${change.route.place.conversationId}`;
    case 'noRoute':
      return `3 ${change.conversationId}`;
    case 'alias':
    case 'noAlias':
      return `3 ${change.alias.tid} ${change.alias.owner ?? ''} ${change.alias.key}`;
    case 'reconciled':
      return '3';
    case 'finding':
      return `3 ${change.finding.id}`;
    case 'answered':
      return `4 ${change.eventId}`;
    case 'job':
      return `5 ${jobId(change.job)}`;
    case 'audit':
      return '6';
  }
}

/** False when another writer was first. */
async function make(db: Kysely<Tables>, change: Change): Promise<boolean> {
  switch (change.kind) {
    case 'newActivation':
      return addActivation(db, change.activation, change.eventId);
    case 'activation':
      return changeActivation(db, change.activation, change.eventId);
    case 'park':
      return park(db, change.parked);
    case 'takeParked':
      return (await take(db, change.parked.id, change.parked.person, change.at)) !== null;
    case 'route':
      await setRoute(db, change.route);
      return true;
    case 'noRoute':
      await dropRoute(db, change.conversationId);
      return true;
    case 'alias':
      await setAlias(db, change.alias);
      return true;
    case 'noAlias':
      await dropAlias(db, change.alias);
      return true;
    case 'finding':
      await addFinding(db, change.finding);
      return true;
    case 'reconciled':
      await setReconciled(db, change.until);
      return true;
    case 'answered':
      return (await settleEvent(db, change.eventId)) || change.once !== true;
    case 'job':
      await enqueue(db, change.job, change.due, change.doubt);
      return true;
    case 'audit':
      return true;
  }
}

/** SQLite: SQLITE_CONSTRAINT_UNIQUE and SQLITE_CONSTRAINT_PRIMARYKEY. PostgreSQL: unique_violation. */
function isUniqueViolation(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  if ('errcode' in error) return error.errcode === 2067 || error.errcode === 1555;
  return 'code' in error && error.code === '23505';
}
