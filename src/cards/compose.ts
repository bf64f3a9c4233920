import { commonMinutes, sayMinutes } from '../core/duration.ts';
import type { Message } from '../core/message.ts';
import { openButton, submit } from './button.ts';
import type { Context, View } from './context.ts';
import { rowState } from './list.ts';
import { caution, markText, rowCaution } from './odd-names.ts';
import { name, rowName } from './text.ts';
import { said } from './time.ts';
import { ownerMark } from './words.ts';

const how = 'Press the button and Jitney asks you in your own chat. Nothing is activated from here.';

/**
 * What a search puts into a room: the name that somebody chose to show and the way to one's own question about it. How
 * things stand for that person is for their eyes, in the list of what was found.
 */
export function offerView({ row }: Extract<Message, { kind: 'offer' }>, context: Context): View {
  const target = name(row.name);
  const owner = ownerMark(row.access === 'owner');
  return {
    template: 'offer',
    data: {
      target,
      owner,
      mark: markText(row.mark),
      caution: caution(row.name),
      how,
      actions: openButton(context, 'ask', row.key, 'Activate…'),
    },
    say: [`${target}${owner}`, how, markText(row.mark), caution(row.name)],
    aside: rowState(row, said(context)),
  };
}

/** Opened from a message box, in a window of its own over the chat. */
export function formView(message: Extract<Message, { kind: 'form' }>, context: Context): View {
  const { id, targets, more, minutes } = message;
  const lengths = [...new Set([...commonMinutes, minutes])].sort((a, b) => a - b);
  return {
    template: 'form',
    data: {
      targets: targets.map((one) => ({
        title: [`${rowName(one.name)}${ownerMark(one.access === 'owner')}`, markText(one.mark), rowCaution(one.name)]
          .filter((part) => part !== '')
          .join(' '),
        value: one.key,
      })),
      hint: more > 0 ? `… ${more} more. Search for one, or write “activate” and its name to me.` : '',
      minutes: String(minutes),
      lengths: lengths.map((length) => ({ title: sayMinutes(length), value: String(length) })),
      actions: submit(context, 'fill', id, 'Activate'),
    },
    say: ['Activate one of your groups', 'Pick the group, say how long and why'],
  };
}
