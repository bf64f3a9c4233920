import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Ordered } from '../../src/ports/pim.ts';
import { signInInBrowser } from '../support/browser-sign-in.ts';
import { startGraphWorld, wish } from './world.ts';
import type { GraphWorld } from './world.ts';

let world: GraphWorld;
beforeAll(async () => (world = await startGraphWorld()));
afterAll(() => world.stop());
beforeEach(async () => {
  await world.reset();
  await world.service.forget(world.person('Adele Vance'));
  await world.signInAs('Adele Vance');
});

const marker = '1a2b3c4d-0000-4000-8000-000000000001';
const orders = { method: 'POST', path: '/assignmentScheduleRequests' };

function order(): Promise<Ordered> {
  const target = world.target('Finance Break Glass');
  return world.pim.order(world.person('Adele Vance'), target, wish({ length: { kind: 'for', minutes: 30 } }), marker);
}

function claimsOf(ordered: Ordered): string {
  if (ordered.kind !== 'stepUp' || ordered.claims === null) throw new Error(`no step-up: ${ordered.kind}`);
  return ordered.claims;
}

async function posts(): Promise<number> {
  return (await world.calls()).filter(({ method, path }) => method === 'POST' && path.endsWith('Requests')).length;
}

describe('an authentication context', () => {
  test('is asked for in PIM’s words, and the order goes through once it is passed', async () => {
    const claims = claimsOf(await order());
    expect(JSON.parse(claims)).toMatchObject({ access_token: { acrs: { value: 'c1' } } });
    expect(await posts()).toBe(1);
    expect((await world.signInAs('Adele Vance', claims)).status).toBe(200);
    expect((await order()).kind).toBe('accepted');
    expect(await posts()).toBe(3); // refused with the everyday token, accepted with the one of the step-up
  });

  test('passed once does not reach the person’s everyday token', async () => {
    const claims = claimsOf(await order());
    const everyday = await world.service.tokenOf(world.person('Adele Vance'));
    await world.signInAs('Adele Vance', claims);
    const adele = world.person('Adele Vance');
    expect(await world.service.tokenOf(adele)).toBe(everyday);
    expect(world.service.stepUps.of(adele, claims)).not.toBe(everyday);
    expect(world.another().stepUps.of(adele, claims)).toBeNull();
  });

  test('passed for one is not passed for another, and not by another person', async () => {
    const claims = claimsOf(await order());
    await world.signInAs('Adele Vance', claims);
    const adele = world.person('Adele Vance');
    const form = '{"access_token":{"acrs":{"values":["c1"],"essential":true}}}';
    expect(world.service.stepUps.of(adele, form)).not.toBeNull();
    expect(world.service.stepUps.of(adele, claims.replace('c1', 'c2'))).toBeNull();
    expect(world.service.stepUps.of(world.person('Megan Bowen'), claims)).toBeNull();
  });

  test('is over with the token’s life and with signing out', async () => {
    const claims = claimsOf(await order());
    const adele = world.person('Adele Vance');
    await world.signInAs('Adele Vance', claims);
    world.clock.move(2 * 3_600_000);
    expect(world.service.stepUps.of(adele, claims)).toBeNull();
    world.clock.move(-2 * 3_600_000);
    await world.signInAs('Adele Vance', claims);
    await world.service.forget(adele);
    expect(world.service.stepUps.of(adele, claims)).toBeNull();
  });

  test('refused again is told, never looped, and the token is not tried a second time', async () => {
    const claims = claimsOf(await order());
    await world.signInAs('Adele Vance', claims);
    const message = `&claims=${encodeURIComponent(claims)}`;
    await world.sandbox.fault({
      match: orders,
      times: 9,
      answer: { status: 400, body: { error: { code: 'RoleAssignmentRequestAcrsValidationFailed', message } } },
    });
    const before = await posts();
    expect(await order()).toEqual({ kind: 'stepUp', claims: null });
    expect((await posts()) - before).toBe(2);
    expect(await order()).toEqual({ kind: 'stepUp', claims });
    expect((await posts()) - before).toBe(3);
  });

  test('is asked of Entra with the client’s capability, and is not passed by somebody else', async () => {
    const claims = claimsOf(await order());
    const started = await world.visit(await world.service.link(world.person('Adele Vance'), 'p', claims));
    const authorize = new URL(started.headers['Location']!);
    expect(JSON.parse(authorize.searchParams.get('claims')!)).toMatchObject({
      access_token: { acrs: { value: 'c1' }, xms_cc: { values: ['CP1'] } },
    });
    const page = await world.visit(await signInInBrowser(authorize.href, 'Megan Bowen'));
    expect(page.status).toBe(403);
    expect(world.service.stepUps.of(world.person('Adele Vance'), claims)).toBeNull();
    expect(world.service.stepUps.of(world.person('Megan Bowen'), claims)).toBeNull();
  });
});

test('MFA without a challenge is asked for by a sign-in that asks for it', async () => {
  const adele = world.person('Adele Vance');
  const message = 'The following policy rules failed: ["MfaRule"]';
  const answer = { status: 400, body: { error: { code: 'RoleAssignmentRequestPolicyValidationFailed', message } } };
  await world.sandbox.fault({ match: orders, times: 2, answer });
  const ordering = () => world.pim.order(adele, world.target('Azure Readers'), wish(), marker);
  const claims = claimsOf(await ordering());
  await world.signInAs('Adele Vance', claims);
  expect((await ordering()).kind).toBe('accepted');
  const token = world.service.stepUps.of(adele, claims)!;
  const payload = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as unknown;
  expect(payload).toMatchObject({ amr: expect.arrayContaining(['mfa']) });
});

test('claims that are none never become a link', async () => {
  for (const claims of ['', '{}', 'javascript:alert(1)', '{"access_token":"x"}']) {
    const linked = world.service.link(world.person('Adele Vance'), 'p', claims);
    await expect(linked).rejects.toThrow('no claims request');
  }
});
