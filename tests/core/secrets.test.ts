import { describe, expect, test } from '@jest/globals';
import { looksSecret } from '../../src/core/secrets.ts';

const long = 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA';

describe('a reason is pointed out that holds', () => {
  test.each([
    ['a password with its name', 'fixing prod, password=hunter2hunter2'],
    ['a password after a colon', 'login with Password: hunter2!'],
    ['a password in words', 'the password is hunter2'],
    ['a password in German', 'das Passwort ist hunter2'],
    ['a Kennwort', 'Kennwort: hunter2'],
    ['a short name for it', 'use pw: hunter2'],
    ['a pwd', 'sqlcmd pwd=hunter2'],
    ['a PIN', 'my PIN is 4711'],
    ['a one-time code', 'verification code 123456'],
    ['a passphrase', 'passphrase: correct horse'],
    ['a token with its name', 'access_token=abcdef'],
    ['an API key', 'x-api-key: abcdef'],
    ['a secret with its name', 'client_secret=abcdef'],
    ['a secret in JSON', '{"clientSecret":"abcdef"}'],
    ['a JSON web token', 'call it with eyJhbGciOiJSUzI1NiJ9.eyJvaWQiOiJhYmMifQ.c2ln'],
    ['a bearer token', 'Bearer abcdef123456'],
    ['a basic header', 'Authorization: Basic aHVudGVyMjpodW50ZXIy'],
    ['a cookie', 'Cookie: session=abc'],
    ['a private key', '-----BEGIN PRIVATE KEY-----\nabc'],
    ['a key of 32 bytes', `key ${long}=`],
    ['a client secret of Entra', 'try Qx18Q~bV2nR7yTz4LkP0sWcXe9UdHg3MfJ.aB5iO'],
    ['a refresh token of Entra', '0.AXoAUdnK2mJx-kW0pQ8dVt3sZ1M9.AgABAwEAAADW6jl31mB3T7'],
    ['a database address', 'postgres://jitney:hunter2@db/jitney'],
    ['a storage key', 'AccountName=a;AccountKey=abcdef;'],
    ['a shared signature', 'https://a.blob.core/x?sv=1&sig=abc%3D'],
    ['an access key of AWS', 'AKIAIOSFODNN7EXAMPLE'],
    ['a token of GitHub', 'ghp_16C7e42F292c6912E7710c838347Ae178B4a'],
    ['a fine-grained token of GitHub', 'github_pat_11ABCDEFG0abcdefghijkl'],
    ['a token of GitLab', 'glpat-abcdefghijkl1234'],
    ['a token of Slack', 'xoxb-123456789012-abcdef'],
    ['a token of npm', 'npm_abcdefghijklmnop1234'],
    ['a key of Google', 'AIzaSyA1234567890abcdefghijklmnopqrstuv'],
    ['a key of Stripe', 'sk_live_abcdefghijklmnop'],
  ])('%s', (_what, text) => expect(looksSecret(text)).toBe(true));
});

describe('and not one that speaks of', () => {
  test.each([
    'fixing prod',
    'password reset for a customer',
    'resetting the admin password',
    'rotate the client secret of the app',
    'token endpoint answers 500',
    'status code: 500 since this morning',
    'state: degraded',
    'Basic auth is switched off on Exchange',
    'basic maintenance',
    'INC0012345',
    'ServiceNow CHG0040007',
    'see https://contoso.service-now.com/nav_to.do?uri=incident.do?sys_id=9d385017c611228701d22104cc95c371',
    'commit 4f2c1f0d9b8a7e6d5c4b3a29180716253443526a breaks the build',
    'user 1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed cannot sign in',
    'mail adele@contoso.com about the pinned version',
    'key rotation, second try',
    'Schlüssel im Tresor erneuern',
    'pin the dependency',
    'パスワードのリセット',
    '',
  ])('%p', (text) => expect(looksSecret(text)).toBe(false));
});

test('says so however long the text is', () => {
  for (const part of ['password', 'pw ', 'eyJaaaaa', '//a:', '"\\"', 'pin is']) {
    expect(typeof looksSecret(part.repeat(2_000))).toBe('boolean');
  }
});
