import { isOver, namedTargetOf } from '../core/activation.ts';
import type { Activation } from '../core/activation.ts';
import type { Ask } from '../core/decide.ts';
import { notice, problem } from '../core/message.ts';
import type { Message } from '../core/message.ts';
import type { Place } from '../core/place.ts';
import type { Repeat } from '../language/command.ts';
import type { Actor } from '../ports/incoming.ts';
import type { Ports } from '../ports/ports.ts';
import { activate } from './activate.ts';
import { askOf, askOfWish } from './ask.ts';

/** `again`: the last activation once more; what its policy wants besides the length is asked afresh. */
export async function repeat(ports: Ports, actor: Actor, place: Place, said: Repeat): Promise<Message | null> {
  const last = await ports.store.lastActivation(actor);
  if (!last) {
    return problem('You have not activated anything here yet.', {
      why: 'Only what you activated through me can be repeated.',
      next: 'Choose from what you can activate.',
      button: { verb: 'list', id: 'all', title: 'What can I activate?' },
    });
  }
  return activateAgain(ports, actor, place, last, askOf(said));
}

export async function activateAgain(
  ports: Ports,
  actor: Actor,
  place: Place,
  last: Activation,
  said: Ask,
): Promise<Message | null> {
  if (!isOver(last.phase)) return notice('◷', `${last.targetName} is not over yet.`, 'Say “status” to see it.');
  const { length } = last.wish;
  const ask: Ask = { ...(length.kind === 'for' ? { minutes: length.minutes } : {}), ...said };
  return activate(ports, actor, place, namedTargetOf(last), ask);
}

/** The failed ones of one sentence once more, with the very words it had. */
export async function retry(ports: Ports, actor: Actor, place: Place, batch: string): Promise<readonly Message[]> {
  const failed = (await ports.store.activationsOfBatch(batch)).filter(
    ({ phase, person }) => phase === 'failed' && person.oid === actor.oid && person.tid === actor.tid,
  );
  const replies = await Promise.all(
    failed.map((before) => activate(ports, actor, place, namedTargetOf(before), askOfWish(before.wish), batch)),
  );
  return replies.filter((reply) => reply !== null);
}
