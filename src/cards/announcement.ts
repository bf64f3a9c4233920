import { isOver } from '../core/activation.ts';
import type { Activation } from '../core/activation.ts';
import type { Context, View } from './context.ts';
import { caution, markText } from './odd-names.ts';
import { name, plain, quoted } from './text.ts';
import { said, shown } from './time.ts';
import type { When } from './time.ts';
import { isOwner, ranOut, ticketWords } from './words.ts';

/** A channel's card: who holds what until when; after the end the same card says so. */
export function announcementView(activation: Activation, showJustification: boolean, context: Context): View {
  const over = isOver(activation.phase);
  if (!over && activation.phase !== 'active') throw new Error('Nothing is announced before PIM says active.');
  const { ruling } = activation;
  const { justification } = activation.wish;
  const ticket = ticketWords(activation);
  const approved = ruling === null || ruling.by === null ? null : `Approved by ${name(ruling.by.name)}`;
  const why = showJustification && justification !== null ? quoted(justification, 300) : '';
  const facts = [approved, ticket === null ? null : `ticket ${plain(ticket, 60)}`].filter((fact) => fact !== null);
  const person = name(activation.personName);
  const target = name(activation.targetName);
  const names = {
    mark: markText(activation.targetMark),
    caution: caution(
      activation.personName,
      activation.targetName,
      ...[ruling?.by, over ? activation.endedBy : null].flatMap((by) => by?.name ?? []),
    ),
  };
  const verb = `${over ? 'was' : 'is'} ${isOwner(activation.target) ? 'OWNER of' : 'in'}`;
  return {
    template: 'announcement',
    data: {
      shape: over ? '■' : '✓',
      person,
      verb,
      target,
      ...names,
      until: untilText(activation, shown(context)),
      endedBy: over ? whoEnded(activation) : '',
      facts: facts.join(' · '),
      why,
    },
    say: [
      `${person} ${verb} ${target}, ${untilText(activation, said(context))}`,
      over ? whoEnded(activation) : '',
      facts.join(', '),
      why,
      names.mark,
      names.caution,
    ],
  };
}

function untilText(activation: Activation, when: When): string {
  const { endsAt } = activation;
  if (isOver(activation.phase)) return endsAt === null ? 'ended' : `ended at ${when(endsAt)}`;
  return endsAt === null ? 'without an end' : `until ${when(endsAt)}`;
}

function whoEnded(activation: Activation): string {
  if (activation.endedBy !== null) return `by ${name(activation.endedBy.name)}`;
  return ranOut(activation) ? 'Its time ran out' : '';
}
