import { describe, expect, test } from '@jest/globals';
import fc from './support/fast-check.ts';
import { redact } from '../src/redact.ts';

const jwt = 'eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIn0.eyJvaWQiOiJhYmMiLCJhdWQiOiJncmFwaCJ9.c2lnbmF0dXJlLXNpZ25hdHVyZQ';
const jwe = 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..aXZpdml2aXY.Y2lwaGVydGV4dC1jaXBoZXJ0ZXh0.dGFndGFndGFn';
const refresh = '0.AXoAUdnK2mJx-kW0pQ8dVt3sZ1M9.AgABAwEAAADW6jl31mB3T7ugrWTT8pFe';
const clientSecret = 'Qx18Q~bV2nR7yTz4LkP0sWcXe9UdHg3MfJ.aB5iO';
const word = 'hunter2hunter2';

/** What is around the secret stays readable where it can. */
const shapes: readonly (readonly [what: string, text: string, secret: string])[] = [
  ['an access token', `got ${jwt} from Entra`, jwt],
  ['an access token that is cut off', `got ${jwt.slice(0, 60)}`, jwt.slice(40, 60)],
  ['an unsigned token', 'token eyJhbGciOiJub25lIn0.eyJvaWQiOiJhYmMifQ. refused', 'eyJvaWQiOiJhYmMifQ'],
  ['an encrypted token', `got ${jwe}!`, 'Y2lwaGVydGV4dC1jaXBoZXJ0ZXh0'],
  ['a bearer header', `Authorization: Bearer ${word}`, word],
  ['a bearer header in small letters', `authorization: bearer ${word}`, word],
  ['a bearer header in JSON', `{"Authorization":"Bearer ${word}"}`, word],
  ['a basic header', 'Authorization: Basic aHVudGVyMjpodW50ZXIy', 'aHVudGVyMjpodW50ZXIy'],
  ['a header of an unknown scheme', `Authorization: Custom ${word}`, word],
  ['a bearer header in an address', `?h=Bearer%20${word}`, word],
  ['a form', `grant_type=refresh_token&refresh_token=${word}&scope=x`, word],
  ['a form’s secret', `client_id=1&client_secret=${word}&scope=x`, word],
  ['a form inside an address', `body%26client_secret%3D${word}%26scope%3Dx`, word],
  ['a code of a redirect', `GET /auth/callback?code=${word}&session_state=1`, word],
  ['a state of a redirect', `GET /auth/callback?a=1&state=${word}`, word],
  ['a verifier', `code_verifier=${word}`, word],
  ['an assertion', `client_assertion=${word}`, word],
  ['an on-behalf-of assertion', `assertion: ${word}`, word],
  ['JSON', `{"access_token":"${word}","expires_in":3599}`, word],
  ['JSON with spaces', `{ "refresh_token" : "${word}" }`, word],
  ['JSON inside JSON', `{"body":"{\\"id_token\\":\\"${word}\\"}"}`, word],
  ['a value with spaces', `{"password":"${word} and more ${word}"}`, word],
  ['a value in single quotes', `password='${word} ${word}'`, word],
  ['a value with a comma, in quotes', `secret="a,${word}"`, word],
  ['names of JavaScript', `{ accessToken: '${word}' }`, word],
  ['a client secret of JavaScript', `clientSecret: ${word}`, word],
  ['a variable of ours', `MICROSOFT_APP_PASSWORD=${word}`, word],
  ['another variable of ours', `GRAPH_CLIENT_SECRET=${word}`, word],
  ['the key', `TOKEN_ENCRYPTION_KEY=${word}`, word],
  [
    'the key without its name',
    'used q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA= today',
    'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA',
  ],
  ['a database address', `connect postgres://jitney:${word}@db:5432/jitney`, word],
  ['a password with a slash and an at sign', `postgres://jitney:${word}@x@db/jitney`, word],
  ['a user name alone', `https://${word}@host/path`, word],
  ['a cookie', `Cookie: a=1; session=${word}; b=2`, word],
  ['a cookie that is set', `set-cookie: session=${word}; Path=/; HttpOnly`, word],
  ['a refresh token without its name', `stored ${refresh} for Adele`, refresh.slice(8)],
  ['an authorization code without its name', 'redeemed 1.AVgAabcdefghijklmnop.ABCDEF twice', 'abcdefghijklmnop'],
  ['a code of a Microsoft account', 'redeemed M.C507_BAY.2.U.abcdefghijklmnopqrst!xyz', 'abcdefghijklmnopqrst'],
  ['a client secret without its name', `wrong secret ${clientSecret} given`, clientSecret],
  ['a signature of a storage address', `https://a.blob.core/x?sv=1&sig=${word}%3D`, word],
  ['a storage key', `AccountName=a;AccountKey=${word};`, word],
  ['an API key', `x-api-key: ${word}`, word],
  ['a private key', `-----BEGIN PRIVATE KEY-----\n${word}\n-----END PRIVATE KEY-----\nrest`, word],
  ['a private key that is cut off', `-----BEGIN RSA PRIVATE KEY-----\n${word}\n${word}`, word],
  ['a nonce', `nonce=${word}`, word],
  ['a token hint', `id_token_hint=${word}`, word],
  ['a SAML answer', `SAMLResponse=${word}`, word],
];

