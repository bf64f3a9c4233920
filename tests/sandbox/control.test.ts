import { request } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { appToken, signedInTokens } from '../support/graph-tokens.ts';
import type { StartedSandbox } from '../support/sandbox.ts';
import { startSandbox } from '../support/sandbox.ts';
import { trust } from '../support/trust.ts';

const adele = 'aaaaaaaa-0000-4000-8000-000000000001';

let sandbox: StartedSandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
  trust(sandbox.ca);
});
afterEach(async () => {
  await sandbox.ask('reset', {});
});
afterAll(async () => {
  await sandbox.stop();
});

async function offsetHours(): Promise<number> {
  return ((await sandbox.ask('clock')) as { offsetMs: number }).offsetMs / 3_600_000;
}

describe('the clock', () => {
  test('moves by a duration or to a time, forwards and back, and everything sees it', async () => {
    const before = Date.now();
    const moved = Date.parse(await sandbox.advance('PT2H'));
    expect(moved - before).toBeGreaterThanOrEqual(7_200_000);
    expect(Math.round(await offsetHours())).toBe(2);
    const seen = Date.parse((await sandbox.state()).now);
    expect(seen).toBeGreaterThanOrEqual(moved);
    expect(seen - Date.now()).toBeLessThanOrEqual(7_200_000);

    await sandbox.advance('-PT30M');
    expect(await offsetHours()).toBeCloseTo(1.5, 2);

    const set = (await sandbox.ask('clock', { set: '2031-02-03T04:05:06Z' })) as { now: string };
    expect(set.now).toMatch(/^2031-02-03T04:05:06/);
  });

  test('tells how often it was asked since it was moved, so that a move is seen to have been heard of', async () => {
    const asked = async (): Promise<number> => ((await sandbox.ask('clock')) as { asked: number }).asked;
    await sandbox.advance('PT1H');
    expect([await asked(), await asked()]).toEqual([1, 2]);

    await sandbox.advance('PT1H');
    expect(await asked()).toBe(1);
  });

  test('may be moved at /advance too', async () => {
    await sandbox.ask('advance', { advance: 'P1D' });

    expect(await offsetHours()).toBeCloseTo(24, 2);
  });

  test.each([{ advance: '2 hours' }, { advance: 7200 }, { set: '2031-02-03T04:05:06' }, { set: 'soon' }, {}, [], 'x'])(
    'does not move for %j',
    async (body) => {
      await expect(sandbox.ask('clock', body)).rejects.toThrow(/400/);
      expect(await offsetHours()).toBe(0);
    },
  );
});

describe('the record of calls', () => {
  test('holds method, decoded path, query, status and the kind and owner of the token', async () => {
    const { access_token } = await signedInTokens(sandbox, 'Adele Vance');
    const app = await appToken(sandbox);
    await fetch(`${sandbox.graph}/v1.0/me?$select=id,displayName`, {
      headers: { authorization: `Bearer ${access_token}` },
    });
    await fetch(`${sandbox.graph}/v1.0/no%20such(on='x')`, { headers: { authorization: `Bearer ${app}` } });
    await fetch(`${sandbox.graph}/v1.0/me`);

    const calls = await sandbox.calls();
    const ours = calls.filter(({ path }) => path.startsWith('/v1.0/'));
    expect(ours).toMatchObject([
      {
        method: 'GET',
        path: '/v1.0/me',
        query: '$select=id,displayName',
        status: 200,
        token: { kind: 'delegated', oid: adele },
      },
      { method: 'GET', path: "/v1.0/no such(on='x')", status: 501, unknown: true, token: { kind: 'application' } },
      { method: 'GET', path: '/v1.0/me', status: 401 },
    ]);
    expect(ours[2]).not.toHaveProperty('token');
    expect(calls.map(({ grant }) => grant).filter(Boolean)).toEqual(['authorization_code', 'client_credentials']);
    expect(JSON.stringify(calls)).not.toContain(access_token.slice(-40));
    expect(JSON.stringify(calls)).not.toContain('sandbox-graph-secret');
    expect((await sandbox.state()).calls).toEqual(calls);
  });

  test('holds what a write carried, and the parts of a batch as rows of their own', async () => {
    const { access_token } = await signedInTokens(sandbox, 'Adele Vance');
    const order = { action: 'selfActivate', principalId: adele, groupId: 'nowhere', accessId: 'member' };
    const url = '/identityGovernance/privilegedAccess/group/assignmentScheduleRequests';
    const headers = { 'Content-Type': 'application/json' };
    await fetch(`${sandbox.graph}/v1.0/$batch`, {
      method: 'POST',
      headers: { ...headers, authorization: `Bearer ${access_token}` },
      body: JSON.stringify({
        requests: [
          { id: 'a', method: 'GET', url: '/me' },
          { id: 'b', method: 'POST', url, headers, body: order },
        ],
      }),
    });

    const calls = (await sandbox.calls()).slice(-3);
    expect(calls).toMatchObject([
      { method: 'POST', path: '/v1.0/$batch', status: 200 },
      { method: 'GET', path: '/v1.0/me', status: 200, batch: true, token: { kind: 'delegated', oid: adele } },
      { method: 'POST', path: `/v1.0${url}`, batch: true, body: order },
    ]);
    expect(calls[2]!.status).toBeGreaterThanOrEqual(400);
  });
});

