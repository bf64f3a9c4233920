import { describe, expect, test } from '@jest/globals';
import type { Reply, Tenant } from '../support/tenant.ts';
import { activation, HOUR, ids, openTenant, PIM, refusalOf } from '../support/tenant.ts';

const { adele, megan, azureAdmins, rdp, sql } = ids;

/** A tenant with one running activation and one that waits. */
function busyTenant(): { tenant: Tenant; waiting: string; running: string } {
  const tenant = openTenant();
  const post = (group: string): string =>
    tenant.call(adele, 'POST', `${PIM}/assignmentScheduleRequests`, activation(adele, group)).body.id;
  return { tenant, waiting: post(azureAdmins), running: post(rdp) };
}

/** `null` or the JSON type of each field, in the order of the names. */
function typesOf(value: object | undefined): Record<string, string> {
  const entries = Object.entries(value ?? {}).filter(([name]) => !name.startsWith('@odata.'));
  const type = (one: unknown): string => (one === null ? 'null' : Array.isArray(one) ? 'array' : typeof one);
  return Object.fromEntries(
    entries.toSorted(([one], [other]) => one.localeCompare(other)).map(([name, one]) => [name, type(one)]),
  );
}

const key = { accessId: 'string', groupId: 'string', id: 'string', principalId: 'string' };
const request = {
  ...key,
  action: 'string',
  approvalId: 'null',
  completedDateTime: 'string',
  createdBy: 'object',
  createdDateTime: 'string',
  customData: 'null',
  isValidationOnly: 'boolean',
  justification: 'string',
  scheduleInfo: 'object',
  status: 'string',
  targetScheduleId: 'string',
  ticketInfo: 'object',
};
const schedule = {
  ...key,
  createdDateTime: 'string',
  createdUsing: 'string',
  memberType: 'string',
  modifiedDateTime: 'string',
  scheduleInfo: 'object',
  status: 'string',
};
const stage = {
  assignedToMe: 'boolean',
  displayName: 'null',
  id: 'string',
  justification: 'string',
  reviewedBy: 'null',
  reviewedDateTime: 'null',
  reviewResult: 'string',
  status: 'string',
};
const eligibilityInstance = {
  ...key,
  eligibilityScheduleId: 'string',
  endDateTime: 'null',
  memberType: 'string',
  startDateTime: 'string',
};
const assignmentInstance = {
  ...key,
  assignmentScheduleId: 'string',
  assignmentType: 'string',
  endDateTime: 'string',
  memberType: 'string',
  startDateTime: 'string',
};

describe('every list shows the documented fields with their JSON types, its entity the same', () => {
  const mine = `$filter=principalId eq '${adele}' and groupId eq '${rdp}'`;
  test.each<[string, Record<string, string>]>([
    ['assignmentScheduleRequests', request],
    ['assignmentSchedules', { ...schedule, assignmentType: 'string' }],
    ['assignmentScheduleInstances', assignmentInstance],
    ['eligibilitySchedules', schedule],
    ['eligibilityScheduleInstances', eligibilityInstance],
  ])('%s', (collection, types) => {
    const { tenant } = busyTenant();

    const [listed] = tenant.call(null, 'GET', `${PIM}/${collection}?${mine}`).body.value;
    const single = tenant.call(adele, 'GET', `${PIM}/${collection}/${listed?.id ?? ''}`).body;
    const current = tenant.call(adele, 'GET', `${PIM}/${collection}/filterByCurrentUser(on='principal')`).body.value;

    expect(typesOf(listed)).toEqual(types);
    expect(typesOf(single)).toEqual(types);
    expect(current.map(({ id }) => id)).toContain(listed?.id);
  });

  test('approvals and their stages', () => {
    const { tenant, waiting } = busyTenant();
    const approval = tenant.call(megan, 'GET', `${PIM}/assignmentApprovals/${waiting}`).body;
    const [listed] = tenant.call(megan, 'GET', `${PIM}/assignmentApprovals/filterByCurrentUser(on='approver')`).body
      .value;

    expect(typesOf(approval)).toEqual({ id: 'string', stages: 'array' });
    expect(typesOf(approval.stages[0])).toEqual(stage);
    expect(listed).toMatchObject({ '@odata.type': '#microsoft.graph.approval', id: waiting });
    expect(typesOf(tenant.call(megan, 'GET', `${PIM}/assignmentApprovals/${waiting}/stages`).body.value[0])).toEqual(
      stage,
    );
  });

  test('policy assignments with policy and rules', () => {
    const filter = `scopeId eq '${sql}' and scopeType eq 'Group' and roleDefinitionId eq 'member'`;
    const [assignment] = openTenant().call(
      null,
      'GET',
      `/policies/roleManagementPolicyAssignments?$filter=${filter}&$expand=policy($expand=rules)`,
    ).body.value;

    expect(typesOf(assignment)).toEqual({
      id: 'string',
      policy: 'object',
      policyId: 'string',
      roleDefinitionId: 'string',
      scopeId: 'string',
      scopeType: 'string',
    });
    expect(assignment?.policy.rules.map(({ id }) => id).toSorted()).toEqual([
      'Approval_EndUser_Assignment',
      'AuthenticationContext_EndUser_Assignment',
      'Enablement_Admin_Assignment',
      'Enablement_Admin_Eligibility',
      'Enablement_EndUser_Assignment',
      'Expiration_Admin_Assignment',
      'Expiration_Admin_Eligibility',
      'Expiration_EndUser_Assignment',
      'Notification_Admin_Admin_Assignment',
      'Notification_Admin_Admin_Eligibility',
      'Notification_Admin_EndUser_Assignment',
      'Notification_Approver_Admin_Assignment',
      'Notification_Approver_Admin_Eligibility',
      'Notification_Approver_EndUser_Assignment',
      'Notification_Requestor_Admin_Assignment',
      'Notification_Requestor_Admin_Eligibility',
      'Notification_Requestor_EndUser_Assignment',
    ]);
  });

  test('audit rows', () => {
    const { tenant } = busyTenant();
    const [row] = tenant.call(null, 'GET', `/auditLogs/directoryAudits?$top=1`).body.value;

    expect(typesOf(row)).toEqual({
      activityDateTime: 'string',
      activityDisplayName: 'string',
      additionalDetails: 'array',
      category: 'string',
      correlationId: 'string',
      id: 'string',
      initiatedBy: 'object',
      loggedByService: 'string',
      operationType: 'string',
      result: 'string',
      resultReason: 'null',
      targetResources: 'array',
    });
  });
});

