import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Activity } from 'botbuilder';
import { createAuthentication } from '../../src/teams/authentication.ts';
import type { BotIdentity } from '../../src/teams/authentication.ts';
import { clouds } from '../../src/teams/clouds.ts';
import { createConnectors } from '../../src/teams/connector.ts';
import { toDelivery } from '../../src/teams/delivery.ts';
import { createSigningKeys } from '../../src/teams/signing-keys.ts';
import { startConnector } from '../support/connector.ts';
import type { RecordingConnector } from '../support/connector.ts';
import { wallClock } from './bot-under-test.ts';
import { appId, goodClaims, makeKey, message, sign, startChannel } from './channel.ts';
import type { Channel, ChannelKey } from './channel.ts';

const serviceUrl = 'http://127.0.0.1:1';
let key: ChannelKey;
let channel: Channel;

beforeAll(async () => {
  key = await makeKey('channel-1');
  channel = await startChannel(key);
});

afterAll(async () => channel.close());

async function authenticate(claims: Record<string, unknown>): Promise<unknown> {
  const authentication = createAuthentication(
    { appId, token: null, cloud: clouds.public },
    channel.metadataUrl,
    createSigningKeys(channel.metadataUrl, wallClock),
  );
  const token = await sign(key, { ...goodClaims(serviceUrl), ...claims });
  return authentication.authenticateRequest(message(serviceUrl) as unknown as Activity, `Bearer ${token}`);
}

test('the SDK itself believes a good channel token by the same keys', async () => {
  await expect(authenticate({})).resolves.toMatchObject({ callerId: 'urn:botframework:azure' });
});

test.each([
  ['nbf', { nbf: undefined }],
  ['exp', { exp: undefined }],
])('the SDK without the gate in front refuses a token without %s', async (name, claims) => {
  await expect(authenticate(claims)).rejects.toThrow(name);
});

describe('what goes to a connector', () => {
  let connector: RecordingConnector;
  beforeAll(async () => {
    connector = await startConnector();
  });
  afterAll(async () => connector.close());

  async function send(token: BotIdentity['token']): Promise<unknown> {
    const authentication = createAuthentication(
      { appId, token, cloud: clouds.usGov },
      channel.metadataUrl,
      createSigningKeys(channel.metadataUrl, wallClock),
    );
    const open = createConnectors(authentication, appId, clouds.usGov, true);
    const opened = await open(connector.serviceUrl);
    return opened?.send('a:adele', { type: 'message', text: 'hello' });
  }

  test('carries the bot’s own token for the connector of its cloud', async () => {
    await send((scope) => Promise.resolve(`token-for-${scope}`));

    const [request] = connector.accepted.slice(-1);
    expect(request?.authorization).toBe('Bearer token-for-https://api.botframework.us/.default');
  });

  test('does not go out without a token, and that is certain', async () => {
    const before = connector.requests.length;

    const error: unknown = await send(() => Promise.reject(new Error('no sign-in service'))).catch((e: unknown) => e);

    expect(connector.requests).toHaveLength(before);
    expect(toDelivery(error, 'send', wallClock)).toMatchObject({ kind: 'retry', why: 'NoToken' });
  });
});
