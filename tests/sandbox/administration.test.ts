import { describe, expect, test } from '@jest/globals';
import { activation, HOUR, ids, openTenant, PIM, refusalOf, START } from '../support/tenant.ts';

const { adele, megan, patti, lee, pradeep } = ids;
const at = (offset: number): string => new Date(START + offset).toISOString();

function admin(action: string, principalId: string, groupId: string, changes: Record<string, unknown> = {}): unknown {
  return {
    action,
    accessId: 'member',
    principalId,
    groupId,
    justification: 'team change',
    scheduleInfo: { startDateTime: at(0), expiration: { type: 'afterDuration', duration: 'P30D' } },
    ...changes,
  };
}

describe('eligibilities', () => {
  const requests = `${PIM}/eligibilityScheduleRequests`;

  test('assigned by an owner can be activated, and taken away with what rests on them', () => {
    const tenant = openTenant();
    const activations = `${PIM}/assignmentScheduleRequests`;

    const assigned = tenant.call(lee, 'POST', requests, admin('AdminAssign', pradeep, ids.sql));
    const ticketInfo = { ticketNumber: 'CHG1' };
    const activated = tenant.call(pradeep, 'POST', activations, activation(pradeep, ids.sql, { ticketInfo }));
    const removed = tenant.call(lee, 'POST', requests, {
      action: 'adminRemove',
      accessId: 'member',
      principalId: pradeep,
      groupId: ids.sql,
    });

    expect(assigned).toMatchObject({ status: 201, body: { status: 'Provisioned', action: 'adminAssign' } });
    expect(activated.status).toBe(201);
    expect(removed).toMatchObject({ status: 201, body: { status: 'Revoked' } });
    expect(tenant.world.assignments).toEqual([]);
    expect(tenant.world.eligibilities.filter((one) => one.principalId === pradeep && one.groupId === ids.sql)).toEqual(
      [],
    );
  });

  test('end by themselves', () => {
    const tenant = openTenant();
    tenant.call(lee, 'POST', requests, admin('adminAssign', pradeep, ids.sql));
    const listed = (): number =>
      tenant.call(
        null,
        'GET',
        `${PIM}/eligibilityScheduleInstances?$filter=groupId eq '${ids.sql}' and principalId eq '${pradeep}'`,
      ).body.value.length;

    expect(listed()).toBe(1);
    tenant.wait(30 * 24 * HOUR);
    expect(listed()).toBe(0);
  });

  test('can be updated where they are, not where they are not', () => {
    const tenant = openTenant();
    const scheduleInfo = { expiration: { type: 'afterDateTime', endDateTime: at(48 * HOUR) } };

    const updated = tenant.call(lee, 'POST', requests, admin('adminUpdate', adele, ids.sql, { scheduleInfo }));
    const missing = tenant.call(lee, 'POST', requests, admin('adminUpdate', pradeep, ids.sql));
    const twice = tenant.call(lee, 'POST', requests, admin('adminAssign', adele, ids.sql));

    expect(updated.status).toBe(201);
    expect(
      tenant.world.eligibilities.find((one) => one.groupId === ids.sql && one.principalId === adele)?.endDateTime,
    ).toBe(at(48 * HOUR));
    expect(refusalOf(missing)).toMatch(/^RoleAssignmentDoesNotExist/);
    expect(refusalOf(twice)).toMatch(/^RoleAssignmentExists/);
  });

  test('of a group under PIM for the first time bring it under PIM', () => {
    const tenant = openTenant();

    tenant.call(patti, 'POST', requests, admin('adminAssign', pradeep, ids.cloudOperations));

    expect(tenant.world.groups.find((one) => one.id === ids.cloudOperations)?.onboarded).toBe(true);
    expect(tenant.world.audits.map((row) => row.activityDisplayName)).toContain('Onboarded resource to PIM');
  });

  test('that never end are refused by a policy that wants an end', () => {
    const scheduleInfo = { expiration: { type: 'noExpiration' } };

    const reply = openTenant().call(lee, 'POST', requests, admin('adminAssign', pradeep, ids.sql, { scheduleInfo }));

    expect(refusalOf(reply)).toMatch(/\["ExpirationRule"\]$/);
  });

  test('with a start to come can be cancelled', () => {
    const tenant = openTenant();
    const scheduleInfo = { startDateTime: at(HOUR), expiration: { type: 'afterDuration', duration: 'P1D' } };
    const { id, status } = tenant.call(
      lee,
      'POST',
      requests,
      admin('adminAssign', pradeep, ids.sql, { scheduleInfo }),
    ).body;

    expect(status).toBe('Granted');
    expect(tenant.call(lee, 'POST', `${requests}/${id}/cancel`).status).toBe(204);
    tenant.wait(HOUR);
    expect(tenant.world.eligibilities.some((one) => one.principalId === pradeep && one.groupId === ids.sql)).toBe(
      false,
    );
  });
});