describe('eligibility through a group', () => {
  test('is told to the person by filterByCurrentUser, under the name of the group', () => {
    const { value } = openTenant().call(
      adele,
      'GET',
      `${PIM}/eligibilityScheduleInstances/filterByCurrentUser(on='principal')?$expand=group`,
    ).body;

    expect(value).toHaveLength(12);
    expect(value.find((one) => one.group.displayName === 'Key Vault Operators')).toMatchObject({
      principalId: ids.platformTeam,
      memberType: 'group',
    });
  });
});

describe('requests of the signed-in person', () => {
  test.each<[string, string, number]>([
    ['principal', adele, 2],
    ['createdBy', adele, 2],
    ['approver', adele, 0],
    ['principal', megan, 0],
    ['approver', megan, 1],
  ])('on %s', (on, who, count) => {
    const { tenant } = busyTenant();

    expect(
      tenant.call(who, 'GET', `${PIM}/assignmentScheduleRequests/filterByCurrentUser(on='${on}')`).body.value,
    ).toHaveLength(count);
  });

  test('are nobody else: an application has none, an unknown parameter is refused', () => {
    const { tenant } = busyTenant();
    const ask = (who: string | null, on: string): number =>
      tenant.call(who, 'GET', `${PIM}/assignmentScheduleRequests/filterByCurrentUser(on='${on}')`).status;

    expect([ask(null, 'principal'), ask(adele, 'everybody')]).toEqual([403, 400]);
  });
});

describe('reading what is not one’s own', () => {
  const list = `${PIM}/assignmentScheduleRequests?$filter=groupId eq '${azureAdmins}'`;
  test.each<[string, string | null, number]>([
    ['the application', null, 200],
    ['an owner of the group', ids.patti, 200],
    ['a Global Reader', ids.johanna, 200],
    ['an eligible person', ids.grady, 403],
  ])('is for %s: %s', (_, who, status) => {
    expect(openTenant().call(who, 'GET', list).status).toBe(status);
  });

  test('a single request is for the requester, its approvers and readers', () => {
    const { tenant, waiting } = busyTenant();
    const ask = (who: string): number => tenant.call(who, 'GET', `${PIM}/assignmentScheduleRequests/${waiting}`).status;

    expect([adele, megan, ids.johanna, ids.pradeep].map(ask)).toEqual([200, 200, 200, 403]);
  });
});

