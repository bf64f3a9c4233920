import { activate, askAbout, unkeep, wishFor } from './activate/activate.ts';
import { activateAgain, retry } from './activate/again.ts';
import { answer, dismiss, pick, tooLate } from './activate/answers.ts';
import { keepHeld, letGoHeld } from './activate/hold.ts';
import { keepParked, letGoParked } from './activate/outage.ts';
import { readForm } from './activate/form.ts';
import { notEligible } from './activate/named-targets.ts';
import { noSuchRequest, rule } from './approve/rule.ts';
import { anybody, contentOf, isDeciding, isPressedElsewhere } from './core/button.ts';
import type { Button } from './core/button.ts';
import type { Activation } from './core/activation.ts';
import { notice, verbs } from './core/message.ts';
import type { Message, Verb } from './core/message.ts';
import type { Place } from './core/place.ts';
import { readTargetKey, targetKey } from './core/target.ts';
import { adoptRunning, cancel, end, endLater, notYours } from './deactivate/end.ts';
import type { Ask } from './core/decide.ts';
import { extend, extendNow } from './extend/extend.ts';
import { renewLater, takeBackRenewal } from './extend/renew.ts';
import type { Actor } from './ports/incoming.ts';
import type { CardReader } from './ports/job.ts';
import type { Parked, ParkedBody } from './ports/parked.ts';
import type { Ports } from './ports/ports.ts';
import { refuseWhenReadOnly } from './read-only.ts';
import { parkForSignIn, parkedOf } from './sign-in/park.ts';
import { obey } from './sentences.ts';
import { areDoubtful, askBeforeSending } from './unsent.ts';
import { list, page } from './status/status.ts';

export type Click = {
  readonly actor: Actor;
  readonly place: Place;
  readonly verb: Verb;
  readonly id: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** The message that was pressed on; absent when nobody pressed, or the channel did not say. */
  readonly activityId?: string | null;
  /** The check that the person has just passed for it. */
  readonly challenge?: string | null;
  /** Teams can be asked to sign the person in by itself and to press once more. */
  readonly isSilent?: boolean;
};

/** card replaces the clicked one; said is written below it and leaves it as it is. */
export type Clicked = { readonly card: Message | null; readonly said: readonly Message[] };

export function isVerb(text: string): text is Verb {
  return (verbs as readonly string[]).includes(text);
}

/** What the seal of a press has to cover, from what is stored and from the verified activity, never from the card. */
export async function buttonOf(
  ports: Ports,
  press: Pick<Click, 'actor' | 'place' | 'id'> & { readonly verb: string },
): Promise<Button> {
  const { actor, place, verb, id } = press;
  const activation = isDeciding(verb) ? await ports.store.activation(id) : null;
  return {
    verb,
    id,
    reader: verb === 'ask' ? anybody : actor.oid,
    chat: isPressedElsewhere(verb) ? '' : place.conversationId,
    content: activation ? contentOf(activation) : '',
  };
}

const writing: readonly Verb[] = [
  'cancel',
  'end',
  'endLater',
  'extend',
  'retry',
  'again',
  'activate',
  'endTarget',
  'answer',
  'pick',
  'ask',
];

/** A button was pressed by the person it was made for; the seal has been checked, the actor is the verified one. */
export async function press(ports: Ports, click: Click, asItIs = false): Promise<Clicked> {
  const { actor, place, verb, id, inputs, challenge = null } = click;
  const closed = await refuseWhenReadOnly(ports, actor, verb);
  if (closed) return said(closed);
  if (!asItIs && areDoubtful(inputs)) {
    const { content } = await buttonOf(ports, click);
    return said(await askBeforeSending(ports, actor, place, { said: { verb, id, inputs, content } }));
  }
  if (writing.includes(verb) && !(await ports.signIn.has(actor))) return signInFirst(ports, click);
  const reason = (inputs['justification'] ?? '').trim().slice(0, 500);
  switch (verb) {
    case 'approve':
    case 'deny': {
      const ruled = await rule(ports, actor, place, id, verb, reason, challenge);
      if (ruled.kind === 'said') return said(ruled.message);
      await drawLater(ports, actor, ruled.message);
      return replaced(ruled.message);
    }
    case 'denyForm':
    case 'decideForm':
      return decisionForm(ports, actor, id, verb === 'denyForm' ? 'deny' : 'decide');
    case 'cancel':
    case 'end':
      return ownActivation(ports, actor, id, verb, challenge);
    case 'endLater': {
      const running = await ports.store.activation(id);
      return said(running ? await endLater(ports, actor, running) : notYours());
    }
    case 'lengthen':
      return said(await lengthen(ports, actor, place, id, {}));
    case 'extend': {
      const replies = await extendNow(ports, actor, id);
      return replies === null ? replaced(tooLate()) : said(...replies);
    }
    case 'renew':
      return replaced(await renewLater(ports, actor, id));
    case 'noRenewal':
      return replaced(await takeBackRenewal(ports, actor, id));
    case 'retry':
      return said(...(await retry(ports, actor, place, id)));
    case 'page':
      return replaced(await page(ports, actor, id));
    case 'again':
      return again(ports, actor, place, id);
    case 'activate':
      return activateRow(ports, actor, place, id);
    case 'endTarget':
      return endRow(ports, actor, place, id);
    case 'answer': {
      const answered = await answer(ports, actor, id, inputs, (there, running, ask) =>
        lengthen(ports, actor, there, running, ask),
      );
      return answered.keep ? said(answered.message) : replaced(answered.message);
    }
    case 'pick':
      return picked(ports, actor, id);
    case 'dismiss':
      return replaced(await dismiss(ports, actor, id));
    case 'ask':
      return askRow(ports, actor, place, id);
    case 'fill':
      return filled(ports, click);
    case 'keepTrying':
      return replaced((await keepHeld(ports, actor, id)) ?? (await keepParked(ports, click)) ?? tooLate());
    case 'letGo':
      return replaced((await letGoHeld(ports, actor, id)) ?? (await letGoParked(ports, actor, id)) ?? tooLate());
    case 'list':
      return said(await list(ports, actor, undefined));
  }
}