describe('state', () => {
  test('names people, groups with members and owners, and what may be activated', async () => {
    const state = await sandbox.state();

    expect(state.tenantId).toBe(sandbox.tenantId);
    expect(state.people).toContainEqual({ id: adele, name: 'Adele Vance', upn: 'AdeleV@contoso.onmicrosoft.com' });
    const admins = state.groups.find(({ name }) => name === 'Azure Admins');
    expect(admins?.members).toEqual([]);
    expect(admins?.owners).toHaveLength(1);
    expect(state.eligibilities).toContainEqual(
      expect.objectContaining({ groupId: admins!.id, principalId: adele, accessId: 'member' }),
    );
    expect(state.requests).toEqual([]);
    expect(JSON.stringify(state)).not.toContain('secret');
  });

  test('shows a group by the name that an administrator gave it, and its id stays', async () => {
    const { groups } = await sandbox.state();
    const { id } = groups.find(({ name }) => name === 'Azure Admins')!;
    await sandbox.ask('rename', { group: id, name: 'Azure Administrators' });

    const renamed = (await sandbox.state()).groups.find((group) => group.id === id);
    expect(renamed).toMatchObject({ id, name: 'Azure Administrators' });
    await expect(sandbox.ask('rename', { group: 'nothing', name: 'x' })).rejects.toThrow('404');
  });

  test('begins anew on reset', async () => {
    await sandbox.advance('P2D');
    await sandbox.fault({ answer: { status: 500 } });
    await sandbox.ask('settings', { allowSelfApproval: true });
    await sandbox.ask('reset', {});

    expect(await offsetHours()).toBe(0);
    expect(await sandbox.ask('faults')).toEqual([]);
    expect(await sandbox.calls()).toEqual([]);
    expect(await sandbox.ask('settings')).toMatchObject({ allowSelfApproval: false });
  });
});

describe('control is for this machine only', () => {
  async function ask(headers: Record<string, string>, path = '/_sandbox/clock'): Promise<number | undefined> {
    const { port } = new URL(sandbox.control);
    return await new Promise((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port, path, headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      asked.once('error', reject);
      asked.end();
    });
  }

  test.each([
    ['a name that points here', { host: 'rebind.evil.example' }, 421],
    ['a name that begins like ours', { host: 'localhost.evil.example' }, 421],
    ['a page elsewhere', { origin: 'https://evil.example' }, 403],
    ['a page without an origin', { origin: 'null' }, 403],
    ['a page that looks like ours', { origin: 'http://localhost@evil.example' }, 403],
    ['a page of this machine', { origin: 'http://localhost:56150' }, 200],
    ['no page at all', {}, 200],
  ])('asked by %s', async (_, headers, status) => {
    expect(await ask(headers)).toBe(status);
  });

  test('the sign-in side wants a loopback host too', async () => {
    expect(await ask({ host: 'rebind.evil.example' }, `/${sandbox.tenantId}/oauth2/v2.0/authorize`)).toBe(421);
  });

  test('is served on the https side as well, and knows no other routes', async () => {
    expect((await fetch(`${sandbox.graph}/_sandbox/clock`)).status).toBe(200);
    await expect(sandbox.ask('nothing')).rejects.toThrow(/404/);
    await expect(sandbox.ask('clock', undefined, 'DELETE')).rejects.toThrow(/404/);
  });
});