describe('permissions', () => {
  const scoped = (who: string | null, method: string, url: string, scopes: string[], body?: unknown): Reply =>
    openTenant().call(who, method, url, body, { scopes });

  test('a missing one on PIM is answered in the wrapped form, with the names that would do', () => {
    const reply = scoped(adele, 'GET', `${PIM}/eligibilitySchedules?$filter=groupId eq '${sql}'`, ['User.Read']);

    expect([reply.status, reply.body.error.code]).toEqual([403, 'UnknownError']);
    expect(refusalOf(reply)).toBe(
      'wrapped PermissionScopeNotGranted: Authorization failed due to missing permission scope PrivilegedEligibilitySchedule.Read.AzureADGroup,PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup,PrivilegedAccess.Read.AzureADGroup,PrivilegedAccess.ReadWrite.AzureADGroup.',
    );
  });

  test.each<[string, string | null, string, string, string, number]>([
    [
      'reading assignments',
      null,
      'GET',
      `${PIM}/assignmentSchedules?$filter=groupId eq '${sql}'`,
      'PrivilegedAssignmentSchedule.Read.AzureADGroup',
      200,
    ],
    [
      'writing with the reading permission',
      adele,
      'POST',
      `${PIM}/assignmentScheduleRequests`,
      'PrivilegedAssignmentSchedule.Read.AzureADGroup',
      403,
    ],
    [
      'writing',
      adele,
      'POST',
      `${PIM}/assignmentScheduleRequests`,
      'PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup',
      201,
    ],
    [
      'group policies',
      null,
      'GET',
      `/policies/roleManagementPolicies?$filter=scopeId eq '${sql}' and scopeType eq 'Group'`,
      'RoleManagementPolicy.Read.AzureADGroup',
      200,
    ],
    [
      'group policies with the one for roles',
      null,
      'GET',
      `/policies/roleManagementPolicies?$filter=scopeId eq '${sql}' and scopeType eq 'Group'`,
      'RoleManagementPolicy.Read.Directory',
      403,
    ],
    [
      'role policies',
      null,
      'GET',
      `/policies/roleManagementPolicies?$filter=scopeId eq '/' and scopeType eq 'DirectoryRole'`,
      'RoleManagementPolicy.Read.Directory',
      200,
    ],
    ['oneself', adele, 'GET', '/me', 'User.Read', 200],
    ['others with the permission for oneself', adele, 'GET', `/users/${megan}`, 'User.Read', 403],
    ['members', null, 'GET', `/groups/${sql}/members`, 'GroupMember.Read.All', 200],
    ['audits', null, 'GET', '/auditLogs/directoryAudits', 'AuditLog.Read.All', 200],
    ['audits without', null, 'GET', '/auditLogs/directoryAudits', 'User.Read.All', 403],
  ])('%s', (_, who, method, url, scope, status) => {
    expect(scoped(who, method, url, [scope], method === 'POST' ? activation(adele, rdp) : undefined).status).toBe(
      status,
    );
  });
});

describe('the directory', () => {
  const app = (url: string, method = 'GET', body?: unknown): Reply => openTenant().call(null, method, url, body);
  const names = (reply: Reply): string[] => reply.body.value.map((one) => one.displayName);

  test('finds people by id, by name and by the start of a name', () => {
    expect(app(`/users/${adele}`).body).toMatchObject({
      displayName: 'Adele Vance',
      givenName: 'Adele',
      surname: 'Vance',
    });
    expect(app('/users/AdeleV@contoso.onmicrosoft.com').body.id).toBe(adele);
    expect(names(app(`/users?$filter=startswith(displayName,'Me')&$select=id,displayName`))).toEqual(['Megan Bowen']);
    expect(names(app(`/users?$filter=id in ('${adele}','${megan}')`))).toEqual(['Adele Vance', 'Megan Bowen']);
    expect(app('/users/nobody@contoso.com')).toMatchObject({
      status: 404,
      body: { error: { code: 'Request_ResourceNotFound' } },
    });
  });

  test('tells who is inside a group, directly and through others', () => {
    expect(names(app(`/groups/${ids.exchangeApprovers}/members`))).toEqual([
      'Megan Bowen',
      'Nestor Wilke',
      'Security Leads',
    ]);
    expect(names(app(`/groups/${ids.exchangeApprovers}/transitiveMembers`))).toContain('Alex Wilber');
    expect(names(app(`/groups/${ids.exchangeApprovers}/transitiveMembers/microsoft.graph.user`))).toEqual([
      'Megan Bowen',
      'Nestor Wilke',
      'Alex Wilber',
    ]);
    expect(names(app(`/groups/${ids.cloudOperations}/owners?$select=id,displayName`))).toEqual(['Adele Vance']);
  });

  test('shows kind and protection of a group', () => {
    expect(app(`/groups/${azureAdmins}`).body).toMatchObject({
      isAssignableToRole: true,
      securityEnabled: true,
      groupTypes: [],
    });
    expect(app(`/groups/${ids.cloudOperations}`).body).toMatchObject({ mailEnabled: true, groupTypes: ['Unified'] });
  });

  test('knows the groups of a person', () => {
    const tenant = openTenant();
    const body = { groupIds: [ids.platformTeam, sql] };

    expect(tenant.call(adele, 'GET', '/me').body.displayName).toBe('Adele Vance');
    expect(names(tenant.call(adele, 'GET', '/me/memberOf'))).toEqual(['Platform Team', 'Cloud Operations']);
    expect(names(tenant.call(null, 'GET', `/users/${ids.alex}/transitiveMemberOf`))).toContain('Exchange Approvers');
    expect(tenant.call(adele, 'POST', '/me/checkMemberGroups', body).body.value).toEqual([ids.platformTeam]);
    expect(
      tenant.call(null, 'POST', `/users/${adele}/checkMemberGroups`, { groupIds: Array(21).fill(sql) }).status,
    ).toBe(400);
    expect(names(app('/directoryObjects/getByIds', 'POST', { ids: [adele, sql], types: ['group'] }))).toEqual([
      'SQL Prod',
    ]);
  });

  test('has no /me for an application', () => {
    expect(app('/me').status).toBe(400);
  });
});

