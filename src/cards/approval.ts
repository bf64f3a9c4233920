import { isOver, shortId } from '../core/activation.ts';
import type { Activation } from '../core/activation.ts';
import { contentOf } from '../core/button.ts';
import { sayMinutes } from '../core/duration.ts';
import { portalApprovals } from '../core/message.ts';
import type { Shape } from '../core/message.ts';
import { verdictText, wishText } from './activation.ts';
import { button, link, more } from './button.ts';
import type { Context, View } from './context.ts';
import { caution, markText } from './odd-names.ts';
import { name, plain, quoted, sentence } from './text.ts';
import { said, shown } from './time.ts';
import type { When } from './time.ts';
import { accessAndLength, accessOf, isOwner, lengthOf, ownerMark, ticketWords, wordsOf } from './words.ts';
import type { Tone } from './words.ts';

/** An approver's card: the decision, the form that asks why, or what became of it. */
export function approvalView(
  message: { readonly activation: Activation; readonly form: 'decide' | 'deny'; readonly note: string | null },
  context: Context,
): View {
  const { activation } = message;
  const undecided = activation.phase === 'waiting' && activation.ruling === null && activation.step === null;
  if (!undecided) return ruledView(activation, message.note, context);
  return message.form === 'deny'
    ? denyView(activation, message.note, context)
    : decideView(activation, message.note, context);
}

function decideView(activation: Activation, note: string | null, context: Context): View {
  const when = shown(context);
  const { id, approverJustification, deadline } = activation;
  const ticket = ticketWords(activation);
  const content = contentOf(activation);
  return {
    template: 'approval',
    data: {
      ...whoAndWhat(activation, context),
      note: noteText(note),
      line: accessAndLength(activation.target, wantedLength(activation, when)),
      why: activation.wish.justification === null ? 'No reason given' : quoted(activation.wish.justification, 500),
      ticket: ticket === null ? '' : `Ticket ${plain(ticket, 60)}`,
      policy: policyLine(activation),
      open: deadline === null ? '' : `Open until ${when(deadline)}`,
      wantsReason: approverJustification,
      actions: [
        ...button(context, 'approve', id, 'Approve', { style: 'positive', inputs: approverJustification, content }),
        ...button(context, 'denyForm', id, 'Deny…', { style: 'destructive', content }),
        more(),
      ],
      moreActions: [link(portalApprovals, 'Decide in PIM')],
      reference: `Request ${shortId(id)}`,
    },
    say: [
      ...asks(activation, context),
      noteText(note),
      ...doubts(activation, context),
      approverJustification ? 'PIM wants your reason' : '',
    ],
  };
}

function denyView(activation: Activation, note: string | null, context: Context): View {
  const { id } = activation;
  const content = contentOf(activation);
  return {
    template: 'deny',
    data: {
      ...whoAndWhat(activation, context),
      note: noteText(note),
      line: accessAndLength(activation.target, wantedLength(activation, shown(context))),
      wish: wishText(activation),
      actions: [
        ...button(context, 'deny', id, 'Deny', { style: 'destructive', inputs: true, content }),
        ...button(context, 'decideForm', id, 'Back', { content }),
      ],
      reference: `Request ${shortId(id)}`,
    },
    say: [
      'Deny this request: say why, the requester will see it',
      ...asks(activation, context),
      noteText(note),
      ...doubts(activation, context),
    ],
  };
}

function ruledView(activation: Activation, note: string | null, context: Context): View {
  const when = shown(context);
  const outcome = outcomeOf(activation, context);
  return {
    template: 'ruled',
    data: {
      ...whoAndWhat(activation, context),
      ...outcome,
      note: noteText(note),
      reason: activation.ruling?.reason ? quoted(activation.ruling.reason, 500) : '',
      at: activation.ruling === null ? '' : `at ${when(activation.ruling.at)}`,
      relation: relationOf(activation),
      now: nowLine(activation, when),
      line: accessAndLength(activation.target, lengthOf(activation, when)),
      wish: wishText(activation),
      reference: `Request ${shortId(activation.id)}`,
    },
    say: [
      outcome.outcome,
      `${name(activation.personName)} ${relationOf(activation)} ${targetOf(activation)} ${nowLine(activation, said(context))}`,
      activation.ruling?.reason ? quoted(activation.ruling.reason, 500) : '',
      noteText(note),
      ...doubts(activation, context),
    ],
  };
}

