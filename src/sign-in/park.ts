import type { Check } from '../core/check.ts';
import { identityOf } from '../core/person.ts';
import type { Person } from '../core/person.ts';
import type { Place } from '../core/place.ts';
import type { Parked, ParkedBody } from '../ports/parked.ts';
import type { Ports } from '../ports/ports.ts';

export const signInMs = 10 * 60_000;

export function parkedOf(
  ports: Ports,
  person: Person,
  place: Place,
  body: ParkedBody,
  check: Check | null = null,
): Parked {
  const at = ports.clock.wall();
  const what = { id: ports.ids.id(), person: identityOf(person), place, at, expiresAt: at + signInMs, body };
  return check === null ? what : { ...what, check };
}

/** Parks what the person wants and asks them to sign in, or to pass the check; it goes on by itself afterwards. */
export async function parkForSignIn(
  ports: Ports,
  person: Person,
  place: Place,
  body: ParkedBody,
  check: Check | null = null,
): Promise<void> {
  const parked = parkedOf(ports, person, place, body, check);
  await ports.store.commit([
    { kind: 'park', parked },
    { kind: 'job', job: { kind: 'signInCard', parkedId: parked.id, state: 'open' }, due: ports.clock.now() },
  ]);
}
