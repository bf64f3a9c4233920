import { describe, expect, test } from '@jest/globals';
import { activation, deactivation, HOUR, ids, MINUTE, openTenant, PIM, refusalOf, START } from '../support/tenant.ts';

const requests = `${PIM}/assignmentScheduleRequests`;
const { adele, megan, grady } = ids;
const at = (offset: number): string => new Date(START + offset).toISOString();

describe('activation without approval', () => {
  test('makes the person a member at once when nothing delays the write, and tells so', () => {
    const tenant = openTenant();

    const posted = tenant.call(adele, 'POST', requests, activation(adele, ids.rdp));

    expect(posted.status).toBe(201);
    expect(posted.body).toMatchObject({
      status: 'Provisioned',
      approvalId: null,
      action: 'selfActivate',
      principalId: adele,
    });
    expect(posted.body.targetScheduleId).toBe(`${ids.rdp}_member_${posted.body.id}`);
    expect(tenant.call(null, 'GET', `/groups/${ids.rdp}/members`).body.value.map((one) => one.id)).toEqual([adele]);
  });

  test('is pending while the write lasts, then provisioned, then over by itself', () => {
    const tenant = openTenant(3000);
    const { id } = tenant.call(adele, 'POST', requests, activation(adele, ids.rdp)).body;
    const status = (): string => tenant.call(adele, 'GET', `${requests}/${id}`).body.status;
    const members = (): readonly unknown[] => tenant.call(null, 'GET', `/groups/${ids.rdp}/members`).body.value;

    expect([status(), members().length]).toEqual(['PendingProvisioning', 0]);
    tenant.wait(3000);
    expect([status(), members().length]).toEqual(['Provisioned', 1]);
    tenant.wait(2 * HOUR - 3001);
    expect(members()).toHaveLength(1);
    tenant.wait(1);
    expect(members()).toHaveLength(0);
    expect(
      tenant.call(
        null,
        'GET',
        `${PIM}/assignmentScheduleInstances?$filter=groupId eq '${ids.rdp}' and principalId eq '${adele}'`,
      ).body.value,
    ).toEqual([]);
  });

  test('ends at the named time when the request names one', () => {
    const tenant = openTenant();
    const scheduleInfo = { expiration: { type: 'AfterDateTime', endDateTime: at(HOUR) } };

    tenant.call(adele, 'POST', requests, activation(adele, ids.rdp, { scheduleInfo }));

    const filter = `$filter=principalId eq '${adele}' and assignmentType eq 'activated'`;
    const [instance] = tenant.call(null, 'GET', `${PIM}/assignmentScheduleInstances?${filter}`).body.value;
    expect(instance).toMatchObject({ startDateTime: at(0), endDateTime: at(HOUR), memberType: 'direct' });
  });

  test('with a start to come is granted, becomes real at its start and ends after its duration', () => {
    const tenant = openTenant();
    const scheduleInfo = { startDateTime: at(HOUR), expiration: { type: 'afterDuration', duration: 'PT1H' } };
    const { id, status } = tenant.call(adele, 'POST', requests, activation(adele, ids.rdp, { scheduleInfo })).body;
    const group = tenant.world.groups.find((one) => one.id === ids.rdp);

    expect(status).toBe('Granted');
    expect(group?.members).toEqual([]);
    tenant.wait(HOUR);
    expect(tenant.call(adele, 'GET', `${requests}/${id}`).body.status).toBe('Provisioned');
    expect(group?.members).toEqual([adele]);
    tenant.wait(HOUR);
    expect(group?.members).toEqual([]);
  });

  test('survives a clock moved far at once: everything happens in its order', () => {
    const tenant = openTenant(3000);
    tenant.call(adele, 'POST', requests, activation(adele, ids.rdp));

    tenant.wait(48 * HOUR);

    const texts = tenant.world.audits
      .filter((row) => row.loggedByService === 'PIM')
      .map((row) => [row.activityDisplayName, row.activityDateTime]);
    expect(texts).toEqual([
      ['Add member to role requested (PIM activation)', at(0)],
      ['Add member to role completed (PIM activation)', at(3000)],
      ['Remove member from role (PIM activation expired)', at(2 * HOUR)],
    ]);
  });

  test('as owner makes an owner, not a member', () => {
    const tenant = openTenant();

    tenant.call(adele, 'POST', requests, activation(adele, ids.privilegedOwners, { accessId: 'owner' }));

    const group = tenant.world.groups.find((one) => one.id === ids.privilegedOwners);
    expect([group?.owners.includes(adele), group?.members.includes(adele)]).toEqual([true, false]);
  });

  test('through a group one belongs to is for oneself alone', () => {
    const tenant = openTenant();

    const posted = tenant.call(adele, 'POST', requests, activation(adele, ids.keyVault));

    expect(posted.status).toBe(201);
    expect(tenant.world.groups.find((one) => one.id === ids.keyVault)?.members).toEqual([adele]);
    expect(tenant.world.assignments[0]?.memberType).toBe('group');
  });

  test('as a dry run answers like the real one and leaves nothing behind', () => {
    const tenant = openTenant();

    const dry = tenant.call(adele, 'POST', requests, activation(adele, ids.rdp, { isValidationOnly: true }));

    expect(dry).toMatchObject({ status: 201, body: { isValidationOnly: true, targetScheduleId: null } });
    expect([tenant.world.requests, tenant.world.assignments, tenant.world.audits]).toEqual([[], [], []]);
    expect(tenant.call(adele, 'GET', `${requests}/${dry.body.id}`).status).toBe(404);
  });
});

