import { describe, expect, test } from '@jest/globals';
import type { Tenant } from '../support/tenant.ts';
import { activation, HOUR, ids, openTenant, PIM, refusalOf, START } from '../support/tenant.ts';

const requests = `${PIM}/assignmentScheduleRequests`;
const { adele, megan, alex, nestor, diego } = ids;
const at = (offset: number): string => new Date(START + offset).toISOString();
const exchange = activation(adele, ids.exchange, { ticketInfo: { ticketNumber: 'CHG1', ticketSystem: 'ITSM' } });

function waiting(tenant: Tenant, body: unknown = activation(adele, ids.azureAdmins), who: string = adele): string {
  return tenant.call(who, 'POST', requests, body).body.id;
}

function stage(id: string): string {
  return `${PIM}/assignmentApprovals/${id}/stages/${id}`;
}

test('a request that needs approval waits, under the id that its approval and stage share', () => {
  const tenant = openTenant();
  const id = waiting(tenant);

  const request = tenant.call(adele, 'GET', `${requests}/${id}`).body;
  const approval = tenant.call(megan, 'GET', `${PIM}/assignmentApprovals/${id}?$expand=stages`).body;

  expect(request).toMatchObject({ status: 'PendingApproval', approvalId: id, completedDateTime: null });
  expect(approval).toMatchObject({
    id,
    stages: [{ id, reviewResult: 'NotReviewed', status: 'InProgress', assignedToMe: true, justification: '' }],
  });
  expect(tenant.world.assignments).toEqual([]);
});

describe('approving', () => {
  test('makes the activation real and lets its duration count from the decision', () => {
    const tenant = openTenant(3000);
    const id = waiting(tenant);
    tenant.wait(HOUR);

    const patched = tenant.call(megan, 'PATCH', stage(id), { reviewResult: 'Approve', justification: 'Go' });
    const status = (): string => tenant.call(adele, 'GET', `${requests}/${id}`).body.status;

    expect(patched).toEqual({ status: 204, body: null });
    expect(status()).toBe('PendingProvisioning');
    tenant.wait(3000);
    expect(status()).toBe('Provisioned');
    expect(tenant.world.assignments).toMatchObject([{ startDateTime: at(HOUR), endDateTime: at(3 * HOUR) }]);
    expect(tenant.call(alex, 'GET', stage(id)).body).toMatchObject({
      reviewResult: 'Approved',
      status: 'Completed',
      reviewedDateTime: at(HOUR),
      justification: 'Go',
      reviewedBy: { id: megan, displayName: 'Megan Bowen' },
    });
  });

  test('keeps an end that the request named', () => {
    const tenant = openTenant();
    const scheduleInfo = { expiration: { type: 'afterDateTime', endDateTime: at(2 * HOUR) } };
    const id = waiting(tenant, activation(adele, ids.azureAdmins, { scheduleInfo }));
    tenant.wait(HOUR);

    tenant.call(megan, 'PATCH', stage(id), { reviewResult: 'Approve' });

    expect(tenant.world.assignments).toMatchObject([{ startDateTime: at(HOUR), endDateTime: at(2 * HOUR) }]);
  });

  test('after the named end fails', () => {
    const tenant = openTenant();
    const scheduleInfo = { expiration: { type: 'afterDateTime', endDateTime: at(HOUR) } };
    const id = waiting(tenant, activation(adele, ids.azureAdmins, { scheduleInfo }));
    tenant.wait(HOUR);

    tenant.call(megan, 'PATCH', stage(id), { reviewResult: 'Approve' });

    expect(tenant.call(adele, 'GET', `${requests}/${id}`).body.status).toBe('Failed');
    expect(tenant.world.assignments).toEqual([]);
  });

  test('before a named start leaves the request granted until then', () => {
    const tenant = openTenant();
    const scheduleInfo = { startDateTime: at(3 * HOUR), expiration: { type: 'afterDuration', duration: 'PT1H' } };
    const id = waiting(tenant, activation(adele, ids.azureAdmins, { scheduleInfo }));

    tenant.call(megan, 'PATCH', stage(id), { reviewResult: 'Approve' });

    expect(tenant.call(adele, 'GET', `${requests}/${id}`).body.status).toBe('Granted');
    tenant.wait(3 * HOUR);
    expect(tenant.world.assignments).toMatchObject([{ startDateTime: at(3 * HOUR), endDateTime: at(4 * HOUR) }]);
  });
});

test('denying ends the request without an assignment', () => {
  const tenant = openTenant();
  const id = waiting(tenant);

  tenant.call(alex, 'PATCH', stage(id), { reviewResult: 'Deny', justification: 'Not now' });

  expect(tenant.call(adele, 'GET', `${requests}/${id}`).body.status).toBe('Denied');
  expect(tenant.call(adele, 'GET', stage(id)).body).toMatchObject({ reviewResult: 'Denied', justification: 'Not now' });
  expect(tenant.world.assignments).toEqual([]);
  expect(tenant.world.audits.at(-1)?.activityDisplayName).toBe('Add member to role request denied (PIM activation)');
});

