import type { Activation, Held } from '../core/activation.ts';
import { notice } from '../core/message.ts';
import type { Message } from '../core/message.ts';
import { identityOf } from '../core/person.ts';
import type { Actor } from '../ports/incoming.ts';
import type { Ports } from '../ports/ports.ts';
import type { Change } from '../ports/store.ts';
import { requesterCard } from '../watch/settle.ts';

/** The person is asked this long whether to go on. */
const askedMs = 15 * 60_000;
/** What they want to go on is tried this long, from their word on. */
export const keptMs = 3_600_000;
/** Between two tries: somebody waits, and a service that comes back must not be overrun. */
const pauseMs = 15_000;

/**
 * PIM, or the sign-in before it, could not be asked, so nothing happened there. The wish is held: its card asks whether to
 * go on or to let it go, and once it is kept the next try follows by itself.
 */
export async function hold(ports: Ports, id: string, afterMs: number | null): Promise<null> {
  const stored = await ports.store.activation(id);
  if (stored?.phase !== 'ordering') return null;
  const now = ports.clock.now();
  const before = stored.held ?? null;
  const held: Held =
    before === null ? { kept: false, until: now + askedMs, trying: null } : { ...before, trying: null };
  const next = Math.min(held.until, now + Math.max(pauseMs, afterMs ?? 0));
  await ports.store.commit([
    ...change(ports, { ...stored, held, readAt: held.kept ? next : held.until }),
    ...(before === null ? [line(ports, stored, 'activation.held')] : []),
  ]);
  return null;
}

/** The button on its card, or on the card that it shares with others of its sentence. */
export async function keepHeld(ports: Ports, actor: Actor, id: string): Promise<Message | null> {
  return each(ports, actor, id, (stored, held) => {
    if (held.kept) return null;
    const now = ports.clock.now();
    const kept = { ...held, kept: true, until: now + keptMs };
    return [...change(ports, { ...stored, held: kept, readAt: now }), line(ports, stored, 'activation.kept')];
  });
}

/** Never while an order is on its way: it may take effect, and then it is ended and not let go. */
export async function letGoHeld(ports: Ports, actor: Actor, id: string): Promise<Message | null> {
  return each(ports, actor, id, (stored, held) => {
    if (held.trying !== null) return null;
    return [...change(ports, { ...stored, phase: 'cancelled', readAt: null }), line(ports, stored, 'activation.letGo')];
  });
}

/** Null when there is nothing of this person's under this id. What another writer changed meanwhile stays as it is. */
async function each(
  ports: Ports,
  actor: Actor,
  id: string,
  step: (stored: Activation, held: Held) => readonly Change[] | null,
): Promise<Message | null> {
  const read = async (): Promise<readonly Activation[]> => {
    const single = await ports.store.activation(id);
    return single === null ? ports.store.activationsOfBatch(id) : [single];
  };
  const own = ({ person }: Activation): boolean => person.oid === actor.oid && person.tid === actor.tid;
  for (const stored of (await read()).filter(own)) {
    const held = heldOf(stored);
    const changes = held === null ? null : step(stored, held);
    if (changes !== null) await ports.store.commit(changes);
  }
  const after = (await read()).filter(own);
  const [first] = after;
  if (!first) return null;
  if (after.some((one) => heldOf(one)?.trying != null))
    return notice('◷', 'I am asking PIM at this very moment.', 'The card tells in a few seconds what came of it.');
  const { batch } = first;
  if (batch === null) return { kind: 'activation', activation: first };
  return { kind: 'batch', id: batch, activations: await ports.store.activationsOfBatch(batch) };
}

/** How it is held, if it is. */
export function heldOf({ phase, held }: Activation): Held | null {
  return phase === 'ordering' ? (held ?? null) : null;
}

function change(ports: Ports, activation: Activation): readonly Change[] {
  return [
    { kind: 'activation', activation: { ...activation, version: activation.version + 1 } },
    { kind: 'job', job: requesterCard(activation), due: ports.clock.now() },
  ];
}

function line(ports: Ports, { id, person }: Activation, action: string): Change {
  const at = ports.clock.now();
  return {
    kind: 'audit',
    entry: { at, actor: identityOf(person), action, activationId: id, target: null, detail: {} },
  };
}
