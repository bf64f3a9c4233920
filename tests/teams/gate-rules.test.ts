import { beforeAll, describe, expect, test } from '@jest/globals';
import { createPublicKey } from 'node:crypto';
import { clouds } from '../../src/teams/clouds.ts';
import { claimsProblem, createGate, isEvent } from '../../src/teams/gate.ts';
import type { Gate } from '../../src/teams/gate.ts';
import { KeysUnavailable } from '../../src/teams/signing-keys.ts';
import type { SigningKeys } from '../../src/teams/signing-keys.ts';
import { adele, appId, goodClaims, makeKey, message, sign, tenantId } from './channel.ts';
import type { ChannelKey } from './channel.ts';

/** The rules of the gate by themselves, each with the word that the log gets; gate.test.ts shows them in their place. */

const serviceUrl = 'https://smba.trafficmanager.net/emea/';
const issuer = clouds.public.issuer;
const clock = { now: () => Date.now(), wall: () => Date.now() };
let key: ChannelKey;
let gate: Gate;
let unsigned: Gate;

const keysOf = (endorsements: readonly string[]): SigningKeys => ({
  load: () => Promise.resolve(),
  find: (kid) => {
    if (kid === 'down') return Promise.reject(new KeysUnavailable('no keys'));
    if (kid === 'broken') return Promise.reject(new Error('a defect'));
    if (kid !== key.kid) return Promise.resolve(null);
    return Promise.resolve({ kid, key: createPublicKey({ key: key.published, format: 'jwk' }), endorsements });
  },
});

beforeAll(async () => {
  key = await makeKey('channel-1');
  const options = { tenantId, appId, cloud: clouds.public, loopback: false, clock };
  gate = createGate({ ...options, keys: keysOf(['webchat', 'msteams']) });
  unsigned = createGate({ ...options, appId: null, loopback: true, keys: keysOf([]) });
});

type Caller = Parameters<Gate['caller']>[0];
const from = (headers: object, remoteAddress?: string): Caller =>
  ({ headers, socket: { remoteAddress } }) as unknown as Caller;
const bearing = (authorization?: string): Caller => from({ authorization });

async function why(changes: Record<string, unknown>, as: Partial<ChannelKey> = {}): Promise<unknown> {
  const token = await sign({ ...key, ...as }, { ...goodClaims(serviceUrl), ...changes });
  return gate.caller(bearing(`Bearer ${token}`));
}

const refused = (word: string, status = 401) => ({ kind: 'refused', status, why: word });
const seconds = (ahead: number): number => Math.floor(Date.now() / 1000) + ahead;

