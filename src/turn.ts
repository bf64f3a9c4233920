import { causedBy } from './caused.ts';
import { buttonOf, isVerb, press } from './clicks.ts';
import { joined, takenOut } from './announce/announce.ts';
import type { Guard } from './core/button.ts';
import { notice, portalMyGroups, problem } from './core/message.ts';
import type { Message } from './core/message.ts';
import { isOutage } from './core/pim-problem.ts';
import { answeredThere, createElsewhere, forMembers, noOwnChat, ownChat } from './elsewhere.ts';
import type { Outbox } from './deliver/deliver.ts';
import { heldBack } from './held-back.ts';
import { welcome } from './help/help.ts';
import { forEvent } from './interrupted.ts';
import type { Actor, Composed, Incoming } from './ports/incoming.ts';
import type { Ports } from './ports/ports.ts';
import type { Change } from './ports/store.ts';
import { redraw } from './redraw.ts';
import { createRefuse } from './refuse.ts';
import { isAboutTheRoom, obey } from './sentences.ts';
import { askByLink, patienceMs, pressSignedOn } from './sign-in/sign-on.ts';
import { reach } from './watch/settle.ts';

export type Turns = {
  /** One activity from Teams. The message that comes back replaces the clicked card; null leaves it. Never throws. */
  readonly handle: (incoming: Incoming) => Promise<Message | null>;
  /** One step of the message extension; what comes back is for the eyes of whoever took it. Never throws. */
  readonly compose: (composed: Composed) => Promise<Message>;
  /** Resolves when every turn that was begun is over; the channel may have had its answer before. */
  readonly over: () => Promise<void>;
};

/** The person is a guest, or nobody whom the tenant knows. */
class Outsider extends Error {}

