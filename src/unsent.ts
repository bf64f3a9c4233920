import { looksSecret } from './core/secrets.ts';
import { identityOf } from './core/person.ts';
import type { Message } from './core/message.ts';
import type { Command } from './language/command.ts';
import type { Actor } from './ports/incoming.ts';
import type { Parked } from './ports/parked.ts';
import type { Ports } from './ports/ports.ts';
import type { Place } from './core/place.ts';

type Unsent = Extract<Parked['body'], { kind: 'unsent' }>;

const waitMs = 15 * 60_000;

/** True when the reason or the ticket of a sentence looks as if it held a secret. */
export function isDoubtful(command: Command): boolean {
  const justification = 'justification' in command ? command.justification : undefined;
  const ticket = 'ticket' in command ? command.ticket : undefined;
  return [justification, ticket?.system, ticket?.number].some((text) => text !== undefined && looksSecret(text));
}

/** The same of what was filled into a card. */
export function areDoubtful({ justification, ticket }: Readonly<Record<string, string>>): boolean {
  return [justification, ticket].some((text) => text !== undefined && looksSecret(text));
}

/** Nothing has left for PIM or for anybody's card; it goes on as it was when the person says so. */
export async function askBeforeSending(
  ports: Ports,
  actor: Actor,
  place: Place,
  unsent: Omit<Unsent, 'kind'>,
): Promise<Message> {
  const id = ports.ids.id();
  const at = ports.clock.now();
  const body = { kind: 'unsent', ...unsent } as const;
  await ports.store.commit([
    { kind: 'park', parked: { id, person: identityOf(actor), place, at, expiresAt: at + waitMs, body } },
  ]);
  return { kind: 'unsent', id };
}
