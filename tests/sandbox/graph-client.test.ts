import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { PageCollection } from '@microsoft/microsoft-graph-client';
import { Client, GraphError, PageIterator } from '@microsoft/microsoft-graph-client';
import { appToken, askToken, signedInTokens } from '../support/graph-tokens.ts';
import type { StartedSandbox } from '../support/sandbox.ts';
import { startSandbox } from '../support/sandbox.ts';
import { trust } from '../support/trust.ts';

const requests = '/identityGovernance/privilegedAccess/group/assignmentScheduleRequests';
const adele = 'aaaaaaaa-0000-4000-8000-000000000001';

let sandbox: StartedSandbox;
let delegated: string;
let application: string;
beforeAll(async () => {
  sandbox = await startSandbox();
  trust(sandbox.ca);
  delegated = (await signedInTokens(sandbox, 'Adele Vance')).access_token;
  application = await appToken(sandbox);
});
afterAll(async () => {
  await sandbox.stop();
});

function graph(token: string): Client {
  return Client.init({
    baseUrl: sandbox.graph,
    customHosts: new Set(['localhost']),
    authProvider: (done) => done(null, token),
  });
}

async function refusal(call: Promise<unknown>): Promise<GraphError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof GraphError)) throw new Error('the call was not refused by Graph');
  return error;
}

