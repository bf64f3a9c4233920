import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startGraphWorld } from './world.ts';
import type { GraphWorld } from './world.ts';

let world: GraphWorld;
beforeAll(async () => (world = await startGraphWorld()));
afterAll(() => world.stop());
beforeEach(() => world.reset());

const nothing = '99999999-0000-4000-8000-000000000000';

describe('an outsider', () => {
  const asked = { id: nothing, displayName: 'Gus Tell', accountEnabled: true };

  test.each([
    ['a guest by kind', { userType: 'Guest', userPrincipalName: 'gus@contoso.example' }, true],
    ['a guest by name alone', { userPrincipalName: 'gus_partner.example#EXT#@contoso.example' }, true],
    ['a member', { userType: 'Member', userPrincipalName: 'gus@contoso.example' }, false],
  ])('is told from the others: %s', async (_what, said, expected) => {
    const body = { ...asked, ...said };
    await world.sandbox.fault({ match: { path: `/users/${nothing}` }, answer: { status: 200, body } });
    expect(await world.directory.isOutsider(nothing)).toBe(expected);
  });
});

describe('approvers', () => {
  test('are people, and the people of groups with the groups inside them, each once', async () => {
    const found = await world.directory.approvers(world.sandbox.tenantId, [
      { kind: 'person', id: world.person('Megan Bowen').oid },
      { kind: 'group', id: world.target('Exchange Approvers').groupId },
    ]);
    expect(found.map(({ name }) => name).toSorted()).toEqual(['Alex Wilber', 'Megan Bowen', 'Nestor Wilke']);
    expect(found).toContainEqual({ oid: world.person('Alex Wilber').oid, name: 'Alex Wilber' });
  });

  test('that do not exist any more are left out', async () => {
    const rules = [
      { kind: 'person', id: nothing },
      { kind: 'group', id: nothing },
    ] as const;
    expect(await world.directory.approvers(world.sandbox.tenantId, rules)).toEqual([]);
  });

  test('with a disabled account are left out', async () => {
    const disabled = { id: world.person('Megan Bowen').oid, displayName: 'Megan Bowen', accountEnabled: false };
    await world.sandbox.fault({ match: { path: `/users/${disabled.id}` }, answer: { status: 200, body: disabled } });
    const rules = [{ kind: 'person', id: disabled.id }] as const;
    expect(await world.directory.approvers(world.sandbox.tenantId, rules)).toEqual([]);
  });

  test('are an error rather than too few when a part cannot be read', async () => {
    await world.sandbox.fault({
      match: { path: '/transitiveMembers' },
      times: 5,
      answer: { status: 403, body: { error: { code: 'Authorization_RequestDenied', message: 'no' } } },
    });
    await expect(
      world.directory.approvers(world.sandbox.tenantId, [
        { kind: 'person', id: world.person('Megan Bowen').oid },
        { kind: 'group', id: world.target('Exchange Approvers').groupId },
      ]),
    ).rejects.toThrow('the members of a group');
  });

  test('wait out a throttled part', async () => {
    await world.sandbox.fault({ match: { path: '/transitiveMembers' }, answer: { status: 429, retryAfter: 1 } });
    const rules = [{ kind: 'group', id: world.target('Exchange Approvers').groupId }] as const;
    expect(await world.directory.approvers(world.sandbox.tenantId, rules)).toHaveLength(3);
  });
});

describe('people and groups', () => {
  test('are named, or null and missing when they are not there', async () => {
    const adele = world.person('Adele Vance');
    expect(await world.directory.person(adele.oid)).toEqual({ oid: adele.oid, name: 'Adele Vance' });
    expect(await world.directory.userName(adele.oid)).toBe('AdeleV@contoso.onmicrosoft.com');
    expect(await world.directory.person(nothing)).toBeNull();
    const { groupId } = world.target('SQL Prod');
    expect([...(await world.directory.groups([groupId, nothing]))]).toEqual([[groupId, 'SQL Prod']]);
  });

  test('what tells a group apart keeps no answer back: unread it is nothing, with a line in the log', async () => {
    const group = { groupId: world.target('SQL Prod').groupId, name: 'SQL Prod' };
    await world.sandbox.fault({ match: { path: '/groups' }, times: 5, answer: { status: 403 } });
    expect(await world.directory.mark(group)).toBeNull();
    expect(world.logged.at(-1)?.[0]).toBe('namesakes.unavailable');
  });

  test('owners of a team’s group are its people', async () => {
    const owners = await world.directory.owners(world.target('Cloud Operations').groupId);
    expect(owners).toEqual([{ oid: world.person('Adele Vance').oid, name: 'Adele Vance' }]);
    expect(await world.directory.owners(nothing)).toEqual([]);
  });

  test('a member through a group inside is a member', async () => {
    const { groupId } = world.target('Exchange Approvers');
    expect(await world.directory.isMember(groupId, world.person('Alex Wilber').oid)).toBe(true);
    expect(await world.directory.isMember(groupId, world.person('Adele Vance').oid)).toBe(false);
  });

  test('a group is found by its name as it is written, whatever is in it', async () => {
    expect(await world.directory.groupsNamed('Exchange L3 Search & Purge')).toEqual([
      {
        id: world.target('Exchange L3 Search & Purge').groupId,
        name: 'Exchange L3 Search & Purge',
        description: 'Search and purge mail across the organisation',
      },
    ]);
    for (const name of ["x' or displayName ne '", 'a#b', 'a&$top=1', '100% +1', "O'Hara", '\u202Eevil', '']) {
      expect(await world.directory.groupsNamed(name)).toEqual([]);
    }
    const seen = (await world.calls()).map(({ query }) => query);
    expect(seen).toContain("$filter=displayName eq 'x'' or displayName ne '''&$select=id,displayName,description");
    expect(seen).toContain("$filter=displayName eq 'a&$top=1'&$select=id,displayName,description");
  });
});
