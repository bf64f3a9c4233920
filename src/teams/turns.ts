import './no-dialogs.ts';
import { Application } from '@microsoft/teams-ai/lib/Application.js';
import type { TurnState } from '@microsoft/teams-ai/lib/TurnState.js';
import type { TurnContext } from 'botbuilder';
import type { Rendered } from '../cards/render.ts';
import { notice } from '../core/message.ts';
import type { Message } from '../core/message.ts';
import type { Place } from '../core/place.ts';
import type { Chat, Reader } from '../ports/chat.ts';
import type { Incoming } from '../ports/incoming.ts';
import type { Clock } from '../ports/ports.ts';
import type { TeamsActivity } from './activity.ts';
import { addCompose } from './compose.ts';
import type { ComposeOptions } from './compose.ts';
import type { OpenConnector } from './connector.ts';
import { toActor, toIncoming } from './incoming.ts';
import { promptly } from './promptly.ts';
import type { Roster } from './roster.ts';
import { exchangeOf, loginRequest, preconditionFailed, readSignOn } from './sign-on.ts';
import type { SingleSignOn } from './sign-on.ts';

export type TurnOptions = ComposeOptions & {
  readonly handle: (incoming: Incoming) => Promise<Message | null>;
  readonly singleSignOn: SingleSignOn | null;
  readonly clock: Clock;
  readonly chat: Chat;
  readonly open: OpenConnector;
  readonly roster: Pick<Roster, 'forget'>;
  /** Completes what an activity says of its place. */
  readonly complete: (place: Place, activity: TeamsActivity) => Promise<Place>;
};

type Action = Extract<Incoming, { kind: 'action' }>;

const typingAfterMs = 1000;

const working = notice('◷', 'Working on it.', 'PIM takes its time. The answer comes by itself.');
/** Takes its place when the work is over: nobody must find it later and wait. */
const worked = notice('■', 'That took a while.', 'What came of it is told in this chat.');

