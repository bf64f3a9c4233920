import { createHmac } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { ToBotFromBotOrEmulatorTokenValidationParameters } from 'botframework-connector';
import { startConnector } from '../support/connector.ts';
import type { RecordingConnector } from '../support/connector.ts';
import fc from '../support/fast-check.ts';
import { clouds } from '../../src/teams/clouds.ts';
import { createGate } from '../../src/teams/gate.ts';
import type { Gate } from '../../src/teams/gate.ts';
import { createSigningKeys } from '../../src/teams/signing-keys.ts';
import { startBot, wallClock } from './bot-under-test.ts';
import type { BotUnderTest } from './bot-under-test.ts';
import { adele, appId, goodClaims, makeKey, message, sign, startChannel, tenantId } from './channel.ts';
import type { Channel, ChannelKey } from './channel.ts';

const foreignTenant = '99999999-9999-4999-8999-999999999999';
const stranger = 'bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb';

let key: ChannelKey;
let unendorsed: ChannelKey;
let webchat: ChannelKey;
let impostor: ChannelKey;
let channel: Channel;
let connector: RecordingConnector;
let subject: BotUnderTest;
let gateAlone: Gate;
let serviceUrl: string;
const printed: unknown[][] = [];

beforeAll(async () => {
  [key, unendorsed, webchat, impostor] = await Promise.all([
    makeKey('channel-1'),
    makeKey('no-endorsements', null),
    makeKey('webchat-only', ['webchat']),
    makeKey('channel-1'),
  ]);
  channel = await startChannel(key, unendorsed, webchat);
  connector = await startConnector();
  ({ serviceUrl } = connector);
  subject = await startBot({ appId, openIdMetadataUrl: channel.metadataUrl });
  const keys = createSigningKeys(channel.metadataUrl, wallClock);
  gateAlone = createGate({ tenantId, appId, keys, cloud: clouds.public, loopback: true, clock: wallClock });
});

afterAll(async () => {
  await Promise.all([subject.close(), channel.close(), connector.close()]);
});

beforeEach(() => {
  for (const method of ['log', 'info', 'warn', 'error'] as const) {
    jest.spyOn(globalThis.console, method).mockImplementation((...words) => void printed.push(words));
  }
});

afterEach(() => {
  jest.restoreAllMocks();
  expect(printed.splice(0)).toEqual([]);
});

type Attempt = {
  readonly claims?: Record<string, unknown>;
  readonly activity?: Record<string, unknown>;
  readonly signedBy?: () => ChannelKey;
  readonly header?: (token: string) => string | null;
};

async function attempt({ claims, activity, signedBy, header }: Attempt): Promise<Response> {
  const token = await sign((signedBy ?? (() => key))(), { ...goodClaims(serviceUrl), ...claims });
  const authorization = header === undefined ? `Bearer ${token}` : header(token);
  const headers: Record<string, string> = authorization === null ? {} : { Authorization: authorization };
  return subject.post({ ...message(serviceUrl), ...activity }, headers);
}

function inSeconds(seconds: number): number {
  return Math.floor(Date.now() / 1000) + seconds;
}

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** The public key used as if it were a shared secret. */
function signedWithPublicKey(): string {
  const head = `${part({ alg: 'HS256', kid: key.kid })}.${part(goodClaims(serviceUrl))}`;
  return `Bearer ${head}.${createHmac('sha256', String(key.published.n)).update(head).digest('base64url')}`;
}

const emulator = {
  iss: `https://login.microsoftonline.com/${tenantId}/v2.0`,
  ver: '2.0',
  azp: appId,
  tid: tenantId,
};

