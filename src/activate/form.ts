import type { Ask } from '../core/decide.ts';
import { commonMinutes } from '../core/duration.ts';
import { problem } from '../core/message.ts';
import type { Message } from '../core/message.ts';
import { targetKey } from '../core/target.ts';
import type { NamedTarget } from '../core/target.ts';
import { refusal } from '../core/refusal.ts';
import type { Actor } from '../ports/incoming.ts';
import type { Ports } from '../ports/ports.ts';
import { questionMs } from './activate.ts';
import { readInputs } from './answers.ts';
import { notEligible } from './named-targets.ts';

/** What fits on a card of 25 KB with room to spare. */
const mostTargets = 60;

/** The wish that somebody has no sentence for: one of their groups, how long, why, which ticket. */
export async function form(ports: Ports, actor: Actor): Promise<Message> {
  const eligible = [...(await ports.pim.eligibilities(actor))].sort((a, b) => a.name.localeCompare(b.name));
  if (eligible.length === 0) {
    return refusal('There is no group that I know you can activate.', {
      rule: 'You can activate what you are eligible for.',
      owner: 'group',
      next: 'Write “list” to me in our own chat; what comes through another group is there once you have signed in.',
    });
  }
  return {
    kind: 'form',
    id: String(ports.clock.now()),
    targets: eligible.slice(0, mostTargets).map(({ target, name, mark }) => ({
      key: targetKey(target),
      name,
      mark,
      access: target.kind === 'group' ? target.access : 'member',
    })),
    more: Math.max(eligible.length - mostTargets, 0),
    minutes: ports.settings.defaultMinutes,
  };
}

export type Filled =
  | { readonly kind: 'wish'; readonly named: NamedTarget; readonly ask: Ask }
  | { readonly kind: 'wrong'; readonly message: Message };

/** What was filled in, held against what the form offered and what the person may activate. id: when it was made. */
export async function readForm(
  ports: Ports,
  actor: Actor,
  id: string,
  inputs: Readonly<Record<string, string>>,
): Promise<Filled> {
  if (ports.clock.now() - Number(id) > questionMs) {
    return { kind: 'wrong', message: formTooOld() };
  }
  const ask = readInputs({}, inputs);
  if (typeof ask === 'string') return wrong(ask, 'Open the form again.');
  const offered = [...commonMinutes, ports.settings.defaultMinutes];
  if (ask.minutes === undefined || !offered.includes(ask.minutes)) {
    return wrong('The length is not one of the form’s.', 'Open the form again.');
  }
  const eligible = await ports.pim.eligibilities(actor);
  const named = eligible.find(({ target }) => targetKey(target) === inputs['target']);
  return named
    ? { kind: 'wish', named, ask }
    : { kind: 'wrong', message: notEligible('This is not among the groups you can activate.') };
}

export function formTooOld(): Message {
  return refusal('This form is too old.', {
    rule: 'A form waits 15 minutes.',
    owner: 'jitney',
    next: 'Open it again.',
  });
}

function wrong(what: string, next: string): Filled {
  return { kind: 'wrong', message: problem(what, { why: 'Nothing was asked of PIM.', next }) };
}
