import { notice } from '../core/message.ts';
import type { Message } from '../core/message.ts';
import type { Moment } from '../core/moment.ts';
import { identityOf } from '../core/person.ts';
import type { Place } from '../core/place.ts';
import type { Actor } from '../ports/incoming.ts';
import type { ParkedBody } from '../ports/parked.ts';
import type { Ports } from '../ports/ports.ts';
import { keptMs } from './hold.ts';

export type Outage = Extract<ParkedBody, { kind: 'outage' }>;

/** PIM could not even be read: what the person wants waits for their word, and for an hour at most. */
export async function offerToKeep(
  ports: Ports,
  actor: Actor,
  place: Place,
  going: Outage['going'],
  saidAt: Moment = ports.clock.now(),
): Promise<Message> {
  const id = ports.ids.id();
  const at = ports.clock.wall();
  const body = { kind: 'outage', going, saidAt } as const;
  const parked = { id, person: identityOf(actor), place, at, expiresAt: at + keptMs, body };
  await ports.store.commit([{ kind: 'park', parked }]);
  return { kind: 'outage', id, until: null };
}

type Pressed = {
  readonly actor: Actor;
  readonly place: Place;
  readonly id: string;
  readonly activityId?: string | null;
};

/** Null when it does not wait any more. The pressed card says so when it is tried no more. */
export async function keepParked(ports: Ports, { actor, place, id, activityId }: Pressed): Promise<Message | null> {
  if (!(await isWaiting(ports, actor, id))) return null;
  if (activityId != null) await ports.store.saveParkedCard(id, { place, activityId });
  const parked = await ports.store.parked(id);
  const now = ports.clock.now();
  await ports.store.commit([{ kind: 'job', job: { kind: 'keepTrying', parkedId: id, count: 0 }, due: now }]);
  return { kind: 'outage', id, until: now + ((parked?.expiresAt ?? 0) - ports.clock.wall()) };
}

/** The same. */
export async function letGoParked(ports: Ports, actor: Actor, id: string): Promise<Message | null> {
  const taken = (await isWaiting(ports, actor, id)) && (await ports.store.takeParked(id, actor, ports.clock.wall()));
  return taken ? notice('■', 'I let it go.', 'Nothing was asked of PIM.') : null;
}

/** Of this person, about an outage, and neither taken nor too old. */
export async function isWaiting(ports: Ports, actor: Pick<Actor, 'tid' | 'oid'>, id: string): Promise<boolean> {
  const waiting = await ports.store.parkedFor(actor, ports.clock.wall());
  return waiting.some((one) => one.id === id && one.body.kind === 'outage');
}
