import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startGraphWorld, wish } from './world.ts';
import type { GraphWorld } from './world.ts';

let world: GraphWorld;
beforeAll(async () => {
  world = await startGraphWorld();
  for (const name of ['Adele Vance', 'Megan Bowen']) await world.signInAs(name);
});
afterAll(() => world.stop());
beforeEach(() => world.reset());

const marker = '1a2b3c4d-0000-4000-8000-000000000001';

/** Exchanges over the network: a batch counts once, its parts not at all. */
async function exchanges(): Promise<string[]> {
  return (await world.calls()).filter(({ batch }) => !batch).map(({ method, path }) => `${method} ${path}`);
}

describe('what a person waits for', () => {
  test('a cold activation costs eligibilities, policy and the order, one after the other', async () => {
    const adele = world.person('Adele Vance');
    await world.pim.eligibilities(adele);
    expect(await exchanges()).toHaveLength(2); // side by side: the person's list and the app's
    await world.pim.policy(world.target('Azure Readers'));
    await world.pim.order(adele, world.target('Azure Readers'), wish(), marker);
    expect((await exchanges()).slice(2).map((call) => call.replace(/.*\//, ''))).toEqual([
      'roleManagementPolicyAssignments',
      'assignmentScheduleRequests',
    ]);
  });

  test('a warm activation costs the order alone', async () => {
    const adele = world.person('Adele Vance');
    await world.pim.eligibilities(adele);
    await world.pim.policy(world.target('Azure Readers'));
    const before = (await exchanges()).length;
    await world.pim.eligibilities(adele);
    await world.pim.policy(world.target('Azure Readers'));
    await world.pim.order(adele, world.target('Azure Readers'), wish(), marker);
    expect((await exchanges()).slice(before)).toHaveLength(1);
  });

  test('asked twice at once the same is fetched once', async () => {
    const adele = world.person('Adele Vance');
    const target = world.target('Azure Readers');
    await Promise.all([
      world.pim.eligibilities(adele),
      world.pim.eligibilities(adele),
      world.pim.policy(target),
      world.pim.policy(target),
    ]);
    expect(await exchanges()).toHaveLength(3);
  });

  test('fresh asks again', async () => {
    const adele = world.person('Adele Vance');
    await world.pim.eligibilities(adele);
    await world.pim.eligibilities(adele, { fresh: true });
    await world.pim.policy(world.target('SQL Prod'));
    await world.pim.policy(world.target('SQL Prod'), { fresh: true });
    expect(await exchanges()).toHaveLength(6);
  });

  test('a refusal by policy is followed by a fresh reading of it', async () => {
    const target = world.target('SQL Prod');
    await world.pim.policy(target);
    expect((await world.pim.order(world.person('Adele Vance'), target, wish(), marker)).kind).toBe('policy');
    await world.pim.policy(target);
    expect((await exchanges()).filter((call) => call.includes('roleManagementPolicyAssignments'))).toHaveLength(2);
  });

  test('many policies come in batches of twenty, and those already known not at all', async () => {
    const targets = (await world.pim.eligibilities(world.person('Adele Vance'))).map(({ target }) => target);
    const before = (await exchanges()).length;
    const both = targets.flatMap((target) =>
      target.kind === 'group' ? (['member', 'owner'] as const).map((access) => ({ ...target, access })) : [],
    );
    expect((await world.pim.policies(both)).every((policy) => policy !== null)).toBe(true);
    expect(await exchanges()).toHaveLength(before + Math.ceil(both.length / 20));
    await world.pim.policies(both);
    expect(await exchanges()).toHaveLength(before + Math.ceil(both.length / 20));
  });

  test('a decision costs the stage and the word', async () => {
    const ordered = await world.pim.order(world.person('Adele Vance'), world.target('Azure Admins'), wish(), marker);
    if (ordered.kind !== 'accepted') throw new Error(ordered.kind);
    const before = (await exchanges()).length;
    const id = ordered.reading.approvalId!;
    const staged = await world.pim.stage(world.person('Megan Bowen'), id);
    if (staged.kind !== 'stage') throw new Error(staged.kind);
    await world.pim.rule(world.person('Megan Bowen'), { approvalId: id, stageId: staged.stage.id }, 'approve', 'ok');
    expect((await exchanges()).slice(before)).toHaveLength(2);
  });

  test('the approvers of a policy cost one batch, and then nothing', async () => {
    const policy = await world.pim.policy(world.target('Azure Admins'));
    const before = (await exchanges()).length;
    const rules = policy.approval!.approvers;
    await world.directory.approvers(world.sandbox.tenantId, rules);
    await world.directory.approvers(world.sandbox.tenantId, rules);
    expect((await exchanges()).slice(before)).toEqual(['POST /v1.0/$batch']);
  });
});