describe('assignments', () => {
  const requests = `${PIM}/assignmentScheduleRequests`;

  test('are made, extended and removed by administrators', () => {
    const tenant = openTenant();
    const extended = { expiration: { type: 'afterDuration', duration: 'P60D' } };
    const members = (): boolean =>
      tenant.world.groups.some((one) => one.id === ids.sql && one.members.includes(pradeep));

    expect(tenant.call(lee, 'POST', requests, admin('adminAssign', pradeep, ids.sql)).status).toBe(201);
    expect(members()).toBe(true);
    expect(
      tenant.call(lee, 'POST', requests, admin('adminExtend', pradeep, ids.sql, { scheduleInfo: extended })).status,
    ).toBe(201);
    expect(tenant.world.assignments).toMatchObject([{ assignmentType: 'assigned', endDateTime: at(60 * 24 * HOUR) }]);
    expect(
      tenant.call(lee, 'POST', requests, {
        ...(admin('adminRemove', pradeep, ids.sql) as object),
        scheduleInfo: undefined,
      }).body.status,
    ).toBe('Revoked');
    expect(members()).toBe(false);
  });

  test('made outside PIM show without a start and can be removed', () => {
    const tenant = openTenant();
    const filter = `$filter=groupId eq '${ids.sql}' and accessId eq 'owner'`;

    expect(tenant.call(null, 'GET', `${PIM}/assignmentScheduleInstances?${filter}`).body.value).toMatchObject([
      { principalId: lee, assignmentType: 'assigned', startDateTime: null, endDateTime: null },
    ]);
    tenant.call(patti, 'POST', requests, {
      action: 'adminRemove',
      accessId: 'owner',
      principalId: lee,
      groupId: ids.sql,
    });
    expect(tenant.world.groups.find((one) => one.id === ids.sql)?.owners).toEqual([]);
  });

  test.each<[string, string | null, string, number]>([
    ['an owner', lee, ids.sql, 201],
    ['a Privileged Role Administrator', patti, ids.azureAdmins, 201],
    ['an application with the permission', null, ids.sql, 201],
    ['an eligible member', megan, ids.sql, 403],
    ['a Global Reader', ids.johanna, ids.azureAdmins, 403],
  ])('by %s', (_, who, group, status) => {
    expect(openTenant().call(who, 'POST', requests, admin('adminAssign', pradeep, group)).status).toBe(status);
  });

  test.each<[string, unknown, RegExp]>([
    ['without a reason', admin('adminAssign', pradeep, ids.sql, { justification: null }), /\["JustificationRule"\]$/],
    ['of somebody unknown', admin('adminAssign', 'aaaaaaaa-0000-4000-8000-000000000099', ids.sql), /^SubjectNotFound/],
    [
      'of a group in a role-assignable group',
      admin('adminAssign', ids.platformTeam, ids.azureAdmins),
      /^InvalidRoleAssignmentRequest/,
    ],
  ])('%s are refused', (_, body, text) => {
    expect(refusalOf(openTenant().call(patti, 'POST', requests, body))).toMatch(text);
  });
});

