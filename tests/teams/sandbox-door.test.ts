import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { notice } from '../../src/core/message.ts';
import { createBot } from '../../src/teams/bot.ts';
import { clouds } from '../../src/teams/clouds.ts';
import { createGate } from '../../src/teams/gate.ts';
import { render, startBot, wallClock } from './bot-under-test.ts';
import type { BotUnderTest } from './bot-under-test.ts';
import { message, tenantId } from './channel.ts';

const serviceUrl = 'http://127.0.0.1:1/_connector';
let subject: BotUnderTest;

beforeAll(async () => {
  subject = await startBot();
});

afterAll(async () => subject.close());

/** The status for a body with exactly these headers; fetch would choose some of them itself. */
function statusOf(body: string | Buffer, headers: Readonly<Record<string, string>> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(
      subject.url,
      {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body), ...headers },
      },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

describe('unsigned activities', () => {
  const body = JSON.stringify(message(serviceUrl));

  test('of this machine are taken in the sandbox', async () => {
    expect(await statusOf(body)).toBe(200);
    expect(await statusOf(body, { Host: 'localhost:3978' })).toBe(200);
  });

  test.each([
    ['through a proxy', { 'X-Forwarded-For': '203.0.113.9' }],
    ['through a proxy of the newer kind', { Forwarded: 'for=203.0.113.9' }],
    ['by a name that points here', { Host: 'rebound.evil.example:3978' }],
    ['by a page in a browser', { Origin: 'https://evil.example' }],
  ])('are refused when they come %s', async (_name, headers) => {
    const before = subject.handled.length;

    expect(await statusOf(body, headers as unknown as Record<string, string>)).toBe(401);
    expect(subject.handled).toHaveLength(before);
  });

  test('are refused when another machine sends them', async () => {
    const keys = { find: () => Promise.resolve(null), load: () => Promise.resolve() };
    const gate = createGate({ tenantId, appId: null, keys, cloud: clouds.public, loopback: true, clock: wallClock });
    const peer = { headers: { host: 'localhost:3978' }, socket: { remoteAddress: '203.0.113.9' } };

    expect(await gate.caller(peer as never)).toEqual({ kind: 'refused', status: 401, why: 'peer' });
  });

  test.each([
    ['points to another machine', { serviceUrl: 'http://evil.example/' }],
    ['points to the real connector', { serviceUrl: 'https://smba.trafficmanager.net/emea/' }],
    ['names another tenant', { channelData: { tenant: { id: '99999999-9999-4999-8999-999999999999' } } }],
    ['names nobody', { from: { id: '29:adele' } }],
  ])('are refused when the activity %s', async (_name, more) => {
    expect(await statusOf(JSON.stringify({ ...message(serviceUrl), ...more }))).toBe(401);
  });

  test('are not for a bot of a real tenant', () => {
    const options = {
      tenantId,
      appId: null,
      cloud: 'public',
      openIdMetadataUrl: null,
    } as const;
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const handle = () => Promise.resolve(null);
    const compose = () => Promise.resolve(notice('○', 'Composed'));

    const real = {
      ...options,
      sandbox: false,
      allowGuests: false,
      singleSignOn: null,
      handle,
      compose,
      render,
      defaultZone: 'UTC',
      log,
      clock: wallClock,
    };
    expect(() => createBot({ ...real, token: () => Promise.resolve('token') })).toThrow('app id');
    expect(() => createBot({ ...real, appId: tenantId, token: null })).toThrow('token of its own');
  });
});

describe('a body', () => {
  const long = (bytes: number): string => JSON.stringify({ ...message(serviceUrl), text: 'a'.repeat(bytes) });
  const deep = (levels: number): string => `{"value":${'['.repeat(levels)}${']'.repeat(levels)}}`;

  test('just below 256 KiB is taken, above it is refused with 413', async () => {
    const around = Buffer.byteLength(long(0));

    expect(await statusOf(long(256 * 1024 - around))).toBe(200);
    expect(await statusOf(long(256 * 1024 - around + 1))).toBe(413);
  });

  test('nested 32 levels is taken, one level more is refused', async () => {
    const activity = JSON.stringify(message(serviceUrl));
    const nested = (levels: number): string => `${deep(levels - 1).slice(0, -1)},${activity.slice(1)}`;

    expect(await statusOf(nested(32))).toBe(200);
    expect(await statusOf(nested(33))).toBe(400);
  });

  test('of 10 MB is refused with 413', async () => {
    expect(await statusOf(Buffer.alloc(10_000_000, 'a'))).toBe(413);
  });

  test('that does not say its length is measured as it comes', async () => {
    const stream = new ReadableStream({
      start(controller) {
        for (let chunk = 0; chunk < 40; chunk += 1) controller.enqueue(Buffer.alloc(10_000, 'a'));
        controller.close();
      },
    });
    const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: stream, duplex: 'half' };

    expect((await fetch(subject.url, init as RequestInit)).status).toBe(413);
  });

  test.each([
    ['that is no JSON', '{"a":', {}, 400],
    ['that is no UTF-8', Buffer.from([0x22, 0xff, 0x22]), {}, 400],
    ['nested 100,000 levels', deep(100_000), {}, 400],
    ['of plain text', JSON.stringify(message(serviceUrl)), { 'Content-Type': 'text/plain' }, 415],
    ['of a form', 'a=b', { 'Content-Type': 'application/x-www-form-urlencoded' }, 415],
    ['that is compressed', gzipSync('{}'), { 'Content-Encoding': 'gzip' }, 415],
    ['that is empty', '', {}, 400],
  ])('%s is refused', async (_name, body, headers, status) => {
    expect(await statusOf(body, headers as unknown as Record<string, string>)).toBe(status);
  });
});

describe('ten hostile activities', () => {
  const base = message(serviceUrl);
  test.each<[string, unknown, number]>([
    ['text that is an object', { ...base, text: { toString: 'x' } }, 400],
    ['a list as id', { ...base, id: ['1', '2'] }, 400],
    ['an id of 100,000 letters', { ...base, id: 'a'.repeat(100_000) }, 400],
    ['no conversation id', { ...base, conversation: { tenantId } }, 400],
    ['no recipient', { ...base, recipient: null }, 400],
    ['entities that are a string', { ...base, entities: 'mention' }, 200],
    ['a nonsense timestamp and time zone', { ...base, timestamp: 'yesterday', localTimezone: 'Mars/Olympus' }, 200],
    ['delivery into the answer', { ...base, deliveryMode: 'expectReplies', callerId: 'urn:evil' }, 200],
    ['an invoke that nobody knows', { ...base, type: 'invoke', name: 'task/fetch', value: {} }, 501],
    ['a card action without an action', { ...base, type: 'invoke', name: 'adaptiveCard/action', value: null }, 501],
  ])('%s', async (_name, activity, status) => {
    const response = await subject.post(activity);

    expect(response.status).toBe(status);
    expect(await response.text()).toBe('');
  });
});