/** Bytes of the heap that are still in use when everything that can go has gone. */
function heapInUse(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

describe('lets in', () => {
  test.each<[string, Attempt]>([
    ['a good channel token', {}],
    ['a token that ended four minutes ago, within the documented skew', { claims: { exp: inSeconds(-240) } }],
    ['a token that begins in four minutes, within the documented skew', { claims: { nbf: inSeconds(240) } }],
  ])('%s', async (_name, attempted) => {
    const before = subject.handled.length;

    const response = await attempt(attempted);

    expect(response.status).toBe(200);
    expect(subject.handled).toHaveLength(before + 1);
  });
});

test('lets in the same token again: its activity is told apart by its id', async () => {
  const token = await sign(key, goodClaims(serviceUrl));
  const before = subject.handled.length;

  for (const id of ['again-1', 'again-2']) {
    const response = await subject.post({ ...message(serviceUrl), id }, { Authorization: `Bearer ${token}` });
    expect(response.status).toBe(200);
  }

  expect(subject.handled).toHaveLength(before + 2);
});

const refusedTokens: [string, Attempt][] = [
  ['no token', { header: () => null }],
  ['an empty header', { header: () => '' }],
  ['another scheme', { header: (token) => `Basic ${token}` }],
  ['garbage', { header: () => 'Bearer garbage' }],
  ['two tokens', { header: (token) => `Bearer ${token} ${token}` }],
  ['alg none', { header: () => `Bearer ${part({ alg: 'none' })}.${part(goodClaims(serviceUrl))}.` }],
  ['HS256 with the public key', { header: () => signedWithPublicKey() }],
  ['a forged signature under a known key id', { signedBy: () => impostor }],
  ['an unknown key id', { signedBy: () => ({ ...key, kid: 'nobody-knows' }) }],
  ['a key without endorsements', { signedBy: () => unendorsed }],
  ['a key endorsed for another channel', { signedBy: () => webchat }],
  ['another issuer', { claims: { iss: 'https://evil.example' } }],
  ['another bot’s audience', { claims: { aud: stranger } }],
  ['the audience in a list', { claims: { aud: [appId] } }],
  ['no audience', { claims: { aud: undefined } }],
  ['a token that ended six minutes ago', { claims: { exp: inSeconds(-360) } }],
  ['a token that begins in six minutes', { claims: { nbf: inSeconds(360) } }],
  ['no exp', { claims: { exp: undefined } }],
  ['no nbf', { claims: { nbf: undefined } }],
  ['no serviceurl claim', { claims: { serviceurl: undefined } }],
  ['an empty serviceurl claim', { claims: { serviceurl: '' }, activity: { serviceUrl: '' } }],
  ['no serviceurl claim and no serviceUrl', { claims: { serviceurl: undefined }, activity: { serviceUrl: undefined } }],
  ['an emulator token for the own tenant', { claims: emulator }],
  [
    'an emulator token for a foreign tenant that points elsewhere',
    {
      claims: { ...emulator, iss: `https://login.microsoftonline.com/${foreignTenant}/v2.0`, tid: foreignTenant },
      activity: { serviceUrl: 'https://evil.example/' },
    },
  ],
  [
    'a delegated version 1 token of the bot’s own registration',
    { claims: { iss: `https://sts.windows.net/${tenantId}/`, ver: '1.0', appid: appId, scp: 'user_impersonation' } },
  ],
  ['an emulator token for another bot', { claims: { ...emulator, aud: stranger } }],
  ['a skill token', { claims: { ...emulator, azp: stranger, aud: appId } }],
];

const capitals = tenantId.toUpperCase();

function placed(inChannelData: unknown, inConversation: unknown): Record<string, unknown> {
  return {
    channelData: { tenant: { id: inChannelData } },
    conversation: { id: 'a:adele', tenantId: inConversation },
  };
}

const refusedActivities: [string, Record<string, unknown>][] = [
  ['another serviceUrl than the claim’s', { serviceUrl: 'http://127.0.0.1:1' }],
  ['no serviceUrl', { serviceUrl: undefined }],
  ['an empty serviceUrl', { serviceUrl: '' }],
  ['channel webchat', { channelId: 'webchat' }],
  ['channel AseChannel', { channelId: 'AseChannel' }],
  ['channel emulator', { channelId: 'emulator' }],
  ['an empty channel', { channelId: '' }],
  ['no channel', { channelId: undefined }],
  ['no type', { type: undefined }],
  ['a type that is a number', { type: 7 }],
  ['no conversation tenant', { conversation: { id: 'a:adele' } }],
  ['a foreign conversation tenant', { conversation: { id: 'a:adele', tenantId: foreignTenant } }],
  ['a list of conversation tenants', { conversation: { id: 'a:adele', tenantId: [tenantId] } }],
  ['no channelData', { channelData: undefined }],
  ['no channelData tenant', { channelData: {} }],
  ['a foreign channelData tenant', { channelData: { tenant: { id: foreignTenant } } }],
  ['an object as tenant', { channelData: { tenant: { id: { id: tenantId } } } }],
  ['no sender', { from: undefined }],
  ['a sender without an Entra id', { from: { id: '29:adele' } }],
  ['a sender whose Entra id is no GUID', { from: { id: '29:adele', aadObjectId: 'adele' } }],
  ['a bot as sender', { from: { id: '28:other-bot', aadObjectId: adele } }],
  ['a sender in the role of a bot', { from: { id: '29:adele', aadObjectId: adele, role: 'bot' } }],
  ['a sender in the role of a skill', { from: { id: '29:adele', aadObjectId: adele, role: 'skill' } }],
  ['a sender without an id', { from: { id: '', aadObjectId: adele } }],
  ['a sender with a list of Entra ids', { from: { id: '29:adele', aadObjectId: [adele] } }],
  ['a foreign tenant in both places', { ...placed(foreignTenant, foreignTenant) }],
  ['its own tenant in capitals in channelData', { ...placed(capitals, tenantId) }],
  ['its own tenant in capitals in the conversation', { ...placed(tenantId, capitals) }],
  ['an empty channelData tenant', { ...placed('', tenantId) }],
  ['an empty conversation tenant', { ...placed(tenantId, '') }],
  ['a list as channelData tenant', { ...placed([tenantId], tenantId) }],
  ['an object as conversation tenant', { ...placed(tenantId, { id: tenantId }) }],
  ['a channelData tenant that is null', { ...placed(null, tenantId) }],
  ['a conversation tenant that is null', { ...placed(tenantId, null) }],
  ['an event of a foreign tenant', { type: 'installationUpdate', ...placed(foreignTenant, tenantId) }],
  [
    'an event in a conversation of a foreign tenant',
    { type: 'conversationUpdate', ...placed(tenantId, foreignTenant) },
  ],
  ['an event without a tenant', { type: 'conversationUpdate', channelData: {} }],
];

describe('turns away with 401 and an empty body', () => {
  test.each<[string, Attempt]>([
    ...refusedTokens,
    ...refusedActivities.map(([name, activity]): [string, Attempt] => [name, { activity }]),
  ])('%s', async (_name, attempted) => {
    const before = { handled: subject.handled.length, logged: subject.logged.length };
    const issuers = ToBotFromBotOrEmulatorTokenValidationParameters.issuer?.length;

    const response = await attempt(attempted);

    expect(response.status).toBe(401);
    expect(await response.text()).toBe('');
    expect(subject.handled).toHaveLength(before.handled);
    expect(subject.logged.slice(before.logged).map(([event]) => event)).toEqual(['activity.refused']);
    expect(connector.requests).toEqual([]);
    expect(ToBotFromBotOrEmulatorTokenValidationParameters.issuer).toHaveLength(issuers ?? -1);
  });

  test.each([['[]'], ['null'], ['7'], ['"text"']])('the signed body %s', async (body) => {
    const token = await sign(key, goodClaims(serviceUrl));

    const response = await subject.post(body, { Authorization: `Bearer ${token}` });

    expect([response.status, await response.text()]).toEqual([401, '']);
  });
});

test('an event may come without the conversation’s tenant, since it grants nothing', async () => {
  const response = await attempt({
    activity: { type: 'conversationUpdate', conversation: { id: '19:team' }, membersAdded: [{ id: '29:new' }] },
  });

  expect(response.status).toBe(200);
});

test('a token with any letter changed is refused with 401, never with an error of ours', async () => {
  const token = await sign(key, goodClaims(serviceUrl));
  const letter = fc.constantFrom(...'ABCxyz019-_.=+ '.split(''), 'é', '\u0000');
  // The last letter of a signature has bits that nobody reads.
  const place = fc.integer({ min: 0, max: token.length - 2 });
  const headers: Record<string, string>[] = [];
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(place, letter), { minLength: 1, maxLength: 3 }), async (changes) => {
      const letters = token.split('');
      for (const [at, other] of changes) letters[at] = other;
      const changed = letters.join('');
      fc.pre(changed !== token);
      const request = { headers: { authorization: `Bearer ${changed}` }, socket: {} };
      headers.push(request.headers);
      expect(await gateAlone.caller(request as never)).toMatchObject({ kind: 'refused', status: 401 });
    }),
    { numRuns: 500 },
  );
  expect(headers.length).toBeGreaterThanOrEqual(500);
});

