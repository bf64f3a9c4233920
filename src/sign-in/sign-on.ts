import { identityOf } from '../core/person.ts';
import type { Brought } from '../ports/incoming.ts';
import type { Parked } from '../ports/parked.ts';
import type { Ports } from '../ports/ports.ts';
import { signedIn } from './sign-in.ts';

/** A client that says nothing for this long is not going to sign anybody in by itself. */
export const patienceMs = 8_000;

/**
 * Teams brought a token of this person for a wish that waits. Every client of theirs does, with the same id: each gets its
 * answer, and the wish goes on once, whichever replica they reach. False: only the person can help, and the link is sent.
 */
export async function takeSignOn(ports: Ports, brought: Brought): Promise<boolean> {
  const { actor, id } = brought;
  const parked = await ownParked(ports, brought);
  if (parked === null) return false;
  if (!(await exchanged(ports, brought))) return false;
  const eventId = `signOn/${id}`;
  if (await ports.store.claim(eventId, actor, parked.place, ports.clock.wall())) {
    await signedIn(ports, identityOf(actor), id, [{ kind: 'answered', eventId }]);
  }
  return true;
}

/** The same for a press that is repeated with a token. goOn: the press is to be done now, and only now. */
export async function pressSignedOn(ports: Ports, brought: Brought): Promise<'goOn' | 'done' | 'refused'> {
  const { actor, id } = brought;
  if ((await ownParked(ports, brought)) === null || !(await exchanged(ports, brought))) return 'refused';
  if (!(await ports.store.takeParked(id, actor, ports.clock.wall()))) return 'done';
  const at = ports.clock.now();
  const person = identityOf(actor);
  await ports.store.commit([
    { kind: 'job', job: { kind: 'signInCard', parkedId: id, state: 'done' }, due: at },
    { kind: 'audit', entry: { at, actor: person, action: 'signIn', activationId: null, target: null, detail: {} } },
  ]);
  return 'goOn';
}

/** The card with the link, if nothing else has signed the person in by then. */
export async function askByLink(ports: Ports, parkedId: string, afterMs: number): Promise<void> {
  const job = { kind: 'signInCard', parkedId, state: 'link' } as const;
  await ports.store.commit([{ kind: 'job', job, due: ports.clock.now() + afterMs }]);
}

/** A check is passed in the browser only, and another's wish is none of this person's business. */
async function ownParked(ports: Ports, { actor, id }: Brought): Promise<Parked | null> {
  const parked = await ports.store.parked(id);
  const isOwn = parked?.person.oid === actor.oid && parked.person.tid === actor.tid;
  return parked && isOwn && parked.check === undefined ? parked : null;
}

/** Whatever goes wrong with it, the person can still sign in by the link. */
async function exchanged(ports: Ports, { actor, id, token }: Brought): Promise<boolean> {
  try {
    if (await ports.signIn.exchange(identityOf(actor), token)) return true;
  } catch (error) {
    ports.log.warn('signOn.failed', { error });
  }
  await askByLink(ports, id, 0);
  return false;
}