describe('nothing is left of', () => {
  test.each(shapes)('%s', (_what, text, secret) => {
    expect(text).toContain(secret);
    expect(redact(text)).not.toContain(secret);
    expect(redact(text)).toContain('[redacted]');
    expect(redact(`before. ${text}\nafter.`)).toMatch(/^before\. .*$/);
  });

  test('a secret behind more text than is looked at', () => {
    for (let length = 7_900; length < 8_100; length += 1) {
      const padded = `${'x'.repeat(length - 10)} postgres://jitney:${word}@db`;
      expect(redact(padded)).not.toContain('hunter');
    }
  });

  test('a secret, when shrinking other secrets brings it into view', () => {
    expect(redact(`Bearer ${'x'.repeat(7_000)} ${' '.repeat(960)}//jitney:${word}@db`)).not.toContain('hunter');
  });
});

describe('left as it is:', () => {
  test.each([
    'Port 3978 is taken: stop what runs there or set PORT.',
    'connect ECONNREFUSED 127.0.0.1:4001',
    'Graph did not answer the policy: unavailable',
    '19:abc123def456@thread.tacv2 was written to',
    'https://graph.microsoft.com/v1.0/groups?$filter=id eq 1',
    '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed waits',
    'AADSTS7000215: Invalid client secret provided.',
    'Ein Grund: „Prod reparieren“ – 修理',
    'Unexpected token < in the answer',
  ])('%s', (text) => expect(redact(text)).toBe(text));
});

describe('a line stays a line:', () => {
  test.each([
    ['a line feed', '\n'],
    ['a carriage return', '\r'],
    ['a zero', '\0'],
    ['an escape sequence', '\u001b[2J'],
    ['a delete', '\u007f'],
    ['a next line', '\u0085'],
    ['a line separator', '\u2028'],
    ['a paragraph separator', '\u2029'],
    ['a turned reading direction', '\u202e'],
    ['an isolated reading direction', '\u2066'],
  ])('without %s', (_what, character) => {
    const shown = redact(`justified${character}{"level":50}`);
    expect(shown).toMatch(/^justified (\[2J)?\{"level":50\}$/);
  });

  test('whatever the text, at a bounded length, and never longer to work on than it may take', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.nat(400), (text, times) => {
        const shown = redact(text.repeat(times));
        expect(shown.length).toBeLessThanOrEqual(2_000);
        expect(shown).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u);
      }),
      { numRuns: 200 },
    );
  });

  test.each([
    'eyJaaaaa',
    '//a:',
    'token',
    'token=',
    'Cookie',
    '"\\"',
    '-----BEGIN PRIVATE KEY-----',
    'a.b-c%',
    '0.A',
    '=',
  ])('and ends, however often it says %s', (part) => {
    expect(redact(part.repeat(20_000)).length).toBeLessThan(5_000);
  });
});
