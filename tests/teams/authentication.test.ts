import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Activity } from 'botbuilder';
import { createAuthentication } from '../../src/teams/authentication.ts';
import { createSigningKeys } from '../../src/teams/signing-keys.ts';
import { wallClock } from './bot-under-test.ts';
import { appId, goodClaims, makeKey, message, sign, startChannel, tenantId } from './channel.ts';
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
    { tenantId, appId, appType: 'SingleTenant', appPassword: null, sandbox: true },
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

test('a bot of a real tenant without an app id cannot be made', () => {
  const identity = { tenantId, appId: null, appType: 'SingleTenant', appPassword: null, sandbox: false } as const;
  const keys = createSigningKeys(channel.metadataUrl, wallClock);

  expect(() => createAuthentication(identity, channel.metadataUrl, keys)).toThrow('sandbox');
});