export function said(...messages: readonly (Message | null)[]): Clicked {
  return { card: null, said: messages.filter((message) => message !== null) };
}

export function replaced(card: Message): Clicked {
  return { card, said: [] };
}

async function signInFirst(ports: Ports, { actor, place, verb, id, isSilent }: Click): Promise<Clicked> {
  const resumable = verb !== 'answer' && verb !== 'pick';
  const body: ParkedBody = resumable
    ? { kind: 'action', verb, id, reason: '' }
    : { kind: 'sentence', text: '', scope: place.kind };
  if (isSilent === true) {
    const parked = parkedOf(ports, actor, place, body);
    await ports.store.commit([{ kind: 'park', parked }]);
    const url = await ports.signIn.link(parked.person, parked.id, null);
    const message = { kind: 'signIn', url, state: 'open', going: null, stepUpFor: null } as const;
    return replaced({ ...message, exchange: parked.id });
  }
  await parkForSignIn(ports, actor, place, body);
  return resumable ? said() : said(notice('⚠', 'Sign in first, then press the button again.'));
}

/** The approver's own card with the other form on it; nobody else gets to see the request. */
async function decisionForm(ports: Ports, actor: Actor, id: string, form: 'decide' | 'deny'): Promise<Clicked> {
  const activation = await ports.store.activation(id);
  if (!activation?.approvers.some(({ oid }) => oid === actor.oid) || activation.person.oid === actor.oid) {
    return said(noSuchRequest());
  }
  return replaced({ kind: 'approval', activation, form, note: null });
}

async function ownActivation(
  ports: Ports,
  actor: Actor,
  id: string,
  verb: 'cancel' | 'end',
  challenge: string | null,
): Promise<Clicked> {
  const activation = await ports.store.activation(id);
  if (!activation || activation.person.oid !== actor.oid) return said(notYours());
  const message = await (verb === 'end' ? end : cancel)(ports, actor, activation, { challenge });
  const card = await fresh(ports, activation);
  await drawLater(ports, actor, card);
  return { card, said: message ? [message] : [] };
}

/** By then the answer to a press is in the chat. */
const answeredMs = 2_000;

/**
 * What is under way may end, and the card be updated, before the answer to the press arrives; the answer would then take
 * the card back to what was before, for good. So it is drawn once more.
 */
async function drawLater(ports: Ports, actor: Actor, card: Message): Promise<void> {
  if (!('activation' in card) || card.activation.step === null) return;
  const { id, batch } = card.activation;
  const isApprovers = card.kind === 'approval';
  const reader: CardReader = isApprovers ? { kind: 'approver', oid: actor.oid } : { kind: 'requester' };
  const job = { kind: 'card', activationId: isApprovers ? id : (batch ?? id), reader, late: true } as const;
  await ports.store.commit([{ kind: 'job', job, due: ports.clock.now() + answeredMs }]);
}

async function lengthen(ports: Ports, actor: Actor, place: Place, id: string, ask: Ask): Promise<Message> {
  const running = await ports.store.activation(id);
  if (!running || running.person.oid !== actor.oid || running.person.tid !== actor.tid) return notYours();
  return extend(ports, actor, place, running, ask);
}

