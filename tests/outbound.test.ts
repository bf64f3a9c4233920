import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createAnchors } from '../src/audit/anchor.ts';
import { notice } from '../src/core/message.ts';
import { sender } from '../src/graph/send.ts';
import { authority } from '../src/identity/authority.ts';
import { createSigningKeys } from '../src/teams/signing-keys.ts';
import { startLeakServer } from './support/leak.ts';
import type { LeakServer } from './support/leak.ts';
import { startBot } from './teams/bot-under-test.ts';
import { tenantId } from './teams/channel.ts';

/** Whatever asks another server is not led to a third one, and does not wait for ever. */

const clock = { now: () => Date.now(), wall: () => Date.now() };
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const bot = startBot();
const graph = (origin: string) => sender(origin);
const place = (serviceUrl: string) =>
  ({
    kind: 'personal',
    conversationId: 'a:1',
    serviceUrl,
    tid: tenantId,
    botId: '28:b',
    name: null,
    teamGroupId: null,
  }) as const;

type Ask = (origin: string) => Promise<unknown>;

const asks: readonly (readonly [string, Ask])[] = [
  ['the keys of the channel', (origin) => createSigningKeys(`${origin}/metadata`, clock).load()],
  [
    'Entra’s metadata',
    (origin) => {
      const credential = { kind: 'secret', secret: 'secret' } as const;
      return authority({ authorityUrl: origin, tenantId, clientId: tenantId, url: origin, credential }, clock).client();
    },
  ],
  ['Graph, to read', (origin) => graph(origin)({ method: 'GET', path: '/me' }, 'token')],
  ['Graph, to write', (origin) => graph(origin)({ method: 'POST', path: '/me', body: {} }, 'token')],
  [
    'the receiver of anchors',
    (origin) => {
      const head = () => Promise.resolve({ seq: 1, hash: 'hash' });
      const sinks = { file: null, url: origin };
      return createAnchors({ head, key: new Uint8Array(32), sinks, everyMs: 1, clock, log }).tick();
    },
  ],
  [
    'a connector, to send',
    async (origin) => (await bot).bot.chat.send(place(origin), notice('○', 'Hello'), { oid: null, zone: 'UTC' }),
  ],
  [
    'a connector, to change',
    async (origin) => (await bot).bot.chat.update(place(origin), '1', notice('○', 'Hello'), { oid: null, zone: 'UTC' }),
  ],
  ['a connector, for a roster', async (origin) => (await bot).bot.chat.outsiders(place(origin), { fresh: true })],
];

let leak: LeakServer;
/** By its path. A port that was another test's a moment ago may hear what was meant for that one, so they are not counted. */
let asked: string[];
let other: ReturnType<typeof createServer>;

/** Another server: it redirects everything there, or never says a word. */
async function start(to: string | null): Promise<string> {
  asked = [];
  other = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (to === null) return;
    response.writeHead(307, { Location: to });
    response.end();
  });
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
}

beforeEach(async () => (leak = await startLeakServer()));
afterEach(async () => {
  other.close();
  other.closeAllConnections();
  await leak.close();
});
afterAll(async () => (await bot).close());

test.each(asks)('a server that redirects is not followed, to another or to itself: %s', async (_what, ask) => {
  await ask(await start(`http://127.0.0.1:${leak.port}/`)).catch(() => undefined);
  expect([asked.length > 0, leak.connections]).toEqual([true, 0]);
  other.close();
  other.closeAllConnections();

  await ask(await start('/elsewhere')).catch(() => undefined);
  expect(asked).not.toEqual([]);
  expect(asked).not.toContain('/elsewhere');
});

test('a server that never answers is given up, by each of them', async () => {
  const origin = await start(null);

  const ended = asks.map(async ([what, ask]) => {
    await ask(origin).catch(() => undefined);
    return what;
  });

  expect(await Promise.all(ended)).toEqual(asks.map(([what]) => what));
  expect(asked.length).toBeGreaterThanOrEqual(asks.length);
}, 60_000);

describe('the table above', () => {
  test('has whatever calls fetch; the clock of the sandbox is asked on this machine only, and told nothing', () => {
    const src = fileURLToPath(new URL('../src/', import.meta.url));
    const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
    const asking = files.filter((file) => /\bfetch\(/.test(readFileSync(join(src, file), 'utf8')));
    expect(asking.filter((file) => !file.startsWith('sandbox/')).toSorted()).toEqual([
      'audit/anchor.ts',
      'graph/send.ts',
      'identity/authority.ts',
      'sandbox-clock.ts',
      'teams/signing-keys.ts',
    ]);
  });
});