describe('a caller', () => {
  test('with a good token is admitted, with what it says of its connector', async () => {
    expect(await why({})).toEqual({ kind: 'admitted', claims: { serviceUrl } });
  });

  test.each([
    ['no header', undefined],
    ['an empty one', ''],
    ['a token alone', 'a.b.c'],
    ['another scheme', 'Basic a.b.c'],
    ['two parts', 'Bearer a.b'],
    ['four parts', 'Bearer a.b.c.d'],
    ['a part with other letters', 'Bearer a.b=.c'],
    ['an empty part', 'Bearer a..c'],
    ['something before it', 'x Bearer a.b.c'],
    ['something after it', 'Bearer a.b.c x'],
  ])('with %s has no token', async (_what, header) => {
    expect(await gate.caller(bearing(header))).toEqual(refused('no token'));
  });

  test('whose token names no key, or one that nobody knows, is refused', async () => {
    expect(await why({}, { kid: 'unknown' })).toEqual(refused('kid'));
    const [head, ...rest] = (await sign(key, goodClaims(serviceUrl))).split('.');
    const header = JSON.parse(Buffer.from(head ?? '', 'base64url').toString()) as object;
    const numbered = Buffer.from(JSON.stringify({ ...header, kid: 7 })).toString('base64url');
    expect(await gate.caller(bearing(`Bearer ${[numbered, ...rest].join('.')}`))).toEqual(refused('kid'));
  });

  test('whose key does not speak for Teams is refused', async () => {
    const other = createGate({
      tenantId,
      appId,
      cloud: clouds.public,
      loopback: false,
      clock,
      keys: keysOf(['webchat']),
    });
    const token = await sign(key, goodClaims(serviceUrl));
    expect(await other.caller(bearing(`Bearer ${token}`))).toEqual(refused('endorsements'));
  });

  test('is told to come again while there are no keys; a defect is no refusal', async () => {
    expect(await why({}, { kid: 'down' })).toEqual(refused('keys', 503));
    await expect(why({}, { kid: 'broken' })).rejects.toThrow('a defect');
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['another issuer', { iss: 'https://api.botframework.us' }, 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    ['another audience', { aud: tenantId }, 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    ['an audience in a list', { aud: [appId] }, 'aud'],
    ['no end', { exp: undefined }, 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    ['no beginning', { nbf: undefined }, 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    ['no connector', { serviceurl: undefined }, 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    ['an empty connector', { serviceurl: '' }, 'serviceurl'],
    ['a list of connectors', { serviceurl: [serviceUrl] }, 'serviceurl'],
    ['an end 301 seconds ago', { exp: seconds(-302) }, 'ERR_JWT_EXPIRED'],
    ['a beginning in 310 seconds', { nbf: seconds(310) }, 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
  ])('whose token has %s is refused', async (_what, changes, word) => {
    expect(await why(changes)).toEqual(refused(word));
  });

  test.each([
    ['ended 290 seconds ago', { exp: seconds(-290) }],
    ['begins in 290 seconds', { nbf: seconds(290) }],
  ])('whose token %s is admitted', async (_what, changes) => {
    expect(await why(changes)).toMatchObject({ kind: 'admitted' });
  });

  test('in a cloud of its own has that cloud’s issuer', async () => {
    const keys = keysOf(['msteams']);
    const gov = createGate({ tenantId, appId, cloud: clouds.usGov, loopback: false, clock, keys });
    const admitted = await sign(key, { ...goodClaims(serviceUrl), iss: clouds.usGov.issuer });
    expect(await gov.caller(bearing(`Bearer ${admitted}`))).toMatchObject({ kind: 'admitted' });
    expect(await gov.caller(bearing(`Bearer ${await sign(key, goodClaims(serviceUrl))}`))).toMatchObject({
      status: 401,
    });
  });
});

test.each<[string, Record<string, unknown>, string | null]>([
  ['good', {}, null],
  ['iss', { iss: 'https://evil.example' }, 'iss'],
  ['aud', { aud: [appId] }, 'aud'],
  ['exp', { exp: '9999999999' }, 'exp'],
  ['nbf', { nbf: '0' }, 'nbf'],
  ['serviceurl', { serviceurl: 7 }, 'serviceurl'],
  ['serviceurl, empty', { serviceurl: '' }, 'serviceurl'],
])('claims read by anybody: %s', (_what, changes, word) => {
  expect(claimsProblem({ ...goodClaims(serviceUrl), ...changes }, appId, issuer)).toBe(word);
});

describe('an unsigned caller of the sandbox', () => {
  const local = { host: 'localhost:3978' };

  test('on this machine is admitted and claims nothing', async () => {
    expect(await unsigned.caller(from(local, '127.0.0.1'))).toEqual({ kind: 'admitted', claims: null });
  });

  test.each<[string, object, string | undefined]>([
    ['peer', local, '203.0.113.9'],
    ['peer', local, undefined],
    ['host', { host: 'evil.example' }, '::1'],
    ['relayed', { ...local, 'x-forwarded-for': '' }, '::1'],
    ['relayed', { ...local, 'x-forwarded-host': 'a' }, '::1'],
    ['relayed', { ...local, 'x-real-ip': 'a' }, '::1'],
    ['relayed', { ...local, forwarded: 'a' }, '::1'],
    ['relayed', { ...local, via: 'a' }, '::1'],
    ['origin', { ...local, origin: 'null' }, '::1'],
  ])('is refused by its %s: %j from %s', async (word, headers, address) => {
    expect(await unsigned.caller(from(headers, address))).toEqual(refused(word));
  });
});

describe('an activity', () => {
  const foreign = '99999999-9999-4999-8999-999999999999';
  const said = (changes: Record<string, unknown>) => ({ ...message(serviceUrl), ...changes });
  const tenants = (channel: unknown, conversation: unknown) => ({
    channelData: { tenant: { id: channel } },
    conversation: { id: 'a:adele', tenantId: conversation },
  });
  const event = { type: 'conversationUpdate' };

  test.each<[string, Record<string, unknown>, string | null]>([
    ['as Teams sends it', {}, null],
    ['of a person whose role is told', { from: { id: '29:a', aadObjectId: adele, role: 'user' } }, null],
    ['with an id of 512 letters', { from: { id: `29:${'a'.repeat(509)}`, aadObjectId: adele } }, null],
    ['without a type', { type: '' }, 'type'],
    ['of another channel', { channelId: 'webchat' }, 'channelId'],
    ['without an address', { serviceUrl: '' }, 'serviceUrl'],
    ['with a foreign address', { serviceUrl: 'https://evil.example/' }, 'serviceUrl'],
    ['with a good address that the token does not name', { serviceUrl: `${serviceUrl}x/` }, 'serviceUrl claim'],
    ['of a foreign tenant by its channel', tenants(foreign, tenantId), 'tenant'],
    ['of a foreign tenant by its conversation', tenants(tenantId, foreign), 'tenant'],
    ['without the conversation’s tenant', tenants(tenantId, undefined), 'tenant'],
    ['without a sender', { from: undefined }, 'from'],
    ['of a sender without an id', { from: { id: '', aadObjectId: adele } }, 'from.id'],
    ['of a sender with too long an id', { from: { id: `29:${'a'.repeat(510)}`, aadObjectId: adele } }, 'from.id'],
    ['of nobody in Entra', { from: { id: '29:a' } }, 'from.aadObjectId'],
    ['of a bot', { from: { id: '28:a', aadObjectId: adele } }, 'from.id'],
    ['of somebody with 29: in the middle', { from: { id: 'x29:a', aadObjectId: adele } }, 'from.id'],
    ['of the role of a bot', { from: { id: '29:a', aadObjectId: adele, role: 'bot' } }, 'from.role'],
    ['an event without a person', { ...event, from: { id: '28:bot' } }, null],
    ['an event without the conversation’s tenant', { ...event, ...tenants(tenantId, undefined) }, null],
    ['an event of a foreign tenant', { ...event, ...tenants(foreign, tenantId) }, 'tenant'],
    ['an event in a foreign conversation', { ...event, ...tenants(tenantId, foreign) }, 'tenant'],
    ['an event with a foreign address', { ...event, serviceUrl: 'https://evil.example/' }, 'serviceUrl'],
  ])('%s', (_what, changes, word) => {
    expect(gate.activity({ serviceUrl }, said(changes))).toBe(word);
  });

  test('that is none is refused', () => {
    for (const body of [null, [], 7, 'text']) expect(gate.activity({ serviceUrl }, body)).toBe('');
  });

  test('of the sandbox numbers its people as it likes and stays on this machine', () => {
    const local = said({ serviceUrl: 'http://127.0.0.1:1/', from: { id: 'user-1', aadObjectId: adele } });
    expect(unsigned.activity(null, local)).toBeNull();
    expect(unsigned.activity(null, { ...local, serviceUrl })).toBe('serviceUrl');
  });

  test('is an event when the bot or others come and go, and in no other case', () => {
    expect(['installationUpdate', 'conversationUpdate', 'message', 'invoke'].map(isEvent)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
