import type { Activation } from '../core/activation.ts';
import { recovery } from '../core/recovery.ts';
import { problem } from '../core/message.ts';
import type { Ports } from '../ports/ports.ts';
import { settle } from '../watch/settle.ts';
import { heldOf } from './hold.ts';
import { giveUp, order } from './order.ts';
import { tryHeld } from './try-held.ts';

/**
 * An intent whose answer was lost, by a crash or by the network: read back and adopt. Only when PIM has surely not got
 * it, and the person still waits, is it ordered once more; PIM itself refuses a second one of the same target.
 */
export async function recover(ports: Ports, activation: Activation): Promise<void> {
  const held = heldOf(activation);
  if (held !== null && activation.restored !== true) return tryHeld(ports, activation, held);
  const now = ports.clock.now();
  const found = await ports.pim.findOrder(activation);
  if (found) {
    await settle(ports, activation.id, found);
    return;
  }
  const next = recovery(activation, now);
  if (next.kind === 'giveUp') {
    await giveUp(
      ports,
      activation,
      problem('I was interrupted before PIM got this request.', {
        why: 'Nothing was activated.',
        next: 'Ask again if you need it.',
      }),
      'interrupted',
    );
    return;
  }
  const due = next.kind === 'look' ? { readAt: next.at } : { readAt: now + 60_000, orderedAt: now };
  const claimed = { ...activation, ...due, version: activation.version + 1 };
  const isOurs = await ports.store.commit([{ kind: 'activation', activation: claimed }]);
  if (isOurs && next.kind === 'order') await order(ports, claimed);
}
