import { isOver, shortId } from '../core/activation.ts';
import type { Activation } from '../core/activation.ts';
import { portalApprovals, portalMyGroups } from '../core/message.ts';
import { button, link, more } from './button.ts';
import type { Action } from './button.ts';
import type { Context, View } from './context.ts';
import { listed, name, plain, quoted, sentence } from './text.ts';
import { said, shown } from './time.ts';
import type { When } from './time.ts';
import { accessOf, isOwner, lengthOf, ownerMark, ranOut, ticketWords, wordsOf } from './words.ts';

/** The requester's card through the life of one activation. */
export function activationView(activation: Activation, context: Context): View {
  const when = shown(context);
  const words = wordsOf(activation, when);
  const actions = buttons(activation, context);
  const notReached = activation.approvers.filter((approver) => !approver.reached);
  return {
    template: 'activation',
    data: {
      shape: words.shape,
      tone: words.tone,
      target: name(activation.targetName),
      owner: isOwner(activation.target),
      access: sentence(accessOf(activation.target)),
      state: sentence(words.state),
      ours: ours(activation, context, when),
      asked: activation.phase === 'waiting' ? listed(reachedNames(activation), 5) : '',
      notReached: activation.phase === 'waiting' ? listed(notReached.map(nameOf), 5) : '',
      ruling: rulingText(activation, context),
      endedBy: endedBy(activation, context),
      failure: activation.phase === 'failed' ? plain(activation.failure ?? 'PIM did not say why.', 300) : '',
      wish: wishText(activation),
      actions: actions.first,
      moreActions: actions.more,
      reference: `Request ${shortId(activation.id)}`,
    },
    say: spoken(activation, context),
  };
}

/** Lines that are all our own words and times. */
function ours(activation: Activation, context: Context, when: When): { readonly text: string }[] {
  const { phase, deadline, ruling, startsAt } = activation;
  const lines: string[] = [];
  if (phase === 'ordering' || phase === 'starting' || phase === 'scheduled') {
    lines.push(sentence(lengthOf(activation, when)));
  }
  if (phase === 'waiting') {
    const wish = sentence(lengthOf(activation, when));
    lines.push(activation.wish.startAt === null && !wish.startsWith('Until') ? `${wish} from the approval` : wish);
    if (deadline !== null) lines.push(`They can decide until ${when(deadline)}`);
  }
  if (phase === 'active' && startsAt !== null && context.now - startsAt < 120_000) {
    lines.push('Usable in about a minute');
  }
  if (phase === 'lapsed' && deadline !== null) lines.push(`The request closed at ${when(deadline)}`);
  if (ruling !== null && (phase === 'active' || phase === 'denied')) {
    lines.push(`${ruling.verdict === 'approve' ? 'Approved' : 'Denied'} at ${when(ruling.at)}`);
  }
  return lines.map((text) => ({ text }));
}

export function rulingText({ ruling }: Activation, context: Context): string {
  if (ruling === null) return '';
  const verdict = ruling.verdict === 'approve' ? 'Approved' : 'Denied';
  const by =
    ruling.by === null ? ' in PIM' : ` by ${ruling.by.oid === context.reader.oid ? 'you' : name(ruling.by.name)}`;
  return `${verdict}${by}${ruling.reason ? ` — ${quoted(ruling.reason, 500)}` : ''}`;
}

function endedBy(activation: Activation, context: Context): string {
  if (activation.phase !== 'ended') return '';
  const { endedBy: by } = activation;
  if (by !== null) return by.oid === context.reader.oid ? 'You ended it' : `${name(by.name)} ended it`;
  return ranOut(activation) ? 'Its time ran out' : 'It was ended outside Jitney';
}

/** Why and for which ticket, in the requester's own words. */
export function wishText(activation: Activation): string {
  const why = activation.wish.justification === null ? null : quoted(activation.wish.justification, 500);
  const ticket = ticketWords(activation);
  return [why, ticket === null ? null : `ticket ${plain(ticket, 60)}`].filter((part) => part !== null).join(' · ');
}

function buttons(activation: Activation, context: Context): { readonly first: Action[]; readonly more: Action[] } {
  const { phase, id, step } = activation;
  if (step !== null) return { first: [], more: [] };
  if (isOver(phase)) {
    const again = button(context, 'again', id, 'Again');
    return { first: phase === 'failed' ? [...again, link(portalMyGroups, 'Open PIM')] : again, more: [] };
  }
  if (phase === 'active') return { first: button(context, 'end', id, 'End now'), more: [] };
  if (phase !== 'waiting') return { first: [], more: [] };
  const cancel = button(context, 'cancel', id, 'Cancel request');
  const nobodyReached = activation.approvers.every((approver) => !approver.reached);
  if (nobodyReached) return { first: [...cancel, link(portalApprovals, 'Approvals in PIM')], more: [] };
  return { first: [...cancel, more()], more: [link(portalMyGroups, 'Open PIM')] };
}

function spoken(activation: Activation, context: Context): string[] {
  const when = said(context);
  const target = `${name(activation.targetName)}${ownerMark(isOwner(activation.target))}`;
  const { phase, deadline } = activation;
  const waits = phase === 'waiting';
  return [
    `${target}: ${wordsOf(activation, when).state}`,
    phase === 'active' || isOver(phase) ? '' : sentence(lengthOf(activation, when)),
    waits && reachedNames(activation).length > 0 ? `Asked: ${listed(reachedNames(activation), 5)}` : '',
    waits && deadline !== null ? `They can decide until ${when(deadline)}` : '',
    rulingText(activation, context),
    endedBy(activation, context),
    phase === 'failed' ? plain(activation.failure ?? 'PIM did not say why.', 300) : '',
  ];
}

function reachedNames(activation: Activation): string[] {
  return activation.approvers.filter((approver) => approver.reached).map(nameOf);
}

function nameOf(person: { readonly name: string }): string {
  return person.name;
}
