import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { median, percentile, round } from './measure.ts';

/** A stand-in for the Bot connector that tells when a conversation got its answer. */
export type Answers = {
  readonly serviceUrl: string;
  /** Resolves with the next message to that conversation. */
  next(conversationId: string): Promise<void>;
  /** How many each conversation had, without those that only say “Working on it”. */
  readonly counts: ReadonlyMap<string, number>;
  /** How many said that. */
  working(): number;
  close(): void;
};

export type Speaker = { readonly oid: string; readonly name: string };
export type Load = {
  readonly turnsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly turns: number;
};

export async function listen(): Promise<Answers> {
  const waiting = new Map<string, () => void>();
  const counts = new Map<string, number>();
  let sequence = 0;
  let working = 0;
  const server = createServer((incoming, response) => {
    let said = '';
    incoming.setEncoding('utf8').on('data', (text: string) => (said += text));
    incoming.once('end', () => {
      const conversation = decodeURIComponent(incoming.url?.split('/')[3] ?? '');
      response.writeHead(201, { 'Content-Type': 'application/json' }).end(`{"id":"answer-${(sequence += 1)}"}`);
      if (said.includes('Working on it')) {
        working += 1;
        return;
      }
      counts.set(conversation, (counts.get(conversation) ?? 0) + 1);
      waiting.get(conversation)?.();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    serviceUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    working: () => working,
    next: (conversationId) => new Promise((done) => waiting.set(conversationId, done)),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

export type Bot = {
  readonly url: string;
  readonly tenantId: string;
  readonly answers: Answers;
  /** One conversation each; they share the connections, since a single person may not say that much. */
  readonly speakers: readonly Speaker[];
  readonly connections: number;
  readonly text: string;
  /** The channel's token, where the bot wants one. */
  readonly authorization?: string;
};

/**
 * On each connection a speaker says the sentence, waits for the answer in the conversation and for the end of the request;
 * then the next one does. A turn is all of that.
 */
export async function speak(bot: Bot, milliseconds: number): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: bot.connections });
  const start = performance.now();
  const times: number[] = [];
  await Promise.all(
    Array.from({ length: bot.connections }, async (_none, connection) => {
      const own = bot.speakers.filter((_speaker, at) => at % bot.connections === connection);
      for (let at = 0; performance.now() - start < milliseconds; at += 1) {
        const speaker = own[at % own.length]!;
        const from = performance.now();
        const answered = bot.answers.next(chat(speaker));
        const status = await post(agent, `${bot.url}/api/messages`, message(bot, speaker), bot.authorization);
        if (status !== 200) throw new Error(`the bot answered ${status}`);
        await answered;
        times.push(performance.now() - from);
      }
    }),
  );
  const seconds = (performance.now() - start) / 1000;
  agent.destroy();
  return {
    turnsPerSecond: round(times.length / seconds, 1),
    p50Ms: round(median(times)),
    p99Ms: round(percentile(times, 0.99)),
    turns: times.length,
  };
}

export function chat({ oid }: Speaker): string {
  return `a:${oid}`;
}

let said = 0;

export function message({ tenantId, answers, text }: Bot, speaker: Speaker): string {
  said += 1;
  return JSON.stringify({
    type: 'message',
    id: `${process.pid}-${said}`,
    timestamp: new Date().toISOString(),
    localTimezone: 'Europe/Berlin',
    channelId: 'msteams',
    serviceUrl: answers.serviceUrl,
    from: { id: `29:${speaker.oid}`, name: speaker.name, aadObjectId: speaker.oid },
    recipient: { id: '28:jitney', name: 'Jitney' },
    conversation: { id: chat(speaker), conversationType: 'personal', tenantId },
    channelData: { tenant: { id: tenantId } },
    text,
  });
}

export function post(agent: Agent, url: string, body: string, authorization?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
      ...(authorization === undefined ? {} : { Authorization: authorization }),
    };
    const sending = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0));
    });
    sending.once('error', reject).end(body);
  });
}