function whoAndWhat(activation: Activation, context: Context): Record<string, unknown> {
  return {
    requester: name(activation.personName),
    target: name(activation.targetName),
    mark: markText(activation.targetMark),
    caution: cautionOf(activation, context),
    owner: isOwner(activation.target),
    access: sentence(accessOf(activation.target)),
  };
}

function cautionOf({ personName, targetName, ruling, step }: Activation, { reader }: Context): string {
  const others = [ruling?.by, step?.by].flatMap((by) => (by && by.oid !== reader.oid ? [by.name] : []));
  return caution(personName, targetName, ...others);
}

/** Which of several the group is, and what deceives about a name. */
function doubts(activation: Activation, context: Context): string[] {
  return [markText(activation.targetMark), cautionOf(activation, context)];
}

function targetOf(activation: Activation): string {
  return `${name(activation.targetName)}${ownerMark(isOwner(activation.target))}`;
}

function noteText(note: string | null): string {
  return note === null ? '' : plain(note, 300);
}

function wantedLength(activation: Activation, when: When): string {
  const length = lengthOf(activation, when);
  const counts = activation.wish.length.kind === 'for' && activation.wish.startAt === null;
  return counts ? `${length} from your approval` : length;
}

function policyLine(activation: Activation): string {
  const { maximumMinutes, approvers } = activation;
  const limit = maximumMinutes === null ? '' : `up to ${sayMinutes(maximumMinutes)}, `;
  return `Policy: ${limit}${approvers.length > 1 ? `one approval of ${approvers.length} people` : 'one approval'}`;
}

type Outcome = { readonly shape: Shape; readonly tone: Tone; readonly outcome: string };

function outcomeOf(activation: Activation, context: Context): Outcome {
  const { phase, ruling, step } = activation;
  if (ruling !== null) {
    const approved = ruling.verdict === 'approve';
    return {
      shape: approved ? '✓' : '✕',
      tone: approved ? 'Default' : 'Attention',
      outcome: verdictText(activation, context),
    };
  }
  if (step?.kind === 'decide') {
    const by = step.by.oid === context.reader.oid ? 'Your decision' : `The decision of ${name(step.by.name)}`;
    return { shape: '◷', tone: 'Default', outcome: `${by} is on its way to PIM…` };
  }
  const words = wordsOf(activation, shown(context));
  if (phase === 'denied') return { ...words, outcome: 'Denied in PIM' };
  if (phase === 'lapsed') return { ...words, outcome: 'Nobody decided in time' };
  if (phase === 'cancelled') return { ...words, outcome: 'The request was cancelled' };
  if (phase === 'failed') return { ...words, outcome: 'PIM could not carry this out' };
  if (phase === 'waiting' || phase === 'ordering') return { ...words, outcome: sentence(words.state) };
  return { shape: '✓', tone: 'Default', outcome: 'Approved in PIM' };
}

/** "has" only once PIM says active. */
function relationOf(activation: Activation): string {
  if (activation.phase === 'active') return 'has';
  return activation.phase === 'ended' ? 'had' : 'asked for';
}

function nowLine(activation: Activation, when: When): string {
  const { phase, ruling, startsAt, endsAt } = activation;
  if ((phase === 'active' || phase === 'ended') && endsAt !== null) return `until ${when(endsAt)}`;
  if (phase === 'scheduled' && startsAt !== null) return `It starts at ${when(startsAt)}`;
  if (phase === 'failed') return 'It did not become active';
  if (phase === 'starting' || (phase === 'waiting' && ruling?.verdict === 'approve')) return 'PIM is making it active…';
  return '';
}

function asks(activation: Activation, context: Context): string[] {
  const when = said(context);
  const { justification } = activation.wish;
  const ticket = ticketWords(activation);
  const why = justification === null ? '' : `: ${quoted(justification, 500)}`;
  return [
    `${name(activation.personName)} asks for ${targetOf(activation)} ${wantedLength(activation, when)}${why}`,
    sentence(accessOf(activation.target)),
    ticket === null ? '' : `Ticket ${plain(ticket, 60)}`,
    policyLine(activation),
    activation.deadline === null || isOver(activation.phase) ? '' : `Open until ${when(activation.deadline)}`,
  ];
}
