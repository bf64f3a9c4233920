import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { afterAll } from '@jest/globals';
import { startConnector } from '../support/connector.ts';
import type { RecordingConnector } from '../support/connector.ts';
import { eventually } from '../support/processes.ts';
import { startBot } from './bot-under-test.ts';
import type { BotUnderTest } from './bot-under-test.ts';
import { appId, execute, goodClaims, makeKey, message, sign, startChannel } from './channel.ts';
import type { Channel, ChannelKey } from './channel.ts';

let key: ChannelKey;
let channel: Channel;
let connector: RecordingConnector;
const running: BotUnderTest[] = [];

beforeAll(async () => {
  key = await makeKey('channel-1');
  channel = await startChannel(key);
  connector = await startConnector();
});
afterAll(async () => {
  await Promise.all([channel.close(), connector.close()]);
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((bot) => bot.close()));
});

async function start(person: number, stranger: number, seconds = 60): Promise<BotUnderTest> {
  const limits = { person: { many: person, seconds }, stranger: { many: stranger, seconds } };
  const bot = await startBot({ appId, openIdMetadataUrl: channel.metadataUrl, limits });
  running.push(bot);
  return bot;
}

async function post(bot: BotUnderTest, activity: unknown): Promise<Response> {
  const token = await sign(key, goodClaims(connector.serviceUrl));
  return bot.post(activity, { Authorization: `Bearer ${token}` });
}

function from(oid: string, activity: Record<string, unknown>): Record<string, unknown> {
  return { ...activity, from: { id: `29:${oid}`, aadObjectId: oid } };
}

describe('an address that is turned away again and again', () => {
  test('is told to slow down, with an empty body and a time, and its connection ends', async () => {
    const bot = await start(10, 3);
    const statuses: number[] = [];
    for (let count = 0; count < 3; count += 1) statuses.push((await bot.post({})).status);

    const response = await bot.post({});

    expect(statuses).toEqual([401, 401, 401]);
    expect([response.status, await response.text()]).toEqual([429, '']);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(response.headers.get('connection')).toBe('close');
  });

  test('keeps nobody out who comes from the same address with a good token', async () => {
    const bot = await start(10, 1);
    for (let count = 0; count < 5; count += 1) await bot.post({});

    expect((await post(bot, message(connector.serviceUrl))).status).toBe(200);
    expect(bot.handled).toHaveLength(1);
  });

  test('is forgiven when its time is over', async () => {
    const bot = await start(10, 1, 1);
    const met = (status: number): Promise<void> =>
      eventually(
        async () => (await bot.post({})).status === status,
        () => `nobody was answered ${status}`,
      );

    // More than two requests, because a slow machine may take longer than a second for two.
    await met(429);
    await met(401);
  });

  test('that is let in takes nothing from its bucket', async () => {
    const bot = await start(100, 1);
    for (let count = 0; count < 5; count += 1) await post(bot, message(connector.serviceUrl));

    expect((await bot.post({})).status).toBe(401);
  });
});

describe('a person who sends too fast', () => {
  const grady = '22222222-2222-4222-8222-222222222229';

  test('is told once, and what comes until then is answered and has no effect', async () => {
    const bot = await start(2, 10);
    const before = connector.accepted.length;
    const statuses: number[] = [];
    for (let count = 0; count < 6; count += 1) {
      statuses.push((await post(bot, message(connector.serviceUrl))).status);
    }

    expect(statuses).toEqual([200, 200, 200, 200, 200, 200]);
    expect(bot.handled).toHaveLength(2);
    const told = connector.accepted.slice(before);
    expect(told).toHaveLength(1);
    expect(told[0]?.conversationId).toBe('a:adele');
    expect(bot.logged.map(([event]) => event)).toEqual(['person.tooFast']);
  });

  test('slows nobody else down', async () => {
    const bot = await start(1, 10);
    for (let count = 0; count < 4; count += 1) await post(bot, message(connector.serviceUrl));

    await post(bot, from(grady, message(connector.serviceUrl)));

    expect(bot.handled.map((incoming) => 'actor' in incoming && incoming.actor?.oid)).toContain(grady);
  });

  test('hears it on every button that is pressed', async () => {
    const bot = await start(1, 10);
    await post(bot, execute(connector.serviceUrl, 'list', {}));

    const answers = [
      await post(bot, execute(connector.serviceUrl, 'list', {})),
      await post(bot, execute(connector.serviceUrl, 'list', {})),
    ];

    for (const answer of answers) {
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({
        type: 'application/vnd.microsoft.activity.message',
        value: expect.stringMatching(/^Too much at once: I did nothing with this\. Try again in \d+ seconds\.$/),
      });
    }
    expect(bot.handled).toHaveLength(1);
  });

  test.each([
    ['composeExtension/query', { composeExtension: { type: 'message', text: expect.stringContaining('Too much') } }],
    ['composeExtension/fetchTask', { task: { type: 'message', value: expect.stringContaining('Too much') } }],
    ['composeExtension/submitAction', { task: { type: 'message', value: expect.stringContaining('Too much') } }],
  ])('hears it in the message extension: %s, and nothing in the chat it was opened in', async (name, body) => {
    const bot = await start(0, 10);
    const before = connector.accepted.length;

    const answer = await post(bot, { ...message(connector.serviceUrl), type: 'invoke', name, value: {} });

    expect(await answer.json()).toEqual(body);
    expect(connector.accepted).toHaveLength(before);
    expect(bot.composed).toEqual([]);
  });

  test('still has the bot added and taken out, which nobody does in a hurry', async () => {
    const bot = await start(0, 10);

    await post(bot, { ...message(connector.serviceUrl), type: 'installationUpdate', action: 'add' });

    expect(bot.handled.map(({ kind }) => kind)).toEqual(['installed']);
  });
});
