import type { Activation } from '../core/activation.ts';
import { isOver } from '../core/activation.ts';
import { sayMinutes } from '../core/duration.ts';
import type { ListRow, Message } from '../core/message.ts';
import { heldButtons } from './activation.ts';
import { button } from './button.ts';
import type { Action } from './button.ts';
import type { Context, View } from './context.ts';
import { markText, rowCaution } from './odd-names.ts';
import { plain, quoted, rowName, sentence } from './text.ts';
import { said, shown } from './time.ts';
import type { When } from './time.ts';
import { isOwner, ownerMark, wordsOf } from './words.ts';

/** What fits on a card of 25 KB with room to spare. */
const mostRows = 15;
const mostReasons = 5;

export function listView(message: Extract<Message, { kind: 'list' }>, context: Context): View {
  const rows = message.rows.slice(0, mostRows);
  const more = message.more + message.rows.length - rows.length;
  const title = listTitle(message.total, message.query);
  return {
    template: 'list',
    data: {
      title,
      rows: rows.map((row) => ({
        shape: rowShape(row),
        target: rowName(row.name),
        owner: ownerMark(row.access === 'owner'),
        mark: markText(row.mark),
        caution: rowCaution(row.name),
        state: rowState(row, shown(context)),
        actions: rowActions(row, context),
      })),
      hint: listHint(more, message),
      actions: message.next === null ? [] : button(context, 'page', message.next, 'Show more'),
    },
    say: [
      title,
      ...rows.map(
        (row) => `${spokenName(row.name, row.access === 'owner', row.mark)}: ${rowState(row, said(context))}`,
      ),
      listHint(more, message),
    ],
  };
}

/** The name with all that tells it from others. */
function spokenName(name: string, owner: boolean, mark: string | undefined): string {
  const parts = [`${rowName(name)}${ownerMark(owner)}`, markText(mark), rowCaution(name)];
  return parts.filter((part) => part !== '').join(', ');
}

function listTitle(total: number, query: string | null): string {
  const groups = total === 1 ? '1 group' : `${total} groups`;
  if (query !== null) return total === 0 ? `No group fits ${quoted(query, 60)}` : `${groups} for ${quoted(query, 60)}`;
  return total === 0 ? 'There is no group that you can activate' : `You can activate ${groups}`;
}

function listHint(more: number, { total, query }: { readonly total: number; readonly query: string | null }): string {
  if (more > 0) return `… ${more} more. Write “list” and a word of the name to find one.`;
  if (total === 0)
    return query === null ? 'Whoever runs PIM can make you eligible.' : 'Write “list” to see all of them.';
  return '';
}

function rowShape(row: ListRow): string {
  if (row.state === 'active') return '✓';
  return row.state === 'available' ? '○' : '◷';
}

const rowStates = {
  waiting: 'waiting for approval',
  starting: 'PIM is making it active…',
  scheduled: 'scheduled',
} as const;

export function rowState(row: ListRow, when: When): string {
  if (row.state === 'active') return row.endsAt === null ? 'Active' : `Active until ${when(row.endsAt)}`;
  if (row.state !== 'available') return sentence(rowStates[row.state]);
  const needs = [
    row.approval ? 'approval' : '',
    row.ticket ? 'ticket' : '',
    row.stepUp ? 'extra sign-in check' : '',
    row.maximumMinutes === null ? '' : `up to ${sayMinutes(row.maximumMinutes)}`,
  ].filter((need) => need !== '');
  return needs.length === 0 ? 'Available' : sentence(needs.join(' · '));
}

function rowActions(row: ListRow, context: Context): Action[] {
  if (row.state === 'available') return button(context, 'activate', row.key, 'Activate');
  return row.state === 'active' ? button(context, 'endTarget', row.key, 'End') : [];
}

/** One line a target of the sentence; what failed can be asked for again with one button. */
export function batchView({ id, activations }: Extract<Message, { kind: 'batch' }>, context: Context): View {
  const failed = activations.filter(({ phase }) => phase === 'failed');
  const held = activations.flatMap((one) => (one.phase === 'ordering' && one.held != null ? [one.held] : []));
  const view = statusView(activations, context, true);
  const done = activations.length - failed.length;
  const title =
    failed.length === 0
      ? `${activations.length} groups`
      : `${done} of ${activations.length} groups; ${failed.length} failed`;
  const why = failed
    .slice(0, mostReasons)
    .flatMap(({ failure, targetName }) => (failure === null ? [] : [`${rowName(targetName)}: ${plain(failure, 160)}`]));
  const again = failed.length === 1 ? 'Try the failed one again' : 'Try the failed ones again';
  return {
    ...view,
    data: {
      ...view.data,
      title,
      why: why.map((text) => ({ text })),
      actions: [
        ...(held.length === 0 ? [] : heldButtons(context, id, { kept: held.every(({ kept }) => kept) })),
        ...(failed.length === 0 ? [] : button(context, 'retry', id, again)),
      ],
    },
    say: [title, ...view.say.slice(1), ...why],
  };
}

/** inBatch: what is held is kept or let go by the buttons of the whole card. */
export function statusView(activations: readonly Activation[], context: Context, inBatch = false): View {
  const rows = activations.slice(0, mostRows);
  const more = activations.length - rows.length;
  const empty = 'Nothing of yours is active, waiting or scheduled';
  return {
    template: 'status',
    data: {
      title: rows.length === 0 ? empty : 'Your activations',
      rows: rows.map((activation) => ({
        shape: wordsOf(activation, shown(context)).shape,
        target: rowName(activation.targetName),
        owner: ownerMark(isOwner(activation.target)),
        mark: markText(activation.targetMark),
        caution: rowCaution(activation.targetName),
        state: sentence(wordsOf(activation, shown(context)).state),
        actions: statusActions(activation, context, inBatch),
      })),
      hint: more > 0 ? `… ${more} more` : '',
      why: [],
      actions: rows.length === 0 ? button(context, 'list', 'all', 'What can I activate?') : [],
    },
    say: [
      rows.length === 0 ? empty : `You have ${rows.length === 1 ? '1 activation' : `${rows.length} activations`}`,
      ...rows.map(
        (row) =>
          `${spokenName(row.targetName, isOwner(row.target), row.targetMark)}: ${wordsOf(row, said(context)).state}`,
      ),
    ],
  };
}

function statusActions(activation: Activation, context: Context, inBatch: boolean): Action[] {
  const { phase, id, step } = activation;
  if (step !== null || isOver(phase)) return [];
  if (phase === 'ordering' && activation.held != null) return inBatch ? [] : heldButtons(context, id, activation.held);
  if (phase === 'active') return button(context, 'end', id, 'End');
  return phase === 'waiting' ? button(context, 'cancel', id, 'Cancel') : [];
}
