import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { decodeJwt, SignJWT } from 'jose';
import { botClientId, signedInTokens } from '../support/graph-tokens.ts';
import { startWorld } from './world.ts';
import type { World } from './world.ts';

let world: World;
beforeAll(async () => (world = await startWorld()));
afterAll(() => world.stop());
beforeEach(async () => {
  await world.sandbox.ask('faults', undefined, 'DELETE');
  await world.sandbox.ask('settings', { tokenSeconds: 3600 });
  await world.service.forget(world.person('Adele Vance'));
});

/** What Teams hands to the bot for this person. */
async function teamsToken(name: string, more: { clientId?: string; seconds?: number } = {}): Promise<string> {
  const { clientId } = world.config;
  const asked = { person: world.person(name).oid, clientId, ...more };
  return ((await world.sandbox.ask('token', asked)) as { token: string }).token;
}

async function grants(): Promise<readonly string[]> {
  return (await world.sandbox.calls()).flatMap(({ grant }) => grant ?? []);
}

const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

describe('single sign-on', () => {
  test('gives a token for PIM with the capability, and later ones without a word to the person', async () => {
    const adele = world.person('Adele Vance');
    world.logged.length = 0;
    expect(await world.service.exchange(adele, await teamsToken('Adele Vance'))).toBe(true);
    expect(world.logged).toEqual([['signIn.done', { actor: adele.oid, check: false }]]);
    expect(await world.service.has(adele)).toBe(true);
    const token = (await world.service.tokenOf(adele))!;
    expect(decodeJwt(token)).toMatchObject({ oid: adele.oid, aud: 'https://graph.microsoft.com', xms_cc: ['CP1'] });
    const renewed = await world.service.tokenOf(adele, token);
    expect(decodeJwt(renewed!)).toMatchObject({ oid: adele.oid, xms_cc: ['CP1'] });
    expect(renewed).not.toBe(token);
    expect(await world.another().tokenOf(adele)).toBe(renewed);
  });

  test('of somebody else is refused', async () => {
    await world.sandbox.ask('calls', undefined, 'DELETE');
    world.logged.length = 0;
    expect(await world.service.exchange(world.person('Adele Vance'), await teamsToken('Megan Bowen'))).toBe(false);
    expect(world.logged).toEqual([['signIn.refused', { actor: world.person('Adele Vance').oid, why: 'exchange' }]]);
    expect(await world.service.has(world.person('Adele Vance'))).toBe(false);
    expect(await world.service.has(world.person('Megan Bowen'))).toBe(false);
    expect(await grants()).not.toContain(jwtBearer);
  });

  test.each([
    ['for another app', () => teamsToken('Adele Vance', { clientId: botClientId })],
    ['that is over', () => teamsToken('Adele Vance', { seconds: -120 })],
    ['for Graph', async () => (await signedInTokens(world.sandbox, 'Adele Vance')).access_token],
    ['that only tells who signed in', async () => (await signedInTokens(world.sandbox, 'Adele Vance')).id_token!],
    ['of the app itself', () => world.app()],
    ['that somebody else signed', () => forged('RS256')],
    ['that is signed with the public key', () => forged('HS256')],
    ['without a signature', () => unsigned()],
    ['that is none', () => Promise.resolve('x')],
    ['that is endless', () => Promise.resolve(`a.${'b'.repeat(100_000)}.c`)],
  ])('with a token %s is refused, and Entra is not asked', async (_, token) => {
    const given = await token();
    await world.sandbox.ask('calls', undefined, 'DELETE');
    expect(await world.service.exchange(world.person('Adele Vance'), given)).toBe(false);
    expect(await world.service.has(world.person('Adele Vance'))).toBe(false);
    expect(await grants()).not.toContain(jwtBearer);
  });

  test.each([
    ['consent', { error: 'invalid_grant', suberror: 'consent_required', error_codes: [65001] }],
    ['a check', { error: 'interaction_required', suberror: 'basic_action', claims: '{"access_token":{}}' }],
  ])('that wants %s is left to the person', async (_, body) => {
    const answer = { status: 400, body: { error_description: 'AADSTS: as told', ...body } };
    await world.sandbox.fault({ match: { method: 'POST', path: '/token', body: 'jwt-bearer' }, answer });
    expect(await world.service.exchange(world.person('Adele Vance'), await teamsToken('Adele Vance'))).toBe(false);
    expect(await world.service.has(world.person('Adele Vance'))).toBe(false);
  });

  test('while Entra is down is told apart from one that is refused', async () => {
    await world.sandbox.fault({ match: { method: 'POST', path: '/token' }, times: 9, answer: { status: 503 } });
    const exchanging = world.service.exchange(world.person('Adele Vance'), await teamsToken('Adele Vance'));
    await expect(exchanging).rejects.toMatchObject({ name: 'AuthorityUnavailable' });
  });

  test('is off without a resource', async () => {
    const service = world.another({ config: { ...world.config, resource: null } });
    expect(service.silent).toBe(false);
    expect(await service.exchange(world.person('Adele Vance'), await teamsToken('Adele Vance'))).toBe(false);
  });
});

describe('where nothing is to be kept', () => {
  test('there is no refresh token in the record, and it ends with the access token', async () => {
    const adele = world.person('Adele Vance');
    const service = world.another({ config: { ...world.config, keptHours: 0 } });
    await world.sandbox.ask('settings', { tokenSeconds: 1800 });
    await service.exchange(adele, await teamsToken('Adele Vance'));
    const token = (await service.tokenOf(adele))!;
    expect(await service.tokenOf(adele)).toBe(token);
    expect(await service.tokenOf(adele, token)).toBeNull(); // nothing there to renew it with
    await service.exchange(adele, await teamsToken('Adele Vance'));
    const { expiresAt } = (await world.store.tokens(adele))!;
    expect(Math.abs(expiresAt - decodeJwt(token).exp! * 1000)).toBeLessThan(60_000);
    world.clock.move(31 * 60_000);
    expect(await service.has(adele)).toBe(false);
    world.clock.move(-31 * 60_000);
  });

  test('a few hours are kept as a few hours', async () => {
    const adele = world.person('Adele Vance');
    const service = world.another({ config: { ...world.config, keptHours: 2 } });
    await service.exchange(adele, await teamsToken('Adele Vance'));
    world.clock.move(119 * 60_000);
    expect(await service.has(adele)).toBe(true);
    world.clock.move(2 * 60_000);
    expect(await service.has(adele)).toBe(false);
    world.clock.move(-121 * 60_000);
  });
});

/** A token as Teams would bring it, signed by somebody else's key under the name of Entra's. */
async function forged(alg: 'RS256' | 'HS256'): Promise<string> {
  const real = await teamsToken('Adele Vance');
  const header = JSON.parse(Buffer.from(real.split('.')[0]!, 'base64url').toString()) as { kid: string };
  const keys = await (await fetch(`${world.sandbox.authority}/${world.sandbox.tenantId}/discovery/v2.0/keys`)).text();
  const key =
    alg === 'RS256' ? generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey : new TextEncoder().encode(keys);
  return new SignJWT(decodeJwt(real)).setProtectedHeader({ ...header, alg }).sign(key);
}

async function unsigned(): Promise<string> {
  const header = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
  return `${header}.${(await teamsToken('Adele Vance')).split('.')[1]!}.`;
}
