import type { Kysely } from 'kysely';
import { isOver, shortId } from '../core/activation.ts';
import type { Activation } from '../core/activation.ts';
import { targetKey } from '../core/target.ts';
import type { Store } from '../ports/store.ts';
import { keep, unkeep } from './kept.ts';
import type { Kept } from './kept.ts';
import type { Database, Tables } from './schema.ts';

type Reads = Pick<
  Store,
  | 'activation'
  | 'activationsByShortId'
  | 'openActivation'
  | 'openActivations'
  | 'openActivationsOf'
  | 'lastActivation'
  | 'history'
  | 'activationsAsked'
  | 'activationsOfBatch'
  | 'waitingFor'
  | 'dueActivations'
  | 'begunBy'
>;

export function activationReads({ db }: Database): Reads {
  const select = () => db.selectFrom('activation').select('activation.body');
  return {
    async activation(id) {
      return one(await select().where('id', '=', id).executeTakeFirst());
    },
    async activationsByShortId(id) {
      const text = id.toLowerCase();
      const found = select().where((eb) => eb.or([eb('id', '=', text), eb('short_id', '=', text)]));
      return all(await found.orderBy('asked_at').execute());
    },
    async openActivation({ tid, oid }, key) {
      const found = select().where('tid', '=', tid).where('oid', '=', oid).where('target_key', '=', key);
      return one(await found.where('is_over', '=', 0).executeTakeFirst());
    },
    async openActivations({ tid, oid }) {
      const found = select().where('tid', '=', tid).where('oid', '=', oid).where('is_over', '=', 0);
      return all(await found.orderBy('asked_at').orderBy('id').execute());
    },
    async openActivationsOf(tid, targetKeys) {
      if (targetKeys.length === 0) return [];
      const found = select().where('tid', '=', tid).where('target_key', 'in', targetKeys).where('is_over', '=', 0);
      return all(await found.orderBy('asked_at').orderBy('id').execute());
    },
    async lastActivation({ tid, oid }) {
      const found = select().where('tid', '=', tid).where('oid', '=', oid);
      return one(await found.orderBy('asked_at', 'desc').orderBy('id', 'desc').limit(1).executeTakeFirst());
    },
    async history({ tid, oids, targetKeys }, limit) {
      const everybodys = select().where('tid', '=', tid);
      const found =
        oids.length + targetKeys.length === 0
          ? everybodys
          : everybodys.where((eb) =>
              eb.or([
                ...(oids.length > 0 ? [eb('oid', 'in', oids)] : []),
                ...(targetKeys.length > 0 ? [eb('target_key', 'in', targetKeys)] : []),
              ]),
            );
      return all(await found.orderBy('asked_at', 'desc').orderBy('id', 'desc').limit(limit).execute());
    },
    async activationsAsked(from, to) {
      const found = select().where('asked_at', '>', from).where('asked_at', '<=', to);
      return all(await found.orderBy('asked_at').orderBy('id').execute());
    },
    async activationsOfBatch(id) {
      const found = all(await select().where('batch', '=', id).orderBy('asked_at').orderBy('id').execute());
      return [...new Map(found.map((activation) => [targetKey(activation.target), activation])).values()];
    },
    async waitingFor({ tid, oid }) {
      const found = select().innerJoin('asked_approver', 'asked_approver.activation_id', 'activation.id');
      const mine = found.where('asked_approver.tid', '=', tid).where('asked_approver.oid', '=', oid);
      return all(await mine.orderBy('asked_at').orderBy('id').execute());
    },
    async begunBy(eventId) {
      const [made, stepped] = await Promise.all([
        select().where('event', '=', eventId).execute(),
        select().where('step_event', '=', eventId).execute(),
      ]);
      return { made: all(made), stepped: all(stepped) };
    },
    async dueActivations(now, limit) {
      const found = select().where('is_over', '=', 0).where('read_at', '<=', now);
      return all(await found.orderBy('read_at').orderBy('id').limit(limit).execute());
    },
  };
}

/** False when the person has an activation of this target that is not over. */
export async function addActivation(db: Kysely<Tables>, activation: Activation, eventId?: string): Promise<boolean> {
  const made = { id: activation.id, ...columns(activation), event: eventId ?? null };
  const insert = db.insertInto('activation').values(made);
  const { numInsertedOrUpdatedRows } = await insert
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  if (numInsertedOrUpdatedRows !== 1n) return false;
  await askApprovers(db, activation);
  return true;
}

/** False unless the stored version is the one before. */
export async function changeActivation(db: Kysely<Tables>, activation: Activation, eventId?: string): Promise<boolean> {
  const changed = { ...columns(activation), ...(eventId === undefined ? {} : { step_event: eventId }) };
  const update = db.updateTable('activation').set(changed).where('id', '=', activation.id);
  const { numUpdatedRows } = await update.where('version', '=', activation.version - 1).executeTakeFirstOrThrow();
  if (numUpdatedRows !== 1n) return false;
  await db.deleteFrom('asked_approver').where('activation_id', '=', activation.id).execute();
  await askApprovers(db, activation);
  return true;
}

async function askApprovers(db: Kysely<Tables>, { id, phase, person, approvers }: Activation): Promise<void> {
  if (phase !== 'waiting' || approvers.length === 0) return;
  const rows = approvers.map(({ oid }) => ({ activation_id: id, tid: person.tid, oid }));
  await db
    .insertInto('asked_approver')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

function columns(activation: Activation): Omit<Tables['activation'], 'id' | 'event' | 'step_event'> {
  return {
    short_id: shortId(activation.id),
    version: activation.version,
    tid: activation.person.tid,
    oid: activation.person.oid,
    target_key: targetKey(activation.target),
    is_over: isOver(activation.phase) ? 1 : 0,
    asked_at: activation.askedAt,
    read_at: activation.readAt,
    batch: activation.batch,
    body: keep(activation),
  };
}

type Row = { readonly body: Kept<Activation> };

function one(row: Row | undefined): Activation | null {
  return row === undefined ? null : unkeep(row.body);
}

function all(rows: readonly Row[]): readonly Activation[] {
  return rows.map(({ body }) => unkeep(body));
}