describe('paths', () => {
  test.each<[string, string, number]>([
    ['POST', '/groups', 405],
    ['GET', '/sites/root', 501],
    ['GET', '/roleManagement/directory/roleEligibilityScheduleInstances', 501],
    ['GET', `/IdentityGovernance/privilegedaccess/Group/AssignmentSchedules?$filter=groupId eq '${sql}'`, 200],
    ['GET', `/groups('${sql}')/members`, 200],
    ['GET', `/beta${PIM}/assignmentSchedules?$filter=groupId eq '${sql}'`, 200],
  ])('%s %s answers %i', (method, url, status) => {
    const reply = openTenant().call(null, method, url);

    expect(reply.status).toBe(status);
    if (status >= 400)
      expect(reply.body).toMatchObject({
        error: { code: expect.any(String), message: expect.any(String), innerError: {} },
      });
  });
});

describe('$batch', () => {
  const batch = (requests: unknown[], tenant = openTenant(), who: string | null = adele): Reply =>
    tenant.call(who, 'POST', '/$batch', { requests });
  const get = (id: string, url: string, more: object = {}): unknown => ({ id, method: 'GET', url, ...more });

  test('answers each part for itself', () => {
    const reply = batch([
      get('1', '/me?$select=id'),
      get('2', 'sites/root'),
      get('3', `/users/${ids.pradeep}?$select=nothing`),
    ]);

    expect(reply.status).toBe(200);
    expect(reply.body.responses.map(({ id, status }) => [id, status])).toEqual([
      ['1', 200],
      ['2', 501],
      ['3', 400],
    ]);
    expect(reply.body.responses[0]?.body.id).toBe(adele);
  });

  test('carries writes, in order where one depends on another', () => {
    const tenant = openTenant();
    const post = {
      id: '1',
      method: 'POST',
      url: `${PIM}/assignmentScheduleRequests`,
      body: activation(adele, rdp),
      headers: { 'Content-Type': 'application/json' },
    };

    const reply = batch([post, get('2', `/groups/${rdp}/members`, { dependsOn: ['1'] })], tenant);

    expect(reply.body.responses.map(({ status }) => status)).toEqual([201, 200]);
    expect(reply.body.responses[1]?.body.value.map(({ id }) => id)).toEqual([adele]);
  });

  test('fails what depends on a failure with 424', () => {
    const reply = batch([get('a', '/sites/root'), get('b', '/me', { dependsOn: ['a'] })]);

    expect(reply.body.responses.map(({ status }) => status)).toEqual([501, 424]);
  });

  test.each<[string, unknown[]]>([
    ['more than twenty parts', Array.from({ length: 21 }, (_, index) => get(String(index), '/me'))],
    ['the same id twice', [get('1', '/me'), get('1', '/me')]],
    ['no parts', []],
    ['a part without method', [{ id: '1', url: '/me' }]],
    ['a dependence on nothing', [get('1', '/me', { dependsOn: ['9'] })]],
  ])('is refused with %s', (_, requests) => {
    expect(batch(requests).status).toBe(400);
  });

  test('a part with a body needs its type, and an address of its own Graph', () => {
    const post = { id: '1', method: 'POST', url: `${PIM}/assignmentScheduleRequests`, body: activation(adele, rdp) };

    expect(batch([post, get('2', 'https://evil.example/me')]).body.responses.map(({ status }) => status)).toEqual([
      400, 400,
    ]);
  });
});

test('audits are kept for thirty days', () => {
  const { tenant } = busyTenant();
  tenant.wait(32 * 24 * HOUR);

  expect(tenant.call(null, 'GET', '/auditLogs/directoryAudits').body.value).toEqual([]);
});