const SHORT = { expiration: { type: 'afterDuration', duration: 'PT4M' } };
const LONG = { expiration: { type: 'afterDuration', duration: 'PT9H' } };

describe('activation is refused', () => {
  test.each<[string, string, unknown, number, string]>([
    ['for somebody else', adele, activation(megan, ids.rdp), 403, 'wrapped InsufficientPermissions'],
    [
      'without an eligibility',
      megan,
      activation(megan, ids.research),
      400,
      'RoleAssignmentRequestPolicyValidationFailed: The following policy rules failed: ["EligibilityRule"]',
    ],
    [
      'as owner by an eligible member',
      adele,
      activation(adele, ids.rdp, { accessId: 'owner' }),
      400,
      'RoleAssignmentRequestPolicyValidationFailed: The following policy rules failed: ["EligibilityRule"]',
    ],
    [
      'for longer than the policy',
      adele,
      activation(adele, ids.rdp, { scheduleInfo: LONG }),
      400,
      'RoleAssignmentRequestPolicyValidationFailed: The following policy rules failed: ["ExpirationRule"]',
    ],
    [
      'without an end',
      adele,
      activation(adele, ids.rdp, { scheduleInfo: { expiration: { type: 'noExpiration' } } }),
      400,
      'RoleAssignmentRequestPolicyValidationFailed: The following policy rules failed: ["ExpirationRule"]',
    ],
    [
      'without a reason',
      adele,
      activation(adele, ids.rdp, { justification: ' ' }),
      400,
      'RoleAssignmentRequestPolicyValidationFailed: The following policy rules failed: ["JustificationRule"]',
    ],
    [
      'without a ticket, all broken rules named',
      adele,
      activation(adele, ids.sql, { justification: null, scheduleInfo: LONG }),
      400,
      'RoleAssignmentRequestPolicyValidationFailed: The following policy rules failed: ["ExpirationRule","JustificationRule","TicketingRule"]',
    ],
    [
      'for less than five minutes',
      adele,
      activation(adele, ids.rdp, { scheduleInfo: SHORT }),
      400,
      'ActiveDurationTooShort: The Active duration is too short. Miniumum Required is 5 minutes.',
    ],
    [
      'with an end in the past',
      adele,
      activation(adele, ids.rdp, { scheduleInfo: { expiration: { type: 'afterDateTime', endDateTime: at(-1) } } }),
      400,
      'InvalidRoleAssignmentRequestSchedule',
    ],
    [
      'without a schedule',
      adele,
      activation(adele, ids.rdp, { scheduleInfo: undefined }),
      400,
      'InvalidRoleAssignmentRequestSchedule',
    ],
    [
      'with an unreadable duration',
      adele,
      activation(adele, ids.rdp, { scheduleInfo: { expiration: { type: 'afterDuration', duration: '2h' } } }),
      400,
      'InvalidRoleAssignmentRequestSchedule',
    ],
    [
      'with an unknown action',
      adele,
      activation(adele, ids.rdp, { action: 'selfExtend' }),
      400,
      'InvalidRoleAssignmentRequest: The role assignment request is invalid.',
    ],
    [
      'with a user principal name as principal',
      adele,
      activation('AdeleV@contoso.onmicrosoft.com', ids.rdp),
      400,
      'InvalidRoleAssignmentRequest: ',
    ],
    [
      'with a property the resource does not have',
      adele,
      activation(adele, ids.rdp, { reason: 'x' }),
      400,
      'InvalidRoleAssignmentRequest: ',
    ],
    [
      'for a group that does not exist',
      adele,
      activation(adele, 'bbbbbbbb-0000-4000-8000-000000000099'),
      404,
      'ResourceNotFound',
    ],
  ])('%s', (_, who, body, status, text) => {
    const tenant = openTenant();

    const reply = tenant.call(who, 'POST', requests, body);

    expect(reply.status).toBe(status);
    expect(refusalOf(reply).startsWith(text)).toBe(true);
    expect(tenant.world.requests).toEqual([]);
  });

  test('by an application, whatever it may do', () => {
    const reply = openTenant().call(null, 'POST', requests, activation(adele, ids.rdp));

    expect([reply.status, refusalOf(reply).split(':')[0]]).toEqual([403, 'wrapped InsufficientPermissions']);
  });

  test('a second time while one runs, while one waits, and while one is still to start', () => {
    const tenant = openTenant();
    const scheduleInfo = { startDateTime: at(HOUR), expiration: { type: 'afterDuration', duration: 'PT1H' } };
    tenant.call(adele, 'POST', requests, activation(adele, ids.rdp));
    tenant.call(adele, 'POST', requests, activation(adele, ids.azureAdmins));
    tenant.call(adele, 'POST', requests, activation(adele, ids.azureReaders, { scheduleInfo }));

    const again = [ids.rdp, ids.azureAdmins, ids.azureReaders].map(
      (group) => refusalOf(tenant.call(adele, 'POST', requests, activation(adele, group))).split(':')[0],
    );

    expect(again).toEqual(['RoleAssignmentExists', 'PendingRoleAssignmentRequest', 'RoleAssignmentExists']);
  });

  test('to begin where the running one ends', () => {
    const tenant = openTenant();
    tenant.call(adele, 'POST', requests, activation(adele, ids.rdp));
    const scheduleInfo = { startDateTime: at(2 * HOUR), expiration: { type: 'afterDuration', duration: 'PT1H' } };

    const reply = tenant.call(adele, 'POST', requests, activation(adele, ids.rdp, { scheduleInfo }));

    expect(refusalOf(reply)).toBe('RoleAssignmentExists: The Role assignment already exists.');
  });

  test('of a member without PIM', () => {
    const tenant = openTenant();
    tenant.world.groups.find((one) => one.id === ids.rdp)?.members.push(adele);

    expect(refusalOf(tenant.call(adele, 'POST', requests, activation(adele, ids.rdp)))).toMatch(
      /^RoleAssignmentExists/,
    );
  });
});

