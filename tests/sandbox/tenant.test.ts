import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { createWorld } from '../../src/sandbox/create-world.ts';
import { loadTenant } from '../../src/sandbox/tenant.ts';
import { ids, openTenant, START } from '../support/tenant.ts';

const SMALL = `
tenantId: 11111111-0000-4000-8000-000000000001
organization: Fabrikam
apps:
  graph: { clientId: 22222222-0000-4000-8000-000000000001, secret: s }
people:
  ann: { id: 33333333-0000-4000-8000-000000000001, name: Ann, upn: ann@fabrikam.com }
  bob: { id: 33333333-0000-4000-8000-000000000002, name: Bob, upn: bob@fabrikam.com }
groups:
  ops:
    id: 44444444-0000-4000-8000-000000000001
    name: Ops
    eligible: [{ who: ann, until: P90D }, { who: bob, as: owner, from: 2027-04-01T00:00:00Z }]
    assigned: [{ who: bob }]
    policies:
      member: { maximumDuration: PT2H, approvers: { people: [bob] } }
`;

describe('a tenant file', () => {
  test('becomes a world: eligibilities with their times, members, policies', () => {
    const world = createWorld(loadTenant(SMALL, 'small.yaml'), START);

    expect(world.eligibilities).toMatchObject([
      {
        principalId: '33333333-0000-4000-8000-000000000001',
        accessId: 'member',
        startDateTime: '2027-03-01T09:00:00.000Z',
        endDateTime: '2027-05-30T09:00:00.000Z',
      },
      {
        principalId: '33333333-0000-4000-8000-000000000002',
        accessId: 'owner',
        startDateTime: '2027-04-01T00:00:00.000Z',
        endDateTime: null,
      },
    ]);
    expect(world.groups[0]).toMatchObject({ members: ['33333333-0000-4000-8000-000000000002'], onboarded: true });
    expect(world.policies.map((policy) => [policy.roleDefinitionId, policy.rules.length])).toEqual([
      ['member', 17],
      ['owner', 17],
    ]);
    expect(JSON.parse(JSON.stringify(world))).toEqual(world);
  });

  test.each<[string, string, string, RegExp]>([
    ['an id that is none', '33333333-0000-4000-8000-000000000001', 'ann', /people\.ann\.id: a GUID/],
    ['an unreadable duration', 'PT2H', '2h', /groups\.ops\.policies\.member\.maximumDuration: an ISO 8601 duration/],
    ['an unreadable end', 'P90D', 'soon', /groups\.ops\.eligible\.0\.until: an ISO 8601 duration from now/],
    [
      'a person nobody has described',
      'who: ann',
      'who: eve',
      /groups\.ops\.eligible: there is no person or group 'eve'/,
    ],
    [
      'an approver nobody has described',
      'people: [bob]',
      'people: [eve]',
      /approvers\.people: there is no person 'eve'/,
    ],
    [
      'a property that does not exist',
      'name: Ops',
      'title: Ops',
      /groups\.ops\.name: .*\n.*groups\.ops: Unrecognized key/,
    ],
    [
      'the same id twice',
      '33333333-0000-4000-8000-000000000002',
      '33333333-0000-4000-8000-000000000001',
      /the id 33333333-0000-4000-8000-000000000001 is used twice/,
    ],
    ['broken YAML', 'people:', 'people: [', /small\.yaml is no usable tenant file/],
    ['no people at all', 'people:', 'persons:', /people: .*\n.*Unrecognized key/],
  ])('with %s is refused with its place', (_, given, instead, text) => {
    expect(() => loadTenant(SMALL.replace(given, instead), 'small.yaml')).toThrow(text);
  });

  test('with several mistakes names them all', () => {
    const text = SMALL.replace('PT2H', '2h').replace('name: Ann', 'name: ""');

    expect(() => loadTenant(text, 'small.yaml')).toThrow(/people\.ann\.name[\s\S]*maximumDuration/);
  });

  test('in the documentation is a good one', () => {
    const page = readFileSync(new URL('../../docs/sandbox.md', import.meta.url), 'utf8');
    const [, example = ''] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];

    expect(Object.keys(loadTenant(example, 'docs/sandbox.md').groups).length).toBeGreaterThan(1);
  });
});

describe('the default tenant', () => {
  const { world } = openTenant();
  const eligible = (who: string): string[] =>
    world.eligibilities
      .filter((one) => one.principalId === who)
      .map((one) => world.groups.find((group) => group.id === one.groupId)?.name ?? '');

  test('gives the requester a dozen groups of every kind', () => {
    expect(eligible(ids.adele)).toHaveLength(11);
    expect(eligible(ids.platformTeam)).toEqual(['Key Vault Operators']);
    expect(world.eligibilities.some((one) => one.principalId === ids.adele && one.accessId === 'owner')).toBe(true);
  });

  test('gives the approver of Azure Admins an eligibility for the same group', () => {
    expect(eligible(ids.megan)).toContain('Azure Admins');
  });

  test('opens windows for the requester and two approvers, in a team that the requester owns', () => {
    const team = world.groups.find((group) => group.id === world.team?.aadGroupId);

    expect(world.windows).toEqual([ids.adele, ids.megan, ids.alex]);
    expect([team?.kind, team?.owners]).toEqual(['microsoft365', [ids.adele]]);
  });

  test('grants the bot no permission to write PIM as itself', () => {
    const graph = world.apps.find((app) => app.name === 'graph');

    expect(graph?.application.filter((permission) => /Write/.test(permission))).toEqual([]);
  });
});
