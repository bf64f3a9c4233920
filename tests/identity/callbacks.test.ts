import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from '../support/fast-check.ts';
import { page } from '../../src/identity/pages.ts';
import type { Page } from '../../src/identity/pages.ts';
import { graphApp } from '../support/graph-tokens.ts';
import { signInInBrowser } from '../support/browser-sign-in.ts';
import { startWorld } from './world.ts';
import type { World } from './world.ts';

/** Adele was asked to sign in. Whatever comes back that is not her own sign-in keeps nothing and tells one fixed page. */

let world: World;
beforeAll(async () => (world = await startWorld()));
afterAll(() => world.stop());
beforeEach(async () => {
  await world.sandbox.ask('reset', {});
  for (const name of ['Adele Vance', 'Megan Bowen']) await world.service.forget(world.person(name));
  world.woken.length = 0;
  world.logged.length = 0;
});

async function nothingHappened(): Promise<void> {
  for (const name of ['Adele Vance', 'Megan Bowen'])
    expect([name, await world.service.has(world.person(name))]).toEqual([name, false]);
  expect(world.woken).toEqual([]);
}

/** Where the card of `name` leads to. */
async function authorizeUrl(name = 'Adele Vance'): Promise<URL> {
  const started = await world.visit(await world.service.link(world.person(name), 'parked-1', null));
  expect(started.status).toBe(302);
  return new URL(started.headers['Location']!);
}

/** The address that Entra sends the browser back to when `as` signs in after the card of `name`. */
async function back({ name = 'Adele Vance', as }: { readonly name?: string; readonly as?: string } = {}): Promise<URL> {
  return signInInBrowser((await authorizeUrl(name)).href, as ?? name);
}

/** Adele's own callback with other parameters; undefined leaves one out. */
async function changed(parameters: Readonly<Record<string, string | undefined>>): Promise<URL> {
  const url = await back();
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  return url;
}