describe('step-up', () => {
  const rule = `#microsoft.graph.unifiedRoleManagementPolicyEnablementRule`;

  test.each<[string, Record<string, unknown>, number]>([
    ['a token without the context', {}, 400],
    ['a token with the context of a client that never declared cp1', { acrs: ['c1'], clientCapabilities: [] }, 400],
    ['another context', { acrs: ['c2'] }, 400],
    ['the context and cp1', { acrs: ['c1'] }, 201],
  ])('authentication context: %s', (_, token, status) => {
    const scheduleInfo = { expiration: { type: 'afterDuration', duration: 'PT1H' } };

    const reply = openTenant().call(adele, 'POST', requests, activation(adele, ids.finance, { scheduleInfo }), token);

    expect(reply.status).toBe(status);
    if (status === 201) return;
    expect(refusalOf(reply)).toBe(
      'RoleAssignmentRequestAcrsValidationFailed: &claims=%7B%22access_token%22%3A%7B%22acrs%22%3A%7B%22essential%22%3Atrue%2C%20%22value%22%3A%22c1%22%7D%7D%7D',
    );
  });

  test('the MFA rule wants mfa among the ways of signing in and gives no claims', () => {
    const tenant = openTenant();
    const policyId =
      tenant.call(
        null,
        'GET',
        `/policies/roleManagementPolicyAssignments?$filter=scopeId eq '${ids.rdp}' and scopeType eq 'Group' and roleDefinitionId eq 'member'`,
      ).body.value[0]?.policyId ?? '';
    tenant.call(null, 'PATCH', `/policies/roleManagementPolicies/${policyId}/rules/Enablement_EndUser_Assignment`, {
      '@odata.type': rule,
      enabledRules: ['MultiFactorAuthentication'],
    });

    const without = tenant.call(adele, 'POST', requests, activation(adele, ids.rdp));
    const withIt = tenant.call(adele, 'POST', requests, activation(adele, ids.rdp), { amr: ['pwd', 'mfa'] });

    expect(refusalOf(without)).toBe(
      'RoleAssignmentRequestPolicyValidationFailed: The following policy rules failed: ["MfaRule"]',
    );
    expect(withIt.status).toBe(201);
  });
});

