import { createHash, randomBytes } from 'node:crypto';
import { ClientSecretCredential } from '@azure/identity';
import { ConfidentialClientApplication, InteractionRequiredAuthError } from '@azure/msal-node';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { signInInBrowser } from '../support/browser-sign-in.ts';
import type { StartedSandbox } from '../support/sandbox.ts';
import { startSandbox } from '../support/sandbox.ts';
import { trust } from '../support/trust.ts';

const graphApp = {
  clientId: '5f0c9a52-7c0e-4b8e-9a8b-3c1d2e4f5a60',
  clientSecret: 'sandbox-graph-secret-not-a-secret',
};
const redirectUri = 'http://localhost:3978/auth/callback';
const scopes = ['https://graph.microsoft.com/PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup', 'User.Read'];
const adele = 'AdeleV@contoso.onmicrosoft.com';
const contextChallenge = JSON.stringify({ access_token: { acrs: { essential: true, value: 'c1' } } });

let sandbox: StartedSandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
  trust(sandbox.ca);
});
afterAll(async () => {
  await sandbox.stop();
});

function client(capabilities = ['CP1']): ConfidentialClientApplication {
  const { host } = new URL(sandbox.authority);
  const authority = `${sandbox.authority}/${sandbox.tenantId}`;
  const auth = { ...graphApp, authority, knownAuthorities: [host], clientCapabilities: capabilities };
  return new ConfidentialClientApplication({ auth });
}

async function signIn(app: ConfidentialClientApplication, extra: { claims?: string; loginHint?: string } = {}) {
  const codeVerifier = randomBytes(32).toString('base64url');
  const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
  const nonce = randomBytes(16).toString('base64url');
  const request = { scopes, redirectUri, nonce, ...extra };
  const url = await app.getAuthCodeUrl({ ...request, state: 'st', codeChallenge, codeChallengeMethod: 'S256' });
  const callback = await signInInBrowser(url, 'Adele Vance');
  expect(callback.searchParams.get('state')).toBe('st');
  const code = callback.searchParams.get('code') ?? '';
  return await app.acquireTokenByCode({ code, codeVerifier, scopes, redirectUri, nonce });
}

describe('msal-node signs people in', () => {
  test('with a code, PKCE and a nonce, and gets a token that carries its capability', async () => {
    const result = await signIn(client());

    expect(result.account).toMatchObject({ username: adele, tenantId: sandbox.tenantId });
    expect(decodeJwt(result.accessToken)).toMatchObject({
      aud: 'https://graph.microsoft.com',
      tid: sandbox.tenantId,
      scp: 'PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup User.Read',
      xms_cc: ['CP1'],
      amr: ['pwd'],
    });
  });

  test('reaches the plain authorize page on loopback and the token endpoint over https', async () => {
    const url = new URL(await client().getAuthCodeUrl({ scopes, redirectUri }));

    expect(url.origin).toBe(sandbox.control);
    expect(sandbox.authority).toMatch(/^https:\/\/localhost:\d+$/);
  });

  test('finds its token in the cache, and refreshes it', async () => {
    const app = client();
    const first = await signIn(app, { loginHint: adele });
    const account = first.account!;

    const cached = await app.acquireTokenSilent({ account, scopes });
    const fresh = await app.acquireTokenSilent({ account, scopes, forceRefresh: true });

    expect(cached.fromCache).toBe(true);
    expect(cached.accessToken).toBe(first.accessToken);
    expect(fresh.fromCache).toBe(false);
    expect(fresh.accessToken).not.toBe(first.accessToken);
    expect(decodeJwt(fresh.accessToken)).toMatchObject({ oid: account.localAccountId, xms_cc: ['CP1'] });
  });

  test('must sign in again once the refresh token is revoked', async () => {
    const app = client();
    const { account } = await signIn(app);
    await sandbox.ask('revoke', { oid: account!.localAccountId });

    const refreshed = app.acquireTokenSilent({ account: account!, scopes, forceRefresh: true });

    await expect(refreshed).rejects.toThrow(InteractionRequiredAuthError);
    await expect(signIn(app)).resolves.toMatchObject({ account: { username: adele } });
  });
});

