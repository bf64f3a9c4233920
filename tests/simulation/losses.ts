import { chance as chanceOf } from './random.ts';
import type { Chance } from './random.ts';
import type { Kind } from './database.ts';
import { historyOf, liveOut } from './history.ts';
import type { History } from './history.ts';
import { createGuard } from './invariants.ts';
import { live } from './life.ts';
import { createPeople } from './people.ts';
import type { Card } from '../support/conversations.ts';
import type { People, Person } from './people.ts';
import { time } from './time.ts';
import { createWorld, endFaults } from './world.ts';
import type { World } from './world.ts';

/**
 * Two programs on one database, and a network that loses what PIM answers: to writes that were done, were not, or are done
 * only later, and to the readings that are to tell which. Meanwhile everything comes twice, to either program.
 */

const seconds = 1_000;
const minutes = 60 * seconds;

/** As a history, but short: one wish after the other, and each step of it lost, repeated and raced. */
export async function runLosses(seed: number, kind: Kind, steps = Infinity): Promise<History> {
  const chance = chanceOf(seed);
  const losses = { writes: chance.pick([40, 70, 90]), reads: chance.pick([0, 30, 60]) };
  const skewMs = chance.pick([0, 0, 0, -10 * minutes, 10 * minutes]);
  const world = await createWorld(chance, { share: 0, kinds: [], lagMs: 0, hosts: 2, skewMs, losses }, kind);
  const guard = createGuard(world);
  try {
    const people = createPeople(world);
    const cast = await begin(world, people);
    world.calm = false;
    const deeds = 10 + chance.below(10);
    for (let step = 0; step < Math.min(deeds, steps); step += 1) {
      await act(world, people, cast);
      await guard.look();
    }
    await calmDown(world);
    await guard.settle(people, false);
    await liveOut(world, people, guard, { step: 2_000, last: 1 * minutes });
    return historyOf(seed, world, people, guard);
  } finally {
    await world.stop();
  }
}

type Cast = { readonly adele: Person; readonly approvers: readonly Person[] };

async function begin(world: World, people: People): Promise<Cast> {
  for (const host of world.hosts) await world.boot(host);
  const named = (name: string): Person => people.all.find((person) => person.name === name)!;
  const cast = { adele: named('Adele Vance'), approvers: [named('Megan Bowen'), named('Alex Wilber')] };
  const all = [cast.adele, ...cast.approvers];
  for (const person of all) people.open(person);
  await live(world, 2 * seconds);
  for (const person of all) people.say(person, 'sign in');
  await live(world, 2 * seconds);
  for (const person of all) {
    const card = people.cards(person).findLast(({ buttons }) => buttons.includes('Sign in'));
    if (card) people.follow(person, card);
  }
  await live(world, 2 * seconds);
  people.sayInChannel(cast.adele, 'announce here');
  await live(world, 2 * seconds);
  return cast;
}

const groups = ['Azure Admins', 'Azure Admins', 'RDP Servers Munich', 'Azure Readers'];

async function act(world: World, people: People, { adele, approvers }: Cast): Promise<void> {
  const { chance } = world;
  const group = chance.pick(groups);
  const cardFor = (person: Person, what: RegExp): Card | undefined =>
    people.cards(person).findLast(({ buttons }) => buttons.some((title) => what.test(title)));
  const press = (person: Person, what: RegExp): void => {
    const card = cardFor(person, what);
    if (card) people.press(person, card, chance.pick(card.buttons.filter((title) => what.test(title))));
  };
  const { requests, assignments } = world.cloud.world();
  const runs = assignments.filter(({ assignmentType }) => assignmentType === 'activated');
  const waits = requests.some(({ status }) => status === 'PendingApproval');
  const nameOf = (id: string | undefined): string =>
    world.cloud.world().groups.find((one) => one.id === id)?.name ?? group;
  const end = (): void => {
    if (chance.percent(50)) press(adele, /^End now/);
    else people.say(adele, `deactivate ${nameOf(runs.at(-1)?.groupId)}`);
  };
  const ask = (): void => people.say(adele, `activate ${group} for ${chance.pick(['10m', '30m'])} because canary`);
  const decide = (person: Person): void => press(person, /^(Approve|Deny)/);
  const asked = waits
    ? [
        () => decide(approvers[0]!),
        () => decide(approvers[0]!),
        () => decide(approvers[1]!),
        // At the same moment.
        () => approvers.forEach(decide),
        () => [decide(approvers[0]!), press(adele, /^Cancel/)],
        () => press(adele, /^Cancel/),
      ]
    : [];
  const running =
    runs.length > 0
      ? [
          end,
          async () => [await passUntil(world, time.now() + 6 * minutes), end()],
          async () => [await passUntil(world, time.now() + 6 * minutes), end()],
          () => press(adele, /^(Again|Retry|Extend)/),
          // Five minutes are the shortest, so an end before that is kept until then; and it comes by hand as well.
          async () => {
            end();
            await live(world, 3 * seconds);
            press(adele, /^End at/);
            await live(world, 2 * seconds);
            await passUntil(
              world,
              Date.parse(runs.at(-1)!.startDateTime ?? '') + 5 * minutes - chance.pick([0, 0, 1, 20]) * seconds,
            );
            end();
          },
          // At the moment when its time runs out.
          async () => [
            await passUntil(world, Date.parse(runs.at(-1)!.endDateTime ?? '') - chance.pick([0, 1, 5, 12]) * seconds),
            end(),
          ],
        ]
      : [];
  const ways: readonly (() => unknown)[] = [ask, ...(waits || runs.length > 0 ? [] : [ask]), ...asked, ...running];
  const before = people.deeds.length;
  await chance.pick(ways)();
  const done = people.deeds.slice(before);
  if (chance.percent(70)) for (const deed of done) await repeat(world, people, deed);
  if (chance.percent(20)) disturb(world, chance);
  const pause = chance.pick([0, 1, 3, 3, 12, 31, 45, 70]) * seconds;
  if (pause > 0) await live(world, pause, 1_000);
}

/** What is on its way arrives first: a jump is no machine that stands still for minutes. */
async function passUntil(world: World, at: number): Promise<void> {
  await live(world, 12 * seconds, 1_000);
  if (at > time.now()) time.pass(at - time.now());
}

/** The same once more, to the other program: at the same moment, a moment later, or when the first one has given up. */
async function repeat(world: World, people: People, deed: People['deeds'][number]): Promise<void> {
  const { chance } = world;
  world.count('F28');
  const pause = chance.pick([0, 0, 300, 5 * seconds, 12 * seconds, 32 * seconds]);
  if (pause > 0) await live(world, pause, 1_000);
  if (chance.percent(50)) people.elsewhere(deed);
  else people.again(deed, true);
}

/** One of the two dies or hangs, so that the other takes over what it held. */
function disturb(world: World, chance: Chance): void {
  const host = chance.pick(world.hosts);
  const running = host.program;
  if (running?.process.alive !== true) return;
  if (chance.percent(40)) {
    world.count('F27');
    running.process.stoppedUntil = time.now() + chance.pick([6, 35]) * seconds;
    return world.told(`${host.name} hangs`);
  }
  world.count('F25');
  if (chance.percent(50)) running.dieAfter = 1 + chance.below(20);
  else world.kill(host);
  setTimeout(() => void world.boot(host), chance.pick([5, 40, 100]) * seconds);
}

async function calmDown(world: World): Promise<void> {
  await endFaults(world);
  await live(world, 60 * seconds, 1_000);
  await live(world, 3 * minutes, 3_000);
}