describe('deactivation', () => {
  test('ends the activation and answers Revoked, which is no failure', () => {
    const tenant = openTenant();
    tenant.call(adele, 'POST', requests, activation(adele, ids.rdp));
    tenant.wait(5 * MINUTE);

    const reply = tenant.call(adele, 'POST', requests, deactivation(adele, ids.rdp));

    expect(reply).toMatchObject({ status: 201, body: { status: 'Revoked', action: 'selfDeactivate' } });
    expect(tenant.world.groups.find((one) => one.id === ids.rdp)?.members).toEqual([]);
    expect(tenant.world.audits.map((row) => row.activityDisplayName)).toEqual(
      expect.arrayContaining(['Remove member from role completed (PIM deactivate)', 'Remove member from group']),
    );
  });

  test('is refused in the first five minutes', () => {
    const tenant = openTenant();
    tenant.call(adele, 'POST', requests, activation(adele, ids.rdp));
    tenant.wait(5 * MINUTE - 1);

    expect(refusalOf(tenant.call(adele, 'POST', requests, deactivation(adele, ids.rdp)))).toMatch(
      /^ActiveDurationTooShort/,
    );
  });

  test('is refused where nothing is active, as the wrong side too', () => {
    const tenant = openTenant();
    tenant.call(adele, 'POST', requests, activation(adele, ids.privilegedOwners, { accessId: 'owner' }));
    tenant.wait(HOUR);

    expect(refusalOf(tenant.call(adele, 'POST', requests, deactivation(adele, ids.rdp)))).toBe(
      'RoleAssignmentDoesNotExist: The Role assignment does not exist.',
    );
    expect(refusalOf(tenant.call(adele, 'POST', requests, deactivation(adele, ids.privilegedOwners)))).toMatch(
      /^RoleAssignmentDoesNotExist/,
    );
  });
});

describe('cancelling', () => {
  test('takes a waiting request back', () => {
    const tenant = openTenant();
    const { id } = tenant.call(adele, 'POST', requests, activation(adele, ids.azureAdmins)).body;

    const reply = tenant.call(adele, 'POST', `${requests}/${id}/cancel`);

    expect(reply).toEqual({ status: 204, body: null });
    expect(tenant.call(adele, 'GET', `${requests}/${id}`).body.status).toBe('Canceled');
    expect(
      tenant.call(megan, 'PATCH', `${PIM}/assignmentApprovals/${id}/stages/${id}`, { reviewResult: 'Approve' }).status,
    ).toBe(409);
    tenant.wait(48 * HOUR);
    expect(tenant.call(adele, 'GET', `${requests}/${id}`).body.status).toBe('Canceled');
  });

  test('is for the requester and administrators, and only while the request is open', () => {
    const tenant = openTenant();
    const { id } = tenant.call(adele, 'POST', requests, activation(adele, ids.azureAdmins)).body;
    const done = tenant.call(adele, 'POST', requests, activation(adele, ids.rdp)).body.id;
    const cancel = (who: string, which: string): number =>
      tenant.call(who, 'POST', `${requests}/${which}/cancel`).status;

    expect([cancel(grady, id), cancel(adele, done), cancel(adele, 'none'), cancel(ids.patti, id)]).toEqual([
      403, 400, 404, 204,
    ]);
  });
});

test('the row PIM writes names the actor, the group, the person and the request', () => {
  const tenant = openTenant();
  const { id } = tenant.call(
    adele,
    'POST',
    requests,
    activation(adele, ids.rdp, { ticketInfo: { ticketNumber: 'CHG1' } }),
  ).body;

  const url = `/auditLogs/directoryAudits?$filter=loggedByService eq 'PIM' and initiatedBy/user/id eq '${adele}'&$orderby=activityDateTime desc`;
  const [row] = tenant.call(null, 'GET', url).body.value;

  expect(row).toMatchObject({ category: 'GroupManagement', correlationId: id, result: 'success' });
  expect(row?.initiatedBy.user).toMatchObject({ id: adele, displayName: 'Adele Vance' });
  expect(row?.targetResources.map((one) => [one.type, one.id])).toEqual(
    expect.arrayContaining([
      ['Group', ids.rdp],
      ['User', adele],
      ['Request', id],
    ]),
  );
  expect(row?.additionalDetails).toContainEqual({ key: 'TicketNumber', value: 'CHG1' });
});