/** Adele's own callback after an authorization request that asked for something else. */
async function asked(parameters: Readonly<Record<string, string>>): Promise<URL> {
  const url = await authorizeUrl();
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return signInInBrowser(url.href, 'Adele Vance');
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Adele's own callback, for which Entra's token endpoint answers an id token with these claims; null: with none. */
async function told(claims: Readonly<Record<string, unknown>> | null): Promise<URL> {
  const url = await authorizeUrl();
  const { oid, tid } = world.person('Adele Vance');
  const now = Math.floor(Date.now() / 1000);
  const good = {
    aud: graphApp.clientId,
    iss: `${world.sandbox.authority}/${tid}/v2.0`,
    iat: now,
    exp: now + 3600,
    sub: 'adele',
    nonce: url.searchParams.get('nonce'),
    oid,
    tid,
  };
  const answer = {
    token_type: 'Bearer',
    expires_in: 3600,
    scope: url.searchParams.get('scope'),
    access_token: 'access',
    refresh_token: 'refresh',
    client_info: encode({ uid: oid, utid: tid }),
    ...(claims === null ? {} : { id_token: `${encode({ alg: 'RS256' })}.${encode({ ...good, ...claims })}.sealed` }),
  };
  const match = { method: 'POST', path: '/token' };
  await world.sandbox.fault({ match, answer: { status: 200, body: answer } });
  return signInInBrowser(url.href, 'Adele Vance');
}

/** Adele's own callback, after somebody gave what waits in the database for it to another. */
async function givenTo(person: { readonly tid: string; readonly oid: string }): Promise<URL> {
  const url = await back();
  const id = createHash('sha256').update(url.searchParams.get('state')!).digest('hex');
  const pending = await world.store.takePendingSignIn(id, world.clock.wall());
  await world.store.savePendingSignIn(id, { ...pending!, person });
  return url;
}

const otherTenant = '99999999-0000-4000-8000-000000000001';
const markup = '<script>alert(1)</script>';

test('what the table below changes is one thing each: with nothing changed she is signed in', async () => {
  expect((await world.visit(await changed({}))).status).toBe(200);
  await world.service.forget(world.person('Adele Vance'));
  expect((await world.visit(await told({}))).status).toBe(200);
  expect(await world.service.has(world.person('Adele Vance'))).toBe(true);
});

test.each<[string, () => Promise<URL>, Page]>([
  ['no state', () => changed({ state: undefined }), 'badCallback'],
  ['an empty state', () => changed({ state: '' }), 'badCallback'],
  ['a state of nobody', () => changed({ state: 'A'.repeat(43) }), 'badCallback'],
  ['a state of 5,000 letters', () => changed({ state: 'A'.repeat(5000) }), 'badCallback'],
  [
    'a state that was used',
    async () => {
      const url = await back();
      await world.visit(url);
      await world.service.forget(world.person('Adele Vance'));
      world.woken.length = 0;
      return url;
    },
    'badCallback',
  ],
  [
    'the state of another person’s sign-in',
    async () => changed({ state: (await back({ name: 'Megan Bowen' })).searchParams.get('state')! }),
    'notCompleted',
  ],
  [
    'another person’s code',
    async () => changed({ code: (await back({ name: 'Megan Bowen' })).searchParams.get('code')! }),
    'notCompleted',
  ],
  [
    'the code of another sign-in of one’s own',
    async () => changed({ code: (await back()).searchParams.get('code')! }),
    'notCompleted',
  ],
  ['a code of nobody', () => changed({ code: 'A'.repeat(43) }), 'notCompleted'],
  ['no code', () => changed({ code: undefined }), 'notCompleted'],
  ['a code of 5,000 letters', () => changed({ code: 'A'.repeat(5000) }), 'notCompleted'],
  ['another account than the one in Teams', () => back({ as: 'Megan Bowen' }), 'otherAccount'],
  ['the id token of another sign-in', () => asked({ nonce: 'of-another-sign-in' }), 'notCompleted'],
  ['another challenge than ours', () => asked({ code_challenge: 'A'.repeat(43) }), 'notCompleted'],
  ['a token of another tenant', () => told({ tid: otherTenant }), 'otherAccount'],
  ['a token of another person', () => told({ oid: otherTenant }), 'otherAccount'],
  ['a token for another app', () => told({ aud: otherTenant }), 'otherAccount'],
  [
    'a token of another issuer',
    () => told({ iss: `https://login.evil.example/${world.sandbox.tenantId}/v2.0` }),
    'otherAccount',
  ],
  ['a token of no issuer', () => told({ iss: undefined }), 'otherAccount'],
  ['a token that names no person', () => told({ oid: undefined }), 'otherAccount'],
  ['a token that names no tenant', () => told({ tid: undefined }), 'otherAccount'],
  ['a token without our nonce', () => told({ nonce: undefined }), 'notCompleted'],
  ['no id token', () => told(null), 'notCompleted'],
  ['what waits for it given to another person', () => givenTo(world.person('Megan Bowen')), 'badCallback'],
  [
    'what waits for it given to the same person of another tenant',
    () => givenTo({ ...world.person('Adele Vance'), tid: otherTenant }),
    'badCallback',
  ],
  ['an error with markup', () => changed({ error: markup, error_description: markup }), 'notCompleted'],
  ['an error beside a good code', () => changed({ error: 'access_denied' }), 'notCompleted'],
  [
    'an error and nothing else',
    () => Promise.resolve(new URL(`http://localhost/auth/callback?error=${encodeURIComponent(markup)}`)),
    'badCallback',
  ],
])('%s signs nobody in', async (_what, make, expected) => {
  const url = await make();

  world.logged.length = 0;
  expect(await world.visit(url)).toEqual(page(expected));
  await nothingHappened();
  // With nothing of the request: it may hold a code, and the text of whoever sent it.
  expect(world.logged).toEqual([['signIn.refused', { actor: refusedOf(world.logged), why: expected }]]);
});

/** Whose sign-in it was, where its state was one; nobody's otherwise. */
function refusedOf(logged: readonly unknown[][]): unknown {
  const { actor } = logged[0]?.[1] as { readonly actor: unknown };
  expect([null, world.person('Adele Vance').oid, world.person('Megan Bowen').oid]).toContain(actor);
  return actor;
}

test('each sign-in is in the log, with whose it was and whether it was a check', async () => {
  const { oid } = world.person('Adele Vance');
  await world.signInAs('Adele Vance');
  await world.signInAs('Adele Vance', '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}');
  await world.visit(await back({ as: 'Megan Bowen' }));
  expect(world.logged).toEqual([
    ['signIn.done', { actor: oid, check: false }],
    ['signIn.done', { actor: oid, check: true }],
    ['signIn.refused', { actor: oid, why: 'otherAccount' }],
  ]);
});

describe('a callback', () => {
  test('after ten minutes is too late', async () => {
    const url = await back();
    world.clock.move(10 * 60_000 + 1);
    expect(await world.visit(url)).toEqual(page('badCallback'));
    world.clock.move(-10 * 60_000 - 1);
    await nothingHappened();
  });

  test('that went wrong has used its state up', async () => {
    const url = await back();
    const wrong = new URL(url);
    wrong.searchParams.set('error', 'access_denied');
    await world.visit(wrong);
    expect(await world.visit(url)).toEqual(page('badCallback'));
    await nothingHappened();
  });

  test('at a replica with another key signs nobody in', async () => {
    const stranger = world.another({ config: { ...world.config, keys: [new Uint8Array(32).fill(7)] } });
    expect(await world.visit(await back(), stranger)).toEqual(page('badCallback'));
    await nothingHappened();
  });

  test('that names an address to go on to goes nowhere', async () => {
    const elsewhere = 'https://evil.example/';
    const url = await changed({ returnUrl: elsewhere, redirect_uri: elsewhere, next: elsewhere });
    expect(await world.visit(url)).toEqual(page('signedIn'));
  });

  test('when Entra is down says so, keeps nothing, and the card works again later', async () => {
    const url = await back();
    await world.sandbox.fault({ match: { method: 'POST', path: '/token' }, times: 9, answer: { reset: true } });
    expect(await world.visit(url)).toEqual(page('unavailable'));
    await nothingHappened();
    await world.sandbox.ask('faults', undefined, 'DELETE');
    expect((await world.signInAs('Adele Vance')).status).toBe(200);
  });

  test('whatever it brings, answers one fixed page', async () => {
    const known = new Set<string>();
    const seen = async (query: Record<string, string>) => {
      const route = world.service.routes.find(({ path }) => path === '/auth/callback')!;
      const answer = await route.handle({ query, now: world.clock.wall() });
      expect([400, 403, 503]).toContain(answer.status);
      known.add(answer.body as string);
    };
    const value = fc.oneof(fc.string(), fc.constant('<img src=x onerror=alert(1)>'), fc.string({ size: 'xlarge' }));
    const field = fc.constantFrom('state', 'code', 'error', 'error_description', 'session_state', '__proto__');
    await fc.assert(fc.asyncProperty(fc.dictionary(field, value), seen));
    expect(known.size).toBe(1);
    await nothingHappened();
  });
});

describe('kept tokens that were swapped in the database', () => {
  test('between two people open for neither', async () => {
    const [adele, megan] = [world.person('Adele Vance'), world.person('Megan Bowen')];
    await world.signInAs('Adele Vance');
    await world.signInAs('Megan Bowen');
    const [hers, others] = [(await world.store.tokens(adele))!, (await world.store.tokens(megan))!];
    expect(await world.store.saveTokens(adele, others.sealed, hers.version, others.expiresAt)).toBe(true);
    expect(await world.store.saveTokens(megan, hers.sealed, others.version, hers.expiresAt)).toBe(true);
    for (const person of [adele, megan])
      expect([await world.service.has(person), await world.service.tokenOf(person)]).toEqual([false, null]);
  });

  test('between the same person’s accounts of two tenants open for neither', async () => {
    const adele = world.person('Adele Vance');
    const away = { ...adele, tid: otherTenant };
    await world.signInAs('Adele Vance');
    const hers = (await world.store.tokens(adele))!;
    await world.store.saveTokens(away, hers.sealed, 0, hers.expiresAt);
    expect([await world.service.has(away), await world.service.tokenOf(away)]).toEqual([false, null]);
    expect(await world.service.has(adele)).toBe(true);
    await world.store.deleteTokens(away);
  });
});

test.each([
  ['of another tenant', (own: string) => own.replace(world.sandbox.tenantId, otherTenant)],
  ['of every tenant', (own: string) => own.replace(world.sandbox.tenantId, '{tenantid}')],
  ['of an older version', (own: string) => own.replace('/v2.0', '/')],
])('metadata that names an issuer %s begins no sign-in', async (_what, other) => {
  const metadata = `${world.sandbox.authority}/${world.sandbox.tenantId}/v2.0/.well-known/openid-configuration`;
  const own = (await (await fetch(metadata)).json()) as { readonly issuer: string };
  const match = { method: 'GET', path: 'openid-configuration' };
  await world.sandbox.fault({ match, answer: { status: 200, body: { ...own, issuer: other(own.issuer) } } });
  const fresh = world.another();
  const link = await fresh.link(world.person('Adele Vance'), 'parked-1', null);
  expect((await world.visit(link, fresh)).body).toBe(page('unavailable').body);
  expect((await world.visit(link, fresh)).status).toBe(302);
});
