import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from '../support/fast-check.ts';
import { appTokens } from '../../src/identity/app-token.ts';
import { signInInBrowser } from '../support/browser-sign-in.ts';
import { startWorld } from './world.ts';
import type { World } from './world.ts';

let world: World;
beforeAll(async () => (world = await startWorld()));
afterAll(() => world.stop());
beforeEach(async () => {
  await world.sandbox.ask('reset', {});
  await world.service.forget(world.person('Adele Vance'));
  world.woken.length = 0;
});

function claimsIn(token: string | null): Record<string, unknown> {
  return JSON.parse(Buffer.from(token!.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>;
}

async function authorizeUrl(name: string): Promise<URL> {
  const started = await world.visit(await world.service.link(world.person(name), 'parked-1', null));
  expect(started.status).toBe(302);
  return new URL(started.headers['Location']!);
}

describe('a sign-in', () => {
  test('gives a token of the very person, wakes what waited, and says so', async () => {
    const adele = world.person('Adele Vance');
    expect(await world.service.has(adele)).toBe(false);
    expect(await world.service.tokenOf(adele)).toBeNull();
    const page = await world.signInAs('Adele Vance');
    expect([page.status, page.body]).toEqual([200, expect.stringContaining('Go back to Teams')]);
    expect(world.woken).toEqual([{ person: adele, parkedId: 'parked-Adele Vance' }]);
    expect(await world.service.has(adele)).toBe(true);
    expect(claimsIn(await world.service.tokenOf(adele))).toMatchObject({
      oid: adele.oid,
      tid: adele.tid,
      aud: 'https://graph.microsoft.com',
      xms_cc: ['CP1'],
    });
  });

  test('asks Entra for what PIM needs and no more, with PKCE, state and nonce', async () => {
    const url = await authorizeUrl('Adele Vance');
    const asked = Object.fromEntries(url.searchParams);
    expect(asked).toMatchObject({
      response_type: 'code',
      response_mode: 'query',
      redirect_uri: 'http://localhost:3978/auth/callback',
      code_challenge_method: 'S256',
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(asked['scope']!.split(' ').toSorted()).toEqual([
      'https://graph.microsoft.com/PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup',
      'https://graph.microsoft.com/PrivilegedEligibilitySchedule.Read.AzureADGroup',
      'offline_access',
      'openid',
      'profile',
    ]);
    expect(asked['login_hint']).toBeUndefined();
  });

  test('names the account when it is known, and goes on when the name cannot be had', async () => {
    const adele = world.person('Adele Vance');
    const hinting = world.another({ loginHint: () => Promise.resolve('AdeleV@contoso.onmicrosoft.com') });
    const hinted = await world.visit(await hinting.link(adele, 'p', null), hinting);
    expect(new URL(hinted.headers['Location']!).searchParams.get('login_hint')).toBe('AdeleV@contoso.onmicrosoft.com');
    const failing = world.another({ loginHint: () => Promise.reject(new Error('Graph is down')) });
    expect((await world.visit(await failing.link(adele, 'p', null), failing)).status).toBe(302);
  });

  test('begun on one replica ends on another', async () => {
    const other = world.another();
    const started = await world.visit(await world.service.link(world.person('Adele Vance'), 'p', null), other);
    const back = await signInInBrowser(started.headers['Location']!, 'Adele Vance');
    expect((await world.visit(back)).status).toBe(200);
    expect(await other.has(world.person('Adele Vance'))).toBe(true);
  });

  test('may begin twice from the same card; each try stands by itself', async () => {
    const link = await world.service.link(world.person('Adele Vance'), 'p', null);
    const first = new URL((await world.visit(link)).headers['Location']!);
    const second = new URL((await world.visit(link)).headers['Location']!);
    expect(first.searchParams.get('state')).not.toBe(second.searchParams.get('state'));
    expect((await world.visit(await signInInBrowser(second.href, 'Adele Vance'))).status).toBe(200);
    expect((await world.visit(await signInInBrowser(first.href, 'Adele Vance'))).status).toBe(200);
  });
});

describe('a link', () => {
  test('that is forged, of another server or too old leads nowhere', async () => {
    const link = new URL(await world.service.link(world.person('Adele Vance'), 'p', null));
    const text = link.searchParams.get('s')!;
    const foreign = world.another({ config: { ...world.config, keys: [new Uint8Array(32)] } });
    const others = new URL(await foreign.link(world.person('Adele Vance'), 'p', null)).searchParams.get('s')!;
    for (const s of ['', 'x', others, text.slice(0, -2), text.replace(/^./, 'z'), 'a'.repeat(10_000)]) {
      link.searchParams.set('s', s);
      expect((await world.visit(link)).status).toBe(400);
    }
    link.searchParams.delete('s');
    expect((await world.visit(link)).status).toBe(400);
    link.searchParams.set('s', text);
    expect((await world.visit(link)).status).toBe(302);
    world.clock.move(61 * 60_000);
    expect((await world.visit(link)).status).toBe(400);
    world.clock.move(-61 * 60_000);
  });

  test('changed in any byte leads nowhere', async () => {
    const link = new URL(await world.service.link(world.person('Adele Vance'), 'p', null));
    const bytes = Buffer.from(link.searchParams.get('s')!, 'base64url');
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const changed = Buffer.from(bytes);
        changed[at] = changed[at]! ^ flip;
        link.searchParams.set('s', changed.toString('base64url'));
        expect((await world.visit(link)).status).toBe(400);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a page', () => {
  test('loads nothing, runs nothing, is framed, stored and told to nobody', async () => {
    const bad = await world.visit('http://localhost/auth/start');
    const good = await world.signInAs('Adele Vance');
    for (const { headers, body } of [bad, good]) {
      expect(headers).toMatchObject({
        'Content-Type': 'text/html; charset=utf-8',
        'Content-Security-Policy': expect.stringMatching(
          /^default-src 'none'; style-src 'sha256-[\w+/=]+';.*frame-ancestors 'none'$/,
        ),
        'Cache-Control': 'no-store',
        'Referrer-Policy': 'no-referrer',
        'X-Content-Type-Options': 'nosniff',
        'X-Frame-Options': 'DENY',
        'Cross-Origin-Opener-Policy': 'same-origin',
      });
      expect(body).not.toMatch(/<script|href=|src=/);
      expect(body).toContain('<html lang="en">');
    }
    const started = await world.visit(await world.service.link(world.person('Adele Vance'), 'p', null));
    expect(started.headers).toMatchObject({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' });
  });
});

describe('kept tokens', () => {
  test('are not readable in the database, nor are codes, states or secrets of the way', async () => {
    const url = await authorizeUrl('Adele Vance');
    const back = await signInInBrowser(url.href, 'Adele Vance');
    await world.visit(back);
    const token = (await world.service.tokenOf(world.person('Adele Vance')))!;
    const planted = [token, token.split('.')[2]!, url.searchParams.get('nonce')!, back.searchParams.get('state')!];
    const files = readdirSync(world.folder).map((file) => readFileSync(`${world.folder}/${file}`, 'latin1'));
    expect(files.length).toBeGreaterThan(0);
    for (const text of files) for (const secret of planted) expect(text).not.toContain(secret);
  });

  test('without their key cost a new sign-in and no more', async () => {
    await world.signInAs('Adele Vance');
    const other = world.another({ config: { ...world.config, keys: [new Uint8Array(32).fill(9)] } });
    expect(await other.has(world.person('Adele Vance'))).toBe(false);
    expect(await other.tokenOf(world.person('Adele Vance'))).toBeNull();
  });

  test('live at most twelve hours', async () => {
    await world.signInAs('Adele Vance');
    world.clock.move(12 * 3_600_000 - 60_000);
    expect(await world.service.has(world.person('Adele Vance'))).toBe(true);
    world.clock.move(120_000);
    expect(await world.service.has(world.person('Adele Vance'))).toBe(false);
    expect(await world.service.tokenOf(world.person('Adele Vance'))).toBeNull();
    world.clock.move(-12 * 3_600_000 - 60_000);
  });

  test('live no longer for being renewed meanwhile', async () => {
    await world.sandbox.ask('settings', { tokenSeconds: 60 });
    await world.signInAs('Adele Vance');
    await world.sandbox.ask('settings', { tokenSeconds: 3600 });
    world.clock.move(11 * 3_600_000);
    const before = (await world.sandbox.calls()).length;
    expect(await world.service.tokenOf(world.person('Adele Vance'))).not.toBeNull();
    const grants = (await world.sandbox.calls()).slice(before).flatMap(({ grant }) => grant ?? []);
    expect(grants).toEqual(['refresh_token']);

    world.clock.move(3_600_000 + 60_000);

    expect(await world.service.has(world.person('Adele Vance'))).toBe(false);
    world.clock.move(-12 * 3_600_000 - 60_000);
  });

  test('are gone after forgetting', async () => {
    await world.signInAs('Adele Vance');
    await world.service.forget(world.person('Adele Vance'));
    expect(await world.service.has(world.person('Adele Vance'))).toBe(false);
    expect(await world.service.tokenOf(world.person('Adele Vance'))).toBeNull();
    expect(await world.store.tokens(world.person('Adele Vance'))).toBeNull();
  });

  test('are renewed when they run out, once for all who ask at the same time', async () => {
    await world.sandbox.ask('settings', { tokenSeconds: 60 }); // msal renews what has less than five minutes left
    await world.signInAs('Adele Vance');
    await world.sandbox.ask('settings', { tokenSeconds: 3600 });
    const before = (await world.sandbox.calls()).length;
    const tokens = await Promise.all(
      Array.from({ length: 5 }, () => world.service.tokenOf(world.person('Adele Vance'))),
    );
    expect(new Set(tokens).size).toBe(1);
    const grants = (await world.sandbox.calls()).slice(before).flatMap(({ grant }) => grant ?? []);
    expect(grants).toEqual(['refresh_token']);
    expect(claimsIn(tokens[0]!)).toMatchObject({ xms_cc: ['CP1'] });
  });

  test('renewed by two replicas at once serve both, and stay usable', async () => {
    await world.sandbox.ask('settings', { tokenSeconds: 60 });
    await world.signInAs('Adele Vance');
    await world.sandbox.ask('settings', { tokenSeconds: 3600 });
    const adele = world.person('Adele Vance');
    const [one, two] = await Promise.all([world.service.tokenOf(adele), world.another().tokenOf(adele)]);
    expect([claimsIn(one)['oid'], claimsIn(two)['oid']]).toEqual([adele.oid, adele.oid]);
    expect([one, two]).toContain(await world.service.tokenOf(adele));
  });

  test('that Graph refused are replaced by a renewed one', async () => {
    await world.signInAs('Adele Vance');
    const adele = world.person('Adele Vance');
    const refused = (await world.service.tokenOf(adele))!;
    const renewed = await world.service.tokenOf(adele, refused);
    expect(renewed).not.toBe(refused);
    expect(await world.service.tokenOf(adele, refused)).toBe(renewed);
  });

  test('that Entra revoked lead to a sign-in', async () => {
    await world.signInAs('Adele Vance');
    const adele = world.person('Adele Vance');
    await world.sandbox.ask('revoke', { oid: adele.oid });
    const refused = (await world.service.tokenOf(adele))!;
    expect(await world.service.tokenOf(adele, refused)).toBeNull();
    expect(await world.service.has(adele)).toBe(false);
    expect((await world.signInAs('Adele Vance')).status).toBe(200);
    expect(await world.service.has(adele)).toBe(true);
  });

  test('are not lost while Entra is down', async () => {
    await world.signInAs('Adele Vance');
    const adele = world.person('Adele Vance');
    const refused = (await world.service.tokenOf(adele))!;
    await world.sandbox.fault({ match: { method: 'POST', path: '/token' }, times: 9, answer: { status: 503 } });
    await expect(world.service.tokenOf(adele, refused)).rejects.toMatchObject({ name: 'AuthorityUnavailable' });
    await world.sandbox.ask('faults', undefined, 'DELETE');
    expect(await world.service.tokenOf(adele)).toBe(refused);
  });
});

describe('the app’s own token', () => {
  test('is the app’s, and kept', async () => {
    const token = await world.app();
    expect(claimsIn(token)).toMatchObject({ aud: 'https://graph.microsoft.com', idtyp: 'app' });
    expect(await world.app()).toBe(token);
  });

  test('that cannot be had now is told apart from one that is refused', async () => {
    const ask = appTokens(world.config);
    await world.sandbox.fault({ match: { method: 'POST', path: '/token' }, times: 9, answer: { status: 503 } });
    await expect(ask()).rejects.toMatchObject({ name: 'AuthorityUnavailable' });
    await world.sandbox.ask('faults', undefined, 'DELETE');
    await world.sandbox.fault({ match: { path: '/openid-configuration' }, times: 9, answer: { reset: true } });
    await expect(appTokens(world.config)()).rejects.toMatchObject({ name: 'AuthorityUnavailable' });
    await world.sandbox.ask('faults', undefined, 'DELETE');
    const wrong = appTokens({ ...world.config, credential: { kind: 'secret', secret: 'another' } })();
    await expect(wrong).rejects.toMatchObject({ errorCode: 'invalid_client' });
  });
});

describe('another key', () => {
  const [before, after] = [new Uint8Array(32).fill(3), new Uint8Array(32).fill(4)];

  test('opens what the old one sealed, and seals it anew when it is used', async () => {
    const adele = world.person('Adele Vance');
    const old = world.another({ config: { ...world.config, keys: [before] } });
    const started = await world.visit(await old.link(adele, 'p', null), old);
    await world.visit(await signInInBrowser(started.headers['Location']!, 'Adele Vance'), old);
    const token = await old.tokenOf(adele);
    const both = world.another({ config: { ...world.config, keys: [after, before] } });
    expect(await both.tokenOf(adele)).toBe(token);
    expect(await old.has(adele)).toBe(false);
    const alone = world.another({ config: { ...world.config, keys: [after] } });
    expect(await alone.tokenOf(adele)).toBe(token);
  });

  test('that comes in the middle of a sign-in does not break it off', async () => {
    const adele = world.person('Adele Vance');
    const old = world.another({ config: { ...world.config, keys: [before] } });
    const both = world.another({ config: { ...world.config, keys: [after, before] } });
    const started = await world.visit(await old.link(adele, 'p', null), both);
    const back = await signInInBrowser(started.headers['Location']!, 'Adele Vance');
    expect((await world.visit(back, both)).status).toBe(200);
    const begun = await world.visit(await old.link(adele, 'p', null), old);
    const other = await signInInBrowser(begun.headers['Location']!, 'Adele Vance');
    expect((await world.visit(other, both)).status).toBe(200);
  });

  test('that nobody has leads to a sign-in', async () => {
    await world.signInAs('Adele Vance');
    const stranger = world.another({ config: { ...world.config, keys: [after, before] } });
    expect(await stranger.has(world.person('Adele Vance'))).toBe(false);
    expect(await stranger.tokenOf(world.person('Adele Vance'))).toBeNull();
  });
});