describe('step-up', () => {
  test('the token of a sign-in with an acrs claim carries the authentication context', async () => {
    const result = await signIn(client(), { claims: contextChallenge, loginHint: adele });

    expect(decodeJwt(result.accessToken)).toMatchObject({ acrs: ['c1'], xms_cc: ['CP1'] });
  });

  test('an MFA claim shows in amr', async () => {
    const claims = JSON.stringify({ access_token: { amr: { values: ['mfa'] } } });
    const result = await signIn(client(), { claims });

    expect(decodeJwt(result.accessToken)['amr']).toEqual(['pwd', 'mfa']);
  });

  test('a refresh cannot satisfy an authentication context and hands the challenge back', async () => {
    const app = client();
    const { account } = await signIn(app);

    const refused = app.acquireTokenSilent({ account: account!, scopes, claims: contextChallenge });

    await expect(refused).rejects.toMatchObject({ errorCode: 'interaction_required', claims: contextChallenge });
  });
});

describe('on behalf of', () => {
  async function assertion(seconds = 3600): Promise<string> {
    const answer = await sandbox.ask('token', { person: adele, clientId: graphApp.clientId, seconds });
    return (answer as { token: string }).token;
  }

  test("exchanges the token of Teams' single sign-on for one of Graph", async () => {
    const result = await client().acquireTokenOnBehalfOf({ oboAssertion: await assertion(), scopes });

    expect(decodeJwt(result!.accessToken)).toMatchObject({
      aud: 'https://graph.microsoft.com',
      preferred_username: adele,
      azp: graphApp.clientId,
      xms_cc: ['CP1'],
    });
  });

  test('passes a claims challenge on as InteractionRequiredAuthError', async () => {
    await sandbox.fault({
      match: { path: '/oauth2/v2.0/token', body: 'jwt-bearer' },
      answer: {
        status: 400,
        body: { error: 'interaction_required', error_description: 'AADSTS50076: more', claims: contextChallenge },
      },
    });

    const refused = client().acquireTokenOnBehalfOf({ oboAssertion: await assertion(), scopes });

    await expect(refused).rejects.toThrow(InteractionRequiredAuthError);
    await expect(
      client().acquireTokenOnBehalfOf({ oboAssertion: await assertion(), scopes, claims: contextChallenge }),
    ).rejects.toMatchObject({ claims: contextChallenge });
  });

  test('refuses an assertion that has expired or was made for Graph', async () => {
    const { accessToken } = await signIn(client());

    const old = await assertion(-600);

    const exchange = async (oboAssertion: string) => await client().acquireTokenOnBehalfOf({ oboAssertion, scopes });

    await expect(exchange(old)).rejects.toThrow(/AADSTS500133/);
    await expect(exchange(accessToken)).rejects.toThrow(/AADSTS500131/);
  });
});

describe('ClientSecretCredential of @azure/identity', () => {
  function credential(secret = graphApp.clientSecret): ClientSecretCredential {
    const options = { authorityHost: sandbox.authority, disableInstanceDiscovery: true };
    return new ClientSecretCredential(sandbox.tenantId, graphApp.clientId, secret, options);
  }

  test('gets a token with the roles of the registration', async () => {
    const { token, expiresOnTimestamp } = await credential().getToken('https://graph.microsoft.com/.default');

    expect(decodeJwt(token)).toMatchObject({ idtyp: 'app', azp: graphApp.clientId });
    expect(decodeJwt(token)['roles']).toContain('PrivilegedAssignmentSchedule.Read.AzureADGroup');
    expect(decodeJwt(token)).not.toHaveProperty('scp');
    expect(expiresOnTimestamp - Date.now()).toBeGreaterThan(3500_000);
  });

  test('is told that its secret is wrong', async () => {
    await expect(credential('another').getToken('https://graph.microsoft.com/.default')).rejects.toThrow(
      /AADSTS7000215/,
    );
  });
});