describe('the official Graph client', () => {
  test('reads as the person, over https', async () => {
    await expect(graph(delegated).api('/me').get()).resolves.toMatchObject({ id: adele, displayName: 'Adele Vance' });
  });

  test('reads as the app', async () => {
    const page = (await graph(application).api('/users').top(3).get()) as { value: unknown[] };

    expect(page.value).toHaveLength(3);
  });

  test('follows the pages of a list', async () => {
    const client = graph(application);
    const names: string[] = [];
    const first = (await client.api('/users').top(3).get()) as PageCollection;
    await new PageIterator(client, first, (item: { id: string }) => names.push(item.id) > 0).iterate();

    const { people } = await sandbox.state();
    expect(first.value).toHaveLength(3);
    expect(new Set(names)).toEqual(new Set(people.map(({ id }) => id)));
    expect(names).toHaveLength(people.length);
  });

  test('reads the parts of a batch, each with its own status', async () => {
    const requests = [
      { id: '1', method: 'GET', url: '/me?$select=id' },
      { id: '2', method: 'GET', url: '/nothing/here' },
    ];
    const { responses } = (await graph(delegated).api('/$batch').post({ requests })) as {
      responses: { id: string; status: number; headers: Record<string, string>; body: unknown }[];
    };

    expect(responses.map(({ id, status }) => [id, status])).toEqual([
      ['1', 200],
      ['2', 501],
    ]);
    expect(responses[0]).toMatchObject({ headers: { 'Content-Type': 'application/json' }, body: { id: adele } });
  });

  test('gets the ids of an answer in headers and error alike', async () => {
    const error = await refusal(graph(delegated).api('/nothing').header('client-request-id', 'my-own-id').get());

    expect(error).toMatchObject({ statusCode: 501, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(error.headers?.get('client-request-id')).toBe('my-own-id');
    expect(error.headers?.get('request-id')).toBe(error.requestId);
  });
});

describe('the main job over the wire', () => {
  type Request = { readonly id: string; readonly status: string; readonly approvalId: string };
  const megan = 'aaaaaaaa-0000-4000-8000-000000000002';

  async function groupNamed(wanted: string): Promise<{ id: string; members: readonly string[] }> {
    return (await sandbox.state()).groups.find(({ name }) => name === wanted)!;
  }

  async function activate(token: string, groupId: string, duration: string): Promise<Request> {
    const order = {
      action: 'selfActivate',
      accessId: 'member',
      principalId: adele,
      groupId,
      justification: 'fixing prod',
      scheduleInfo: { expiration: { type: 'afterDuration', duration } },
    };
    return (await graph(token).api(requests).post(order)) as Request;
  }

  test('a request waits, the approver decides with their own token, the group has a member for two hours', async () => {
    const group = await groupNamed('Azure Admins');
    const request = await activate(delegated, group.id, 'PT2H');
    expect(request.status).toBe('PendingApproval');

    const approver = graph((await signedInTokens(sandbox, 'Megan Bowen')).access_token);
    const stages = `/identityGovernance/privilegedAccess/group/assignmentApprovals/${request.approvalId}/stages`;
    const { value } = (await approver.api(stages).get()) as { value: { id: string }[] };
    const decision = { reviewResult: 'Approve', justification: 'go' };
    await approver.api(`${stages}/${value[0]!.id}`).patch(decision);
    await sandbox.advance('PT1M');
    expect((await groupNamed('Azure Admins')).members).toContain(adele);

    await sandbox.advance('PT2H');
    expect((await groupNamed('Azure Admins')).members).not.toContain(adele);
    const patches = (await sandbox.calls()).filter(({ method }) => method === 'PATCH');
    expect(patches).toMatchObject([{ status: 204, token: { kind: 'delegated', oid: megan }, body: decision }]);
  });

  test('an authentication context is asked for by a claims challenge and satisfied by a sign-in with it', async () => {
    const group = await groupNamed('Finance Break Glass');
    const error = await refusal(activate(delegated, group.id, 'PT1H'));
    expect(error).toMatchObject({ statusCode: 400, code: 'RoleAssignmentRequestAcrsValidationFailed' });
    const challenge = JSON.parse(decodeURIComponent(error.message.split('claims=')[1]!)) as { access_token: object };

    const without = await signedInTokens(sandbox, 'Adele Vance', { claims: JSON.stringify(challenge) });
    const refusedAgain = await refusal(activate(without.access_token, group.id, 'PT1H'));
    const capable = { access_token: { ...challenge.access_token, xms_cc: { values: ['CP1'] } } };
    const stepUp = await signedInTokens(sandbox, 'Adele Vance', { claims: JSON.stringify(capable) });

    expect(refusedAgain.code).toBe('RoleAssignmentRequestAcrsValidationFailed');
    await expect(activate(stepUp.access_token, group.id, 'PT1H')).resolves.toMatchObject({ id: expect.any(String) });
  });
});

describe('a token is verified on every call', () => {
  async function get(authorization: string | undefined): Promise<Response> {
    const headers = authorization === undefined ? {} : { authorization };
    return await fetch(`${sandbox.graph}/v1.0/me`, { headers });
  }

  test.each([
    ['no token', () => undefined],
    ['an empty token', () => 'Bearer '],
    ['another scheme', () => `Basic ${delegated}`],
    ['a token that is none', () => 'Bearer abc'],
    ['a forged signature', () => `Bearer ${delegated.slice(0, -6)}AAAAAA`],
    ['no signature', () => `Bearer ${unsigned(delegated)}`],
  ])('%s gets 401', async (_, header) => {
    const response = await get(header());

    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer realm=""/);
    expect(await response.json()).toMatchObject({ error: { code: 'InvalidAuthenticationToken' } });
  });

  test('a token for another audience gets 401', async () => {
    const sso = (await sandbox.ask('token', { person: adele, clientId: '5f0c9a52-7c0e-4b8e-9a8b-3c1d2e4f5a60' })) as {
      token: string;
    };
    const bot = await askToken(sandbox, {
      grant_type: 'client_credentials',
      scope: 'https://api.botframework.com/.default',
    });

    for (const token of [sso.token, bot.body.access_token]) {
      const response = await get(`Bearer ${token}`);
      expect(response.status).toBe(401);
      expect(await response.text()).toContain('Invalid audience');
    }
  });

  test('an expired token gets 401, whatever the clock of PIM says', async () => {
    await sandbox.ask('settings', { tokenSeconds: -1 });
    const short = (await signedInTokens(sandbox, 'Adele Vance')).access_token;
    await sandbox.ask('settings', { tokenSeconds: 3600 });
    await sandbox.advance('PT3H');

    const expired = await get(`Bearer ${short}`);
    const good = await get(`Bearer ${delegated}`);

    expect(expired.status).toBe(401);
    expect(await expired.text()).toContain('expired');
    expect(good.status).toBe(200);
  });
});

test('NODE_EXTRA_CA_CERTS with the printed file is all a process needs to trust the sandbox', async () => {
  const script = `fetch(process.argv[1], { headers: { authorization: 'Bearer ' + process.argv[2] } })
    .then((r) => r.json()).then((b) => console.log(b.id), (e) => console.log(e.cause.code));`;
  const run = async (env: Record<string, string>) =>
    await new Promise<string>((resolve) => {
      const child = spawn(process.execPath, ['-e', script, `${sandbox.graph}/v1.0/me`, delegated], { env });
      let output = '';
      child.stdout.on('data', (chunk) => (output += String(chunk)));
      child.once('close', () => resolve(output.trim()));
    });

  const [trusting, wary] = await Promise.all([run({ NODE_EXTRA_CA_CERTS: sandbox.ca }), run({})]);

  expect(trusting).toBe(adele);
  expect(wary).toMatch(/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/);
});

function unsigned(token: string): string {
  const [, payload = ''] = token.split('.');
  return `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${payload}.`;
}
