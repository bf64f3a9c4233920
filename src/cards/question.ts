import { commonMinutes, sayMinutes } from '../core/duration.ts';
import type { Message } from '../core/message.ts';
import { button } from './button.ts';
import type { Context, View } from './context.ts';
import { caution, markText } from './odd-names.ts';
import { name, prefill, quoted, sentence } from './text.ts';
import { accessWords, ownerMark } from './words.ts';

type Question = Extract<Message, { kind: 'question' }>;

/** The one card that asks for what the policy wants and the sentence lacked; the length can always be changed. */
export function questionView(message: Question, context: Context): View {
  const target = name(message.targetName);
  const tooLong = tooLongText(message);
  const wantsReason = message.needs.includes('justification');
  const wantsTicket = message.needs.includes('ticket');
  const lacks = message.needs.length === 0 ? 'for how long?' : lacksText(Number(wantsReason) + Number(wantsTicket));
  const howLong = message.extending ? 'How much longer' : 'How long';
  return {
    template: 'question',
    data: {
      target,
      mark: markText(message.mark),
      caution: caution(message.targetName),
      lacks,
      owner: message.access === 'owner',
      access: sentence(accessWords('owner')),
      tooLong,
      said: wantsReason || message.justification === null ? '' : quoted(message.justification, 300),
      wantsReason,
      reason: prefill(message.justification ?? '', 500),
      wantsTicket,
      ticket: prefill(ticketText(message.ticket), 60),
      howLong: `${howLong}?`,
      lengths: lengths(message),
      minutes: String(message.minutes),
      actions: [
        ...button(context, 'answer', message.id, message.extending ? 'Go on' : 'Activate', {
          style: 'positive',
          inputs: true,
        }),
        ...button(context, 'dismiss', message.id, 'Cancel'),
      ],
    },
    say: [
      `${target}${ownerMark(message.access === 'owner')} ${lacks}`,
      wantsReason ? 'Why do you need it' : '',
      wantsTicket ? 'Which ticket' : '',
      tooLong,
      `${howLong}: ${sayMinutes(message.minutes)}`,
      markText(message.mark),
      caution(message.targetName),
    ],
  };
}

function lacksText(count: number): string {
  if (count === 0) return 'needs a shorter time';
  return count === 1 ? 'needs one more thing' : 'needs two more things';
}

function tooLongText({ askedMinutes, maximumMinutes }: Question): string {
  if (askedMinutes === null || maximumMinutes === null || askedMinutes <= maximumMinutes) return '';
  return `You asked ${sayMinutes(askedMinutes)}, the policy allows ${sayMinutes(maximumMinutes)}.`;
}

function ticketText(ticket: Question['ticket']): string {
  if (ticket === null) return '';
  return ticket.system === undefined ? ticket.number : `${ticket.system} ${ticket.number}`;
}

/** Lengths a person picks from: common ones up to the policy's longest, the longest itself, and the one asked for. */
function lengths({ minutes, maximumMinutes }: Question): { readonly title: string; readonly value: string }[] {
  const longest = maximumMinutes ?? Infinity;
  const offered = new Set([...commonMinutes.filter((common) => common <= longest), minutes]);
  if (maximumMinutes !== null) offered.add(maximumMinutes);
  return [...offered]
    .sort((a, b) => a - b)
    .map((value) => ({
      title: value === maximumMinutes ? `${sayMinutes(value)} (the longest allowed)` : sayMinutes(value),
      value: String(value),
    }));
}
