import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { askToken, signedInTokens } from '../support/graph-tokens.ts';
import type { StartedSandbox } from '../support/sandbox.ts';
import { startSandbox } from '../support/sandbox.ts';
import { trust } from '../support/trust.ts';

const requests = '/identityGovernance/privilegedAccess/group/assignmentScheduleRequests';

let sandbox: StartedSandbox;
let token: string;
let order: Record<string, unknown>;
beforeAll(async () => {
  sandbox = await startSandbox();
  trust(sandbox.ca);
  token = (await signedInTokens(sandbox, 'Adele Vance')).access_token;
  const group = (await sandbox.state()).groups.find(({ name }) => name === 'RDP Servers Munich')!;
  order = {
    action: 'selfActivate',
    accessId: 'member',
    principalId: 'aaaaaaaa-0000-4000-8000-000000000001',
    groupId: group.id,
    justification: 'patching',
    scheduleInfo: { expiration: { type: 'afterDuration', duration: 'PT1H' } },
  };
});
afterEach(async () => {
  await sandbox.ask('reset', {});
});
afterAll(async () => {
  await sandbox.stop();
});

async function get(path: string): Promise<Response> {
  return await fetch(`${sandbox.graph}/v1.0${path}`, { headers: { authorization: `Bearer ${token}` } });
}

