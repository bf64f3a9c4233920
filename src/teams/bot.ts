import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Application } from '@microsoft/teams-ai/lib/Application.js';
import { CloudAdapter } from 'botbuilder';
import type { Activity, InvokeResponse, TurnContext } from 'botbuilder';
import { AuthenticationError } from 'botframework-connector';
import type { Rendered } from '../cards/render.ts';
import type { Message } from '../core/message.ts';
import type { Chat, Clock, Composed, Incoming, Log, Reader } from '../ports.ts';
import { activityShape } from './activity.ts';
import type { TeamsActivity } from './activity.ts';
import { createAuthentication, publicCloudMetadataUrl } from './authentication.ts';
import { readJson } from './body.ts';
import { createChat } from './chat.ts';
import { createConnectors } from './connector.ts';
import { createGate } from './gate.ts';
import { publicCloudHosts } from './service-url.ts';
import { createSigningKeys } from './signing-keys.ts';
import { createTeams } from './teams.ts';
import { createTurns } from './turns.ts';

export type BotOptions = {
  readonly tenantId: string;
  /** null only in the sandbox: unsigned activities are taken from this machine and from nowhere else. */
  readonly appId: string | null;
  readonly appType: 'SingleTenant' | 'UserAssignedMSI';
  readonly appPassword: string | null;
  /** null: Microsoft's own. */
  readonly openIdMetadataUrl: string | null;
  readonly sandbox: boolean;
  /** Hosts that may see the bot's token, "*." for any subdomain; without it those of the public cloud. */
  readonly allowedServiceHosts?: readonly string[];
  /** For an action: the message whose card takes the clicked one's place, or null to leave it. All other answers go through Chat. */
  readonly handle: (incoming: Incoming) => Promise<Message | null>;
  /** For the message extension: the message for whoever used it. */
  readonly compose: (composed: Composed) => Promise<Message>;
  readonly render: (message: Message, reader: Reader) => Rendered;
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

type Answer = { readonly status: number; readonly body?: unknown };

/** The chat side of the product: gate, SDK, routing, and the way back. */
export function createBot(options: BotOptions): Bot {
  const { appId, sandbox, log, clock } = options;
  if (appId === null && !sandbox) throw new Error('Without an app id anybody could speak as anybody.');
  const tenantId = options.tenantId.toLowerCase();
  const serviceHosts = options.allowedServiceHosts ?? publicCloudHosts;
  const metadataUrl = options.openIdMetadataUrl ?? publicCloudMetadataUrl;
  const keys = createSigningKeys(metadataUrl, clock);
  const gate = createGate({ tenantId, appId, keys, serviceHosts, loopback: sandbox, clock });
  const authentication = createAuthentication({ ...options, tenantId }, metadataUrl, keys);
  const open = createConnectors(authentication, appId, serviceHosts, sandbox);
  const chat = createChat({ open, render: options.render, log, clock });
  const application = createTurns({ ...options, open, chat, complete: createTeams(open) });
  const adapter = new VerifiedAdapter(authentication);

  async function answer(request: IncomingMessage): Promise<Answer> {
    const admission = await gate.caller(request);
    if (admission.kind === 'refused') return refused(admission.status, admission.why);
    const body = await readJson(request);
    if (body.kind === 'refused') return refused(body.status, 'body');
    const problem = gate.activity(admission.claims, body.value);
    if (problem !== null) return refused(401, problem);
    const parsed = activityShape.safeParse(body.value);
    if (!parsed.success) return refused(400, parsed.error.issues[0]?.path.join('.') ?? 'body');
    return turn(request.headers.authorization ?? '', parsed.data);
  }

  async function turn(authorization: string, activity: TeamsActivity): Promise<Answer> {
    try {
      return await adapter.receive(authorization, activity, application);
    } catch (error) {
      if (error instanceof AuthenticationError) return refused(401, 'sdk');
      throw error;
    }
  }

  function refused(status: number, why: string): Answer {
    log.warn('activity.refused', { status, why });
    return { status };
  }

  return {
    chat,
    async process(request, response) {
      const { status, body } = await answer(request).catch((error: unknown): Answer => {
        log.error('activity.failed', { error });
        return { status: 500 };
      });
      reply(response, status, body);
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

function reply(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent || response.destroyed) return;
  const text = body === undefined ? '' : JSON.stringify(body);
  response.writeHead(status, {
    'Content-Length': Buffer.byteLength(text),
    ...(text === '' ? {} : { 'Content-Type': 'application/json; charset=utf-8' }),
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
