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

const nothing = '99999999-0000-4000-8000-000000000000';

describe('who holds a group', () => {
  test('are those who activated it and those who were assigned, as what and until when', async () => {
    const target = world.target('Azure Readers');
    const adele = world.person('Adele Vance');
    await world.pim.order(adele, target, wish(), 'marker');
    await world.advance('PT1M');
    const holders = await world.pim.holders(target.groupId);
    const found = holders.find(({ oid }) => oid === adele.oid);
    expect(found).toMatchObject({ access: 'member', assignment: 'activated' });
    expect((found?.endsAt ?? 0) - Date.now()).toBeGreaterThan(110 * 60_000);
    const owner = { oid: world.person('Patti Fernandez').oid, access: 'owner', assignment: 'assigned', endsAt: null };
    expect(holders.filter(({ oid }) => oid !== adele.oid)).toEqual([owner]);
  });

  test('come from every page, and from this group alone', async () => {
    const { groupId } = world.target('Exchange L3 Search & Purge');
    const all = await world.pim.holders(groupId);
    await world.sandbox.ask('settings', { pageSize: 1 });
    expect(await world.pim.holders(groupId)).toEqual(all);
    expect(await world.pim.holders(nothing)).toEqual([]);
  });

  test('are an error rather than nobody when PIM does not answer', async () => {
    const answer = { status: 403 };
    await world.sandbox.fault({ match: { path: 'assignmentScheduleInstances' }, times: 9, answer });
    await expect(world.pim.holders(world.target('SQL Prod').groupId)).rejects.toThrow('the assignments of a group');
  });
});

describe('who is inside a group', () => {
  test('are its direct members and owners, people and groups apart, in one exchange', async () => {
    const inside = await world.directory.inside(world.target('Exchange Approvers').groupId);
    expect(inside.map(({ name, isPerson, access }) => [name, isPerson, access])).toEqual([
      ['Megan Bowen', true, 'member'],
      ['Nestor Wilke', true, 'member'],
      ['Security Leads', false, 'member'],
      ['Nestor Wilke', true, 'owner'],
    ]);
    const calls = (await world.calls()).filter(({ batch }) => !batch);
    expect(calls.map(({ path }) => path)).toEqual(['/v1.0/$batch']);
  });

  test('come from every page', async () => {
    const { groupId } = world.target('Cloud Operations');
    const all = await world.directory.inside(groupId);
    const first = { id: nothing, displayName: 'Somebody On The First Page' };
    const body = { value: [first], '@odata.nextLink': `${world.sandbox.graph}/v1.0/groups/${groupId}/members` };
    await world.sandbox.fault({ match: { path: `/groups/${groupId}/members` }, answer: { status: 200, body } });
    const paged = await world.directory.inside(groupId);
    expect(paged.map(({ name }) => name)).toEqual([first.displayName, ...all.map(({ name }) => name)]);
  });

  test('of a group that is not there is nobody', async () => {
    expect(await world.directory.inside(nothing)).toEqual([]);
  });

  test('without a readable name are there all the same', async () => {
    const { groupId } = world.target('SQL Prod');
    const body = { value: [{ '@odata.type': '#microsoft.graph.user', id: nothing, displayName: null }] };
    await world.sandbox.fault({ match: { path: `/groups/${groupId}/members` }, answer: { status: 200, body } });
    const inside = await world.directory.inside(groupId);
    expect(inside[0]).toEqual({ oid: nothing, name: null, isPerson: true, access: 'member' });
  });

  test('is an error rather than half a list when a part cannot be read', async () => {
    await world.sandbox.fault({ match: { path: '/owners' }, times: 9, answer: { status: 403 } });
    await expect(world.directory.inside(world.target('SQL Prod').groupId)).rejects.toThrow('who is in a group');
  });
});
