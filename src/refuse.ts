import { identityOf } from './core/person.ts';
import type { Message } from './core/message.ts';
import { refusal } from './core/refusal.ts';
import { isVerb } from './clicks.ts';
import type { Actor } from './ports/incoming.ts';
import type { Ports } from './ports/ports.ts';

/** In an hour this many lines of one person and of all; whoever presses more is counted in the next line. */
const windowMs = 3_600_000;
const mostEach = 5;
const mostOfAll = 200;

/**
 * What is said to a press whose seal does not fit: the same whatever is wrong with it. The ledger hears of it, but cannot be
 * filled by it.
 */
export function createRefuse(ports: Ports): (verb: string, actor: Actor) => Promise<Message> {
  let since = 0;
  let written = 0;
  let unwritten = 0;
  const lines = new Map<string, number>();

  function isWritten(oid: string, now: number): boolean {
    if (now - since >= windowMs) {
      since = now;
      written = 0;
      lines.clear();
    }
    const own = lines.get(oid) ?? 0;
    if (own >= mostEach || written >= mostOfAll) return false;
    written += 1;
    lines.set(oid, own + 1);
    return true;
  }

  return async (verb, actor) => {
    const known = isVerb(verb) ? verb : 'unknown';
    ports.log.warn('card.refused', { verb: known, actor: actor.oid });
    if (isWritten(actor.oid, ports.clock.wall())) {
      const detail = { verb: known, unwritten };
      unwritten = 0;
      const entry = { at: ports.clock.now(), actor: identityOf(actor), action: 'card.refused', detail };
      await ports.store.commit([{ kind: 'audit', entry: { ...entry, activationId: null, target: null } }]);
    } else unwritten += 1;
    return refusal('This button is not for you, or its card is not one of mine.', {
      owner: 'jitney',
      rule: 'A card works for the person it was sent to, in the chat it was sent to, as it was sent.',
      next: 'Say “approvals” or “status” to get your own cards.',
    });
  };
}
