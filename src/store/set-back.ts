import type { Kysely } from 'kysely';
import { lagMs } from '../core/activation.ts';
import type { Activation } from '../core/activation.ts';
import type { Moment } from '../core/moment.ts';
import { changeActivation } from './activations.ts';
import { unkeep } from './kept.ts';
import type { Database, Tables } from './schema.ts';

/** What is open, and not about to be ordered, is read at least this often. */
const roundMs = 30_000;

export async function newestMoment({ db }: Database, now: Moment): Promise<Moment> {
  const line = await db.selectFrom('ledger').select('at').orderBy('seq', 'desc').limit(1).executeTakeFirst();
  // A message is due when it is written, until it was tried; what is no message may wait for its time.
  const messages = db.selectFrom('job').where('tries', '=', 0).where('lane', '!=', '');
  const message = await messages.select((eb) => eb.fn.max('due').as('due')).executeTakeFirst();
  const readLate = (await open(db, now + roundMs)).filter(({ phase }) => phase !== 'ordering');
  const readings = readLate.map(({ readAt }) => (readAt ?? 0) - roundMs);
  return Math.max(now, line?.at ?? 0, message?.due ?? 0, ...readings);
}

/** Each only once, however many replicas notice that the clock was set back: what was moved is not in the future any more. */
export async function setActivationsBack(db: Kysely<Tables>, from: Moment, to: Moment): Promise<void> {
  for (const known of await open(db, to)) {
    const moved = movedBack(known, from, to);
    if (moved !== known) await changeActivation(db, { ...moved, version: known.version + 1 });
  }
}

function movedBack(known: Activation, from: Moment, to: Moment): Activation {
  const isMoved = (at: Moment): boolean => at > to && at <= from;
  const back = from - to;
  const { step, readAt, held, orderedAt, askedAt } = known;
  const changes: { -readonly [Field in keyof Activation]?: Activation[Field] } = {};
  if (step !== null && isMoved(step.at)) changes.step = { ...step, at: step.at - back };
  if (known.phase !== 'ordering') {
    if (readAt !== null && readAt > to + roundMs) changes.readAt = to;
    return Object.keys(changes).length === 0 ? known : { ...known, ...changes };
  }
  const begun = held?.trying ?? orderedAt ?? askedAt;
  if (!isMoved(begun)) return known;
  if (held?.trying != null) changes.held = { ...held, trying: begun - back };
  else changes.orderedAt = begun - back;
  // A later one waits for its person, who has as much longer.
  if (readAt !== null && readAt - begun <= 2 * lagMs) changes.readAt = readAt - back;
  return { ...known, ...changes };
}

async function open(db: Kysely<Tables>, readAfter: Moment): Promise<readonly Activation[]> {
  const found = db.selectFrom('activation').select('body').where('is_over', '=', 0).where('read_at', '>', readAfter);
  return (await found.orderBy('id').execute()).map(({ body }) => unkeep(body));
}
