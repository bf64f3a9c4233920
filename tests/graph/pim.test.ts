import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ordered } from '../../src/ports/pim.ts';
import { activation, startGraphWorld, wish } from './world.ts';
import type { GraphWorld } from './world.ts';

let world: GraphWorld;
beforeAll(async () => {
  world = await startGraphWorld();
  for (const name of ['Adele Vance', 'Megan Bowen', 'Alex Wilber']) await world.signInAs(name);
});
afterAll(() => world.stop());
beforeEach(() => world.reset());

const marker = '1a2b3c4d-0000-4000-8000-000000000001';

function accepted(ordered: Ordered) {
  if (ordered.kind !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(ordered)}`);
  return ordered.reading;
}

describe('eligibilities', () => {
  test('are the person’s own and those that come through a group, with names and access', async () => {
    const found = await world.pim.eligibilities(world.person('Adele Vance'));
    const names = found.map(({ name }) => name);
    expect(names).toContain('Azure Admins');
    expect(names).toContain('Key Vault Operators');
    expect(new Set(names).size).toBe(names.length);
    expect(found).toContainEqual({
      target: world.target('Privileged Group Owners', 'owner'),
      name: 'Privileged Group Owners',
      endsAt: null,
    });
  });

  test('of a person who has not signed in are those that the app can see', async () => {
    const names = (await world.pim.eligibilities(world.person('Grady Archie'))).map(({ name }) => name);
    expect(names).toContain('RDP Servers Munich');
    expect(names).not.toContain('Key Vault Operators');
  });

  test('of a person of another tenant are never asked for', async () => {
    const stranger = { ...world.person('Adele Vance'), tid: '11111111-1111-4111-8111-111111111111' };
    await expect(world.pim.eligibilities(stranger)).rejects.toThrow('another tenant');
    expect(await world.calls()).toEqual([]);
  });
});

describe('a policy', () => {
  test('says what an activation must bring and who decides', async () => {
    expect(await world.pim.policy(world.target('Azure Admins'))).toEqual({
      maximumMinutes: 480,
      justification: true,
      ticket: false,
      mfa: false,
      authenticationContext: null,
      approval: {
        justification: false,
        approvers: ['Megan Bowen', 'Alex Wilber'].map((name) => ({ kind: 'person', id: world.person(name).oid })),
      },
    });
    expect(await world.pim.policy(world.target('Finance Break Glass'))).toMatchObject({
      maximumMinutes: 60,
      authenticationContext: 'c1',
      approval: null,
    });
    expect(await world.pim.policy(world.target('Exchange L3 Search & Purge'))).toMatchObject({
      ticket: true,
      approval: {
        justification: true,
        approvers: [{ kind: 'group', id: world.target('Exchange Approvers').groupId }],
      },
    });
  });

  test('of an owner differs from that of a member', async () => {
    const [member, owner] = await world.pim.policies([
      world.target('Privileged Group Owners'),
      world.target('Privileged Group Owners', 'owner'),
    ]);
    expect([member?.maximumMinutes, owner?.maximumMinutes]).toEqual([480, 120]);
  });

  test('that cannot be read is null among many and an error alone', async () => {
    const unknown = { kind: 'group', groupId: '99999999-0000-4000-8000-000000000000', access: 'member' } as const;
    const [there, missing] = await world.pim.policies([world.target('SQL Prod'), unknown]);
    expect([there?.ticket, missing]).toEqual([true, null]);
    await expect(world.pim.policy(unknown)).rejects.toThrow('Graph did not answer the policy: notFound');
  });
});

describe('an order', () => {
  test('is sent as the person, with exactly what was wished', async () => {
    const adele = world.person('Adele Vance');
    const target = world.target('SQL Prod');
    const ticket = { system: 'ServiceNow', number: 'INC42' };
    const reading = accepted(await world.pim.order(adele, target, wish({ ticket }), marker));
    expect(reading).toMatchObject({ approvalId: null, instance: 'unread' });
    const post = (await world.calls()).find(({ method }) => method === 'POST')!;
    expect(post.token).toMatchObject({ kind: 'delegated', oid: adele.oid });
    expect(post.body).toEqual({
      accessId: 'member',
      principalId: adele.oid,
      groupId: target.groupId,
      action: 'selfActivate',
      scheduleInfo: { expiration: { type: 'afterDuration', duration: 'PT2H' } },
      justification: 'fixing prod (ticket ServiceNow INC42)',
      ticketInfo: { ticketNumber: 'INC42', ticketSystem: 'ServiceNow' },
      customData: marker,
    });
  });

  test('until a time ends at that time', async () => {
    const until = Date.now() + 90 * 60_000;
    const reading = accepted(
      await world.pim.order(
        world.person('Adele Vance'),
        world.target('RDP Servers Munich'),
        wish({ length: { kind: 'until', at: until } }),
        marker,
      ),
    );
    expect(reading.endsAt).toBe(until);
  });

  test.each([-10, 0, 10])('for now starts now, although our clock is %i minutes before PIM’s', async (minutes) => {
    const pim = world.cold(minutes * 60_000);
    const [adele, target] = [world.person('Adele Vance'), world.target('RDP Servers Munich')];
    expect(accepted(await pim.order(adele, target, wish(), marker)).status).toBe('PendingProvisioning');
    await world.advance('PT1M');
    expect(await pim.active(adele)).toMatchObject([{ target }]);
  });

  test('for later names its start', async () => {
    const startAt = Date.now() + 3_600_000;
    const target = world.target('RDP Servers Munich');
    const reading = accepted(await world.pim.order(world.person('Adele Vance'), target, wish({ startAt }), marker));
    expect(reading).toMatchObject({ status: 'Granted', startsAt: startAt });
  });

  test('that waits for an approver has neither start nor end yet', async () => {
    const reading = accepted(
      await world.pim.order(world.person('Adele Vance'), world.target('Azure Admins'), wish(), marker),
    );
    expect(reading).toMatchObject({ status: 'PendingApproval', startsAt: null, endsAt: null });
    expect(reading.approvalId).toBe(reading.requestId);
  });

  test('of somebody who has not signed in goes nowhere', async () => {
    const lee = world.person('Lee Gu');
    expect(await world.pim.order(lee, world.target('SQL Prod'), wish(), marker)).toEqual({ kind: 'signIn' });
    expect(await world.calls()).toEqual([]);
  });

  test('that breaks the policy names the rules', async () => {
    const tooMuch = wish({ length: { kind: 'for', minutes: 600 }, justification: null });
    expect(await world.pim.order(world.person('Adele Vance'), world.target('SQL Prod'), tooMuch, marker)).toEqual({
      kind: 'policy',
      rules: expect.arrayContaining(['ExpirationRule', 'JustificationRule', 'TicketingRule']),
    });
  });

  test.each([
    ['not eligible', 'Cloud Operations', wish(), { kind: 'notEligible' }],
    ['too short', 'RDP Servers Munich', wish({ length: { kind: 'for', minutes: 2 } }), { kind: 'tooShort' }],
  ])('that is %s is refused by name', async (_, name, asked, problem) => {
    expect(await world.pim.order(world.person('Adele Vance'), world.target(name), asked, marker)).toEqual(problem);
  });

  test('a second time is pending while the first waits, and exists while it runs', async () => {
    const adele = world.person('Adele Vance');
    accepted(await world.pim.order(adele, world.target('Azure Admins'), wish(), marker));
    expect(await world.pim.order(adele, world.target('Azure Admins'), wish(), marker)).toEqual({ kind: 'pending' });
    accepted(await world.pim.order(adele, world.target('Azure Readers'), wish(), marker));
    await sleep(100);
    expect(await world.pim.order(adele, world.target('Azure Readers'), wish(), marker)).toEqual({ kind: 'exists' });
  });
});

describe('an activation', () => {
  test('is read as waiting, active with its true end, and gone afterwards', async () => {
    const adele = world.person('Adele Vance');
    const target = world.target('Azure Admins');
    const ordered = accepted(await world.pim.order(adele, target, wish(), marker));
    const known = activation(world, 'Adele Vance', target, { askedAt: Date.now(), requestId: ordered.requestId });
    expect((await world.pim.read([known])).get(known.id)).toMatchObject({ status: 'PendingApproval', instance: null });

    const staged = await world.pim.stage(world.person('Megan Bowen'), ordered.approvalId!);
    if (staged.kind !== 'stage') throw new Error(staged.kind);
    expect(staged.stage).toMatchObject({ open: true, mine: true, result: 'notReviewed', by: null });
    const stage = { approvalId: ordered.approvalId!, stageId: staged.stage.id };
    const verdict = [stage, 'approve', 'go ahead'] as const;
    expect(await world.pim.rule(world.person('Megan Bowen'), ...verdict)).toEqual({ kind: 'done' });
    await sleep(100);

    const running = (await world.pim.read([known])).get(known.id)!;
    expect(running).toMatchObject({ status: 'Provisioned', requestId: ordered.requestId });
    const instance = running.instance as { startsAt: number; endsAt: number };
    expect(instance.endsAt - instance.startsAt).toBe(2 * 3_600_000);
    expect(await world.pim.active(adele)).toContainEqual({ target, endsAt: instance.endsAt });

    await world.advance('PT2H1M');
    expect((await world.pim.read([known])).get(known.id)).toMatchObject({ status: 'Provisioned', instance: null });
    expect(await world.pim.active(adele)).not.toContainEqual(expect.objectContaining({ target }));
  });

  test('ends at the person’s word, but not in its first five minutes', async () => {
    const adele = world.person('Adele Vance');
    const target = world.target('Azure Readers');
    expect(await world.pim.end(adele, target, marker)).toEqual({ kind: 'missing' });
    accepted(await world.pim.order(adele, target, wish(), marker));
    await sleep(100);
    expect(await world.pim.end(adele, target, marker)).toEqual({ kind: 'tooShort' });
    await world.advance('PT6M');
    expect(await world.pim.end(adele, target, marker)).toEqual({ kind: 'done' });
  });

  test('of an owner is ended as owner', async () => {
    const adele = world.person('Adele Vance');
    const target = world.target('Privileged Group Owners', 'owner');
    accepted(await world.pim.order(adele, target, wish({ length: { kind: 'for', minutes: 60 } }), marker));
    await world.advance('PT6M');
    expect(await world.pim.end(adele, { ...target, access: 'member' }, marker)).toEqual({ kind: 'missing' });
    expect(await world.pim.end(adele, target, marker)).toEqual({ kind: 'done' });
  });

  test('that waits can be cancelled by the one who asked, once', async () => {
    const adele = world.person('Adele Vance');
    const { requestId } = accepted(await world.pim.order(adele, world.target('Azure Admins'), wish(), marker));
    expect(await world.pim.cancel(adele, requestId!)).toEqual({ kind: 'done' });
    expect((await world.pim.cancel(adele, requestId!)).kind).toBe('malformed');
  });

  test('that PIM does not know (yet) reads as no status, and one that cannot be read is left out', async () => {
    const target = world.target('Azure Admins');
    const askedAt = Date.now();
    const unknown = activation(world, 'Adele Vance', target, {
      askedAt,
      requestId: '99999999-0000-4000-8000-000000000000',
    });
    expect((await world.pim.read([unknown])).get(unknown.id)).toEqual({
      requestId: null,
      approvalId: null,
      status: null,
      createdAt: null,
      startsAt: null,
      endsAt: null,
      instance: null,
    });
    await world.sandbox.fault({
      match: { path: '/assignmentScheduleRequests/9999' },
      answer: { status: 429, retryAfter: 1 },
    });
    expect((await world.pim.read([unknown])).size).toBe(0);
  });
});

describe('an approval', () => {
  async function waiting(name = 'Azure Admins', more = {}) {
    const ordered = await world.pim.order(world.person('Adele Vance'), world.target(name), wish(more), marker);
    return accepted(ordered).approvalId!;
  }

  test('is decided once: who comes second gets a conflict', async () => {
    const id = await waiting();
    expect(
      await world.pim.rule(world.person('Alex Wilber'), { approvalId: id, stageId: id }, 'deny', 'not today'),
    ).toEqual({ kind: 'done' });
    expect(await world.pim.rule(world.person('Megan Bowen'), { approvalId: id, stageId: id }, 'approve', '')).toEqual({
      kind: 'conflict',
    });
    const staged = await world.pim.stage(world.person('Megan Bowen'), id);
    expect(staged).toMatchObject({
      kind: 'stage',
      stage: {
        open: false,
        result: 'denied',
        justification: 'not today',
        by: { oid: world.person('Alex Wilber').oid, name: 'Alex Wilber' },
      },
    });
  });

  test('is not for the one who asked, nor for an unknown id', async () => {
    const id = await waiting();
    expect(
      (await world.pim.rule(world.person('Adele Vance'), { approvalId: id, stageId: id }, 'approve', 'me')).kind,
    ).toBe('forbidden');
    const nothing = '99999999-0000-4000-8000-000000000000';
    expect(await world.pim.stage(world.person('Megan Bowen'), nothing)).toEqual({ kind: 'notFound' });
  });

  test('carries the token of the one who decides', async () => {
    const id = await waiting();
    await world.pim.rule(world.person('Megan Bowen'), { approvalId: id, stageId: id }, 'approve', 'fine');
    const patch = (await world.calls()).find(({ method }) => method === 'PATCH')!;
    expect(patch.token).toMatchObject({ kind: 'delegated', oid: world.person('Megan Bowen').oid });
    expect(patch.body).toEqual({ reviewResult: 'Approve', justification: 'fine' });
  });
});

test('every write of the app’s own token is impossible: only batches of reads are posted with it', async () => {
  const adele = world.person('Adele Vance');
  await world.pim.policies([world.target('SQL Prod')]);
  accepted(await world.pim.order(adele, world.target('Azure Readers'), wish(), marker));
  await world.advance('PT6M');
  await world.pim.end(adele, world.target('Azure Readers'), marker);
  const writes = (await world.calls()).filter(({ method, path }) => method !== 'GET' && !path.endsWith('/$batch'));
  expect(writes).toHaveLength(2);
  for (const { token } of writes) expect(token).toMatchObject({ kind: 'delegated', oid: adele.oid });
  expect((await world.calls()).filter(({ unknown }) => unknown)).toEqual([]);
});