async function post(path: string, body: unknown): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
  return await fetch(`${sandbox.graph}/v1.0${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
}

async function ordered(): Promise<number> {
  return (await sandbox.state()).requests.length;
}

test('without a fault the order of these tests is accepted', async () => {
  expect((await post(requests, order)).status).toBe(201);
  expect(await ordered()).toBe(1);
});

describe('an answer instead of the effect', () => {
  test('comes as often as asked, to matching calls only', async () => {
    await sandbox.fault({
      match: { method: 'POST', path: requests },
      times: 2,
      answer: { status: 429, retryAfter: 1 },
    });

    const read = await get(requests.concat("/filterByCurrentUser(on='principal')"));
    const first = await post(requests, order);
    const second = await post(requests, order);
    const third = await post(requests, order);

    expect([read.status, first.status, second.status, third.status]).toEqual([200, 429, 429, 201]);
    expect(first.headers.get('retry-after')).toBe('1');
    expect(await first.json()).toMatchObject({ error: { code: 'TooManyRequests', innerError: expect.anything() } });
    expect(await ordered()).toBe(1);
  });

  test('may have any headers and body, even one that is no JSON', async () => {
    const headers = { 'Content-Type': 'text/html', 'x-proxy': 'yes' };
    await sandbox.fault({ match: { path: '/me' }, answer: { status: 502, headers, body: '<h1>Bad gateway</h1>' } });
    await sandbox.fault({ match: { path: '/me' }, answer: { status: 200, body: { id: 'a lie' } } });

    const page = await get('/me');
    const lie = await get('/me');

    expect([page.status, page.headers.get('content-type'), page.headers.get('x-proxy')]).toEqual([
      502,
      'text/html',
      'yes',
    ]);
    expect(await page.text()).toBe('<h1>Bad gateway</h1>');
    expect(await lie.json()).toEqual({ id: 'a lie' });
  });

  test('matches the decoded path and query, and the body', async () => {
    await sandbox.fault({ match: { path: "me?$filter=name eq 'a b'" }, answer: { status: 503 } });
    await sandbox.fault({ match: { body: 'patching' }, answer: { status: 504 } });

    expect((await get('/me?$filter=name%20eq%20%27a+b%27')).status).toBe(503);
    expect((await post(requests, { ...order, justification: 'other' })).status).toBe(201);
    expect((await post(requests, order)).status).toBe(504);
  });
});

describe('a broken connection', () => {
  test('before the effect leaves nothing behind', async () => {
    await sandbox.fault({ match: { method: 'POST' }, answer: { reset: true } });

    await expect(post(requests, order)).rejects.toThrow('fetch failed');
    expect(await ordered()).toBe(0);
    expect((await sandbox.calls()).at(-1)).toMatchObject({ status: 0, fault: 'reset' });
  });

  test.each([{ lost: true }, 'lost', { kind: 'lost' }])(
    'after the effect loses the answer only (%j)',
    async (answer) => {
      await sandbox.fault({ match: { method: 'POST' }, answer });

      await expect(post(requests, order)).rejects.toThrow('fetch failed');
      expect(await ordered()).toBe(1);
      expect((await sandbox.calls()).at(-1)).toMatchObject({
        status: 0,
        fault: 'lost',
        body: { justification: 'patching' },
      });
    },
  );

  test('or the effect happens and a gateway answers for it', async () => {
    await sandbox.fault({ match: { method: 'POST' }, answer: { lost: true, status: 504 } });

    expect((await post(requests, order)).status).toBe(504);
    expect(await ordered()).toBe(1);
  });

  test('or the answer breaks off in the middle', async () => {
    await sandbox.fault({ match: { method: 'POST' }, answer: { truncated: true } });

    const response = await post(requests, order);

    expect(response.status).toBe(201);
    await expect(response.text()).rejects.toThrow('terminated');
    expect(await ordered()).toBe(1);
  });
});

test('a delay makes the true answer late', async () => {
  await sandbox.fault({ match: { path: '/me' }, answer: { delay: 150 } });
  const before = performance.now();

  expect((await get('/me')).status).toBe(200);
  expect(performance.now() - before).toBeGreaterThan(145);
});

describe('parts of a batch', () => {
  const json = { 'Content-Type': 'application/json' };
  const parts = () => [
    { id: '1', method: 'GET', url: '/me?$select=id' },
    { id: '2', method: 'POST', url: requests, headers: json, body: order },
    { id: '3', method: 'GET', url: '/me', dependsOn: ['2'] },
  ];

  async function batch(): Promise<Record<string, { status: number; headers: Record<string, string>; body: unknown }>> {
    const { responses } = (await (await post('/$batch', { requests: parts() })).json()) as {
      responses: { id: string }[];
    };
    return Object.fromEntries(responses.map((part) => [part.id, part])) as never;
  }

  test('fail each on its own, and take along what depends on them', async () => {
    await sandbox.fault({ match: { method: 'POST', path: requests }, answer: { status: 429, retryAfter: 7 } });

    const answers = await batch();

    expect([answers['1']!.status, answers['2']!.status, answers['3']!.status]).toEqual([200, 429, 424]);
    expect(answers['2']).toMatchObject({ headers: { 'Content-Type': 'application/json', 'Retry-After': '7' } });
    expect(await ordered()).toBe(0);
    expect((await sandbox.calls()).slice(-4).map(({ status }) => status)).toEqual([200, 200, 429, 424]);
  });

  test('may be done and answered by an error, or lost with the whole batch', async () => {
    await sandbox.fault({ match: { method: 'POST', path: requests }, answer: { lost: true, status: 503 } });
    expect((await batch())['2']!.status).toBe(503);
    expect(await ordered()).toBe(1);

    await sandbox.ask('reset', {});
    await sandbox.fault({ match: { method: 'POST', path: requests }, answer: 'lost' });
    await expect(batch()).rejects.toThrow('fetch failed');
    expect(await ordered()).toBe(1);

    await sandbox.ask('reset', {});
    await sandbox.fault({ match: { method: 'POST', path: requests }, answer: 'reset' });
    await expect(batch()).rejects.toThrow('fetch failed');
    expect(await ordered()).toBe(0);
  });

  test('all fail without a part left for the tenant', async () => {
    await sandbox.fault({ match: {}, times: 1, answer: { delay: 1 } }); // spent by the batch itself
    await sandbox.fault({ match: { path: '/v1.0/' }, times: 9, answer: { status: 500 } });

    const answers = await batch();

    expect(Object.values(answers).map(({ status }) => status)).toEqual([500, 500, 500]);
  });
});

describe("Entra's calls", () => {
  test('fail by the same rules', async () => {
    const match = { path: '/oauth2/v2.0/token', body: 'client_credentials' };
    const ask = async () =>
      await askToken(sandbox, { grant_type: 'client_credentials', scope: 'https://graph.microsoft.com/.default' });
    await sandbox.fault({ match, answer: { status: 503, retryAfter: 2 } });
    await sandbox.fault({ match, answer: { reset: true } });
    await sandbox.fault({ match: { path: 'openid-configuration' }, answer: { status: 500 } });

    const metadata = await fetch(`${sandbox.authority}/${sandbox.tenantId}/v2.0/.well-known/openid-configuration`);
    const busy = await ask();

    expect(metadata.status).toBe(500);
    expect(busy).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable' } });
    await expect(ask()).rejects.toThrow('fetch failed');
    expect((await ask()).status).toBe(200);
  });
});

describe('rules', () => {
  test('are listed with the times left, and cleared', async () => {
    await sandbox.fault({ match: { path: '/me' }, times: 3, answer: { status: 500 } });
    await get('/me');
    expect(await sandbox.ask('faults')).toMatchObject([{ match: { path: '/me' }, times: 2 }]);

    await sandbox.ask('faults', undefined, 'DELETE');
    expect((await get('/me')).status).toBe(200);
  });

  test.each([
    { answer: {} },
    { answer: { status: 99 } },
    { answer: 'explode' },
    { times: 0, answer: { status: 500 } },
    { match: { url: '/me' }, answer: { status: 500 } },
    {},
  ])('that make no sense are refused: %j', async (rule) => {
    await expect(sandbox.ask('faults', rule)).rejects.toThrow(/400/);
    expect(await sandbox.ask('faults')).toEqual([]);
  });
});