async function fresh(ports: Ports, activation: Activation): Promise<Message> {
  return { kind: 'activation', activation: (await ports.store.activation(activation.id)) ?? activation };
}

/** The same target and length once more; everything else that the policy wants is asked afresh. */
async function again(ports: Ports, actor: Actor, place: Place, id: string): Promise<Clicked> {
  const before = await ports.store.activation(id);
  if (!before || before.person.oid !== actor.oid) return said(notYours());
  return said(await activateAgain(ports, actor, place, before, {}));
}

async function activateRow(ports: Ports, actor: Actor, place: Place, key: string): Promise<Clicked> {
  const eligible = (await ports.pim.eligibilities(actor)).find(({ target }) => targetKey(target) === key);
  if (!eligible) return said(notEligible('You cannot activate this any more.'));
  return said(await activate(ports, actor, place, eligible, {}));
}

/** Pressed on a card in a room: the presser's own eligibility counts, and the answer is a question to them alone. */
async function askRow(ports: Ports, actor: Actor, place: Place, key: string): Promise<Clicked> {
  const eligible = (await ports.pim.eligibilities(actor)).find(({ target }) => targetKey(target) === key);
  if (eligible) return said(await askAbout(ports, actor, place, eligible));
  return said(notEligible('The group on that card is not among those you can activate.'));
}

/** A form is a wish like a typed one: the same policy, the same sign-in first. */
async function filled(ports: Ports, { actor, place, id, inputs }: Click): Promise<Clicked> {
  const form = await readForm(ports, actor, id, inputs);
  if (form.kind === 'wrong') return said(form.message);
  const { named, ask } = form;
  if (await ports.signIn.has(actor)) return said(await activate(ports, actor, place, named, ask));
  await parkForSignIn(ports, actor, place, wishFor(named, ask));
  return said();
}

async function endRow(ports: Ports, actor: Actor, place: Place, key: string): Promise<Clicked> {
  const open = await ports.store.openActivation(actor, key);
  if (open) return said(await end(ports, actor, open));
  const target = readTargetKey(key);
  const [running, eligible] = await Promise.all([ports.pim.active(actor), ports.pim.eligibilities(actor)]);
  const found = running.find((one) => targetKey(one.target) === key);
  const named = eligible.find((one) => targetKey(one.target) === key);
  if (!target || !found || !named) return said(notYours());
  const adopted = await adoptRunning(ports, actor, place, named, found.endsAt);
  return said(adopted ? await end(ports, actor, adopted) : notYours());
}

async function picked(ports: Ports, actor: Actor, id: string): Promise<Clicked> {
  const taken = await pick(ports, actor, id);
  if (taken?.body.kind === 'sentences') {
    const meant = taken.body.options[Number(id.split(':')[1])];
    if (!meant) return replaced(tooLate());
    const { place } = taken;
    const replies = await obey(ports, { text: meant.text, actor, place, scope: taken.body.scope });
    return { card: notice('✓', meant.label, 'That is how I took it.'), said: replies };
  }
  if (taken?.body.kind === 'unsent') return sendAsItIs(ports, actor, taken.place, taken.body.said);
  if (taken?.body.kind !== 'choice') return replaced(tooLate());
  const option = taken.body.options[Number(id.split(':')[1])];
  const target = option ? readTargetKey(option.targetKey) : null;
  if (!option || !target) return replaced(tooLate());
  if (taken.body.verb === 'deactivate') {
    const open = await ports.store.openActivation(actor, option.targetKey);
    const message = open ? await end(ports, actor, open) : notYours();
    return { card: notice('✓', option.name), said: message ? [message] : [] };
  }
  const named = { target, name: option.name, mark: option.mark };
  const message = await activate(ports, actor, taken.place, named, unkeep(taken.body.ask));
  return message ? replaced(message) : replaced(notice('✓', `${option.name} it is.`, 'Its card tells how it goes.'));
}

/** As if nothing had been asked in between, if what was pressed on still reads as it did. */
async function sendAsItIs(
  ports: Ports,
  actor: Actor,
  place: Place,
  unsent: Extract<Parked['body'], { kind: 'unsent' }>['said'],
): Promise<Clicked> {
  const sent = notice('✓', 'Sent as it is.');
  if ('text' in unsent) {
    const { text, scope } = unsent;
    return { card: sent, said: await obey(ports, { text, actor, place, scope, asItIs: true }) };
  }
  const { verb, id, inputs, content } = unsent;
  if (!isVerb(verb) || (await buttonOf(ports, { actor, place, verb, id })).content !== content)
    return replaced(tooLate());
  const { card, said: replies } = await press(ports, { actor, place, verb, id, inputs }, true);
  return { card: card ?? sent, said: replies };
}
