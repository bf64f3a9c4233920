import { isOver, shortId } from '../core/activation.ts';
import type { Activation, Held } from '../core/activation.ts';
import { portalApprovals, portalMyGroups } from '../core/message.ts';
import { button, link, more } from './button.ts';
import type { Action } from './button.ts';
import type { Context, View } from './context.ts';
import { caution, markText } from './odd-names.ts';
import { listed, name, plain, quoted, sentence } from './text.ts';
import { said, shown } from './time.ts';
import type { When } from './time.ts';
import {
  accessAndLength,
  accessOf,
  isOwner,
  lengthOf,
  ownerMark,
  phaseShown,
  ranOut,
  ticketWords,
  wordsOf,
} from './words.ts';

/** Of the approvers that were reached, and of those that were not, a card names so many. */
const mostListed = 5;

/** The requester's card through the life of one activation. */
export function activationView(activation: Activation, context: Context): View {
  const when = shown(context);
  const words = wordsOf(activation, when);
  const actions = buttons(activation, context);
  return {
    template: 'activation',
    data: {
      shape: words.shape,
      tone: words.tone,
      target: name(activation.targetName),
      mark: markText(activation.targetMark),
      caution: caution(activation.targetName, ...peopleOn(activation, context)),
      owner: isOwner(activation.target),
      access: sentence(accessOf(activation.target)),
      state: sentence(words.state),
      line: accessAndLength(activation.target, lengthText(activation, when)),
      ...whoDecides(activation, when),
      failure: failureText(activation),
      ruling: rulingText(activation, context),
      ruledAt: activation.ruling === null ? '' : `at ${when(activation.ruling.at)}`,
      endedBy: endedBy(activation, context),
      closed: closedText(activation, when),
      fresh: isFresh(activation, context),
      wish: wishText(activation),
      actions: actions.first,
      moreActions: actions.more,
      reference: `Request ${shortId(activation.id)}`,
    },
    say: spoken(activation, context),
  };
}

/** The length as asked; once active, "until" says more. */
function lengthText(activation: Activation, when: When): string {
  const { wish } = activation;
  const phase = phaseShown(activation);
  if (phase === 'active' || phase === 'ended') return '';
  const counts = phase === 'waiting' && wish.length.kind === 'for' && wish.startAt === null;
  return counts ? `${lengthOf(activation, when)} from the approval` : lengthOf(activation, when);
}

function whoDecides(activation: Activation, when: When): Record<string, unknown> {
  const { askedAt, deadline, approvers } = activation;
  if (phaseShown(activation) !== 'waiting') return { asked: '', notReached: '', nobodyReached: false, decideUntil: '' };
  const notReached = approvers.filter((approver) => !approver.reached);
  return {
    asked: listed(reachedNames(activation), mostListed),
    notReached: listed(notReached.map(nameOf), mostListed),
    nobodyReached: isNobodyReached(activation),
    decideUntil: deadline === null ? '' : `Since ${when(askedAt)}, open until ${when(deadline)}`,
  };
}

/** The names of others that the card says: who was asked, who decided, who ended it. */
function peopleOn(activation: Activation, context: Context): string[] {
  const { approvers, phase, ruling, endedBy: ender } = activation;
  const [reached, others] = [approvers.filter((one) => one.reached), approvers.filter((one) => !one.reached)];
  const asked = [...reached.slice(0, mostListed), ...others.slice(0, mostListed)];
  const did = [ruling?.by ?? null, phase === 'ended' ? ender : null].filter((by) => by !== null);
  return [
    ...(phaseShown(activation) === 'waiting' ? asked : []),
    ...did.filter(({ oid }) => oid !== context.reader.oid),
  ].map(nameOf);
}

function isNobodyReached({ approvers }: Activation): boolean {
  return approvers.every((approver) => !approver.reached);
}

function failureText({ phase, failure }: Activation): string {
  return phase === 'failed' ? plain(failure ?? 'PIM did not say why.', 600) : '';
}

function closedText({ phase, deadline, held }: Activation, when: When): string {
  if (phase === 'lapsed' && deadline !== null) return `The request closed at ${when(deadline)}`;
  if (phase !== 'ordering' || held == null) return '';
  return held.kept
    ? 'Nothing has been asked of PIM yet. You hear from me as soon as it was.'
    : `Nothing has been asked of PIM yet. Shall I try again by myself, for an hour? Without a word I let it go at ${when(held.until)}.`;
}

/** For a moment after the start the group is active in PIM and not yet known everywhere. */
function isFresh({ phase, startsAt, step }: Activation, { now }: Context): boolean {
  return phase === 'active' && step === null && startsAt !== null && now - startsAt < 120_000;
}

function rulingText(activation: Activation, context: Context): string {
  const reason = activation.ruling?.reason;
  return `${verdictText(activation, context)}${reason ? ` — ${quoted(reason, 500)}` : ''}`;
}

export function verdictText({ ruling }: Activation, context: Context): string {
  if (ruling === null) return '';
  const verdict = ruling.verdict === 'approve' ? 'Approved' : 'Denied';
  const by =
    ruling.by === null ? ' in PIM' : ` by ${ruling.by.oid === context.reader.oid ? 'you' : name(ruling.by.name)}`;
  return `${verdict}${by}`;
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
  if (phase === 'active') {
    const end = button(context, 'end', id, 'End now');
    return { first: [...end, ...button(context, 'lengthen', id, 'Extend…')], more: [] };
  }
  if (phase === 'ordering' && activation.held != null)
    return { first: heldButtons(context, id, activation.held), more: [] };
  // PIM cancels only what waits for a decision; taking back a start to come is done there.
  if (phase === 'scheduled') return { first: [link(portalMyGroups, 'Open PIM')], more: [] };
  if (phaseShown(activation) !== 'waiting') return { first: [], more: [] };
  const cancel = button(context, 'cancel', id, 'Cancel request');
  if (isNobodyReached(activation)) return { first: [...cancel, link(portalApprovals, 'Open PIM')], more: [] };
  return { first: [...cancel, more()], more: [link(portalMyGroups, 'Open PIM')] };
}

/** Whether to go on, where PIM could not be asked. */
export function heldButtons(context: Context, id: string, { kept }: Pick<Held, 'kept'>): Action[] {
  const letGo = button(context, 'letGo', id, 'Drop it');
  return kept ? letGo : [...button(context, 'keepTrying', id, 'Keep trying', { style: 'positive' }), ...letGo];
}

function spoken(activation: Activation, context: Context): string[] {
  const when = said(context);
  const target = `${name(activation.targetName)}${ownerMark(isOwner(activation.target))}`;
  const { phase, deadline } = activation;
  const waits = phaseShown(activation) === 'waiting';
  return [
    `${target}: ${wordsOf(activation, when).state}`,
    isOver(phase) ? '' : sentence(lengthText(activation, when)),
    waits && isNobodyReached(activation) ? 'None of the approvers could be reached here' : '',
    waits && reachedNames(activation).length > 0 ? `Asked: ${listed(reachedNames(activation), mostListed)}` : '',
    waits && deadline !== null ? `Open until ${when(deadline)}` : '',
    rulingText(activation, context),
    endedBy(activation, context),
    closedText(activation, when),
    failureText(activation),
    markText(activation.targetMark),
    caution(activation.targetName, ...peopleOn(activation, context)),
  ];
}

function reachedNames(activation: Activation): string[] {
  return activation.approvers.filter((approver) => approver.reached).map(nameOf);
}

function nameOf(person: { readonly name: string }): string {
  return person.name;
}
