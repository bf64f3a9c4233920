import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { askToken, authorizeUrl, botClientId, graphApp, redirectUri, signedInTokens } from '../support/graph-tokens.ts';
import { signInInBrowser } from '../support/browser-sign-in.ts';
import type { StartedSandbox } from '../support/sandbox.ts';
import { startSandbox } from '../support/sandbox.ts';
import { trust } from '../support/trust.ts';

let sandbox: StartedSandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
  trust(sandbox.ca);
});
afterAll(async () => {
  await sandbox.stop();
});

async function visit(url: string): Promise<Response> {
  return await fetch(url, { redirect: 'manual' });
}

async function codeFor(fields: Record<string, string | undefined> = {}): Promise<{ code: string; verifier: string }> {
  const { url, verifier } = authorizeUrl(sandbox, fields);
  const callback = await signInInBrowser(url, 'Adele Vance');
  return { code: callback.searchParams.get('code') ?? '', verifier };
}

describe('metadata', () => {
  test('names https for machines and plain loopback for browsers', async () => {
    const url = `${sandbox.authority}/${sandbox.tenantId}/v2.0/.well-known/openid-configuration`;
    const document = (await (await fetch(url)).json()) as Record<string, string>;

    expect(document['issuer']).toBe(`${sandbox.authority}/${sandbox.tenantId}/v2.0`);
    expect(document['token_endpoint']).toBe(`${sandbox.authority}/${sandbox.tenantId}/oauth2/v2.0/token`);
    expect(document['authorization_endpoint']).toMatch(/^http:\/\/127\.0\.0\.1:\d+\//);
    const { payload } = await jwtVerify(
      (await signedInTokens(sandbox, 'Megan Bowen')).id_token!,
      createRemoteJWKSet(new URL(document['jwks_uri']!)),
      { issuer: document['issuer']!, audience: graphApp.clientId, algorithms: ['RS256'] },
    );
    expect(payload).toMatchObject({ nonce: 'nonce-1', preferred_username: 'MeganB@contoso.onmicrosoft.com' });
  });

  test('another tenant is not found', async () => {
    const other = '11111111-1111-4111-8111-111111111111';
    const response = await fetch(`${sandbox.authority}/${other}/v2.0/.well-known/openid-configuration`);

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error_codes: [90002], trace_id: expect.any(String) });
  });
});

