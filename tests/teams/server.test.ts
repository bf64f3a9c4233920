import { connect } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { WebRequest } from '../../src/ports/web.ts';
import { createServer } from '../../src/teams/server.ts';
import type { Server, ServerOptions } from '../../src/teams/server.ts';

const now = Date.UTC(2026, 10, 23, 14, 5);
const running: Server[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

async function start(options: Partial<ServerOptions> = {}): Promise<string> {
  const server = createServer({
    host: '127.0.0.1',
    port: 0,
    bot: {
      process: (_request, response) => {
        response.end();
        return Promise.resolve();
      },
    },
    routes: [],
    health: () => ({ ok: true, version: '1' }),
    ready: () => Promise.resolve({ ok: true, missing: [] }),
    clock: { now: () => now, wall: () => now },
    ...options,
  });
  running.push(server);
  const { port } = await server.listen();
  return `http://127.0.0.1:${port}`;
}

test('/healthz tells that the process lives', async () => {
  const response = await fetch(`${await start()}/healthz`);

  expect([response.status, await response.json()]).toEqual([200, { ok: true, version: '1' }]);
});

describe('/readyz', () => {
  test('is 200 when nothing is missing', async () => {
    expect((await fetch(`${await start()}/readyz`)).status).toBe(200);
  });

  test('is 503 and names what is missing', async () => {
    const url = await start({ ready: () => Promise.resolve({ ok: false, missing: ['database', 'Graph token'] }) });

    const response = await fetch(`${url}/readyz`);

    expect([response.status, await response.json()]).toEqual([
      503,
      { ok: false, missing: ['database', 'Graph token'] },
    ]);
  });
});

describe('a page handed in', () => {
  test('gets the query and the time and is answered as it says', async () => {
    let seen: WebRequest | undefined;
    const url = await start({
      routes: [
        {
          path: '/auth/callback',
          handle: (request) => {
            seen = request;
            const headers = {
              'Content-Type': 'text/html; charset=utf-8',
              'Content-Security-Policy': "default-src 'none'",
            };
            return Promise.resolve({ status: 403, headers, body: '<p>Grüße</p>' });
          },
        },
      ],
    });

    const response = await fetch(`${url}/auth/callback?code=a%2Bb&state=%3Cx%3E&__proto__=p`);

    expect(seen?.now).toBe(now);
    expect(Object.entries(seen?.query ?? {})).toEqual([
      ['code', 'a+b'],
      ['state', '<x>'],
      ['__proto__', 'p'],
    ]);
    expect(response.status).toBe(403);
    expect(response.headers.get('content-security-policy')).toBe("default-src 'none'");
    expect(await response.text()).toBe('<p>Grüße</p>');
  });

  test('can send the browser elsewhere', async () => {
    const headers = { Location: 'https://login.example/authorize' };
    const handle = () => Promise.resolve({ status: 302, headers, body: '' });
    const url = await start({ routes: [{ path: '/auth/start', handle }] });

    const response = await fetch(`${url}/auth/start`, { redirect: 'manual' });

    expect([response.status, response.headers.get('location')]).toEqual([302, headers.Location]);
  });

  test('that fails is answered without a word of why', async () => {
    const handle = () => Promise.reject(new Error('secret inner words'));
    const url = await start({ routes: [{ path: '/auth/start', handle }] });

    const response = await fetch(`${url}/auth/start`);

    expect([response.status, await response.json()]).toEqual([500, { error: 'failed' }]);
  });
});

test.each([
  ['GET', '/nothing-here', 404],
  ['GET', '/%zz', 404],
  ['GET', '/api/messages', 405],
  ['DELETE', '/healthz', 405],
  ['GET', `/${'a'.repeat(5000)}`, 404],
])('%s %s is refused in one plain form', async (method, path, status) => {
  const response = await fetch(`${await start()}${path}`, { method });

  expect(response.status).toBe(status);
  expect(await response.json()).toEqual({ error: expect.stringMatching(/^[a-z ]+$/) });
});

describe('whatever is answered', () => {
  test.each([
    ['GET', '/healthz'],
    ['GET', '/readyz'],
    ['GET', '/nothing-here'],
    ['DELETE', '/healthz'],
    ['POST', '/api/messages'],
    ['GET', '/page'],
  ])(
    'it loads nothing, is framed, kept, guessed and told to nobody, and is asked for by https: %s %s',
    async (method, path) => {
      const handle = () => Promise.resolve({ status: 200, headers: { 'Content-Type': 'text/plain' }, body: 'x' });
      const url = await start({ routes: [{ path: '/page', handle }] });
      const { headers } = await fetch(`${url}${path}`, { method });
      expect(Object.fromEntries(headers)).toMatchObject({
        'strict-transport-security': 'max-age=31536000; includeSubDomains',
        'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
      });
      expect(headers.has('access-control-allow-origin')).toBe(false);
    },
  );
});

test('a port that is taken is told, not waited for', async () => {
  const { port } = new URL(await start());

  await expect(start({ port: Number(port) })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  running.pop();
});

test('nonsense on the wire is answered with 400 and the server lives on', async () => {
  const url = await start();
  const answer = await new Promise<string>((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write('nonsense\r\n\r\n'));
    socket.once('data', (data) => resolve(data.toString()));
  });

  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
});

test('closing waits for the answer that is on its way', async () => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  let reached = (): void => undefined;
  const arrived = new Promise<void>((resolve) => (reached = resolve));
  const url = await start({
    bot: {
      process: async (_request, response) => {
        reached();
        await held;
        response.end('done');
      },
    },
  });
  const answer = fetch(`${url}/api/messages`, { method: 'POST' });
  await arrived;

  const closed = running.pop()?.close();
  release();

  expect(await (await answer).text()).toBe('done');
  await closed;
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
});

test('closing keeps no connection open for more requests once its answer is sent', async () => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  let reached = (): void => undefined;
  const arrived = new Promise<void>((resolve) => (reached = resolve));
  const url = await start({
    bot: {
      process: async (_request, response) => {
        reached();
        await held;
        response.end('done');
      },
    },
  });
  const answer = fetch(`${url}/api/messages`, { method: 'POST' });
  await arrived;

  const closed = running.pop()?.close();
  release();

  expect((await answer).headers.get('connection')).toBe('close');
  await closed;
});
