import { notice, problem } from './core/message.ts';
import type { Message } from './core/message.ts';
import type { Person } from './core/person.ts';
import { activate, unkeep } from './activate/activate.ts';
import { orderVerified } from './activate/order.ts';
import { rule } from './approve/rule.ts';
import { causedBy } from './caused.ts';
import { buttonOf, isVerb, press } from './clicks.ts';
import type { Guard } from './core/button.ts';
import { joined, takenOut } from './announce/announce.ts';
import { readTargetKey } from './core/target.ts';
import { end } from './deactivate/end.ts';
import { createOutbox } from './deliver/deliver.ts';
import { extendTaken } from './extend/extend.ts';
import { renewWhenOver } from './extend/renew.ts';
import { answeredThere, createElsewhere, forMembers, noOwnChat, ownChat } from './elsewhere.ts';
import { heldBack } from './held-back.ts';
import { welcome } from './help/help.ts';
import { forEvent, tellInterrupted } from './interrupted.ts';
import type { Actor, Brought, Change, Composed, Incoming, Parked, Ports } from './ports.ts';
import { createRefuse } from './refuse.ts';
import { redraw } from './redraw.ts';
import { isAboutTheRoom, obey } from './sentences.ts';
import { expireSignIns, signedIn as signedInAs } from './sign-in/sign-in.ts';
import { askByLink, patienceMs, pressSignedOn, takeSignOn } from './sign-in/sign-on.ts';
import { reach } from './watch/settle.ts';
import { unreachable } from './watch/unreachable.ts';
import { watch } from './watch/watch.ts';

export type App = {
  /** One activity from Teams. The message that comes back replaces the clicked card; null leaves it. Never throws. */
  readonly handle: (incoming: Incoming) => Promise<Message | null>;
  /** One step of the message extension; what comes back is for the eyes of whoever took it. Never throws. */
  readonly compose: (composed: Composed) => Promise<Message>;
  /** Everything that time does: deliveries, readings of PIM, expiries, answers that a crash swallowed. Never throws. */
  readonly tick: () => Promise<void>;
  /** Before the end: what was begun is finished, its answers are sent, nothing new is begun. */
  readonly drain: () => Promise<void>;
  /** Somebody finished a sign-in, here: what waited for it goes on. */
  readonly signedIn: (person: Person, parkedId: string) => Promise<void>;
  /** Teams brought a token for what waits; false when only the person can help. Never throws. */
  readonly signOn: (brought: Brought) => Promise<boolean>;
};

const sweepMs = 10 * 60_000;
const sweepRows = 200;

/** The person is a guest, or nobody whom the tenant knows. */
class Outsider extends Error {}