test.each(['dynamic', 'synced'] as const)('a %s group cannot be managed', (kind) => {
  const tenant = openTenant();
  for (const group of tenant.world.groups) if (group.id === ids.sql) group[kind] = true;

  const reply = tenant.call(
    patti,
    'POST',
    `${PIM}/eligibilityScheduleRequests`,
    admin('adminAssign', pradeep, ids.sql),
  );

  expect(reply.status).toBe(400);
});

describe('policies', () => {
  const type = (name: string): string => `#microsoft.graph.unifiedRoleManagementPolicy${name}`;
  const rules = `/policies/roleManagementPolicies`;

  function policyOf(tenant: ReturnType<typeof openTenant>, groupId: string): string {
    const filter = `scopeId eq '${groupId}' and scopeType eq 'Group' and roleDefinitionId eq 'member'`;
    return (
      tenant.call(null, 'GET', `/policies/roleManagementPolicyAssignments?$filter=${filter}`).body.value[0]?.policyId ??
      ''
    );
  }

  test('a changed rule holds from the next request on', () => {
    const tenant = openTenant();
    const policy = policyOf(tenant, ids.rdp);
    const body = {
      '@odata.type': type('ExpirationRule'),
      id: 'Expiration_EndUser_Assignment',
      isExpirationRequired: true,
      maximumDuration: 'PT1H',
    };

    const patched = tenant.call(null, 'PATCH', `${rules}/${policy}/rules/Expiration_EndUser_Assignment`, body);

    expect(patched).toEqual({ status: 204, body: null });
    expect(
      refusalOf(tenant.call(adele, 'POST', `${PIM}/assignmentScheduleRequests`, activation(adele, ids.rdp))),
    ).toMatch(/ExpirationRule/);
    expect(tenant.call(null, 'GET', `${rules}/${policy}/rules/Expiration_EndUser_Assignment`).body).toMatchObject({
      maximumDuration: 'PT1H',
      target: { caller: 'EndUser' },
    });
    expect(tenant.world.audits.at(-1)?.activityDisplayName).toBe('Update role setting in PIM');
  });

  test.each<[string, unknown, number]>([
    ['without its type', { isEnabled: true, claimValue: 'c1' }, 400],
    ['with the type of another rule', { '@odata.type': type('ExpirationRule'), isEnabled: true }, 400],
    [
      'with a property it does not have',
      { '@odata.type': type('AuthenticationContextRule'), maximumDuration: 'PT1H' },
      400,
    ],
    ['with its type', { '@odata.type': type('AuthenticationContextRule'), isEnabled: true, claimValue: 'c2' }, 204],
  ])('a rule is changed %s', (_, body, status) => {
    const tenant = openTenant();
    const path = `${rules}/${policyOf(tenant, ids.rdp)}/rules/AuthenticationContext_EndUser_Assignment`;

    expect(tenant.call(null, 'PATCH', path, body).status).toBe(status);
  });

  test('of directory roles are read by a delegated token only with a directory role', () => {
    const tenant = openTenant();
    const url = `/policies/roleManagementPolicyAssignments?$filter=scopeId eq '/' and scopeType eq 'DirectoryRole'&$expand=policy($expand=rules)`;

    expect(tenant.call(adele, 'GET', url).status).toBe(403);
    expect(tenant.call(ids.johanna, 'GET', url).status).toBe(200);
    expect(tenant.call(null, 'GET', url).body.value[0]?.policy.rules).toHaveLength(17);
  });

  test('are asked for by scope and nothing less', () => {
    const tenant = openTenant();

    expect(
      tenant.call(null, 'GET', `/policies/roleManagementPolicyAssignments?$filter=scopeType eq 'Group'`).status,
    ).toBe(400);
    expect(tenant.call(null, 'GET', `/policies/roleManagementPolicies`).status).toBe(400);
  });
});
