import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { signInInBrowser } from '../support/browser-sign-in.ts';
import { startWorld } from './world.ts';
import type { World } from './world.ts';

let world: World;
beforeAll(async () => (world = await startWorld()));
afterAll(() => world.stop());

function claimsIn(token: string | null): Record<string, unknown> {
  return JSON.parse(Buffer.from(token!.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>;
}

async function authorizeUrl(name: string, claims: string | null = null): Promise<string> {
  const started = await world.visit(await world.service.link(world.person(name), 'parked-1', claims));
  expect(started.status).toBe(302);
  return started.headers['Location']!;
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
});
