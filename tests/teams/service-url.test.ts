import { describe, expect, test } from '@jest/globals';
import fc from '../support/fast-check.ts';
import { isLoopbackAddress, isLoopbackHost, isServiceUrlAllowed } from '../../src/teams/service-url.ts';
import { clouds } from '../../src/teams/clouds.ts';
import type { CloudName } from '../../src/teams/clouds.ts';

const publicCloudHosts = clouds.public.serviceHosts;

const isAllowed = (url: string): boolean => isServiceUrlAllowed(url, publicCloudHosts, false);
const isAllowedInSandbox = (url: string): boolean => isServiceUrlAllowed(url, publicCloudHosts, true);

test.each([
  'https://smba.trafficmanager.net/emea/',
  'https://smba.trafficmanager.net/de/0fd3a4f8-ab52-4d4d-a3f4-6f3e7e7a1b2c/',
  'https://smba.trafficmanager.net',
  `https://smba.trafficmanager.net/${'a'.repeat(512 - 32)}`,
  'https://europe.webchat.botframework.com/',
])('takes %s', (url) => {
  expect(isAllowed(url)).toBe(true);
});

describe('refuses', () => {
  test.each([
    'http://smba.trafficmanager.net/emea/',
    'https://smba.trafficmanager.net:8443/emea/',
    'https://smba.trafficmanager.net@evil.example/',
    'https://user:word@smba.trafficmanager.net/',
    'https://smba.trafficmanager.net.evil.example/',
    'https://evil-smba.trafficmanager.net/',
    'https://evil.example/smba.trafficmanager.net',
    'https://evil.example#smba.trafficmanager.net',
    'https://evil.example?smba.trafficmanager.net',
    'https://smba.trafficmanager.net./emea/',
    'https://smba%2etrafficmanager.net/',
    'https://smba.trafficmanager.net\\@evil.example/',
    'https:\\\\smba.trafficmanager.net/',
    'https:/smba.trafficmanager.net/',
    'https://smba.trafficmanager.net/../evil',
    'https://smba.trafficmanager.net/%2e%2e/evil',
    ' https://smba.trafficmanager.net/',
    'https://smba.traffic\tmanager.net/',
    'HTTPS://SMBA.trafficmanager.net/',
    'https://SMBA.trafficmanager.net/emea/',
    'https://smba.trafficmanager.net:443/emea/',
    'https://smba.trafficmanager.net/emea/?to=evil.example',
    'https://smba.trafficmanager.net/emea/#evil.example',
    'https://smba.trafficmanager.net/a/../b',
    'https://ѕmba.trafficmanager.net/',
    'https://xn--mba-6ed.trafficmanager.net/',
    'https://botframework.com/',
    'https://evilbotframework.com/',
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://2130706433/',
    'ftp://smba.trafficmanager.net/',
    'javascript:alert(1)',
    '//smba.trafficmanager.net/',
    '',
    `https://smba.trafficmanager.net/${'a'.repeat(512 - 31)}`,
  ])('%s', (url) => {
    expect(isAllowed(url)).toBe(false);
  });

  test('every address whose host, read by the strictest parser, is not on the list', () => {
    const pieces = fc.constantFrom(
      ...['https://', 'smba.trafficmanager.net', 'smba', '.botframework.com', 'evil.example', '127.0.0.1'],
      ...['@', ':', '/', '\\', '.', '..', '#', '?', '%2e', '%40', '\t', '\n', ' ', '[::1]', '。', ':443', 'a'],
    );
    let allowed = 0;
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 6 }), (parts) => {
        const url = `https://${parts.join('')}`;
        if (!isAllowed(url)) return;
        allowed += 1;
        const { hostname, protocol, username } = new URL(url);
        expect(protocol).toBe('https:');
        expect(username).toBe('');
        expect(hostname === 'smba.trafficmanager.net' || hostname.endsWith('.botframework.com')).toBe(true);
        expect(url.startsWith(`https://${hostname}`)).toBe(true);
      }),
      { numRuns: 5000 },
    );
    expect(allowed).toBeGreaterThan(20);
  });
});

describe('each cloud has hosts of its own:', () => {
  const own: readonly (readonly [CloudName, string])[] = [
    ['public', 'https://smba.trafficmanager.net/emea/'],
    ['public', 'https://smba.infra.gcc.teams.microsoft.com/gcc/'],
    ['usGov', 'https://smba.infra.gov.teams.microsoft.us/gcch/'],
    ['usDoD', 'https://smba.infra.dod.teams.microsoft.us/dod/'],
    ['china', 'https://frontend.botapi.msg.infra.teams.microsoftonline.cn/'],
  ];

  test.each(own)('%s takes %s and no other cloud does', (name, url) => {
    const takers = Object.entries(clouds).filter(([, { serviceHosts }]) =>
      isServiceUrlAllowed(url, serviceHosts, false),
    );
    expect(takers.map(([taker]) => taker)).toEqual([name]);
  });
});

test.each([
  'http://127.0.0.1:56150/_connector',
  'http://localhost:3000',
  'https://localhost:3000/',
  'http://[::1]:81/x',
])('the sandbox takes %s', (url) => {
  expect(isAllowedInSandbox(url)).toBe(true);
  expect(isAllowed(url)).toBe(false);
});

test.each([
  'https://smba.trafficmanager.net/emea/',
  'http://localhost.evil.example/',
  'http://127.0.0.1.evil.example/',
  'http://127.0.0.1@evil.example/',
  'http://0.0.0.0:80/',
  'xhttp://localhost:3000/',
  'http://localhost:3000/?to=evil.example',
])('the sandbox refuses %s', (url) => {
  expect(isAllowedInSandbox(url)).toBe(false);
});

test('knows this machine by its addresses', () => {
  expect(['127.0.0.1', '127.18.19.21', '::1', '::ffff:127.0.0.1', '::ffff:127.18.19.21'].every(isLoopbackAddress)).toBe(
    true,
  );
  expect(
    ['10.0.0.1', '::ffff:10.0.0.1', '::', '127.0.0.1.evil', '2.127.0.0.1', '::ffff:127.0.0.1.2'].some(
      isLoopbackAddress,
    ),
  ).toBe(false);
  expect(['::1:1', '2::1', '', undefined].some(isLoopbackAddress)).toBe(false);
});

test('knows this machine by its names', () => {
  expect(['localhost', 'localhost:3978', '127.0.0.1:3978', '[::1]:3978'].every(isLoopbackHost)).toBe(true);
  expect(
    ['evil.example', 'localhost.evil.example', '127.0.0.1.nip.io', 'evillocalhost:3978', '', undefined].some(
      isLoopbackHost,
    ),
  ).toBe(false);
});
