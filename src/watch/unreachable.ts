import { isOver } from '../core/activation.ts';
import { notice } from '../core/message.ts';
import type { Place } from '../core/place.ts';
import type { Job } from '../ports/job.ts';
import type { Ports } from '../ports/ports.ts';
import { watches } from './rooms.ts';
import { reach } from './settle.ts';

/**
 * Nothing can be sent to this reader any more: the bot was blocked or removed. Their place is forgotten until they write
 * again, the next one who could read it is told, and the log carries an alarm.
 */
export async function unreachable(ports: Ports, job: Job, place: Place | null): Promise<void> {
  if (place?.kind === 'personal') await ports.store.forgetPlace(place.conversationId);
  if (job.kind !== 'card') {
    ports.log.error('reader.unreachable', { job: job.kind });
    return;
  }
  const { activationId, reader } = job;
  ports.log.error('reader.unreachable', { job: job.kind, reader: reader.kind, activation: activationId });
  if (reader.kind === 'approver') await reach(ports, activationId, reader.oid, false);
  if (reader.kind === 'channel') await closeRoute(ports, activationId, reader.conversationId);
}

/** Nothing is announced there any more, whoever set it up is told, and so is the log when nobody else hears of it. */
async function closeRoute(ports: Ports, activationId: string, conversationId: string): Promise<void> {
  const route = await ports.store.route(conversationId);
  if (!route) return;
  const at = ports.clock.now();
  const { tid } = route.place;
  const entry = { at, actor: null, action: 'announcements.unreachable', activationId: null, target: null };
  const to = (await ports.store.knownPerson(route.by))?.place ?? null;
  const message = notice(
    '⚠',
    `I cannot post in ${route.place.name ?? 'a room'} any more, so announcements there have stopped.`,
    'I was blocked or removed there. Add me again and say “announce here” to go on.',
  );
  await ports.store.commit([
    { kind: 'noRoute', conversationId },
    { kind: 'audit', entry: { ...entry, detail: { conversation: conversationId } } },
    ...(to === null
      ? []
      : [
          {
            kind: 'job',
            job: { kind: 'notice', key: `unreachable:${conversationId}:${at}`, to, oid: route.by.oid, message },
            due: at,
          } as const,
        ]),
  ]);
  const activation = await ports.store.activation(activationId);
  const others = (await ports.store.routes()).filter((one) => one.place.tid === tid);
  if (activation && !isOver(activation.phase) && !others.some((one) => watches(one, activation))) {
    ports.log.error('announcement.nowhere', { activation: activationId });
  }
}
