import type { Activation } from '../core/activation.ts';
import { problem } from '../core/message.ts';
import type { Ports } from '../ports/ports.ts';
import { settle } from '../watch/settle.ts';
import { giveUp, order } from './order.ts';

/** PIM's lists may lag by a minute: within this time "not there" is no proof. */
const lagMs = 60_000;
/** Later than this nobody waits in front of the chat any more, so nothing is ordered on its own. */
const patienceMs = 10 * 60_000;

/**
 * An intent whose answer was lost, by a crash or by the network: read back and adopt. Only when PIM has surely not got
 * it, and the person still waits, is it ordered once more; PIM itself refuses a second one of the same target.
 */
export async function recover(ports: Ports, activation: Activation): Promise<void> {
  const now = ports.clock.now();
  const found = await ports.pim.findOrder(activation);
  if (found) {
    await settle(ports, activation.id, found);
    return;
  }
  const age = now - activation.askedAt;
  // From a copy: PIM may have refused it since, and the person knows; ordering it now would be a surprise.
  if (age > (activation.restored === true ? lagMs : patienceMs)) {
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
  const claimed = await ports.store.commit([
    {
      kind: 'activation',
      activation: {
        ...activation,
        readAt: now + (age < lagMs ? pauseAt(age) : 60_000),
        version: activation.version + 1,
      },
    },
  ]);
  if (claimed && age >= lagMs) await order(ports, activation);
}

/** Somebody waits, so at once and then with growing pauses; age and pause in whole ms. */
export function pauseAt(age: number): number {
  return Math.min(15_000, Math.max(2_000, Math.ceil(age / 2)));
}
