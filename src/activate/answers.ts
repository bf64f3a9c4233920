import type { Ask } from '../core/decide.ts';
import { notice, problem } from '../core/message.ts';
import type { Message } from '../core/message.ts';
import type { Place } from '../core/place.ts';
import { readTargetKey } from '../core/target.ts';
import { refusal } from '../core/refusal.ts';
import type { Actor } from '../ports/incoming.ts';
import type { Parked } from '../ports/parked.ts';
import type { Ports } from '../ports/ports.ts';
import { activate, unkeep } from './activate.ts';

const longestJustification = 500;
const longestTicket = 60;

/**
 * What the person filled into a question card; taken once, by the person it was asked. keep: the card stays to be mended.
 * lengthen: what the answer to a question about a running activation does.
 */
export async function answer(
  ports: Ports,
  actor: Actor,
  id: string,
  inputs: Readonly<Record<string, string>>,
  lengthen: (place: Place, activationId: string, ask: Ask) => Promise<Message>,
): Promise<{ readonly message: Message; readonly keep: boolean }> {
  const parked = await ports.store.parked(id);
  if (parked?.body.kind !== 'question') return { message: tooLate(), keep: false };
  const ask = readInputs(unkeep(parked.body.ask), inputs);
  if (typeof ask === 'string') {
    return {
      message: problem(ask, {
        why: 'Nothing was asked of PIM.',
        next: 'Mend it on the card and press Activate again.',
      }),
      keep: true,
    };
  }
  const taken = await ports.store.takeParked(id, actor, ports.clock.now());
  const target = taken?.body.kind === 'question' ? readTargetKey(taken.body.targetKey) : null;
  if (taken?.body.kind !== 'question' || !target) return { message: tooLate(), keep: false };
  const { extending } = taken.body;
  if (extending !== undefined) return { message: await lengthen(taken.place, extending, ask), keep: false };
  const named = { target, name: taken.body.targetName, mark: taken.body.targetMark };
  const reply = await activate(ports, actor, taken.place, named, ask);
  const asked = notice('✓', `Asked PIM for ${taken.body.targetName}.`, 'Its card tells how it goes.');
  return { message: reply ?? asked, keep: false };
}

/** The ask with the card's inputs in it, or one sentence about what is wrong with them. */
export function readInputs(ask: Ask, inputs: Readonly<Record<string, string>>): Ask | string {
  const justification = inputs['justification']?.trim() ?? '';
  const ticket = inputs['ticket']?.trim() ?? '';
  const minutes = inputs['duration'] === undefined ? null : Number(inputs['duration']);
  if (justification.length > longestJustification)
    return `The reason is longer than ${longestJustification} characters.`;
  if (minutes !== null && (!Number.isInteger(minutes) || minutes <= 0)) return 'The length is not one of the card’s.';
  if (ticket.length > longestTicket) return `The ticket is longer than ${longestTicket} characters.`;
  if (ticket !== '' && !/\d/.test(ticket)) return 'A ticket number contains a digit, such as INC0012345.';
  const { until, ...rest } = ask;
  return {
    ...rest,
    ...(minutes === null ? (until === undefined ? {} : { until }) : { minutes }),
    ...(justification === '' ? {} : { justification }),
    ...(ticket === '' ? {} : { ticket: readTicket(ticket) }),
  };
}

/** "ServiceNow INC0012345" or only the number. */
function readTicket(typed: string): { system?: string; number: string } {
  const [first = '', ...rest] = typed.split(/\s+/);
  return rest.length === 0 || /\d/.test(first) ? { number: typed } : { system: first, number: rest.join(' ') };
}

export async function pick(ports: Ports, actor: Actor, idAndIndex: string): Promise<Parked | null> {
  const [id = ''] = idAndIndex.split(':');
  const taken = await ports.store.takeParked(id, actor, ports.clock.now());
  return taken && ['choice', 'sentences', 'unsent'].includes(taken.body.kind) ? taken : null;
}

export async function dismiss(ports: Ports, actor: Actor, id: string): Promise<Message> {
  const taken = await ports.store.takeParked(id, actor, ports.clock.now());
  if (taken?.body.kind === 'unsent') {
    return notice(
      '■',
      'Nothing was sent.',
      'Write it again without the secret, or change it on the card and press again.',
    );
  }
  return taken ? notice('■', 'Nothing was asked of PIM.') : tooLate();
}

export function tooLate(): Message {
  return refusal('This card has been answered or is too old.', {
    rule: 'A question waits 15 minutes and is answered once.',
    owner: 'jitney',
    next: 'Say the sentence again.',
  });
}
