import type { Rendered } from '../../src/cards/render.ts';
import { notice } from '../../src/core/message.ts';
import type { Message } from '../../src/core/message.ts';
import type { Reader } from '../../src/ports/chat.ts';
import type { Composed, Incoming } from '../../src/ports/incoming.ts';
import type { Log } from '../../src/ports/ports.ts';
import { createBot } from '../../src/teams/bot.ts';
import type { Bot, BotOptions } from '../../src/teams/bot.ts';
import { createServer } from '../../src/teams/server.ts';
import { tenantId } from './channel.ts';

export const wallClock = { now: () => Date.now(), wall: () => Date.now() };

export type BotUnderTest = {
  readonly bot: Bot;
  readonly url: string;
  readonly handled: readonly Incoming[];
  readonly composed: readonly Composed[];
  readonly logged: readonly (readonly [event: string, facts: Readonly<Record<string, unknown>> | undefined])[];
  /** Posts an activity; a string goes out as it is. */
  post(activity: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>;
  close(): Promise<void>;
};

/** A card that says what it was asked to say and to whom. */
export function render(said: Message, reader: Reader): Rendered {
  const title = said.kind === 'notice' ? said.title : said.kind;
  const card = { type: 'AdaptiveCard', version: '1.5', body: [{ type: 'TextBlock', text: title }], lang: reader.zone };
  return { card, summary: `${title} for ${reader.oid ?? 'the room'}`, aside: '' };
}

/** The bot behind its real server; unsigned unless an app id and a metadata URL are given. */
export async function startBot(
  options: Partial<BotOptions> = {},
  handle: (incoming: Incoming, bot: Bot) => Promise<Message | null> = () => Promise.resolve(null),
  compose: (composed: Composed) => Promise<Message> = () => Promise.resolve(notice('○', 'Composed')),
): Promise<BotUnderTest> {
  const handled: Incoming[] = [];
  const composed: Composed[] = [];
  const logged: (readonly [string, Readonly<Record<string, unknown>> | undefined])[] = [];
  const note = (event: string, facts?: Readonly<Record<string, unknown>>) => void logged.push([event, facts]);
  const log: Log = { info: note, warn: note, error: note };
  const bot = createBot({
    tenantId,
    appId: null,
    token: null,
    cloud: 'public',
    openIdMetadataUrl: null,
    sandbox: true,
    allowGuests: false,
    singleSignOn: null,
    limits: { person: { many: 100_000, seconds: 60 }, stranger: { many: 100_000, seconds: 60 } },
    render,
    defaultZone: 'UTC',
    log,
    clock: wallClock,
    handle: (incoming) => {
      handled.push(incoming);
      return handle(incoming, bot);
    },
    compose: (asked) => {
      composed.push(asked);
      return compose(asked);
    },
    ...options,
  });
  const server = createServer({
    host: '127.0.0.1',
    port: 0,
    bot,
    routes: [],
    health: () => ({ ok: true }),
    ready: async () => ({ ok: (await bot.ready()).keys, missing: [] }),
    clock: wallClock,
  });
  const { port } = await server.listen();
  const url = `http://127.0.0.1:${port}/api/messages`;
  return {
    bot,
    url,
    handled,
    composed,
    logged,
    post: (activity, headers = {}) =>
      fetch(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body: typeof activity === 'string' ? activity : JSON.stringify(activity),
      }),
    close: () => server.close(),
  };
}
