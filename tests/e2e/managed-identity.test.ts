import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startSignedWorld } from './world.ts';
import type { World } from './world.ts';

/** The bot as a user-assigned managed identity: its token comes from the host, here from a stand-in for Azure's endpoint. */

const identity = '8d2b7f14-6a35-4c9d-8e21-0f9b6c7d8e91';
const asked: { readonly url: URL; readonly headers: IncomingHttpHeaders }[] = [];
let host: Server;
let world: World;

beforeAll(async () => {
  // Source: Azure, how to use managed identities to acquire a token over HTTP.
  host = createServer(({ url, headers }, response) => {
    asked.push({ url: new URL(url ?? '/', 'http://host'), headers });
    const [now, seconds] = [Math.floor(Date.now() / 1000), 86_399];
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(
      JSON.stringify({
        access_token: `token-${asked.length}-of-the-host`,
        client_id: identity,
        expires_in: String(seconds),
        expires_on: String(now + seconds),
        ext_expires_in: String(seconds),
        not_before: String(now),
        resource: 'https://api.botframework.com',
        token_type: 'Bearer',
      }),
    );
  });
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  world = await startSignedWorld({
    MICROSOFT_APP_TYPE: 'UserAssignedMSI',
    MICROSOFT_APP_PASSWORD: '',
    AZURE_POD_IDENTITY_AUTHORITY_HOST: `http://127.0.0.1:${(host.address() as AddressInfo).port}`,
  });
}, 60_000);
afterAll(async () => {
  await world.stop();
  host.close();
  host.closeAllConnections();
});

test('what the bot sends carries the token of its identity, asked for once, and nobody’s secret is needed', async () => {
  const adele = world.person('Adele Vance');
  await (await adele.open()).reply(/./);
  await (await adele.say('aliases')).reply(/no short names/);

  const carried = new Set(world.teams.connector.requests.map(({ authorization }) => authorization));
  expect(carried).toEqual(new Set(['Bearer token-1-of-the-host']));
  expect(asked).toHaveLength(1);
  expect(asked[0]?.url.pathname).toMatch(/^\/metadata\/identity\/oauth2\/token\/?$/);
  expect(Object.fromEntries(asked[0]?.url.searchParams ?? [])).toMatchObject({
    client_id: identity,
    resource: 'https://api.botframework.com',
  });
  expect(asked[0]?.headers['metadata']).toBe('true');
});
