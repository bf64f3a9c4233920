import type { Activation } from '../core/activation.ts';
import type { Ports } from '../ports/ports.ts';
import type { Change } from '../ports/store.ts';

/** The cards that are known to be there show what is so now; nobody gets a new message. */
export async function mendCards(ports: Ports, { id, batch }: Activation): Promise<readonly Change[]> {
  const due = ports.clock.now();
  const changes: Change[] = [];
  for (const activationId of batch === null ? [id] : [id, batch]) {
    for (const reader of await ports.store.cardReaders(activationId)) {
      const card = await ports.store.card(activationId, reader);
      if (card?.activityId != null) changes.push({ kind: 'job', job: { kind: 'card', activationId, reader }, due });
    }
  }
  return changes;
}