describe('the authorize page', () => {
  test('lists every person as a button, without script, under a strict policy that lets the app be called back', async () => {
    const response = await visit(authorizeUrl(sandbox).url);
    const page = await response.text();
    const { people } = await sandbox.state();

    expect(response.status).toBe(200);
    for (const { name, upn } of people) expect(page).toContain(`>${name}<span>${upn}</span></button>`);
    expect(page).not.toMatch(/<script|javascript:| on[a-z]+=/i);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("form-action 'self' http://localhost:3978;");
    expect(policy).not.toContain('unsafe');
  });

  test.each(['AdeleV@contoso.onmicrosoft.com', 'adelev@CONTOSO.onmicrosoft.com'])(
    'a login_hint of %s signs that person in at once',
    async (loginHint) => {
      const response = await visit(authorizeUrl(sandbox, { login_hint: loginHint }).url);

      expect(response.status).toBe(302);
      const callback = new URL(response.headers.get('location')!);
      expect(callback.href.startsWith(`${redirectUri}?`)).toBe(true);
      expect(callback.searchParams.get('state')).toBe('state-1');
      expect(callback.searchParams.get('code')).toMatch(/^[\w-]{43}$/);
    },
  );

  test('a login_hint may be the object id or the login_hint claim of an id token', async () => {
    const { id_token } = await signedInTokens(sandbox, 'Adele Vance');
    const { oid, login_hint } = decodeJwt(id_token!);

    for (const hint of [oid, login_hint]) {
      const { status } = await visit(authorizeUrl(sandbox, { login_hint: String(hint) }).url);
      expect(status).toBe(302);
    }
  });

  test('asks all the same with prompt=select_account or a hint that names nobody', async () => {
    const hint = 'AdeleV@contoso.onmicrosoft.com';
    const chosen = await visit(authorizeUrl(sandbox, { login_hint: hint, prompt: 'select_account' }).url);
    const nobody = await visit(authorizeUrl(sandbox, { login_hint: 'nobody@contoso.onmicrosoft.com' }).url);

    expect([chosen.status, nobody.status]).toEqual([200, 200]);
  });

  test('an authentication context is a step of its own, even for a person that is named', async () => {
    const claims = JSON.stringify({ access_token: { acrs: { essential: true, value: 'c1' } } });
    const response = await visit(authorizeUrl(sandbox, { login_hint: 'AdeleV@contoso.onmicrosoft.com', claims }).url);
    const page = await response.text();

    expect(response.status).toBe(200);
    expect(page).toContain('authentication context c1');
    expect(page.match(/<button/g)).toHaveLength(2);
  });

  test('escapes what it shows', async () => {
    const claims = JSON.stringify({ access_token: { acrs: { value: '<img src=x onerror="1">&\'' } } });
    const page = await (
      await visit(authorizeUrl(sandbox, { login_hint: 'AdeleV@contoso.onmicrosoft.com', claims }).url)
    ).text();
    const refused = await (
      await visit(authorizeUrl(sandbox, { redirect_uri: 'http://evil/"><img src=x>' }).url)
    ).text();

    expect(page).toContain('&#60;img src=x onerror=&#34;1&#34;&#62;&#38;&#39;');
    expect(page + refused).not.toContain('<img');
  });

  test.each([
    ['another path', 'http://localhost:3978/auth/other'],
    ['a longer path', 'http://localhost:3978/auth/callback/x'],
    ['a query', 'http://localhost:3978/auth/callback?x=1'],
    ['https', 'https://localhost:3978/auth/callback'],
    ['another host', 'http://localhost.evil.example/auth/callback'],
    ['a name before the host', 'http://localhost:80@evil.example/auth/callback'],
    ['nothing', undefined],
  ])('never redirects to %s', async (_, uri) => {
    const response = await visit(authorizeUrl(sandbox, { redirect_uri: uri }).url);

    expect(response.status).toBe(400);
    expect(response.headers.get('location')).toBeNull();
    expect(await response.text()).toContain('AADSTS50011');
  });

  test.each([
    ['no PKCE challenge', { code_challenge: undefined }, 'invalid_request'],
    ['a plain PKCE challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['a short PKCE challenge', { code_challenge: 'abc' }, 'invalid_request'],
    ['the implicit flow', { response_type: 'token' }, 'unsupported_response_type'],
    ['a scope nobody consented to', { scope: 'openid Directory.ReadWrite.All' }, 'invalid_grant'],
    ['two resources at once', { scope: `User.Read ${graphApp.clientId}/access_as_user` }, 'invalid_request'],
    ['an unknown resource', { scope: 'https://vault.azure.net/.default' }, 'invalid_resource'],
    ['claims that are no JSON', { claims: '{"access_token"' }, 'invalid_request'],
    ['prompt=none', { prompt: 'none' }, 'login_required'],
  ])('sends the app back with an error for %s', async (_, fields, error) => {
    const response = await visit(authorizeUrl(sandbox, fields).url);

    const callback = new URL(response.headers.get('location')!);
    expect(callback.searchParams.get('error')).toBe(error);
    expect(callback.searchParams.get('error_description')).toMatch(/^AADSTS\d+: /);
    expect(callback.searchParams.get('state')).toBe('state-1');
    expect(callback.searchParams.has('code')).toBe(false);
  });

  test('a page works once, and Cancel goes back to the app', async () => {
    const page = await (await visit(authorizeUrl(sandbox).url)).text();
    const transaction = /name="transaction" value="([^"]+)"/.exec(page)![1]!;
    const post = async (fields: Record<string, string>) =>
      await fetch(`${sandbox.control}/${sandbox.tenantId}/oauth2/v2.0/authorize`, {
        method: 'POST',
        body: new URLSearchParams({ transaction, ...fields }),
        redirect: 'manual',
      });

    const first = await post({ cancel: 'cancel' });
    const second = await post({ person: 'aaaaaaaa-0000-4000-8000-000000000001' });

    expect(new URL(first.headers.get('location')!).searchParams.get('error')).toBe('access_denied');
    expect(second.status).toBe(400);
  });
});

