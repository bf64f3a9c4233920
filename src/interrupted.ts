import { isOver } from './core/activation.ts';
import type { Activation } from './core/activation.ts';
import { problem } from './core/message.ts';
import type { Message } from './core/message.ts';
import type { Ports } from './ports/ports.ts';
import type { Change } from './ports/store.ts';

/** A command is answered at once; one that is older than this and unanswered was cut off. */
const answerMs = 60_000;

/** The same ports, for one event: what it begins is stored with its id, so that it is found when the event was cut off. */
export function forEvent(ports: Ports, eventId: string): Ports {
  const tag = (change: Change): Change => {
    if (change.kind === 'newActivation') return { ...change, eventId };
    return change.kind === 'activation' ? { ...change, eventId } : change;
  };
  return { ...ports, store: { ...ports.store, commit: (changes) => ports.store.commit(changes.map(tag)) } };
}

/** Whoever got no answer because of a crash is told, once, unless what they asked for is there and shows itself. */
export async function tellInterrupted(ports: Ports): Promise<void> {
  for (const { eventId, place, oid } of await ports.store.unanswered(ports.clock.wall() - answerMs)) {
    const { stepped } = await ports.store.begunBy(eventId);
    // PIM is being asked how the step went; then it is known whether anything has to be said.
    if (stepped.some(({ step }) => step !== null)) continue;
    const message = await whatWasCutOff(ports, eventId, oid);
    const job = { kind: 'notice', key: `interrupted:${eventId}`, to: place, oid, message: message ?? nothing } as const;
    await ports.store.commit([
      { kind: 'answered', eventId, once: true },
      ...(message === null ? [] : [{ kind: 'job', job, due: ports.clock.now() } as const]),
    ]);
  }
}

const nothing: Message = problem('I was interrupted while I worked on your last message.', {
  why: 'I was restarted in the middle of it.',
  next: 'Say “status” to see what came of it; say it again if nothing did.',
});

/** Null when everything that was begun is there to be seen. */
async function whatWasCutOff(ports: Ports, eventId: string, oid: string | null): Promise<Message | null> {
  const { made, stepped } = await ports.store.begunBy(eventId);
  if (made.length === 0) return stepped.length > 0 && stepped.every((one) => isDone(one, oid)) ? null : nothing;
  // One wish has its card. Of several, the ones that were not begun are known to nobody any more.
  if (made.every(({ batch }) => batch === null)) return null;
  const names = made.map(({ targetName }) => targetName).join(', ');
  return problem('I was interrupted while I worked on your last message.', {
    why: `I was restarted in the middle of it. Asked of PIM by then: ${names}.`,
    next: 'Their card tells how it goes. Say again what else you named.',
  });
}

/** The requester's step ends it, an approver's decides it. */
function isDone({ person, phase }: Activation, oid: string | null): boolean {
  return person.oid === oid ? isOver(phase) : phase !== 'waiting';
}
