import { lagMs } from '../core/activation.ts';
import type { Activation, Held } from '../core/activation.ts';
import { decide } from '../core/decide.ts';
import type { Decision } from '../core/decide.ts';
import { problem } from '../core/message.ts';
import type { Message } from '../core/message.ts';
import { isOutage } from '../core/pim-problem.ts';
import { refusal } from '../core/refusal.ts';
import type { Ports } from '../ports/ports.ts';
import { settle } from '../watch/settle.ts';
import { askOfWish } from './ask.ts';
import { hold } from './hold.ts';
import { giveUp, order } from './order.ts';

const lookAgainMs = 5_000;

/**
 * The timer for a wish that is held. Nobody said to go on, or PIM was away too long: it ends. Else its policy is read anew,
 * decided on anew, and it is ordered with the token that the person has now.
 */
export async function tryHeld(ports: Ports, activation: Activation, held: Held): Promise<void> {
  const now = ports.clock.now();
  try {
    if (held.trying !== null && (await isFound(ports, activation, held.trying))) return;
    if (now >= held.until) return await end(ports, activation, tooLate(activation, held));
    if (!held.kept) return;
    const policy = await ports.pim.policy(activation.target, { fresh: true });
    const facts = { now, defaultMinutes: ports.settings.defaultMinutes, open: null };
    const decision = decide(askOfWish(activation.wish), policy, facts);
    if (decision.kind !== 'order') return await end(ports, activation, changed(activation, decision));
  } catch (error) {
    if (!isOutage(error)) throw error;
    await hold(ports, activation.id, null);
    return;
  }
  const trying = {
    ...activation,
    held: { ...held, trying: now },
    readAt: now + 20_000,
    version: activation.version + 1,
  };
  if (await ports.store.commit([{ kind: 'activation', activation: trying }])) await order(ports, trying);
}

/** A try was cut off: its order is read back. True when it is there, or not surely absent yet. */
async function isFound(ports: Ports, activation: Activation, since: number): Promise<boolean> {
  const found = await ports.pim.findOrder(activation);
  const now = ports.clock.now();
  if (found) await settle(ports, activation.id, found);
  else if (now - since < lagMs) {
    const later = { ...activation, readAt: now + lookAgainMs, version: activation.version + 1 };
    await ports.store.commit([{ kind: 'activation', activation: later }]);
  } else return false;
  return true;
}

/** Nobody looks at its card any more, so it is also said. */
async function end(ports: Ports, activation: Activation, why: Extract<Message, { kind: 'problem' }>): Promise<void> {
  await giveUp(ports, activation, why, 'outage');
  const { id, place, person } = activation;
  if ((await ports.store.activation(id))?.phase !== 'failed') return;
  const job = { kind: 'notice', key: `${id}:outage`, to: place, oid: person.oid, message: why } as const;
  await ports.store.commit([{ kind: 'job', job, due: ports.clock.now() }]);
}

function tooLate({ targetName }: Activation, { kept }: Held): Extract<Message, { kind: 'problem' }> {
  return problem(`I let go of ${targetName}.`, {
    why: kept ? 'PIM could not be asked for an hour.' : 'PIM could not be asked, and you did not say to keep trying.',
    next: 'Nothing was activated. Ask again if you need it.',
  });
}

function changed({ targetName }: Activation, decision: Decision): Extract<Message, { kind: 'problem' }> {
  const isPolicy = decision.kind === 'question';
  return refusal(`I did not ask PIM for ${targetName}.`, {
    rule: isPolicy
      ? 'Its policy has changed while PIM could not be asked, and wants more than you said.'
      : 'The time that you asked for has passed meanwhile, and nothing is activated for the past.',
    owner: isPolicy ? 'group' : 'pim',
    next: 'Ask again: I ask you then for what is missing.',
  });
}
