import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { parseDocument } from 'yaml';
import { ownTokens } from '../../src/identity/app-token.ts';
import { certificateProblem } from '../../src/identity/credential.ts';
import type { Credential, Registration } from '../../src/identity/credential.ts';
import { makeAppCertificate } from '../support/app-certificate.ts';
import type { AppCertificate } from '../support/app-certificate.ts';
import { signInInBrowser } from '../support/browser-sign-in.ts';
import { startWorld } from './world.ts';
import type { World } from './world.ts';

const contoso = fileURLToPath(new URL('../../src/sandbox/tenants/contoso.yaml', import.meta.url));
const botId = '8d2b7f14-6a35-4c9d-8e21-0f9b6c7d8e91';
const connectorScope = 'https://api.botframework.com/.default';
const graphScope = 'https://graph.microsoft.com/.default';

let ours: AppCertificate;
let another: AppCertificate;
let world: World;

beforeAll(async () => {
  [ours, another] = await Promise.all([makeAppCertificate(), makeAppCertificate()]);
  const tenant = parseDocument(readFileSync(contoso, 'utf8'));
  for (const app of ['graph', 'bot']) tenant.setIn(['apps', app, 'certificate'], ours.certificate);
  world = await startWorld({ tenant: tenant.toString() });
}, 60_000);
afterAll(async () => world.stop());

function registration(credential: Credential, clientId = world.config.clientId): Registration {
  return { authorityUrl: world.sandbox.authority, tenantId: world.sandbox.tenantId, clientId, credential };
}

const by = (pem: string): Credential => ({ kind: 'certificate', pem });

describe('with a certificate in place of a secret', () => {
  test('the app gets its token for Graph', async () => {
    const token = await ownTokens(registration(by(ours.pem)))(graphScope);

    expect(decodeJwt(token)).toMatchObject({
      idtyp: 'app',
      azp: world.config.clientId,
      aud: 'https://graph.microsoft.com',
    });
  });

  test('the bot gets its token for the connector', async () => {
    const token = await ownTokens(registration(by(ours.pem), botId))(connectorScope);

    expect(decodeJwt(token)).toMatchObject({ azp: botId, aud: 'https://api.botframework.com' });
  });

  test('a person signs in and their token is renewed', async () => {
    const service = world.another({ config: { ...world.config, credential: by(ours.pem) } });
    const person = world.person('Adele Vance');
    const started = await world.visit(await service.link(person, 'parked', null), service);
    await world.visit(await signInInBrowser(started.headers['Location'] ?? '', 'Adele Vance'), service);

    const first = await service.tokenOf(person);
    const renewed = await service.tokenOf(person, first ?? '');

    expect(decodeJwt(first ?? '')).toMatchObject({ oid: person.oid, idtyp: 'user' });
    expect(decodeJwt(renewed ?? '')).toMatchObject({ oid: person.oid });
    expect(renewed).not.toBe(first);
  });
});

describe('Entra refuses', () => {
  test('a certificate that is not registered', async () => {
    await expect(ownTokens(registration(by(another.pem)))(graphScope)).rejects.toThrow(/AADSTS700027/);
  });

  test('the registered certificate’s name over another one’s signature', async () => {
    const forged = by(another.key + ours.certificate);
    await expect(ownTokens(registration(forged))(graphScope)).rejects.toThrow(/AADSTS700027/);
  });
});

describe('a certificate’s file is checked before the start:', () => {
  const now = Date.now();

  test('a sound one passes', () => {
    expect(certificateProblem(ours.pem, now)).toBeNull();
    expect(certificateProblem(ours.certificate + ours.key, now)).toBeNull();
  });

  test('one that has ended does not', async () => {
    const ended = await makeAppCertificate({ days: -1 });
    expect(certificateProblem(ended.pem, now)).toMatch(/expired/);
  });

  test('a key of an elliptic curve, which Entra does not take, does not', async () => {
    const curve = await makeAppCertificate({ kind: 'ec' });
    expect(certificateProblem(curve.pem, now)).toMatch(/RSA/);
  });

  test('a key of another certificate does not', () => {
    expect(certificateProblem(another.key + ours.certificate, now)).toMatch(/not the one of the first certificate/);
  });

  test.each<[string, () => string]>([
    ['an empty file', () => ''],
    ['a certificate alone', () => ours.certificate],
    ['a key alone', () => ours.key],
    ['words', () => 'secret'],
    ['a torn certificate', () => ours.pem.replaceAll('MII', 'XXX')],
  ])('%s does not', (_what, pem) => {
    expect(certificateProblem(pem(), now)).toMatch(/must hold a private key/);
  });
});