/** Which activity goes where. The SDK's own turn state stays empty: it has no versions, the last writer would win. */
export function createTurns(options: TurnOptions): Application {
  const { handle, render, chat, clock, singleSignOn } = options;
  // The SDK's typing timer is one for all conversations at once, and its mention removal fails on a message without text.
  const application = new Application<TurnState>({ startTypingTimer: false, removeRecipientMention: false });

  async function receive(context: TurnContext): Promise<Incoming | null> {
    const activity = context.activity as unknown as TeamsActivity;
    const incoming = toIncoming(activity, clock.wall());
    if (incoming === null || incoming.kind === 'action') return incoming;
    return { ...incoming, place: await options.complete(incoming.place, activity) };
  }

  async function arrived(context: TurnContext): Promise<void> {
    const incoming = await receive(context);
    if (incoming === null) return;
    if (incoming.kind === 'joined') options.roster.forget();
    const { open } = options;
    const work = whileTyping(open, incoming.place, context.activity.conversation.id, () => handle(incoming));
    const done = await promptly(work.then(() => true));
    // The answer comes by itself when it is there; an outage of the chat is no reason to fail the turn.
    if (done === null && incoming.kind === 'message' && incoming.place.kind === 'personal') {
      const reader = { oid: null, zone: options.defaultZone };
      const said = await chat.send(incoming.place, working, reader);
      const id = said.kind === 'delivered' ? said.activityId : null;
      if (id !== null) void Promise.allSettled([work]).then(() => chat.update(incoming.place, id, worked, reader));
    }
  }

  async function submitted(context: TurnContext): Promise<void> {
    const incoming = await receive(context);
    if (incoming?.kind !== 'action') return;
    await promptly(handle(incoming).then((message) => show(incoming, message)));
  }

  /** What came of a click, where the channel takes no card as its answer, or no longer waits for one. */
  async function show(incoming: Action, message: Message | null): Promise<void> {
    if (message === null) return;
    const reader = readerOf(incoming, options.defaultZone);
    if (incoming.place.kind !== 'personal') {
      // The card in the room is everybody's; only what leaves the presser without any answer is said beside it.
      if (message.kind === 'problem') await chat.send(incoming.place, message, reader);
      return;
    }
    if (incoming.activityId === null) await chat.send(incoming.place, message, reader);
    else await chat.update(incoming.place, incoming.activityId, message, reader);
  }

  /** What a client brings of its own accord, or after a card that asks for it. Source: Teams bot SSO. */
  async function signedOn(context: TurnContext): Promise<void> {
    const { activity } = context;
    const actor = toActor(activity as unknown as TeamsActivity);
    const brought = readSignOn(activity.value);
    const isTaken = singleSignOn !== null && actor && brought && (await singleSignOn.take({ actor, ...brought }));
    const body = { id: brought?.id ?? '', connectionName: '', failureDetail: 'The sign-in needs the person.' };
    const value = isTaken ? { status: 200, body: null } : { status: 412, body };
    await context.sendActivity({ type: 'invokeResponse', value });
  }

  async function executed(context: TurnContext): Promise<string> {
    const incoming = await receive(context);
    const body = incoming?.kind === 'action' ? await pressed(incoming) : line('Answered below.');
    await context.sendActivity({ type: 'invokeResponse', value: { status: 200, body } });
    return '';
  }

  /** The card that takes the clicked one's place. When it takes longer than the channel waits, the clicked one stays and is updated later. */
  async function pressed(action: Action): Promise<Record<string, unknown>> {
    const work = handle(action);
    const answer = await promptly(work.then((message) => ({ message })));
    if (answer === null) {
      void work.then((message) => show(action, message));
      return line('Working on it. PIM takes its time; the answer comes by itself.');
    }
    if (answer.message === null) return line('Answered below.');
    const signOn = signOnAnswer(answer.message, action);
    if (signOn !== null) return signOn;
    const drawn = draw(answer.message, action);
    return action.place.kind === 'personal' ? card(drawn.card) : line(drawn.summary);
  }

  /** Null where the press has another answer than that a token is wanted, or was no good. */
  function signOnAnswer(message: Message, action: Action): Record<string, unknown> | null {
    if (singleSignOn === null || message.kind !== 'signIn') return null;
    if (action.signOn?.kind === 'brought') return preconditionFailed;
    const exchange = exchangeOf(message, draw(message, action));
    return exchange === null ? null : loginRequest(exchange, singleSignOn.resource);
  }

  function draw(message: Message, action: Action): Rendered {
    return render(message, readerOf(action, options.defaultZone), action.place.conversationId);
  }

  addCompose(application, options);
  application.adaptiveCards.actionExecute(/^/, executed);
  application.adaptiveCards.actionSubmit(/^/, submitted);
  const named = (name: string) => (context: TurnContext) =>
    Promise.resolve(context.activity.type === 'invoke' && context.activity.name === name);
  application.addRoute(named('signin/tokenExchange'), signedOn, true);
  // The page that the person signed in on has woken what waited; Teams only wants to hear that it was heard.
  application.addRoute(
    named('signin/verifyState'),
    async (context) => {
      await context.sendActivity({ type: 'invokeResponse', value: { status: 200 } });
    },
    true,
  );
  application.message(/^/, arrived);
  application.messageEventUpdate('editMessage', arrived);
  application.activity(/^(message|installationUpdate|conversationUpdate)$/, submittedOrArrived);
  return application;

  /** What the routes above left: messages without words, cards without a verb, the bot coming and going. */
  async function submittedOrArrived(context: TurnContext): Promise<void> {
    if (context.activity.type === 'message' && context.activity.value !== undefined) await submitted(context);
    else await arrived(context);
  }
}

/** Takes the place of the clicked card. Source: Universal Actions for Adaptive Cards, invoke response. */
function card(value: Record<string, unknown>): Record<string, unknown> {
  return { statusCode: 200, type: 'application/vnd.microsoft.card.adaptive', value };
}

/** For the clicker's eyes (assumed); the clicked card stays. */
function line(value: string): Record<string, unknown> {
  return { statusCode: 200, type: 'application/vnd.microsoft.activity.message', value };
}

/** A room reads over the clicker's shoulder, so a card there carries nobody's buttons. */
function readerOf(action: Action, defaultZone: string): Reader {
  const oid = action.place.kind === 'personal' ? action.actor.oid : null;
  return { oid, zone: action.actor.zone ?? defaultZone };
}

async function whileTyping<T>(
  open: OpenConnector,
  place: Place,
  conversationId: string,
  work: () => Promise<T>,
): Promise<T> {
  const timer = setTimeout(() => void sayTyping(open, place, conversationId), typingAfterMs);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
  }
}

/** A courtesy: when it does not arrive, nothing is lost. */
async function sayTyping(open: OpenConnector, place: Place, conversationId: string): Promise<void> {
  try {
    const connector = await open(place.serviceUrl);
    await connector?.send(conversationId, { type: 'typing', from: { id: place.botId, name: '' } });
  } catch {
    return;
  }
}
