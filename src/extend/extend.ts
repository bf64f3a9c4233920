import { keep, activate, question, unkeep } from '../activate/activate.ts';
import { isOver, namedTargetOf } from '../core/activation.ts';
import type { Activation } from '../core/activation.ts';
import { contextClaims } from '../core/check.ts';
import { decide } from '../core/decide.ts';
import type { Ask } from '../core/decide.ts';
import { notice, problem } from '../core/message.ts';
import type { Message } from '../core/message.ts';
import { sayMoment } from '../core/moment.ts';
import { identityOf } from '../core/person.ts';
import type { Place } from '../core/place.ts';
import { sayMinutes } from '../core/duration.ts';
import { refusal } from '../core/refusal.ts';
import { end } from '../deactivate/end.ts';
import type { Actor } from '../ports/incoming.ts';
import type { ParkedBody } from '../ports/parked.ts';
import type { Ports } from '../ports/ports.ts';
import { parkForSignIn } from '../sign-in/park.ts';
import { offerRenewal } from './renew.ts';

const answerMs = 15 * 60_000;

type Extension = Extract<ParkedBody, { kind: 'extension' }>;

/**
 * PIM cannot lengthen a running activation of a group (Graph offers no selfExtend for them, and a second one beside it is
 * refused). So longer means: end it, then activate again. Offered only where nobody has to approve, named before it happens.
 */
export async function extend(
  ports: Ports,
  actor: Actor,
  place: Place,
  running: Activation,
  said: Ask,
): Promise<Message> {
  if (running.phase !== 'active')
    return refusal(`${running.targetName} is not active, so there is nothing to extend.`, {
      rule: 'Only what runs can be extended.',
      owner: 'jitney',
      next: 'Say “status” to see what is there, or ask for it anew.',
    });
  const name = running.targetName;
  const policy = await ports.pim.policy(running.target);
  const now = ports.clock.now();
  const left = Math.max(Math.ceil(((running.endsAt ?? now) - now) / 60_000), 0);
  const wanted = left + (said.minutes ?? ports.settings.defaultMinutes);
  const minutes = Math.min(wanted, policy.maximumMinutes ?? wanted);
  if (policy.approval !== null) return offerRenewal(ports, actor, place, running, policy, said);
  if (minutes <= left) {
    return refusal(`${name} already runs as long as its policy allows.`, {
      rule: `Its policy allows ${sayMinutes(policy.maximumMinutes ?? minutes)} at a time.`,
      owner: 'group',
      next: 'Ask again when it has ended.',
    });
  }
  const ask: Ask = { ...said, minutes };
  const decision = decide(ask, policy, { now, defaultMinutes: ports.settings.defaultMinutes, open: null });
  if (decision.kind === 'question') {
    const by = said.minutes ?? ports.settings.defaultMinutes;
    const named = namedTargetOf(running);
    return question(ports, actor, place, named, { ...said, minutes: by }, policy, decision.needs, by, running.id);
  }
  const id = ports.ids.id();
  const body = { kind: 'extension', activationId: running.id, ask: keep(ask) } as const;
  await ports.store.commit([
    { kind: 'park', parked: { id, person: identityOf(actor), place, at: now, expiresAt: now + answerMs, body } },
  ]);
  const until = sayMoment(now + minutes * 60_000, actor.zone ?? ports.settings.defaultTimeZone, now);
  return problem(`Extending ${name} until ${until} ends it first.`, {
    why: 'PIM lets nobody lengthen a running activation. I end it and activate it again at once; in between you are out, usually for less than a minute.',
    next: 'If the second step fails I tell you at once; then you are out until you ask again.',
    button: { verb: 'extend', id, title: 'End and activate again' },
  });
}

/** The person said yes: both steps, and at once a word when the second one fails. */
export async function extendNow(ports: Ports, actor: Actor, id: string): Promise<readonly Message[] | null> {
  const taken = await ports.store.takeParked(id, actor, ports.clock.now());
  return taken?.body.kind === 'extension' ? extendTaken(ports, actor, taken.place, taken.body, null) : null;
}

/**
 * A check that the policy wants of the second step is asked for before the first: nobody is put out only to be asked for
 * it. challenge: what was passed just now.
 */
export async function extendTaken(
  ports: Ports,
  actor: Actor,
  place: Place,
  extension: Extension,
  challenge: string | null,
): Promise<readonly Message[]> {
  const running = await ports.store.activation(extension.activationId);
  if (!running || running.person.oid !== actor.oid || isOver(running.phase)) {
    return [notice('■', 'It has ended meanwhile.', 'Ask for it anew.')];
  }
  const named = namedTargetOf(running);
  const { authenticationContext } = await ports.pim.policy(named.target);
  const claims = authenticationContext === null ? null : contextClaims(authenticationContext);
  if (claims !== null && !(await ports.signIn.verified(actor, claims))) {
    await parkForSignIn(ports, actor, place, extension, { claims, targetName: named.name });
    return [];
  }
  const refused = await end(ports, actor, running, {
    challenge: challenge === claims ? null : challenge,
    then: extension,
  });
  if (refused) return [refused];
  const ended = await ports.store.activation(running.id);
  // PIM wants a check for the ending, too: its card asks for that, and both steps wait.
  if (ended && !isOver(ended.phase)) return [];
  const reply = await activate(ports, actor, place, named, unkeep(extension.ask));
  const open = await ports.store.openActivations(actor);
  const again = open.some(({ target }) => JSON.stringify(target) === JSON.stringify(running.target));
  if (again) return reply ? [reply] : [];
  const out = problem(`${running.targetName} was ended, and could not be activated again.`, {
    why: 'You are out of it now.',
    next: 'Ask again; the new card says why it failed.',
    button: { verb: 'again', id: running.id, title: 'Again' },
  });
  return reply ? [out, reply] : [out];
}
