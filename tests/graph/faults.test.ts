import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { UnsecuredJWT } from 'jose';
import { graph } from '../../src/graph/client.ts';
import { graphPim } from '../../src/graph/pim.ts';
import type { Person } from '../../src/core/person.ts';
import type { Leave, Pim } from '../../src/ports/pim.ts';
import { activation, startGraphWorld, wish } from './world.ts';
import type { GraphWorld } from './world.ts';

let world: GraphWorld;
beforeAll(async () => {
  world = await startGraphWorld();
  for (const name of ['Adele Vance', 'Megan Bowen']) await world.signInAs(name);
});
afterAll(() => world.stop());
beforeEach(() => world.reset());

const marker = '1a2b3c4d-0000-4000-8000-000000000001';
const orders = { method: 'POST', path: '/assignmentScheduleRequests' };
const policies = { path: '/roleManagementPolicyAssignments' };

async function order(name = 'Azure Admins', more = {}, mark = marker) {
  return world.pim.order(world.person('Adele Vance'), world.target(name), wish(more), mark);
}

async function posts(): Promise<number> {
  return (await world.calls()).filter(({ method, path }) => method === 'POST' && path.endsWith('Requests')).length;
}

/** A port that nobody listens on any more. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('an order whose answer is lost', () => {
  test.each([
    ['the connection breaks', { lost: true }],
    ['a gateway gives up', { lost: true, status: 504 }],
    ['the answer breaks off', { truncated: true }],
  ])('because %s is unclear, is never sent again, and is found by its marker', async (_, answer) => {
    const askedAt = Date.now();
    await world.sandbox.fault({ match: orders, answer });
    expect(await order()).toEqual({ kind: 'unclear' });
    expect(await posts()).toBe(1);
    const known = activation(world, 'Adele Vance', world.target('Azure Admins'), { id: marker, askedAt });
    const found = await world.pim.findOrder(known);
    const { requests } = await world.sandbox.state();
    expect(found).toMatchObject({ requestId: requests[0]!['id'], status: 'PendingApproval' });
  });

  test.each([
    ['the connection breaks', { reset: true }],
    ['a gateway refuses', { status: 503 }],
  ])('before it happened because %s is unclear, and not found', async (_, answer) => {
    await world.sandbox.fault({ match: orders, answer });
    expect(await order()).toEqual({ kind: 'unclear' });
    const known = activation(world, 'Adele Vance', world.target('Azure Admins'), { id: marker, askedAt: Date.now() });
    expect(await world.pim.findOrder(known)).toBeNull();
    expect(await posts()).toBe(1);
  });

  test('is found without its marker by what was sent and when, but never an older or another one', async () => {
    const askedAt = Date.now();
    await order('Azure Admins', {}, '');
    const target = world.target('Azure Admins');
    const known = activation(world, 'Adele Vance', target, { id: 'another', askedAt });
    expect(await world.pim.findOrder(known)).toMatchObject({ status: 'PendingApproval' });
    expect(await world.pim.findOrder({ ...known, wish: wish({ justification: 'other' }) })).toBeNull();
    expect(await world.pim.findOrder({ ...known, askedAt: askedAt + 3 * 60_000 })).toBeNull();
    expect(await world.pim.findOrder({ ...known, target: { ...target, access: 'owner' } })).toBeNull();
  });

  test('is not mistaken for one that carries another marker', async () => {
    await order('Azure Admins', {}, 'somebody-elses');
    const known = activation(world, 'Adele Vance', world.target('Azure Admins'), { id: marker, askedAt: Date.now() });
    expect(await world.pim.findOrder(known)).toBeNull();
  });

  test('is looked for with the app’s eyes when the person’s are closed', async () => {
    const askedAt = Date.now();
    await order();
    await world.service.forget(world.person('Adele Vance'));
    const known = activation(world, 'Adele Vance', world.target('Azure Admins'), { id: marker, askedAt });
    expect(await world.pim.findOrder(known)).toMatchObject({ status: 'PendingApproval' });
    await world.signInAs('Adele Vance');
  });

  test('is never said to be missing without having looked', async () => {
    await world.sandbox.fault({
      match: { method: 'GET', path: '/assignmentScheduleRequests' },
      times: 10,
      answer: { status: 503, retryAfter: 60 },
    });
    const known = activation(world, 'Adele Vance', world.target('Azure Admins'), { id: marker, askedAt: Date.now() });
    await expect(world.pim.findOrder(known)).rejects.toThrow('the person’s requests');
  });
});

describe('throttling', () => {
  test('of a write is waited out, because nothing happened', async () => {
    await world.sandbox.fault({ match: orders, answer: { status: 429, retryAfter: 1 } });
    const started = Date.now();
    expect((await order()).kind).toBe('accepted');
    expect(Date.now() - started).toBeGreaterThanOrEqual(1000);
    expect(await posts()).toBe(2);
  });

  test('for longer than seconds is handed on at once, with the time', async () => {
    await world.sandbox.fault({ match: orders, answer: { status: 429, retryAfter: 30 } });
    expect(await order()).toEqual({ kind: 'unavailable', afterMs: 30_000 });
    expect(await posts()).toBe(1);
  });

  test('by a Graph that takes long to say so is not repeated later than twelve seconds after the first attempt', async () => {
    await world.sandbox.fault({ match: orders, times: 5, answer: { status: 429, retryAfter: 0, delay: 6_500 } });
    expect(await order()).toEqual({ kind: 'unavailable', afterMs: 0 });
    expect(await posts()).toBe(2);
  });

  test('that does not end is given up after two repeats', async () => {
    await world.sandbox.fault({ match: orders, times: 5, answer: { status: 429, retryAfter: 0 } });
    expect(await order()).toEqual({ kind: 'unavailable', afterMs: 0 });
    expect(await posts()).toBe(3);
  });
});

describe('a Graph that is down', () => {
  const warm = { fresh: true };

  test('is left alone after ten failures in a row, and found again by one call that tries it', async () => {
    await world.sandbox.fault({ match: policies, times: 1_000, answer: { status: 503, retryAfter: 0 } });
    for (let n = 0; n < 6; n += 1) await expect(world.pim.policy(world.target('SQL Prod'))).rejects.toThrow();
    expect(await world.calls()).toHaveLength(10);

    await world.sandbox.ask('faults', undefined, 'DELETE');
    await expect(world.pim.policy(world.target('SQL Prod'))).rejects.toMatchObject({
      problem: { kind: 'unavailable', afterMs: null },
    });
    // Reads and writes fail apart.
    expect((await order()).kind).toBe('accepted');
    const until = performance.now() + 20_000;
    for (;;) {
      const policy = await world.pim.policy(world.target('SQL Prod'), warm).catch(() => null);
      if (policy !== null) break;
      if (performance.now() > until) throw new Error('it was never tried again');
      await sleep(100);
    }
  });

  test('for orders never counts as one that came through: nothing is sent, and it is said so', async () => {
    await world.sandbox.fault({ match: orders, times: 1_000, answer: { status: 503 } });
    for (let n = 0; n < 10; n += 1) expect(await order()).toEqual({ kind: 'unclear' });
    expect(await order()).toEqual({ kind: 'unavailable', afterMs: null });
    expect(await posts()).toBe(10);
  });
});

describe('background work', () => {
  async function readInBackground(): Promise<number> {
    const known = activation(world, 'Adele Vance', world.target('SQL Prod'), { askedAt: 0, requestId: marker });
    return (await world.pim.read([known])).size;
  }

  test('stands back when Graph is short, and people go on', async () => {
    await world.sandbox.fault({ match: policies, answer: { status: 429, retryAfter: 60 } });
    await expect(world.pim.policy(world.target('SQL Prod'))).rejects.toThrow('unavailable');
    const before = (await world.calls()).length;

    expect(await readInBackground()).toBe(0);
    expect((await world.calls()).length).toBe(before);
    expect((await world.pim.policy(world.target('SQL Prod'))).ticket).toBe(true);
  });

  test('stands back when Graph warns', async () => {
    const headers = { 'x-ms-throttle-limit-percentage': '0.9' };
    await world.sandbox.fault({ match: policies, answer: { status: 503, headers, retryAfter: 0 } });
    await world.pim.policy(world.target('SQL Prod'));
    const before = (await world.calls()).length;

    await readInBackground();

    expect((await world.calls()).length).toBe(before);
  });
});

describe('a read', () => {
  test.each([
    ['500', { status: 500 }],
    ['502', { status: 502 }],
    ['503', { status: 503, retryAfter: 0 }],
    ['504', { status: 504 }],
    ['429 without a time', { status: 429 }],
    ['429 with nonsense for a time', { status: 429, retryAfter: 'soon' }],
    ['a broken connection', { reset: true }],
  ])('that met %s is asked again', async (_, answer) => {
    await world.sandbox.fault({ match: policies, times: 2, answer });
    expect((await world.pim.policy(world.target('SQL Prod'))).ticket).toBe(true);
  });

  test('that fails for good fails with the reason, and is not remembered', async () => {
    await world.sandbox.fault({ match: policies, times: 3, answer: { status: 503, retryAfter: 0 } });
    await expect(world.pim.policy(world.target('SQL Prod'))).rejects.toMatchObject({
      name: 'GraphRefusal',
      problem: { kind: 'unavailable', afterMs: 0 },
    });
    expect((await world.pim.policy(world.target('SQL Prod'))).ticket).toBe(true);
  });

  test.each([
    ['an HTML page', { status: 200, headers: { 'Content-Type': 'text/html' }, body: '<h1>Welcome to the hotel</h1>' }],
    ['half of its JSON', { truncated: true }],
    ['nothing', { status: 200, body: '' }],
    ['a redirect', { status: 302, headers: { Location: 'https://localhost/elsewhere' }, body: '' }],
    ['another shape', { status: 200, body: { value: 'none' } }],
  ])('that met %s is an error, never an empty answer', async (_, answer) => {
    await world.sandbox.fault({ match: policies, times: 5, answer });
    await expect(world.pim.policy(world.target('SQL Prod'))).rejects.toThrow();
  });

  test('with an unknown field, a null and an odd row keeps the good rows', async () => {
    const good = { groupId: world.target('SQL Prod').groupId, accessId: 'Member', endDateTime: null, news: 1 };
    await world.sandbox.fault({
      match: { path: 'eligibilityScheduleInstances/filterByCurrentUser' },
      answer: { status: 200, body: { value: [null, 7, { groupId: 'x', accessId: 'unknownFutureValue' }, good] } },
    });
    await world.sandbox.fault({
      match: { path: 'eligibilityScheduleInstances?' },
      answer: { status: 200, body: { value: [] } },
    });
    expect(await world.pim.eligibilities(world.person('Adele Vance'))).toEqual([
      { target: world.target('SQL Prod'), name: 'SQL Prod', endsAt: null },
    ]);
  });

  test('of many pages gives all of them', async () => {
    const all = await world.pim.eligibilities(world.person('Adele Vance'));
    await world.sandbox.ask('settings', { pageSize: 3 });
    const paged = await world.pim.eligibilities(world.person('Adele Vance'), { fresh: true });
    expect(paged).toEqual(all);
  });

  test.each([
    ['another host', 'https://evil.example/v1.0/users'],
    ['another port', 'https://localhost:1/v1.0/users'],
    ['another scheme', 'http://localhost/v1.0/users'],
    ['another API', '/beta/users'],
  ])('never follows a next page to %s', async (_, link) => {
    await world.sandbox.fault({
      match: { path: 'assignmentScheduleInstances' },
      answer: { status: 200, body: { value: [], '@odata.nextLink': link } },
    });
    await expect(world.pim.active(world.person('Adele Vance'))).rejects.toThrow('another host');
  });

  test('whose pages go in a circle ends', async () => {
    const link = `${world.sandbox.graph}/v1.0/identityGovernance/privilegedAccess/group/assignmentScheduleInstances?$skiptoken=1`;
    await world.sandbox.fault({
      match: { path: 'assignmentScheduleInstances' },
      times: 9,
      answer: { status: 200, body: { value: [], '@odata.nextLink': link } },
    });
    await expect(world.pim.active(world.person('Adele Vance'))).rejects.toThrow('in a circle');
    expect(await world.calls()).toHaveLength(2);
  });
});

describe('an answer that is a lie', () => {
  const other = '99999999-0000-4000-8000-000000000000';

  test('about another person’s request is not taken for ours', async () => {
    const body = {
      id: other,
      status: 'Provisioned',
      action: 'selfActivate',
      accessId: 'member',
      principalId: other,
      groupId: world.target('Azure Admins').groupId,
    };
    await world.sandbox.fault({ match: orders, answer: { status: 201, body } });
    expect(await order()).toEqual({ kind: 'unclear' });
  });

  test('about another group’s policy is not taken for this one’s', async () => {
    const value = [{ scopeId: other, roleDefinitionId: 'member', policy: { rules: [] } }];
    await world.sandbox.fault({ match: policies, answer: { status: 200, body: { value } } });
    await expect(world.pim.policy(world.target('SQL Prod'))).rejects.toThrow('has no policy');
  });

  test('that says denied in a 201 is told as denied', async () => {
    const person = world.person('Adele Vance');
    const { groupId } = world.target('Azure Admins');
    const body = {
      id: other,
      status: 'Denied',
      action: 'selfActivate',
      accessId: 'Member',
      principalId: person.oid,
      groupId,
    };
    await world.sandbox.fault({ match: orders, answer: { status: 201, body } });
    expect(await order()).toMatchObject({ kind: 'accepted', reading: { status: 'Denied' } });
  });
});

describe('a token', () => {
  const graphUrl = () => world.sandbox.graph;
  const clock = { now: () => Date.now(), wall: () => Date.now() };

  test('of somebody else is never used for a write', async () => {
    const megans = await world.service.tokenOf(world.person('Megan Bowen'));
    const { stepUps } = world.service;
    const tokens = { app: world.app, of: () => Promise.resolve(megans), stepUps };
    const pim = graphPim({ graphUrl: graphUrl(), tokens, clock, tid: world.sandbox.tenantId });
    const adele = world.person('Adele Vance');
    await expect(pim.order(adele, world.target('Azure Admins'), wish(), marker)).rejects.toThrow('somebody else');
    await expect(pim.stage(adele, marker)).rejects.toThrow('somebody else');
    expect(await world.calls()).toEqual([]);
  });

  test('of the same object id in another tenant is never used either, nor a renewed one of somebody else', async () => {
    const [adele, megan] = [world.person('Adele Vance'), world.person('Megan Bowen')];
    const { stepUps } = world.service;
    const elsewhere = new UnsecuredJWT({ oid: adele.oid, tid: '99999999-0000-4000-8000-000000000001' }).encode();
    const refused = new UnsecuredJWT({ ...adele }).encode();
    const megans = await world.service.tokenOf(megan);
    for (const given of [
      { of: () => Promise.resolve(elsewhere), calls: 0 },
      { of: (_person: Person, before?: string) => Promise.resolve(before === refused ? megans : refused), calls: 1 },
    ]) {
      await world.reset();
      const tokens = { app: world.app, of: given.of, stepUps };
      const pim = graphPim({ graphUrl: graphUrl(), tokens, clock, tid: world.sandbox.tenantId });
      await expect(pim.order(adele, world.target('Azure Admins'), wish(), marker)).rejects.toThrow('somebody else');
      const sent = (await world.calls()).filter(({ method }) => method !== 'GET');
      expect(sent.map(({ status }) => status)).toEqual(Array.from({ length: given.calls }, () => 401));
    }
  });

  test('goes with no request for another person than its owner', async () => {
    const [adele, megan] = [world.person('Adele Vance'), world.person('Megan Bowen')];
    const tokens = { app: world.app, of: world.service.tokenOf, stepUps: world.service.stepUps };
    const { as } = graph({ graphUrl: graphUrl(), tokens, clock, tid: world.sandbox.tenantId });
    const forMegan = { principalId: megan.oid, action: 'selfActivate' };
    const path = '/identityGovernance/privilegedAccess/group/assignmentScheduleRequests';
    await expect(as(adele).post(path, forMegan)).rejects.toThrow('for somebody else than the person who acts');
    await expect(as(adele).patch(path, forMegan)).rejects.toThrow('for somebody else than the person who acts');
    expect(await world.calls()).toEqual([]);
  });

  test('of a check that somebody else passed is never used either', async () => {
    const [adele, megan] = [world.person('Adele Vance'), world.person('Megan Bowen')];
    const megans = await world.service.tokenOf(megan);
    const stepUps = { ...world.service.stepUps, of: () => megans };
    const tokens = { app: world.app, of: (person: Person) => world.service.tokenOf(person), stepUps };
    const pim = graphPim({ graphUrl: graphUrl(), tokens, clock, tid: world.sandbox.tenantId });
    const passed = '{"access_token":{}}';
    await expect(pim.order(adele, world.target('Azure Admins'), wish(), marker, passed)).rejects.toThrow(
      'somebody else',
    );
    expect(await posts()).toBe(0);
  });

  test('that Graph does not take is renewed once, and the order goes on', async () => {
    await world.sandbox.fault({ match: orders, answer: { status: 401 } });
    expect((await order()).kind).toBe('accepted');
    expect(await posts()).toBe(2);
  });

  test('that Graph never takes leads to a sign-in, not to a loop', async () => {
    await world.sandbox.fault({ match: orders, times: 9, answer: { status: 401 } });
    expect(await order()).toEqual({ kind: 'signIn' });
    expect(await posts()).toBe(2);
  });

  test('that cannot be had because sign-in is down leaves the order undone', async () => {
    const down = Object.assign(new Error('down'), { name: 'AuthorityUnavailable' });
    const { stepUps } = world.service;
    const tokens = { app: () => Promise.reject(down), of: () => Promise.reject(down), stepUps };
    const pim = graphPim({ graphUrl: graphUrl(), tokens, clock, tid: world.sandbox.tenantId });
    const adele = world.person('Adele Vance');
    const problem = { kind: 'unavailable', afterMs: null };
    expect(await pim.order(adele, world.target('Azure Admins'), wish(), marker)).toEqual(problem);
    await expect(pim.active(adele)).rejects.toMatchObject({ problem });
  });

  test('and Graph out of reach leaves the order undone, too', async () => {
    const tokens = { app: world.app, of: world.service.tokenOf, stepUps: world.service.stepUps };
    const pim = graphPim({
      graphUrl: `https://localhost:${await closedPort()}`,
      tokens,
      clock,
      tid: world.sandbox.tenantId,
    });
    expect(await pim.order(world.person('Adele Vance'), world.target('Azure Admins'), wish(), marker)).toEqual({
      kind: 'unavailable',
      afterMs: null,
    });
  });
});

describe('a batch', () => {
  test('of many activations reads each by its own, in chunks', async () => {
    const ordered = await order('Azure Readers');
    if (ordered.kind !== 'accepted') throw new Error(ordered.kind);
    await sleep(100);
    const one = activation(world, 'Adele Vance', world.target('Azure Readers'), {
      askedAt: Date.now(),
      requestId: ordered.reading.requestId,
    });
    const many = Array.from({ length: 25 }, (_, n) => ({ ...one, id: `activation-${n}` }));
    const read = await world.pim.read(many);
    expect(read.size).toBe(25);
    expect((await world.calls()).filter(({ path }) => path.endsWith('$batch'))).toHaveLength(3);
  });

  test('that fails as a whole leaves all out', async () => {
    await world.sandbox.fault({ match: { path: '$batch' }, times: 9, answer: { status: 503, retryAfter: 0 } });
    const known = activation(world, 'Adele Vance', world.target('SQL Prod'), { askedAt: 0, requestId: marker });
    expect((await world.pim.read([known])).size).toBe(0);
  });
});

describe('a write whose time is over', () => {
  const ours = (): Promise<boolean> => Promise.resolve(true);
  const inTime = (): Leave => ({ until: Date.now() + 20_000, isOurs: ours });
  const late = { kind: 'late' };

  /** Which clock is ahead, and by how much, from the moment that a request is handed to the network. */
  function heldUp(ahead: { readonly now: number; readonly steady: number }): Pim {
    let isHandedOver = false;
    const by = (ms: number): number => (isHandedOver ? ms : 0);
    return graphPim({
      graphUrl: world.sandbox.graph,
      tokens: { app: world.app, of: world.service.tokenOf, stepUps: world.service.stepUps },
      clock: { now: () => Date.now() + by(ahead.now), wall: () => Date.now() },
      steady: () => performance.now() + by(ahead.steady),
      tid: world.sandbox.tenantId,
      writes: { id: () => randomUUID(), made: () => Promise.resolve() },
      timing: () => {
        isHandedOver = true;
        return () => undefined;
      },
    });
  }

  function send(pim: Pim, leave: Leave): ReturnType<Pim['order']> {
    return pim.order(world.person('Adele Vance'), world.target('Azure Admins'), wish(), marker, null, leave);
  }

  test('is not sent', async () => {
    expect(await send(world.pim, { until: Date.now() - 1, isOurs: ours })).toEqual(late);
    expect(await posts()).toBe(0);
  });

  test('because it is somebody else’s by now is not sent', async () => {
    expect(await send(world.pim, { ...inTime(), isOurs: () => Promise.resolve(false) })).toEqual(late);
    expect(await posts()).toBe(0);
  });

  test('while Graph made it wait is not repeated', async () => {
    await world.sandbox.fault({ match: orders, answer: { status: 429, retryAfter: 1 } });
    let asked = 0;
    expect(await send(world.pim, { ...inTime(), isOurs: () => Promise.resolve(++asked === 1) })).toEqual(late);
    expect(await posts()).toBe(1);
  });

  test.each([
    ['the clock on the wall', { now: 21_000, steady: 0 }],
    ['a clock that nobody sets', { now: 0, steady: 21_000 }],
    ['a clock that nobody sets, when the other was set back', { now: -3_600_000, steady: 21_000 }],
  ])('by %s, when its connection is there at last, does not leave', async (_, ahead) => {
    expect(await send(heldUp(ahead), inTime())).toEqual(late);
    expect(await posts()).toBe(0);
  });

  test('but is handed over in time is sent', async () => {
    expect((await send(heldUp({ now: 15_000, steady: 15_000 }), inTime())).kind).toBe('accepted');
    expect(await posts()).toBe(1);
  });
});
