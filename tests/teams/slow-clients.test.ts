import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startConnector } from '../support/connector.ts';
import type { RecordingConnector } from '../support/connector.ts';
import { startBot } from './bot-under-test.ts';
import type { BotUnderTest } from './bot-under-test.ts';
import { appId, goodClaims, makeKey, message, sign, startChannel } from './channel.ts';
import type { Channel, ChannelKey } from './channel.ts';

/** Clients that send a byte now and then, or far too much. */

let key: ChannelKey;
let channel: Channel;
let connector: RecordingConnector;
let bot: BotUnderTest;
let authorization: string;

beforeAll(async () => {
  key = await makeKey('channel-1');
  [channel, connector] = await Promise.all([startChannel(key), startConnector()]);
  bot = await startBot({ appId, openIdMetadataUrl: channel.metadataUrl });
  authorization = `Bearer ${await sign(key, goodClaims(connector.serviceUrl))}`;
});
afterAll(async () => {
  await bot.close();
  await Promise.all([channel.close(), connector.close()]);
});

type Client = {
  /** What the bot answered so far. */
  readonly answer: string;
  /** Its first words, as soon as they are there. */
  readonly answered: Promise<string>;
  /** Resolves when the bot has ended the connection. */
  readonly ended: Promise<void>;
  write(bytes: string | Buffer): void;
};

function open(start: string): Client {
  const socket: Socket = connect(Number(new URL(bot.url).port), '127.0.0.1');
  socket.write(start);
  let answer = '';
  socket.on('data', (data) => (answer += data.toString('latin1')));
  socket.on('error', () => socket.destroy());
  return {
    get answer() {
      return answer;
    },
    answered: new Promise((done) => socket.once('data', (data) => done(data.toString('latin1')))),
    ended: new Promise((done) => socket.once('close', () => done())),
    write: (bytes) => {
      if (socket.writable) socket.write(bytes);
    },
  };
}

/** Sends a byte twice a second for as long as the bot listens. */
async function drip(start: string): Promise<Client> {
  const client = open(start);
  const dripping = setInterval(() => client.write('a'), 500);
  await client.ended;
  clearInterval(dripping);
  return client;
}

const head = (...headers: readonly string[]): string =>
  ['POST /api/messages HTTP/1.1', 'Host: localhost', 'Content-Type: application/json', ...headers].join('\r\n');

/** Sockets and timers of this process. */
const held = (): number =>
  process.getActiveResourcesInfo().filter((name) => /^(TCPSocketWrap|Timeout)$/.test(name)).length;

describe('a client that drips', () => {
  test('its headers, or its body with and without a token, is cut off and leaves nothing behind', async () => {
    const before = held();
    const many = (start: string): Promise<Client>[] => Array.from({ length: 40 }, () => drip(start));
    const clients = {
      headers: many(`${head()}\r\nX-Slow: `),
      body: many(`${head(`Authorization: ${authorization}`, 'Content-Length: 100000')}\r\n\r\n{`),
      stranger: many(`${head('Content-Length: 100000')}\r\n\r\n{`),
    };

    const meanwhile = await bot.post(message(connector.serviceUrl), { Authorization: authorization });
    expect([meanwhile.status, bot.handled.length]).toEqual([200, 1]);

    const statuses = async (group: readonly Promise<Client>[]): Promise<readonly string[]> => [
      ...new Set((await Promise.all(group)).map(({ answer }) => answer.split('\r\n')[0] ?? '')),
    ];
    expect(await statuses(clients.headers)).toEqual(['HTTP/1.1 408 Request Timeout']);
    expect(await statuses(clients.body)).toEqual(['HTTP/1.1 408 Request Timeout']);
    expect(await statuses(clients.stranger)).toEqual(['HTTP/1.1 401 Unauthorized']);
    expect(bot.handled).toHaveLength(1);
    expect(held()).toBeLessThanOrEqual(before + 2);
  }, 60_000);
});

test('a caller without a token is turned away before a byte of its body was sent', async () => {
  const client = open(`${head('Content-Length: 100')}\r\n\r\n`);

  expect(await client.answered).toMatch(/^HTTP\/1\.1 401 /);
  // Else it would wait for the body as long as that may take.
}, 9_000);

describe('a body that is too long', () => {
  test('by its own word is refused before a byte of it was sent', async () => {
    const client = open(`${head(`Authorization: ${authorization}`, 'Content-Length: 10000000')}\r\n\r\n`);

    expect(await client.answered).toMatch(/^HTTP\/1\.1 413 /);
  });

  test('that does not say so is refused where it gets too long, whatever would have followed', async () => {
    const client = open(`${head(`Authorization: ${authorization}`, 'Transfer-Encoding: chunked')}\r\n\r\n`);
    for (let chunk = 0; chunk < 27; chunk += 1) client.write(`2710\r\n${'a'.repeat(10_000)}\r\n`);

    expect(await client.answered).toMatch(/^HTTP\/1\.1 413 /);
  });
});
