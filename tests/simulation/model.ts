import { parseArgs } from 'node:util';
import fc from '../support/fast-check.ts';
import { isOver } from '../../src/core/activation.ts';
import type { Phase } from '../../src/core/activation.ts';
import { createGuard } from './invariants.ts';
import type { Guard } from './invariants.ts';
import { live } from './life.ts';
import { createPeople } from './people.ts';
import type { People, Person } from './people.ts';
import { chance } from './random.ts';
import { time } from './time.ts';
import { createWorld } from './world.ts';
import type { World } from './world.ts';

/**
 * One wish, its approvers and PIM's own pages against a model of a dozen lines. People act at the same moment and nobody
 * waits for an answer until everything settles; then the wish is where one of them has brought it. `-- --runs 200`.
 */

type Deed = 'ask' | 'approve' | 'deny' | 'cancel' | 'end' | 'portal' | 'hour' | 'again' | 'crash';
type Model = { phase: Phase | 'none'; racing: Deed[] };
type Real = {
  readonly world: World;
  readonly guard: Guard;
  readonly people: People;
  readonly adele: Person;
  readonly approvers: readonly Person[];
};
type Command = fc.AsyncCommand<Model, Real>;

const words = 'activate Azure Admins for 1h because canary';

const deeds: Readonly<Record<Deed, (real: Real) => void | Promise<void>>> = {
  ask: ({ people, adele }) => people.say(adele, words),
  approve: ({ people, approvers }) => pressNewest(people, approvers[0]!, 'Approve'),
  deny: ({ people, approvers }) => {
    const task = people.cards(approvers[1]!).findLast(({ buttons }) => buttons.includes('Approve'));
    const id = /Request (\w{8})/.exec(task?.text ?? '')?.[1];
    if (id !== undefined) people.say(approvers[1]!, `deny ${id} because no`);
  },
  cancel: ({ people, adele }) => pressNewest(people, adele, 'Cancel request'),
  end: ({ people, adele }) => pressNewest(people, adele, 'End now'),
  portal: ({ world }) => {
    const pending = world.cloud.world().requests.find(({ status }) => status === 'PendingApproval');
    const approval = world.cloud.world().approvals.find(({ id }) => id === pending?.approvalId);
    const path = `/identityGovernance/privilegedAccess/group/assignmentApprovals/${approval?.id ?? ''}/stages/${approval?.stageId ?? ''}`;
    const body = { reviewResult: 'Deny', justification: 'portal' };
    if (approval) world.cloud.portal('aaaaaaaa-0000-4000-8000-000000000003', 'PATCH', path, body);
  },
  hour: () => time.pass(3_600_000),
  again: ({ people }) => {
    const last = people.deeds.at(-1);
    if (last) people.again(last, false);
  },
  crash: async ({ world }) => {
    world.kill(world.hosts[0]!);
    await world.boot(world.hosts[0]!);
  },
};

function pressNewest(people: People, person: Person, title: string): void {
  const card = people.cards(person).findLast(({ buttons }) => buttons.includes(title));
  if (card) people.press(person, card, title);
}

function doing(deed: Deed): Command {
  return {
    check: () => true,
    async run(model, real) {
      model.racing.push(deed);
      await deeds[deed](real);
    },
    toString: () => deed,
  };
}

/** Where it may be, when all of these were done at once. */
function allowed({ phase, racing }: Model): readonly (Phase | 'none')[] {
  const did = (deed: Deed): boolean => racing.includes(deed);
  const asked = did('ask') || (did('again') && phase !== 'waiting');
  if (phase === 'none' || isOver(phase)) return asked ? [phase, 'waiting'] : [phase];
  if (phase === 'waiting') {
    const outcomes: (Phase | 'none')[] = [
      ...(did('approve') ? (['active', ...(did('hour') ? ['ended' as const] : [])] as const) : []),
      ...(did('deny') || did('portal') ? (['denied'] as const) : []),
      ...(did('cancel') ? (['cancelled'] as const) : []),
    ];
    // A second wish can follow on the first one's end, and a deed can be lost with the process or to a reading.
    const stays = outcomes.length === 0 || did('ask') || did('again') || did('crash');
    return stays ? [...outcomes, 'waiting'] : outcomes;
  }
  return did('end') || did('hour') ? ['active', 'ended', ...(asked ? (['waiting'] as const) : [])] : ['active'];
}

const settled: Command = {
  check: ({ racing }) => racing.length > 0,
  async run(model, { world, guard }) {
    await live(world, 3_000, 400);
    await live(world, 90_000, 2_000);
    await guard.look();
    const rows = await world.store().lastActivation({ tid: world.cloud.world().tenantId, oid: adele });
    const phase = rows?.phase ?? 'none';
    const may = allowed(model);
    if (!may.includes(phase)) {
      throw new Error(
        `from ${model.phase} by ${model.racing.join(' + ')} to ${phase}; the model has ${may.join(' or ')}`,
      );
    }
    if (guard.broken.length > 0) throw new Error(guard.broken.join('; '));
    Object.assign(model, { phase, racing: [] } satisfies Partial<Model>);
  },
  toString: () => 'settle',
};

const adele = 'aaaaaaaa-0000-4000-8000-000000000001';

async function begin(seed: number): Promise<Real> {
  const weather = { share: 0, kinds: [], lagMs: 0, hosts: 1 + (seed % 2), skewMs: 0 };
  const world = await createWorld(chance(seed), weather);
  const guard = createGuard(world);
  const people = createPeople(world);
  const named = (name: string): Person => people.all.find((person) => person.name === name)!;
  const cast = ['Adele Vance', 'Megan Bowen', 'Alex Wilber'].map(named);
  for (const host of world.hosts) await world.boot(host);
  for (const person of cast) people.open(person);
  await live(world, 2_000);
  for (const person of cast) {
    people.say(person, 'sign in');
    await live(world, 2_000);
    const card = people.cards(person).findLast(({ buttons }) => buttons.includes('Sign in'));
    if (card) people.follow(person, card);
    await live(world, 2_000);
  }
  return { world, guard, people, adele: cast[0]!, approvers: cast.slice(1) };
}

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '100' }, seed: { type: 'string' }, path: { type: 'string' } },
});
const names: readonly Deed[] = ['ask', 'approve', 'deny', 'cancel', 'end', 'portal', 'hour', 'again', 'crash'];
const often: readonly Deed[] = ['ask', 'approve'];
const commands = fc.commands(
  [...names, ...often]
    .map((deed) => fc.constant(doing(deed)))
    .concat(Array.from({ length: 5 }, () => fc.constant(settled))),
  { maxCommands: 24, size: '+1' },
);
let seen = 0;
await fc.assert(
  fc.asyncProperty(fc.integer({ min: 1, max: 1_000_000 }), commands, async (seed, some) => {
    const real = await begin(seed);
    try {
      const model: Model = { phase: 'none', racing: [] };
      // What matters happens to a wish that waits, so there is one from the start.
      await fc.asyncModelRun(() => ({ model, real }), [doing('ask'), settled, ...some, settled]);
      seen += real.world.cloud.writes.filter(({ status }) => status < 300).length;
    } finally {
      await real.world.stop();
    }
  }),
  {
    numRuns: Number(values.runs),
    endOnFailure: false,
    ...(values.seed === undefined ? {} : { seed: Number(values.seed) }),
    ...(values.path === undefined ? {} : { path: values.path }),
  },
);
process.stdout.write(`Model: ${values.runs} runs hold; ${seen} effects at PIM.\n`);
process.exit(0);