describe('a decision is refused', () => {
  test('after another approver has decided, with 409', () => {
    const tenant = openTenant();
    const id = waiting(tenant);
    tenant.call(megan, 'PATCH', stage(id), { reviewResult: 'Approve' });

    expect(tenant.call(alex, 'PATCH', stage(id), { reviewResult: 'Deny' }).status).toBe(409);
    expect(tenant.call(adele, 'GET', `${requests}/${id}`).body.status).toBe('Provisioned');
  });

  test.each<[string, string | null, number]>([
    ['from somebody the policy does not name', diego, 403],
    ['from the requester', adele, 403],
    ['from an application', null, 403],
    ['from an approver', megan, 204],
  ])('%s', (_, who, status) => {
    const tenant = openTenant();
    const id = waiting(tenant);

    expect(tenant.call(who, 'PATCH', stage(id), { reviewResult: 'Approve' }).status).toBe(status);
  });

  test.each<[boolean, number]>([
    [false, 403],
    [true, 204],
  ])('from an approver on their own request, unless the tenant allows it (%s)', (allowSelfApproval, status) => {
    const tenant = openTenant();
    tenant.world.settings.allowSelfApproval = allowSelfApproval;
    const id = waiting(tenant, activation(megan, ids.azureAdmins), megan);

    expect(tenant.call(megan, 'PATCH', stage(id), { reviewResult: 'Approve' }).status).toBe(status);
  });

  test.each<[string, unknown]>([
    ['the result instead of the verb', { reviewResult: 'Approved' }],
    ['no verb', { justification: 'x' }],
    ['something more', { reviewResult: 'Approve', status: 'Completed' }],
  ])('that says %s', (_, body) => {
    const tenant = openTenant();
    const id = waiting(tenant);

    expect(tenant.call(megan, 'PATCH', stage(id), body).status).toBe(400);
    expect(tenant.call(megan, 'GET', stage(id)).body.status).toBe('InProgress');
  });

  test('without the reason that the policy asks of approvers', () => {
    const tenant = openTenant();
    const id = waiting(tenant, exchange);

    const without = tenant.call(nestor, 'PATCH', stage(id), { reviewResult: 'Approve', justification: '' });
    const withIt = tenant.call(nestor, 'PATCH', stage(id), { reviewResult: 'Approve', justification: 'Known case' });

    expect(refusalOf(without)).toMatch(/JustificationRule/);
    expect(withIt.status).toBe(204);
  });

  test('on an approval or stage that does not exist', () => {
    const tenant = openTenant();
    const id = waiting(tenant);
    const other = 'dddddddd-0000-4000-8000-000000000001';
    const decide = (path: string): number =>
      tenant.call(megan, 'PATCH', `${PIM}/assignmentApprovals/${path}`, { reviewResult: 'Approve' }).status;

    expect([decide(`${other}/stages/${other}`), decide(`${id}/stages/${other}`)]).toEqual([404, 404]);
  });
});

test('approvers named by a group are its members at any depth', () => {
  const tenant = openTenant();
  waiting(tenant, exchange);
  const listed = (who: string): number =>
    tenant.call(who, 'GET', `${requests}/filterByCurrentUser(on='approver')?$filter=status eq 'PendingApproval'`).body
      .value.length;

  expect([megan, nestor, alex, diego, adele].map(listed)).toEqual([1, 1, 1, 0, 0]);
});

test('a request that nobody decides lapses after a day', () => {
  const tenant = openTenant();
  const id = waiting(tenant);
  tenant.wait(24 * HOUR - 1);
  expect(tenant.call(adele, 'GET', `${requests}/${id}`).body.status).toBe('PendingApproval');

  tenant.wait(1);

  expect(tenant.call(adele, 'GET', `${requests}/${id}`).body.status).toBe('Failed');
  expect(tenant.call(megan, 'GET', stage(id)).body).toMatchObject({ status: 'Expired', reviewResult: 'NotReviewed' });
  expect(tenant.call(megan, 'PATCH', stage(id), { reviewResult: 'Approve' }).status).toBe(409);
  expect(tenant.world.audits.at(-1)).toMatchObject({
    activityDisplayName: 'PIM activation request expired',
    initiatedBy: { app: { displayName: 'MS-PIM' } },
  });
  expect(tenant.call(adele, 'POST', requests, activation(adele, ids.azureAdmins)).body.status).toBe('PendingApproval');
});

test('beta calls the stages of an approval steps, and each version only its own name', () => {
  const tenant = openTenant();
  const id = waiting(tenant);
  const get = (path: string): number => tenant.call(megan, 'GET', path).status;

  expect(get(`/beta${PIM}/assignmentApprovals/${id}/steps/${id}`)).toBe(200);
  expect(get(`/v1.0${PIM}/assignmentApprovals/${id}/steps/${id}`)).toBe(400);
  expect(get(`/beta${PIM}/assignmentApprovals/${id}/stages`)).toBe(400);
  expect(
    tenant.call(megan, 'PATCH', `/beta${PIM}/assignmentApprovals/${id}/steps/${id}`, { reviewResult: 'Deny' }).status,
  ).toBe(204);
});