test('headers and claims of any shape are refused with 401, never with an error of ours', async () => {
  await fc.assert(
    fc.asyncProperty(fc.json({ maxDepth: 3 }), fc.json({ maxDepth: 3 }), async (header, claims) => {
      const authorization = `Bearer ${[header, claims, 'sig'].map((text) => Buffer.from(text).toString('base64url')).join('.')}`;
      expect(await gateAlone.caller({ headers: { authorization }, socket: {} } as never)).toMatchObject({
        status: 401,
      });
    }),
    { numRuns: 500 },
  );
});

test('names from outside never become properties that objects are born with', async () => {
  const token = await sign(key, goodClaims(serviceUrl));
  const hostile = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":2}}';
  const good = JSON.stringify(message(serviceUrl)).slice(1, -1);
  const body = `${hostile},${good},"value":${hostile}},"entities":[${hostile}}],"deliveryMode":${hostile}}}`;
  const before = subject.handled.length;

  const response = await subject.post(body, { Authorization: `Bearer ${token}` });

  expect(response.status).toBe(200);
  expect(subject.handled).toHaveLength(before + 1);
  expect(Object.prototype).not.toHaveProperty('polluted');
  expect(JSON.stringify(subject.handled.at(-1))).not.toContain('polluted');
});

test('3,000 unsigned tokens of as many tenants leave the process as it was, the SDK’s list of issuers too', async () => {
  // A bot of its own: after so many of a kind the log of the others would say nothing more of them for a minute.
  const flooded = await startBot({ appId, openIdMetadataUrl: channel.metadataUrl });
  let sent = 0;
  async function flood(many: number): Promise<void> {
    for (const end = sent + many; sent < end;) {
      const statuses = await Promise.all(
        Array.from({ length: 100 }, async () => {
          const tid = `00000000-0000-4000-8000-${String(++sent).padStart(12, '0')}`;
          const iss = `https://login.microsoftonline.com/${tid}/v2.0`;
          const token = `${part({ alg: 'RS256', kid: key.kid })}.${part({ iss, tid, aud: appId, ver: '2.0' })}.c2ln`;
          return (await flooded.post(message(serviceUrl), { Authorization: `Bearer ${token}` })).status;
        }),
      );
      expect(new Set(statuses)).toEqual(new Set([401]));
    }
  }
  const issuers = ToBotFromBotOrEmulatorTokenValidationParameters.issuer?.length ?? -1;
  // What is loaded and kept once for all has its place after the first of them.
  await flood(1_000);
  const [heap, reads, logged] = [heapInUse(), channel.metadataReads(), flooded.logged.length];

  await flood(3_000);
  await flooded.close();

  expect(ToBotFromBotOrEmulatorTokenValidationParameters.issuer).toHaveLength(issuers);
  expect([flooded.handled, connector.requests]).toEqual([[], []]);
  expect([channel.metadataReads(), flooded.logged.length]).toEqual([reads, logged]);
  // Four strings for each of them, as the SDK would keep, are more than a megabyte.
  expect(heapInUse() - heap).toBeLessThan(700_000);
});