/** flush: sends what a turn wrote down to be sent, now. */
export function createTurns(ports: Ports, guard: Guard, flush: Outbox['flush']): Turns {
  const refuse = createRefuse(ports);
  const elsewhere = createElsewhere(ports, here, refuse, wentWrong);

  async function handle(incoming: Incoming): Promise<Message | null> {
    return incoming.kind === 'action' && incoming.place.kind !== 'personal'
      ? elsewhere.press(incoming)
      : here(incoming);
  }

  /** Turns that are not over; the channel may have had its answer before. */
  const turns = new Set<Promise<unknown>>();

  function here(incoming: Incoming): Promise<Message | null> {
    const turn = take(incoming).finally(() => turns.delete(turn));
    turns.add(turn);
    return turn;
  }

  async function take(incoming: Incoming): Promise<Message | null> {
    const at = ports.clock.wall();
    const actor = 'actor' in incoming ? incoming.actor : null;
    let isNew: boolean;
    try {
      isNew = await ports.store.claim(incoming.eventId, actor, incoming.place, at);
    } catch (error) {
      ports.log.error('turn.unclaimed', { event: incoming.kind, error });
      await sayNow(incoming, noDatabase());
      return null;
    }
    if (!isNew) return null;
    try {
      const admitted = admission(incoming, actor, at);
      const { eventId, place } = incoming;
      const held = causedBy(heldBack(ports, admitted), { event: eventId, conversation: place.conversationId });
      return await answered(forEvent(held, eventId), incoming, admitted);
    } catch (error) {
      return error instanceof Outsider && actor ? await turnedAway(incoming, actor) : await failed(incoming, error);
    }
  }

  /** The last that a turn writes. */
  async function conclude(incoming: Incoming, said: readonly Change[], store = ports.store): Promise<void> {
    try {
      await store.commit([...said, { kind: 'answered', eventId: incoming.eventId }]);
    } finally {
      void flush(said.length > 0);
    }
  }

  /** Resolves when it is known that the person belongs here and where they can be written to; nothing is written before. */
  function admission(incoming: Incoming, actor: Actor | null, at: number): Promise<void> {
    async function admit(): Promise<void> {
      if (actor && !ports.settings.allowGuests && (await ports.directory.isOutsider(actor.oid))) throw new Outsider();
      if (incoming.kind === 'removed') await ports.store.forgetPlace(incoming.place.conversationId);
      else await ports.store.remember(incoming.place, actor, at);
    }
    const admitted = admit();
    // Whoever waits for it hears of its failure; until then it is nobody's surprise.
    admitted.catch(() => undefined);
    return admitted;
  }

  /** Neither served nor remembered, so that nothing else is ever sent to them. */
  async function turnedAway(incoming: Incoming, actor: Actor): Promise<null> {
    ports.log.warn('person.outside', { actor: actor.oid });
    await conclude(incoming, [say(incoming, 0, forMembers())]);
    return null;
  }

  async function answered(held: Ports, incoming: Incoming, admitted: Promise<void>): Promise<Message | null> {
    const [replies] = await Promise.all([react(held, incoming), admitted]);
    await conclude(incoming, replies.said, held.store);
    return replies.card;
  }

  async function react(held: Ports, incoming: Incoming): Promise<{ card: Message | null; said: Change[] }> {
    switch (incoming.kind) {
      case 'message':
        return { card: null, said: await sentence(held, incoming) };
      case 'action': {
        const { actor, place, verb, id, seal, inputs, activityId } = incoming;
        const isHere = actor.tid === ports.settings.tid;
        const state = isHere ? guard(await buttonOf(held, incoming), seal, ports.clock.now()) : 'bad';
        if (!isVerb(verb) || state === 'bad') {
          return { card: null, said: [say(incoming, 0, await refuse(verb, actor))] };
        }
        if (incoming.signOn?.kind === 'brought') {
          const brought = await pressSignedOn(held, { actor, id: incoming.signOn.id, token: incoming.signOn.token });
          if (brought !== 'goOn') return { card: brought === 'refused' ? signInFailed() : null, said: [] };
        }
        const isSilent = ports.signIn.silent && incoming.signOn?.kind === 'possible' && place.kind === 'personal';
        const click = { actor, place, verb, id, inputs, activityId, isSilent };
        const clicked = await (state === 'expired' ? redraw(held, click) : press(held, click));
        return {
          card: await signOnOf(clicked.card, isSilent),
          said: clicked.said.map((message, index) => say(incoming, index, message)),
        };
      }
      case 'edited':
        return { card: null, said: [say(await quiet(incoming), 0, edited())] };
      case 'installed':
        return { card: null, said: await installed(held, incoming) };
      case 'removed':
        return { card: null, said: [...(await takenOut(held, incoming.place))] };
      case 'joined':
        return { card: null, said: [...(await joined(held, incoming.place))] };
    }
  }

  /** Only a client that can be asked for a sign-on gets to see that one is wanted; if it brings none, the link follows. */
  async function signOnOf(card: Message | null, isSilent: boolean): Promise<Message | null> {
    if (card?.kind !== 'signIn' || card.exchange === undefined) return card;
    const { exchange, ...plain } = card;
    if (!isSilent) return plain;
    await askByLink(ports, exchange, patienceMs);
    return card;
  }

  /** In a room the details go to the person's own chat and the room gets a neutral line, or none. */
  async function sentence(held: Ports, incoming: Extract<Incoming, { kind: 'message' }>): Promise<Change[]> {
    const { actor, place, text, scope } = incoming;
    if (place.kind === 'personal' || isAboutTheRoom(held, { text, actor, scope })) {
      const replies = await obey(held, { text, actor, place, scope });
      return replies.map((message, index) => say(incoming, index, message));
    }
    const own = await ownChat(held, actor);
    if (!own) return [say(incoming, 0, noOwnChat())];
    const replies = await obey(held, { text, actor, place: own, scope });
    const private_ = replies.map((message, index) => say({ ...incoming, place: own }, index, message));
    if (ports.settings.roomAnswers === 'none') return private_;
    return [...private_, say(incoming, replies.length, answeredThere())];
  }

  /** The same from the person's own chat, where rooms are to hear nothing. */
  async function quiet(incoming: Extract<Incoming, { kind: 'edited' }>): Promise<Incoming> {
    if (incoming.place.kind === 'personal' || ports.settings.roomAnswers !== 'none') return incoming;
    return { ...incoming, place: (await ownChat(ports, incoming.actor)) ?? incoming.place };
  }

  function say(incoming: Incoming, index: number, message: Message): Change {
    const actor = 'actor' in incoming ? incoming.actor : null;
    const key = `${incoming.eventId}:${index}`;
    const zone = actor?.zone == null ? {} : { zone: actor.zone };
    const job = { kind: 'notice', key, to: incoming.place, oid: actor?.oid ?? null, ...zone, message } as const;
    return { kind: 'job', job, due: ports.clock.now() };
  }

  /** A new chat: a short welcome, and what waited because this approver could not be reached before. */
  async function installed(held: Ports, incoming: Extract<Incoming, { kind: 'installed' }>): Promise<Change[]> {
    const { actor, place } = incoming;
    if (!actor || place.kind !== 'personal') return [];
    const due = held.clock.now();
    for (const { id } of await held.store.waitingFor(actor)) {
      const reader = { kind: 'approver', oid: actor.oid } as const;
      await held.store.saveCard(id, reader, { place, activityId: null });
      await reach(held, id, actor.oid);
      await held.store.commit([{ kind: 'job', job: { kind: 'card', activationId: id, reader }, due }]);
    }
    return [say(incoming, 0, await welcome(held, actor))];
  }

  /** Caught once, here: the person gets a sentence with a reference, the log gets the error under the same reference. */
  async function failed(incoming: Incoming, error: unknown): Promise<Message | null> {
    const message = wentWrong(incoming.kind, error);
    try {
      await conclude(incoming, [say(incoming, 99, message)]);
    } catch (second) {
      ports.log.error('turn.unanswered', { event: incoming.kind, error: second });
      await sayNow(incoming, message);
    }
    return null;
  }

  /** Past the outbox, which is in the database: for whoever did something, when it cannot be written down. */
  async function sayNow(incoming: Incoming, message: Message): Promise<void> {
    if (incoming.kind !== 'message' && incoming.kind !== 'action' && incoming.kind !== 'edited') return;
    const zone = incoming.actor.zone ?? ports.settings.defaultTimeZone;
    const send = (again: boolean) => ports.chat.send(incoming.place, message, { oid: null, zone }, again);
    let { kind } = await send(false);
    // A database that is waited for holds everything up, also the connection that this goes by.
    if (kind === 'unclear') ({ kind } = await send(true));
    if (kind !== 'delivered') ports.log.error('turn.unheard', { event: incoming.kind, delivery: kind });
  }

  function wentWrong(event: string, error: unknown): Message {
    const reference = ports.ids.id().slice(0, 8);
    ports.log.error('turn.failed', { reference, event, error });
    if (isOutage(error)) {
      return problem('PIM does not answer now, or the directory or the sign-in beside it.', {
        why: 'I may not have done all you asked.',
        next: 'Say “status” in a minute to see what is there, or use PIM’s own pages.',
        link: { url: portalMyGroups, title: 'Open PIM' },
        reference,
      });
    }
    return problem('Something went wrong on my side.', {
      why: 'PIM, the directory or my own database did not answer as expected. I may not have done what you asked.',
      next: 'Say “status” to see what is there, then try again, or use PIM’s own pages.',
      link: { url: portalMyGroups, title: 'Open PIM' },
      reference,
    });
  }

  async function over(): Promise<void> {
    await Promise.all(turns);
  }

  return { handle, compose: elsewhere.compose, over };
}

/** Only says that the person themselves is needed; the link comes by a card of its own. */
function signInFailed(): Message {
  return { kind: 'signIn', url: null, state: 'open', going: null, stepUpFor: null };
}

/** Claiming what came in is the first write of all, so there is nothing that could have been done. */
function noDatabase(): Message {
  return problem('I could not take this in: my database is not there, or takes nothing now.', {
    why: 'Nothing was done, here or in PIM.',
    next: 'Say it again in a few minutes. PIM’s own pages work meanwhile.',
    link: { url: portalMyGroups, title: 'Open PIM' },
  });
}

function edited(): Message {
  return notice('○', 'I saw the edit and did nothing.', 'An edited message is never an order; send it as a new one.');
}
