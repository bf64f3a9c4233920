import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Activity } from 'botbuilder';
import { createAuthentication } from '../../src/teams/authentication.ts';
import type { BotIdentity } from '../../src/teams/authentication.ts';
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

describe('a bot of a real tenant', () => {
  const real = { tenantId, appId, appType: 'SingleTenant', appPassword: 'word', sandbox: false } as const;

  function make(identity: BotIdentity): void {
    createAuthentication(identity, channel.metadataUrl, createSigningKeys(channel.metadataUrl, wallClock));
  }

  test.each<[string, BotIdentity]>([
    ['a secret', real],
    ['a managed identity', { ...real, appType: 'UserAssignedMSI', appPassword: null }],
  ])('can be made with %s', (_name, identity) => {
    expect(() => make(identity)).not.toThrow();
  });

  test.each<[string, BotIdentity]>([
    ['an app id', { ...real, appId: null }],
    ['a secret', { ...real, appPassword: null }],
  ])('cannot be made without %s', (_name, identity) => {
    expect(() => make(identity)).toThrow();
  });
});
