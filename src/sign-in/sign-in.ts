import type { Message } from '../core/message.ts';
import { notice } from '../core/message.ts';
import { giveUpUnverified } from '../activate/order.ts';
import type { Person } from '../core/person.ts';
import { identityOf } from '../core/person.ts';
import type { Place } from '../core/place.ts';
import type { Actor, Change, ParkedBody, Ports } from '../ports.ts';

const signInMs = 10 * 60_000;

/** Parks what the person wants and asks them to sign in; it goes on by itself afterwards. */
export async function parkForSignIn(ports: Ports, actor: Actor, place: Place, body: ParkedBody): Promise<void> {
  const id = ports.ids.id();
  const at = ports.clock.wall();
  const person = identityOf(actor);
  await ports.store.commit([
    { kind: 'park', parked: { id, person, place, at, expiresAt: at + signInMs, body } },
    { kind: 'job', job: { kind: 'signInCard', parkedId: id, state: 'open' }, due: ports.clock.now() },
  ]);
}

/** The browser's part is done: the card says so and what waited goes on. */
export async function signedIn(ports: Ports, person: Person, parkedId: string): Promise<void> {
  const due = ports.clock.now();
  await ports.store.commit([
    { kind: 'job', job: { kind: 'signInCard', parkedId, state: 'done' }, due },
    { kind: 'job', job: { kind: 'resume', parkedId }, due },
    {
      kind: 'audit',
      entry: { at: due, actor: person, action: 'signIn', activationId: null, target: null, detail: {} },
    },
  ]);
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
    if (body.kind === 'action' && isRuling(body.verb)) {
      // Its sign-in stands on the approval card itself.
      const reader = { kind: 'approver', oid: person.oid } as const;
      await ports.store.commit([{ kind: 'job', job: { kind: 'card', activationId: body.id, reader }, due }]);
      continue;
    }
    await ports.store.commit([{ kind: 'job', job: { kind: 'signInCard', parkedId: id, state: 'expired' }, due }]);
    if (body.kind === 'stepUp') await giveUpUnverified(ports, body.activationId);
  }
}

function isRuling(verb: string): boolean {
  return verb === 'approve' || verb === 'deny';
}