export function createApp(ports: Ports, guard: Guard): App {
  const worker = ports.ids.id();

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
    try {
      if (!(await ports.store.claim(incoming.eventId, actor, incoming.place, at))) return null;
      const admitted = admission(incoming, actor, at);
      const { eventId, place } = incoming;
      const held = causedBy(heldBack(ports, admitted), { event: eventId, conversation: place.conversationId });
      return await answered(forEvent(held, eventId), incoming, admitted);
    } catch (error) {
      return error instanceof Outsider && actor ? await turnedAway(incoming, actor) : await failed(incoming, error);
    } finally {
      void flush();
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
    await ports.store.commit([say(incoming, 0, forMembers()), { kind: 'answered', eventId: incoming.eventId }]);
    return null;
  }

  async function answered(held: Ports, incoming: Incoming, admitted: Promise<void>): Promise<Message | null> {
    const [replies] = await Promise.all([react(held, incoming), admitted]);
    await held.store.commit([...replies.said, { kind: 'answered', eventId: incoming.eventId }]);
    return replies.card;
  }

  async function react(held: Ports, incoming: Incoming): Promise<{ card: Message | null; said: Change[] }> {
    switch (incoming.kind) {
      case 'message':
        return { card: null, said: await sentence(held, incoming) };
      case 'action': {
        const { actor, place, verb, id, seal, inputs } = incoming;
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
        const click = { actor, place, verb, id, inputs, isSilent };
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
    const oid = 'actor' in incoming && incoming.actor ? incoming.actor.oid : null;
    const key = `${incoming.eventId}:${index}`;
    return { kind: 'job', job: { kind: 'notice', key, to: incoming.place, oid, message }, due: ports.clock.now() };
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
      await ports.store.commit([say(incoming, 99, message), { kind: 'answered', eventId: incoming.eventId }]);
    } catch (second) {
      ports.log.error('turn.unanswered', { event: incoming.kind, error: second });
    }
    return null;
  }

  function wentWrong(event: string, error: unknown): Message {
    const reference = ports.ids.id().slice(0, 8);
    ports.log.error('turn.failed', { reference, event, error });
    return problem('Something went wrong on my side.', {
      why: 'PIM, the directory or my own database did not answer as expected. I may not have done what you asked.',
      next: 'Say “status” to see what is there, then try again.',
      reference,
    });
  }

  /** What waited for a sign-in goes on as if it had just been said. */
  async function resume(parked: Parked): Promise<void> {
    const known = await ports.store.knownPerson(parked.person);
    const actor: Actor = { ...parked.person, name: known?.name ?? null, zone: known?.zone ?? null };
    const { place } = parked;
    const event = resumed(parked);
    const within = forEvent(causedBy(ports, { event, conversation: place.conversationId }), event);
    const replies = await goOn(within, actor, parked);
    await ports.store.commit([
      ...replies.map((message, index): Change => {
        const job = { kind: 'notice', key: `${parked.id}:${index}`, to: place, oid: actor.oid, message } as const;
        return { kind: 'job', job, due: ports.clock.now() };
      }),
      { kind: 'answered', eventId: event },
    ]);
  }

  /** Handed out once, however often the sign-in page was opened; claimed like an activity, so that a crash is noticed. */
  async function takeUp(parkedId: string): Promise<void> {
    const parked = await ports.store.parked(parkedId);
    if (!parked) return;
    const { person, place } = parked;
    const eventId = resumed(parked);
    const isFirst = await ports.store.claim(eventId, person, place, ports.clock.wall());
    const taken = await ports.store.takeParked(parkedId, person, ports.clock.wall());
    if (taken) await resume(taken);
    else if (isFirst) await ports.store.commit([{ kind: 'answered', eventId }]);
  }

  function resumed({ id }: Parked): string {
    return `resumed ${id}`;
  }

  /** The five minutes are over: it is ended as the person asked. */
  async function endDue(activationId: string): Promise<void> {
    const activation = await ports.store.activation(activationId);
    if (!activation) return;
    const { person, personName, place } = activation;
    const actor: Actor = { ...person, name: personName, zone: (await ports.store.knownPerson(person))?.zone ?? null };
    const message = await end(ports, actor, activation);
    if (!message) return;
    const job = { kind: 'notice', key: `${activationId}:end`, to: place, oid: person.oid, message } as const;
    await ports.store.commit([{ kind: 'job', job, due: ports.clock.now() }]);
  }

  /** The running activation has ended: the request that was prepared for then is sent. */
  async function renew(parkedId: string): Promise<number | null> {
    const renewed = await renewWhenOver(ports, parkedId);
    if (renewed.kind === 'later') return renewed.afterMs;
    if (renewed.kind === 'told') {
      const { person, place } = renewed.parked;
      const job = {
        kind: 'notice',
        key: `${parkedId}:renewed`,
        to: place,
        oid: person.oid,
        message: renewed.message,
      } as const;
      await ports.store.commit([{ kind: 'job', job, due: ports.clock.now() }]);
    }
    return null;
  }

  async function goOn(within: Ports, actor: Actor, { place, body, check }: Parked): Promise<readonly Message[]> {
    const challenge = check?.claims ?? null;
    if (body.kind === 'sentence')
      return body.text === '' ? [] : obey(within, { text: body.text, actor, place, scope: body.scope });
    if (body.kind === 'stepUp') {
      const message = await orderVerified(within, body.activationId, challenge);
      return message ? [message] : [];
    }
    if (body.kind === 'extension') return extendTaken(within, actor, place, body, challenge);
    if (body.kind === 'wish') {
      const target = readTargetKey(body.targetKey);
      const named = target && { target, name: body.targetName };
      const message = named && (await activate(within, actor, place, named, unkeep(body.ask)));
      return message ? [message] : [];
    }
    if (body.kind !== 'action' || !isVerb(body.verb)) return [];
    if (body.verb !== 'approve' && body.verb !== 'deny') {
      return (await press(within, { actor, place, verb: body.verb, id: body.id, inputs: {}, challenge })).said;
    }
    const ruled = await rule(within, actor, place, body.id, body.verb, body.reason, challenge);
    // The card still shows the sign-in; it takes its own form again, with whatever came out.
    const reader = { kind: 'approver', oid: actor.oid } as const;
    await ports.store.commit([
      { kind: 'job', job: { kind: 'card', activationId: body.id, reader }, due: ports.clock.now() },
    ]);
    if (ruled.kind === 'said') return [ruled.message];
    if (ruled.kind === 'signIn') {
      const job = { kind: 'signInCard', parkedId: ruled.parkedId, state: 'open' } as const;
      await ports.store.commit([{ kind: 'job', job, due: ports.clock.now() }]);
      return [];
    }
    const note = ruled.message.kind === 'approval' ? ruled.message.note : null;
    return note === null ? [] : [notice('⚠', note)];
  }

  const outbox = createOutbox(
    ports,
    {
      resume: takeUp,
      end: endDue,
      renew,
      unreachable: (job, place) => unreachable(ports, job, place),
      linkLater: (id) => askByLink(ports, id, patienceMs),
    },
    worker,
  );
  const { flush } = outbox;

  async function drain(): Promise<void> {
    await Promise.all(turns);
    await flush();
    await outbox.drain();
  }

  let sweepAt = 0;

  /** A few rows at a time, and again at once while there are more. */
  async function sweep(): Promise<void> {
    const now = ports.clock.wall();
    if (now < sweepAt) return;
    const gone = await ports.store.sweep(now, sweepRows);
    sweepAt = gone > 0 ? now : now + sweepMs;
  }

  async function tick(): Promise<void> {
    // Not awaited: a chat that answers slowly must not hold up the reading of PIM.
    void flush();
    const rounds = [
      () => watch(ports),
      () => expireSignIns(ports),
      () => ports.store.deleteExpiredTokens(ports.clock.wall()),
      () => tellInterrupted(ports),
      () => outbox.watchDelay(),
      () => sweep(),
    ];
    for (const round of rounds) {
      try {
        await round();
      } catch (error) {
        ports.log.error('tick.failed', { error });
      }
    }
    void flush();
  }

  async function signedIn(person: Person, parkedId: string): Promise<void> {
    const here = goOnHere(person, await signedInAs(ports, person, parkedId));
    turns.add(here);
    void here.finally(() => turns.delete(here));
    void flush();
  }

  /** One after the other: a check may be good for one write only, and the next one has to know. Never throws. */
  async function goOnHere(person: Person, ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      try {
        await takeUp(id);
      } catch (error) {
        ports.log.error('resume.failed', { error });
      }
    }
    if (ids.length > 0) await flush();
  }

  async function signOn(brought: Brought): Promise<boolean> {
    try {
      return await takeSignOn(ports, brought);
    } catch (error) {
      ports.log.error('signOn.failed', { error });
      return false;
    } finally {
      void flush();
    }
  }

  return { handle, compose: elsewhere.compose, signedIn, signOn, tick, drain };
}

/** Only says that the person themselves is needed; the link comes by a card of its own. */
function signInFailed(): Message {
  return { kind: 'signIn', url: null, state: 'open', going: null, stepUpFor: null };
}

function edited(): Message {
  return notice('○', 'I saw the edit and did nothing.', 'An edited message is never an order; send it as a new one.');
}
