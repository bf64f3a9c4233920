import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startGraphWorld, wish } from './world.ts';
import type { GraphWorld } from './world.ts';

let world: GraphWorld;
beforeAll(async () => {
  world = await startGraphWorld();
  await world.signInAs('Adele Vance');
});
afterAll(() => world.stop());
beforeEach(() => world.reset());

const asked = 'Add member to role requested (PIM activation)';

describe('what PIM’s audit says', () => {
  test('names the request, the person, the group and the time', async () => {
    const before = Date.now() - 1_000;
    const target = world.target('RDP Servers Munich');
    const ordered = await world.pim.order(world.person('Adele Vance'), target, wish(), 'a-marker');
    const requestId = ordered.kind === 'accepted' ? ordered.reading.requestId : null;

    const traces = await world.pim.traces(before);

    expect(traces.find(({ activity }) => activity === asked)).toMatchObject({
      ids: [requestId],
      oid: world.person('Adele Vance').oid,
      name: 'Adele Vance',
      groupId: target.groupId,
      groupName: 'RDP Servers Munich',
      access: 'member',
    });
  });

  test('is read as the app, in one exchange, of PIM alone and since then', async () => {
    await world.pim.order(world.person('Adele Vance'), world.target('RDP Servers Munich'), wish(), 'a-marker');
    await world.advance('PT1H');

    expect(await world.pim.traces(Date.now() + 60_000)).toEqual([]);
    const reads = (await world.calls()).filter(({ path }) => path.includes('directoryAudits'));
    expect(reads).toHaveLength(1);
    expect(decodeURIComponent(reads[0]!.path + reads[0]!.query)).toContain("loggedByService eq 'PIM'");
  });

  test('is an error rather than nothing when it cannot be read', async () => {
    await world.sandbox.fault({ match: { path: 'directoryAudits' }, answer: { status: 403 } });

    await expect(world.pim.traces(0)).rejects.toThrow('PIM’s audit');
  });

  test('without a row that reads keeps the others', async () => {
    const row = {
      category: 'GroupManagement',
      activityDisplayName: asked,
      activityDateTime: '2026-11-23T09:00:00Z',
      correlationId: 'AB',
      targetResources: null,
    };
    const odd = [
      { ...row, activityDateTime: null },
      { ...row, activityDateTime: 'noon' },
      null,
      { ...row, category: 'RoleManagement' },
    ];
    await world.sandbox.fault({
      match: { path: 'directoryAudits' },
      answer: { status: 200, body: { value: [...odd, row] } },
    });

    expect((await world.pim.traces(0)).map(({ ids, oid }) => [ids, oid])).toEqual([[['ab'], null]]);
  });
});