describe('keys', () => {
  async function withChannel(
    keys: readonly ChannelKey[],
    use: (bot: BotUnderTest, from: Channel, clock: { ms: number }) => Promise<void>,
    status = 200,
  ): Promise<void> {
    const from = await startChannel(...keys);
    from.answerWith(status);
    const clock = { ms: 0 };
    const wall = (): number => wallClock.wall() + clock.ms;
    const bot = await startBot({ appId, openIdMetadataUrl: from.metadataUrl, clock: { now: wall, wall } });
    try {
      await use(bot, from, clock);
    } finally {
      await Promise.all([bot.close(), from.close()]);
    }
  }

  async function statusOf(bot: BotUnderTest, by: ChannelKey): Promise<number> {
    const token = await sign(by, goodClaims(serviceUrl));
    return (await bot.post(message(serviceUrl), { Authorization: `Bearer ${token}` })).status;
  }

  test('a rotated key counts at once, and the old one no longer', async () => {
    const next = await makeKey('channel-2');
    await withChannel([key], async (bot, from) => {
      expect(await statusOf(bot, key)).toBe(200);
      from.publish(next);

      expect(await statusOf(bot, next)).toBe(200);
      expect(await statusOf(bot, key)).toBe(401);
      expect(from.metadataReads()).toBe(2);
    });
  });

  test('10,000 unknown key ids cause one reading of the metadata and no more until a minute has passed', async () => {
    const from = await startChannel(key);
    const clock = { ms: 0 };
    const wall = (): number => wallClock.wall() + clock.ms;
    const keys = createSigningKeys(from.metadataUrl, { now: wall, wall });
    const gate = createGate({ tenantId, appId, keys, cloud: clouds.public, loopback: true, clock: wallClock });
    const claims = part(goodClaims(serviceUrl));
    const statusFor = async (kid: string): Promise<unknown> => {
      const authorization = `Bearer ${part({ alg: 'RS256', kid })}.${claims}.c2ln`;
      const admission = await gate.caller({ headers: { authorization }, socket: {} } as never);
      return admission.kind === 'refused' ? admission.status : admission.kind;
    };
    await keys.load();

    const statuses = await Promise.all(Array.from({ length: 10_000 }, (_, at) => statusFor(`unknown-${at}`)));

    expect(new Set(statuses)).toEqual(new Set([401]));
    expect(from.metadataReads()).toBe(2);
    expect(await statusFor('later')).toBe(401);
    expect(from.metadataReads()).toBe(2);
    clock.ms = 61_000;
    await statusFor('after a minute');
    expect(from.metadataReads()).toBe(3);
    await from.close();
  });

  test('callers get 503 while no key was ever read, and are let in once there is one', async () => {
    await withChannel(
      [key],
      async (bot, from, clock) => {
        expect(await statusOf(bot, key)).toBe(503);
        expect(await bot.bot.ready()).toEqual({ keys: false });

        from.answerWith(200);
        clock.ms = 2000;

        expect(await bot.bot.ready()).toEqual({ keys: true });
        expect(await statusOf(bot, key)).toBe(200);
      },
      500,
    );
  });

  test('keys in hand serve on when a day later new ones cannot be had', async () => {
    await withChannel([key], async (bot, from, clock) => {
      await statusOf(bot, key);
      from.answerWith(500);
      clock.ms = 86_400_001;
      const late = await sign(key, { ...goodClaims(serviceUrl), exp: inSeconds(90_000) });

      const response = await bot.post(message(serviceUrl), { Authorization: `Bearer ${late}` });

      expect(from.metadataReads()).toBe(2);
      expect(response.status).toBe(200);
    });
  });
});
