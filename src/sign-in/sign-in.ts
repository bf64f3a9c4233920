import type { Message } from '../core/message.ts';
import { notice } from '../core/message.ts';
import { giveUpUnverified } from '../activate/order.ts';
import type { Check } from '../core/check.ts';
import type { Person } from '../core/person.ts';
import { identityOf } from '../core/person.ts';
import type { Place } from '../core/place.ts';
import type { Actor } from '../ports/incoming.ts';
import type { Parked } from '../ports/parked.ts';
import type { Ports } from '../ports/ports.ts';
import type { Change } from '../ports/store.ts';
import { parkForSignIn } from './park.ts';

/** Whoever finds the token of a check gone after this long asks the person again. */
const hereMs = 30_000;

/**
 * The browser's part is done: the card says so and what waited goes on. A check counts only in the process that took it,
 * so what waited for one (everything of this person that waits for the same) is handed back to be done here, at once; only
 * if this process dies do others find it.
 */
export async function signedIn(
  ports: Ports,
  person: Person,
  parkedId: string,
  also: readonly Change[] = [],
): Promise<readonly string[]> {
  const now = ports.clock.now();
  const check = (await ports.store.parked(parkedId))?.check ?? null;
  const ids = [...new Set([parkedId, ...(await waitingForTheSame(ports, person, check))])];
  const due = check === null ? now : now + hereMs;
  const entry = { at: now, actor: person, action: 'signIn', activationId: null, target: null, detail: {} } as const;
  await ports.store.commit([
    ...ids.flatMap((id): Change[] => [
      { kind: 'job', job: { kind: 'signInCard', parkedId: id, state: 'done' }, due: now },
      { kind: 'job', job: { kind: 'resume', parkedId: id }, due },
    ]),
    { kind: 'audit', entry },
    ...also,
  ]);
  return check === null ? [] : ids;
}

/** Orders of one sentence share a card, and so does whatever wants the same check. */
async function waitingForTheSame(ports: Ports, person: Person, check: Check | null): Promise<readonly string[]> {
  const waiting = await ports.store.parkedFor(person, ports.clock.wall());
  const same = (parked: Parked): boolean =>
    check === null
      ? parked.check === undefined && parked.body.kind === 'stepUp'
      : parked.check?.claims === check.claims;
  return waiting.filter(same).map(({ id }) => id);
}

export async function signInCommand(ports: Ports, actor: Actor, place: Place): Promise<Message | null> {
  if (await ports.signIn.has(actor))
    return notice('✓', 'You are signed in.', '“sign out” makes me forget your sign-in.');
  await parkForSignIn(ports, actor, place, { kind: 'sentence', text: '', scope: place.kind });
  return null;
}

export async function signOut(ports: Ports, actor: Actor): Promise<Message> {
  const was = await ports.signIn.has(actor);
  await ports.signIn.forget(actor);
  const change: Change = {
    kind: 'audit',
    entry: {
      at: ports.clock.now(),
      actor: identityOf(actor),
      action: 'signOut',
      activationId: null,
      target: null,
      detail: {},
    },
  };
  await ports.store.commit([change]);
  return notice(
    '■',
    was ? 'You are signed out. I keep nothing of your sign-in.' : 'You were not signed in.',
    'What is active stays active until it ends.',
  );
}

/** Nobody finished these sign-ins: their cards say so, and an approval card takes its own form again. */
export async function expireSignIns(ports: Ports): Promise<void> {
  const due = ports.clock.now();
  for (const parked of await ports.store.takeExpiredParked(ports.clock.wall())) {
    const { body, id, person } = parked;
    if (body.kind === 'outage') {
      const message = notice(
        '■',
        'I let go of what you wanted to activate: PIM did not answer for an hour.',
        'Nothing was asked of PIM. Say it again if you need it.',
      );
      const job = { kind: 'notice', key: `outage:${id}`, to: parked.place, oid: person.oid, message } as const;
      await ports.store.commit([
        { kind: 'job', job: { kind: 'signInCard', parkedId: id, state: 'expired' }, due },
        { kind: 'job', job, due },
      ]);
      continue;
    }
    const changes: Change[] = [{ kind: 'job', job: { kind: 'signInCard', parkedId: id, state: 'expired' }, due }];
    if (body.kind === 'action' && isRuling(body.verb)) {
      // Its sign-in stood on the approval card itself, unless it was typed.
      const reader = { kind: 'approver', oid: person.oid } as const;
      changes.push({ kind: 'job', job: { kind: 'card', activationId: body.id, reader }, due });
    }
    await ports.store.commit(changes);
    if (body.kind === 'stepUp') await giveUpUnverified(ports, body.activationId);
  }
}

function isRuling(verb: string): boolean {
  return verb === 'approve' || verb === 'deny';
}