describe('a code', () => {
  test('is good once', async () => {
    const { code, verifier } = await codeFor();
    const fields = { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: redirectUri };

    expect((await askToken(sandbox, fields)).status).toBe(200);
    expect(await askToken(sandbox, fields)).toMatchObject({ status: 400, body: { error_codes: [54005] } });
  });

  test.each([
    ['another verifier', { code_verifier: 'x'.repeat(43) }, 501481],
    ['another redirect address', { redirect_uri: 'http://127.0.0.1:3978/auth/callback' }, 500112],
    ['no verifier', { code_verifier: undefined }, 900144],
    ['another app', { client_id: botClientId, client_secret: 'sandbox-bot-secret-not-a-secret' }, 70000],
    ['a wrong secret', { client_secret: 'guess' }, 7000215],
    ['no secret', { client_secret: undefined }, 7000218],
    ['an unknown app', { client_id: '99999999-9999-4999-8999-999999999999' }, 700016],
    ['an unknown code', { code: 'x'.repeat(43) }, 70008],
    ['claims that are no JSON', { claims: 'x' }, 90023],
  ])('is refused with %s', async (_, change, expected) => {
    const { code, verifier } = await codeFor();
    const fields = { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: redirectUri };

    const { status, body } = await askToken(sandbox, { ...fields, ...change });

    expect(status).toBeGreaterThanOrEqual(400);
    expect(body.error_codes).toEqual([expected]);
    expect(body.error_description).toContain(`AADSTS${expected}`);
    expect(body).not.toHaveProperty('access_token');
  });
});

describe('a refresh token', () => {
  test('gives new tokens and a new refresh token, for that app and scope only', async () => {
    const { refresh_token } = await signedInTokens(sandbox, 'Adele Vance');
    const fields = { grant_type: 'refresh_token', refresh_token, scope: 'User.Read offline_access openid' };

    const fresh = await askToken(sandbox, fields);
    const other = await askToken(sandbox, {
      ...fields,
      client_id: botClientId,
      client_secret: 'sandbox-bot-secret-not-a-secret',
    });
    const bent = await askToken(sandbox, { ...fields, refresh_token: `${refresh_token!.slice(0, -4)}AAAA` });

    expect(decodeJwt(fresh.body.access_token)['scp']).toBe('User.Read');
    expect(fresh.body.refresh_token).not.toBe(refresh_token);
    expect(other.body.error_codes).toEqual([9002313]);
    expect(bent.body.error_codes).toEqual([9002313]);
  });

  test('of one person may be revoked', async () => {
    const adele = await signedInTokens(sandbox, 'Adele Vance');
    const megan = await signedInTokens(sandbox, 'Megan Bowen');
    await sandbox.ask('revoke', { oid: 'AdeleV@contoso.onmicrosoft.com' });

    const refresh = async (refresh_token: string | undefined) =>
      await askToken(sandbox, { grant_type: 'refresh_token', refresh_token, scope: 'User.Read' });

    expect((await refresh(adele.refresh_token)).body).toMatchObject({ error_codes: [50173], suberror: 'bad_token' });
    expect((await refresh(megan.refresh_token)).status).toBe(200);
  });

  test('comes only when offline_access is asked for, an id token only for openid', async () => {
    const tokens = await signedInTokens(sandbox, 'Adele Vance', { scope: 'User.Read' });

    expect(tokens).not.toHaveProperty('refresh_token');
    expect(tokens).not.toHaveProperty('id_token');
    expect(JSON.parse(Buffer.from(tokens.client_info!, 'base64url').toString())).toEqual({
      uid: 'aaaaaaaa-0000-4000-8000-000000000001',
      utid: sandbox.tenantId,
    });
  });
});

describe('tokens of the app itself', () => {
  test.each([
    ['a single permission', 'https://graph.microsoft.com/User.Read.All', 1002012],
    ['two resources', 'https://graph.microsoft.com/.default https://api.botframework.com/.default', 1002012],
    ['an unknown resource', 'https://vault.azure.net/.default', 500011],
    ['no scope', undefined, 900144],
  ])('are refused for %s', async (_, scope, expected) => {
    const { body } = await askToken(sandbox, { grant_type: 'client_credentials', scope });

    expect(body.error_codes).toEqual([expected]);
  });

  test('the password grant is not known', async () => {
    const { body } = await askToken(sandbox, { grant_type: 'password', username: 'AdeleV', password: 'x' });

    expect(body).toMatchObject({ error: 'unsupported_grant_type', error_codes: [70003] });
  });
});
