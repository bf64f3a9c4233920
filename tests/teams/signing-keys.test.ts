import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createSigningKeys, KeysUnavailable } from '../../src/teams/signing-keys.ts';
import { makeKey, startChannel } from './channel.ts';
import type { Channel, ChannelKey } from './channel.ts';

describe('signing keys', () => {
  let key: ChannelKey;
  let channel: Channel;
  let wall = 1_000_000;
  const moved = { now: () => wall, wall: () => wall };
  beforeAll(async () => {
    key = await makeKey('channel-1');
    channel = await startChannel(key);
  });
  afterAll(async () => channel.close());

  test('are kept for a day and then read anew', async () => {
    const keys = createSigningKeys(channel.metadataUrl, moved);
    const before = channel.metadataReads();
    expect(await keys.find(key.kid)).toMatchObject({ kid: key.kid, endorsements: ['msteams'] });
    wall += 86_400_000 - 1;
    await keys.find(key.kid);
    expect(channel.metadataReads()).toBe(before + 1);
    wall += 1;
    await keys.find(key.kid);
    expect(channel.metadataReads()).toBe(before + 2);
  });

  test('are read once, however many wait', async () => {
    const keys = createSigningKeys(channel.metadataUrl, moved);
    const before = channel.metadataReads();
    await Promise.all(Array.from({ length: 20 }, () => keys.find(key.kid)));
    expect(channel.metadataReads()).toBe(before + 1);
  });

  test('unknown ones are asked for once a minute, to the millisecond', async () => {
    const keys = createSigningKeys(channel.metadataUrl, moved);
    await keys.load();
    const before = channel.metadataReads();
    for (const [later, reads] of [
      [0, 1],
      [59_999, 1],
      [1, 2],
    ] as const) {
      wall += later;
      expect(await keys.find('unknown')).toBeNull();
      expect(channel.metadataReads()).toBe(before + reads);
    }
  });

  test('that were never read are tried again after a second, and old ones serve for a minute before the next try', async () => {
    channel.answerWith(500);
    const keys = createSigningKeys(channel.metadataUrl, moved);
    await expect(keys.load()).rejects.toThrow(KeysUnavailable);
    const before = channel.metadataReads();
    wall += 999;
    await expect(keys.load()).rejects.toThrow(KeysUnavailable);
    expect(channel.metadataReads()).toBe(before);
    channel.answerWith(200);
    wall += 1;
    await keys.load();
    expect(channel.metadataReads()).toBe(before + 1);

    channel.answerWith(500);
    wall += 86_400_000;
    for (const [later, reads] of [
      [0, 2],
      [59_999, 2],
      [1, 3],
    ] as const) {
      wall += later;
      expect(await keys.find(key.kid)).not.toBeNull();
      expect(channel.metadataReads()).toBe(before + reads);
    }
    channel.answerWith(200);
  });

  test.each<[string, Record<string, unknown>]>([
    ['of another kind', { kty: 'EC' }],
    ['without a name', { kid: '' }],
    ['without a number', { n: '' }],
    ['that is too short to be safe', { n: Buffer.alloc(128, 0xc1).toString('base64url') }],
  ])('%s are left out', async (_what, changes) => {
    const bad = { ...key, published: { ...key.published, ...changes } };
    channel.publish({ ...bad }, { ...key, published: { ...key.published, kid: 'good' } });
    const keys = createSigningKeys(channel.metadataUrl, moved);
    expect(await keys.find('good')).not.toBeNull();
    expect(await keys.find(String(bad.published.kid))).toBeNull();
    channel.publish(key);
  });

  test('none of them is as good as no answer', async () => {
    channel.publish();
    await expect(createSigningKeys(channel.metadataUrl, moved).load()).rejects.toThrow(KeysUnavailable);
    channel.publish(key);
  });
});

describe('the address of the keys', () => {
  const clock = { now: () => Date.now(), wall: () => Date.now() };
  const servers: ReturnType<typeof createServer>[] = [];
  let key: ChannelKey;
  let channel: Channel;
  beforeAll(async () => {
    key = await makeKey('channel-1');
    channel = await startChannel(key);
  });
  afterAll(async () => channel.close());
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.close();
      server.closeAllConnections();
    }
  });

  type Answer = { readonly status: number; readonly location?: string; readonly body?: unknown };

  /** Answers each path as told; one that it was not told of gets no answer at all. */
  async function serve(answers: Readonly<Record<string, Answer>>): Promise<string> {
    const server = createServer((request, response) => {
      const answer = answers[request.url ?? ''];
      if (answer === undefined) return;
      response.writeHead(answer.status, answer.location === undefined ? {} : { Location: answer.location });
      response.end(JSON.stringify(answer.body ?? {}));
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  const found = async (metadataUrl: string): Promise<unknown> =>
    createSigningKeys(metadataUrl, clock)
      .find(key.kid)
      .then(
        (one) => one?.kid ?? null,
        (error: unknown) => (error instanceof KeysUnavailable ? error.message : error),
      );

  const keysOf = (metadataUrl: string): string => metadataUrl.replace('/metadata', '/keys');

  test('is the one that the metadata names', async () => {
    const origin = await serve({ '/m': { status: 200, body: { jwks_uri: keysOf(channel.metadataUrl) } } });
    expect(await found(`${origin}/m`)).toBe(key.kid);
  });

  test('is not believed when the metadata is somewhere else than it was', async () => {
    const before = channel.metadataReads();
    const origin = await serve({ '/m': { status: 307, location: channel.metadataUrl } });
    expect(await found(`${origin}/m`)).toBe('no signing keys');
    expect(channel.metadataReads()).toBe(before);
  });

  test('leads nowhere when it redirects, nor when it is no address of the same kind', async () => {
    const moved = await serve({ '/k': { status: 307, location: keysOf(channel.metadataUrl) } });
    const inline = `data:application/json,${encodeURIComponent(JSON.stringify({ keys: [key.published] }))}`;
    for (const jwks of [`${moved}/k`, inline, 'no address']) {
      const origin = await serve({ '/m': { status: 200, body: { jwks_uri: jwks } } });
      expect([jwks, await found(`${origin}/m`)]).toEqual([jwks, 'no signing keys']);
    }
  });

  test('that does not answer is waited for in vain, but not for long', async () => {
    const origin = await serve({});
    expect(await found(`${origin}/silent`)).toBe('no signing keys');
  });

  test.each([
    [100, 'channel-1'],
    [101, 'no signing keys'],
  ])('may list %s keys and not more', async (many, expected) => {
    const keys = Array.from({ length: many }, (_none, at) => ({ ...key.published, kid: `channel-${at + 1}` }));
    const own = await serve({ '/k': { status: 200, body: { keys } } });
    const origin = await serve({ '/m': { status: 200, body: { jwks_uri: `${own}/k` } } });
    expect(await found(`${origin}/m`)).toBe(expected);
  });

  test.each([201, 404, 503])(
    'and an answer of %s counts when it is a success, and in no other case',
    async (status) => {
      const origin = await serve({ '/m': { status, body: { jwks_uri: keysOf(channel.metadataUrl) } } });
      expect(await found(`${origin}/m`)).toBe(status === 201 ? key.kid : 'no signing keys');
    },
  );

  test('a key that names no channels speaks for none', async () => {
    const silent = await makeKey('channel-1', null);
    const own = await startChannel(silent);
    expect(await createSigningKeys(own.metadataUrl, clock).find('channel-1')).toMatchObject({ endorsements: [] });
    await own.close();
  });
});
