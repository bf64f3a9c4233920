import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Application } from '@microsoft/teams-ai/lib/Application.js';
import { CloudAdapter } from 'botbuilder';
import type { Activity, InvokeResponse, TurnContext } from 'botbuilder';
import { AuthenticationError } from 'botframework-connector';
import type { Rendered } from '../cards/render.ts';
import type { Message } from '../core/message.ts';
import type { Chat, Reader } from '../ports/chat.ts';
import type { Composed, Incoming } from '../ports/incoming.ts';
import type { Clock, Log } from '../ports/ports.ts';
import { activityShape } from './activity.ts';
import type { TeamsActivity } from './activity.ts';
import { createAuthentication } from './authentication.ts';
import type { ConnectorToken } from './authentication.ts';
import { readJson } from './body.ts';
import { createChat } from './chat.ts';
import { clouds } from './clouds.ts';
import type { CloudName } from './clouds.ts';
import { createConnectors } from './connector.ts';
import { createGate, isEvent } from './gate.ts';
import { toActor, toPlace } from './incoming.ts';
import { paceOfPeople, paceOfStrangers, personLimit, strangerLimit } from './limits.ts';
import type { Limit, Pace } from './limits.ts';
import { createRefusals } from './refusals.ts';
import { createRoster } from './roster.ts';
import { createSigningKeys } from './signing-keys.ts';
import type { SingleSignOn } from './sign-on.ts';
import { createTeams } from './teams.ts';
import { isCompose, tooFast } from './too-fast.ts';
import { createTurns } from './turns.ts';

export type BotOptions = {
  readonly tenantId: string;
  /** null only in the sandbox: unsigned activities are taken from this machine and from nowhere else. */
  readonly appId: string | null;
  /** null only in the sandbox: its connectors are on this machine and want no token. */
  readonly token: ConnectorToken | null;
  readonly cloud: CloudName;
  /** False: a guest in a room counts as somebody from outside. */
  readonly allowGuests: boolean;
  /** null: the cloud's own. */
  readonly openIdMetadataUrl: string | null;
  readonly sandbox: boolean;
  readonly limits?: { readonly person: Limit; readonly stranger: Limit };
  /** For an action: the message whose card takes the clicked one's place, or null to leave it. All other answers go through Chat. */
  readonly handle: (incoming: Incoming) => Promise<Message | null>;
  /** Teams' single sign-on; null where people sign in by the card only. */
  readonly singleSignOn: SingleSignOn | null;
  /** For the message extension: the message for whoever used it. */
  readonly compose: (composed: Composed) => Promise<Message>;
  /** chat: the conversation that the card stands in; empty outside those of the bot. */
  readonly render: (message: Message, reader: Reader, chat: string) => Rendered;
  /** For readers whose clock is not known. */
  readonly defaultZone: string;
  readonly log: Log;
  readonly clock: Clock;
};

export type Bot = {
  /** Answers one POST of the channel, from its headers to its last byte. */
  process(request: IncomingMessage, response: ServerResponse): Promise<void>;
  readonly chat: Chat;
  /** keys: whether callers can be told from impostors now. */
  ready(): Promise<{ readonly keys: boolean }>;
};

/** waitMs: who is answered so may come again after that; this connection ends. */
type Answer = { readonly status: number; readonly body?: unknown; readonly waitMs?: number };

/** The chat side of the product: gate, SDK, routing, and the way back. */
export function createBot(options: BotOptions): Bot {
  const { appId, sandbox, log, clock } = options;
  if (appId === null && !sandbox) throw new Error('Without an app id anybody could speak as anybody.');
  if (options.token === null && !sandbox) throw new Error('Without a token of its own the bot cannot answer.');
  const tenantId = options.tenantId.toLowerCase();
  const cloud = clouds[options.cloud];
  const metadataUrl = options.openIdMetadataUrl ?? cloud.metadataUrl;
  const keys = createSigningKeys(metadataUrl, clock);
  const gate = createGate({ tenantId, appId, keys, cloud, loopback: sandbox, clock });
  const authentication = createAuthentication({ appId, token: options.token, cloud }, metadataUrl, keys);
  const open = createConnectors(authentication, appId, cloud, sandbox);
  const roster = createRoster(open, options.allowGuests, clock);
  const chat = createChat({
    resource: options.singleSignOn?.resource ?? null,
    open,
    outsiders: roster.outsiders,
    render: options.render,
    log,
    clock,
  });
  const application = createTurns({ ...options, open, chat, roster, complete: createTeams(open) });
  const adapter = new VerifiedAdapter(authentication);
  const { person, stranger } = options.limits ?? { person: personLimit, stranger: strangerLimit };
  const paceOf = paceOfPeople(person);
  const strangers = paceOfStrangers(stranger);
  const tell = createRefusals(log);

  async function answer(request: IncomingMessage): Promise<Answer> {
    const admission = await gate.caller(request);
    if (admission.kind === 'refused') return refused(request, admission.status, admission.why);
    const body = await readJson(request);
    if (body.kind === 'refused') return refused(request, body.status, 'body');
    const problem = gate.activity(admission.claims, body.value);
    if (problem !== null) return refused(request, 401, problem);
    const parsed = activityShape.safeParse(body.value);
    if (!parsed.success) return refused(request, 400, parsed.error.issues[0]?.path.join('.') ?? 'body');
    const actor = toActor(parsed.data);
    const pace = actor === null || isEvent(parsed.data.type) ? 'within' : await paceOf(actor.oid);
    if (pace !== 'within') return hurried(parsed.data, pace);
    return turn(request, parsed.data);
  }

  async function turn(request: IncomingMessage, activity: TeamsActivity): Promise<Answer> {
    try {
      return await adapter.receive(request.headers.authorization ?? '', activity, application);
    } catch (error) {
      if (error instanceof AuthenticationError) return refused(request, 401, 'sdk');
      throw error;
    }
  }

  /** Nothing is done, and the person hears of it: at once where the client shows an answer, else once until they may go on. */
  async function hurried(activity: TeamsActivity, pace: Exclude<Pace, 'within'>): Promise<Answer> {
    const { message, body } = tooFast(activity, pace.waitMs);
    if (pace.first) {
      log.warn('person.tooFast', { actor: activity.from.aadObjectId });
      if (!isCompose(activity)) {
        await chat.send(toPlace(activity), message, { oid: null, zone: options.defaultZone });
      }
    }
    return { status: 200, ...(body === null ? {} : { body }) };
  }

  async function refused(request: IncomingMessage, status: number, why: string): Promise<Answer> {
    const pace = status === 503 ? 'within' : await strangers(request.socket.remoteAddress ?? '');
    if (pace === 'within') {
      tell(status, why);
      return { status };
    }
    tell(429, 'address');
    return { status: 429, waitMs: pace.waitMs };
  }

  return {
    chat,
    async process(request, response) {
      const answered = await answer(request).catch((error: unknown): Answer => {
        log.error('activity.failed', { error });
        return { status: 500 };
      });
      reply(response, answered);
    },
    ready: async () => ({ keys: appId === null || (await areKeysThere()) }),
  };

  async function areKeysThere(): Promise<boolean> {
    return keys.load().then(
      () => true,
      () => false,
    );
  }
}

function reply(response: ServerResponse, { status, body, waitMs }: Answer): void {
  if (response.headersSent || response.destroyed) return;
  const text = body === undefined ? '' : JSON.stringify(body);
  response.writeHead(status, {
    'Content-Length': Buffer.byteLength(text),
    ...(text === '' ? {} : { 'Content-Type': 'application/json; charset=utf-8' }),
    ...(waitMs === undefined ? {} : { 'Retry-After': String(Math.ceil(waitMs / 1000)), Connection: 'close' }),
  });
  response.end(text);
}

/** The SDK's adapter without its own handling of requests, which prints errors and answers with their text. */
class VerifiedAdapter extends CloudAdapter {
  async receive(authorization: string, activity: TeamsActivity, application: Application): Promise<Answer> {
    // The SDK's type wants every field of the protocol; it reads those that the shape keeps.
    const turnActivity = { ...activity } as unknown as Activity;
    const invoked: InvokeResponse | undefined = await this.processActivity(
      authorization,
      turnActivity,
      async (context: TurnContext) => {
        await application.run(context);
      },
    );
    return { status: invoked?.status ?? 200, body: invoked?.body as unknown };
  }
}
