import type { Kind } from './database.ts';
import { chance as chanceOf } from './random.ts';
import type { Chance } from './random.ts';
import { createGuard } from './invariants.ts';
import type { Guard } from './invariants.ts';
import { live } from './life.ts';
import { channel, createPeople } from './people.ts';
import type { People, Person } from './people.ts';
import { nested, oddNames, oddPerson, reached } from './tenant.ts';
import { time } from './time.ts';
import { createWorld, endFaults } from './world.ts';
import type { Host, Weather, World } from './world.ts';

export type History = {
  readonly seed: number;
  readonly broken: readonly string[];
  readonly lines: readonly string[];
  /** How often each fault met something. */
  readonly met: Readonly<Record<string, number>>;
  readonly deeds: number;
  readonly effects: number;
};

const seconds = 1_000;
const minutes = 60 * seconds;
const hours = 60 * minutes;

/** One life of the program: people, faults, deaths, and what must hold in the end. `steps` cuts it short. */
export async function runHistory(seed: number, kind: Kind, steps = Infinity): Promise<History> {
  const chance = chanceOf(seed);
  const weather = weatherOf(chance);
  const world = await createWorld(chance, weather, kind);
  const guard = createGuard(world);
  try {
    const people = createPeople(world);
    await begin(world, people);
    if (weather.skewMs !== 0) world.count('F31');
    world.calm = false;
    const deeds = 12 + chance.below(14);
    for (let step = 0; step < Math.min(deeds, steps); step += 1) {
      await act(world, people);
      await guard.look();
    }
    await calmDown(world);
    await guard.settle(people, false);
    await liveOut(world, people, guard, { step: 1_000, last: 3 * minutes });
    countNames(world);
    return historyOf(seed, world, people, guard);
  } finally {
    await world.stop();
  }
}

/** A day and more in which nothing is done, until nothing may be left over. */
export async function liveOut(
  world: World,
  people: People,
  guard: Guard,
  { step, last }: { readonly step: number; readonly last: number },
): Promise<void> {
  for (let hour = 0; hour < 26; hour += 1) {
    time.pass(1 * hours);
    await live(world, 4 * seconds, step);
    await guard.look();
  }
  await live(world, last, step);
  await guard.settle(people, true);
}

export function historyOf(seed: number, world: World, people: People, guard: Guard): History {
  return {
    seed,
    broken: guard.broken,
    lines: world.lines,
    met: Object.fromEntries(world.met),
    deeds: people.deeds.length,
    effects: world.cloud.writes.filter(({ status }) => status < 300).length,
  };
}

/** What has taken effect at PIM under an odd name, or by an odd way of being eligible. */
function countNames(world: World): void {
  const odd = new Set(oddNames.map(({ id }) => id));
  const eligible = new Set([nested.id, ...Object.values(reached).map(({ id }) => id)]);
  for (const { kind, status, body } of world.cloud.writes) {
    if (kind !== 'order' || status >= 300) continue;
    if (odd.has(String(body['groupId']))) world.count('F33');
    if (eligible.has(String(body['groupId']))) world.count('F34');
  }
}

const kinds = [
  ...['F1', 'F2', 'F3', 'F4', 'F5', 'F6', 'F9', 'F10', 'F12', 'F13', 'F14', 'F15', 'F16', 'F17', 'F39'],
  ...['F18', 'F20', 'F21', 'F22'],
];

function weatherOf(chance: Chance): Weather {
  return {
    share: chance.pick([0, 3, 8, 15, 30]),
    kinds: kinds.filter(() => chance.percent(35)),
    lagMs: chance.pick([0, 0, 4 * seconds, 35 * seconds]),
    hosts: chance.pick([1, 2, 2]),
    skewMs: chance.pick([0, 0, 0, -10 * minutes, 10 * minutes]),
  };
}

/** Fair weather: the chats are opened, some have signed in, and the channel listens. */
async function begin(world: World, people: People): Promise<void> {
  for (const host of world.hosts) await world.boot(host);
  const cast = castOf(people);
  for (const person of cast) people.open(person);
  await live(world, 3 * seconds);
  for (const person of cast.slice(0, 4 + world.chance.below(4))) {
    people.say(person, 'sign in');
    await live(world, 2 * seconds);
    followNewest(people, person);
    await live(world, 2 * seconds);
  }
  people.sayInChannel(cast[0]!, 'announce here');
  await live(world, 3 * seconds);
}

const names = [
  ...[
    'Adele Vance',
    'Megan Bowen',
    oddPerson,
    'Grady Archie',
    'Alex Wilber',
    'Lee Gu',
    'Pradeep Gupta',
    'Nestor Wilke',
  ],
  // Eligible for nothing.
  'Johanna Lorenz',
];

function castOf({ all }: People): readonly Person[] {
  return names.map((name) => all.find((person) => person.name === name)!);
}

function followNewest(people: People, person: Person): void {
  const card = people.cards(person).findLast(({ buttons }) => buttons.includes('Sign in'));
  if (card) people.follow(person, card);
}

const groups = [
  ...['Azure Readers', 'Azure Admins', 'Azure Admins', 'Exchange L3 Search & Purge', 'SQL Prod', 'RDP Servers Munich'],
  ...['CA Exclusion Travel', 'Intune Helpdesk', 'Power Automate Licences', 'Research and Development'],
  ...['Finance Break Glass', 'Privileged Group Owners', 'No Such Group', 'azure adm'],
  ...[nested.name, reached.bothWays.name, `${reached.bothWays.name} as owner`, reached.endsSoon.name],
];
const odd = oddNames.map(({ name }) => `“${name}”`);

function sentence(chance: Chance): string {
  const name = chance.pick(chance.percent(25) ? odd : groups);
  const length = chance.pick(['1h', '30m', '2 hours', '90 min', '5m']);
  const ticket = /Exchange|SQL/.test(name) && chance.percent(70) ? ' ticket INC0012345' : '';
  return chance.pick([
    ...Array.from({ length: 24 }, () => `activate ${name} for ${length} because canary ${chance.below(99)}${ticket}`),
    `activate ${name}`,
    `activate ${name} for ${length} because canary`,
    `deactivate ${name}`,
    `cancel ${name}`,
    `extend ${name} by 30m`,
    'status',
    'list',
    'again',
    'approvals',
    'help',
    'what is the meaning of this',
    `activate “${'x'.repeat(200)}” for 1h`,
  ]);
}

async function act(world: World, people: People): Promise<void> {
  const { chance } = world;
  const person = chance.percent(60) ? castOf(people)[0]! : chance.pick(castOf(people));
  const deed = chance.below(100);
  if (deed < 30) {
    if (person.name === 'Megan Bowen') world.count('F35');
    people.say(person, sentence(chance));
  } else if (deed < 34) {
    world.count('F41');
    people.say(person, 'activate Azure Readers, RDP Servers Munich and Azure Admins for 1h because canary');
  } else if (deed < 62) pressSomething(world, people);
  else if (deed < 68) for (const one of castOf(people)) followNewest(people, one);
  else if (deed < 76) sendAgain(world, people);
  else if (deed < 80) portal(world, person);
  else if (deed < 82) await burst(world, people);
  else if (deed < 94) await disturb(world, person);
  else people.say(person, sentence(chance));
  if (chance.percent(25)) return;
  const pause = chance.pick([200, 1 * seconds, 3 * seconds, 10 * seconds, 20 * seconds, 60 * seconds]);
  await live(world, pause, pause > 10 * seconds ? 1_000 : 400);
  if (chance.percent(6)) {
    time.pass(chance.pick([20 * minutes, 1 * hours, 3 * hours]));
    await live(world, 3 * seconds);
  }
}

/** All at once, until the same minute; and then nobody looks until all of it is over. */
async function burst(world: World, people: People): Promise<void> {
  const { chance, cloud } = world;
  const until = time.now() + chance.pick([10, 30, 45]) * minutes;
  const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: 'Europe/Berlin' }).format(until);
  const { eligibilities, groups: all } = cloud.world();
  const nameOf = new Map(all.map(({ id, name }) => [id, name]));
  for (const person of castOf(people)) {
    const own = eligibilities.filter(({ principalId }) => principalId === person.oid && chance.percent(40));
    for (const { groupId, accessId } of own.slice(0, 3)) {
      const access = accessId === 'owner' ? ' as owner' : '';
      const why = `because canary ${chance.below(99)} ticket INC1`;
      people.say(person, `activate “${nameOf.get(groupId) ?? ''}”${access} until ${clock} ${why}`);
    }
  }
  await live(world, 20 * seconds, 1_000);
  const running = cloud.world().assignments.filter(({ assignmentType: type, endDateTime: end }) => {
    return type === 'activated' && end !== null && Math.abs(Date.parse(end) - until) < 2 * minutes;
  });
  time.pass(Math.max(0, until + 1 * minutes - time.now()));
  if (running.length > 2) world.count('F36');
  await live(world, 10 * seconds);
}

/** Some button on one of the newest cards of somebody, at times two at the same moment. */
function pressSomething(world: World, people: People): void {
  const { chance } = world;
  const open = castOf(people).flatMap((person) =>
    people
      .cards(person)
      .slice(-5)
      .flatMap((card) => card.buttons.map((title) => ({ person, card, title }))),
  );
  const useful = open.filter(({ title }) => /Approve|Deny|Cancel|End|Activate|Again|Retry|Extend/.test(title));
  const choices = useful.length > 0 && chance.percent(90) ? useful : open;
  if (choices.length === 0) return;
  const first = chance.pick(choices);
  people.press(first.person, first.card, first.title);
  if (!chance.percent(25)) return;
  world.count('F24');
  const second = chance.pick(choices);
  people.press(second.person, second.card, second.title);
}

function sendAgain(world: World, people: People): void {
  const { chance } = world;
  // At times a question, whose second answer would be seen.
  if (chance.percent(30)) people.say(chance.pick(castOf(people)), 'help');
  const deed = chance.percent(50) ? people.deeds.at(-1)! : chance.pick(people.deeds.slice(-6));
  const times = chance.pick([1, 2, 5]);
  for (let time_ = 0; time_ < times; time_ += 1) people.again(deed, false);
  world.count('F23');
  if (world.hosts.length > 1 && times > 1) world.count('F28');
  // A chat that is opened twice within minutes is greeted once.
  if (chance.percent(30) && !deed.what.includes('opens')) people.again(deed, true);
}

const pim = '/identityGovernance/privilegedAccess/group';

/** Somebody does it in PIM's own pages. */
function portal(world: World, person: Person): void {
  const { chance, cloud } = world;
  const { requests, assignments, eligibilities } = cloud.world();
  const pending = requests.filter(({ status }) => status === 'PendingApproval');
  const order = { accessId: 'member', principalId: person.oid };
  const ways = [
    () => {
      const own = eligibilities.filter(
        ({ principalId, accessId }) => principalId === person.oid && accessId === 'member',
      );
      if (own.length === 0) return;
      const { groupId } = chance.pick(own);
      const expiration = { type: 'afterDuration', duration: 'PT30M' };
      const body = {
        ...order,
        groupId,
        action: 'selfActivate',
        justification: 'portal',
        ticketInfo: { ticketNumber: '1' },
      };
      world.count('F8');
      cloud.portal(person.oid, 'POST', `${pim}/assignmentScheduleRequests`, {
        ...body,
        scheduleInfo: { startDateTime: null, expiration },
      });
    },
    () => {
      if (pending.length === 0) return;
      const { approvalId } = chance.pick(pending);
      const approval = cloud.world().approvals.find(({ id }) => id === approvalId);
      const body = { reviewResult: chance.pick(['Approve', 'Deny']), justification: 'portal' };
      world.count('F40');
      for (const oid of ['aaaaaaaa-0000-4000-8000-000000000003', 'aaaaaaaa-0000-4000-8000-000000000008'])
        cloud.portal(
          oid,
          'PATCH',
          `${pim}/assignmentApprovals/${approvalId ?? ''}/stages/${approval?.stageId ?? ''}`,
          body,
        );
    },
    () => {
      if (pending.length === 0) return;
      const { id, principalId } = chance.pick(pending);
      world.count('F40');
      cloud.portal(principalId, 'POST', `${pim}/assignmentScheduleRequests/${id}/cancel`, {});
    },
    () => {
      const running = assignments.filter(({ assignmentType }) => assignmentType === 'activated');
      if (running.length === 0) return;
      const { groupId, accessId, principalId } = chance.pick(running);
      world.count('F40');
      cloud.portal(principalId, 'POST', `${pim}/assignmentScheduleRequests`, {
        groupId,
        accessId,
        principalId,
        action: 'selfDeactivate',
      });
    },
  ];
  world.told(`${person.name} is in PIM’s own pages`);
  chance.pick(ways)();
}

/** Machines that die, hang, leave and come; sign-ins that are taken back; chats that hear nothing. */
async function disturb(world: World, person: Person): Promise<void> {
  const { chance, hosts } = world;
  const host = chance.pick(hosts);
  const running = host.program;
  const way = chance.below(100);
  if (way < 30) {
    world.count('F25');
    await world.boot(host);
    host.program!.dieAfter = 1 + chance.below(25);
    setTimeout(() => void world.boot(host), chance.pick([2, 10, 40]) * seconds);
  } else if (way < 45) {
    world.count('F25');
    world.kill(host);
    await live(world, chance.pick([0, 5 * seconds, 70 * seconds]), 1_000);
    await world.boot(host);
    // And once more while it picks up the pieces.
    if (chance.percent(40)) host.program!.dieAfter = 1 + chance.below(15);
    setTimeout(() => void world.boot(host), 20 * seconds);
  } else if (way < 50) {
    await changeKey(world);
  } else if (way < 60) {
    world.count('F26');
    if (running?.process.alive === true) await drain(world, host);
    await world.boot(host);
  } else if (way < 75) {
    if (running?.process.alive !== true) return;
    world.count('F27');
    running.process.stoppedUntil = time.now() + chance.pick([6, 35, 90]) * seconds;
    world.told(`${host.name} hangs`);
  } else if (way < 83) {
    world.count('F11');
    world.cloud.revoke(person.oid);
    world.told(`the sign-in of ${person.name} is taken back`);
  } else if (way < 92) {
    const gone = chance.pick([
      { status: 403, code: 'MessageWritesBlocked' },
      { status: 404, code: 'ConversationNotFound' },
      { status: 403, code: 'BotNotInConversationRoster' },
    ]);
    world.deafen(chance.percent(50) ? channel : `a:${person.oid}`, Infinity, { kind: 'answer', ...gone }, 'F19');
  } else {
    const fault = { kind: 'answer', status: chance.pick([429, 503]) } as const;
    world.deafen(channel, 5 * minutes, fault, 'F42');
  }
}

/** The operator makes a new key and starts one program after the other with it, while people go on. */
async function changeKey(world: World): Promise<void> {
  world.count('F38');
  world.keysMade += 1;
  world.told('the key of sign-ins and cards is changed');
  for (const host of world.hosts) {
    if (host.program?.process.alive === true) await drain(world, host);
    await world.boot(host);
    await live(world, world.chance.pick([0, 2, 20]) * seconds);
  }
}

/** As on SIGTERM: what is under way may finish, for some seconds. */
async function drain(world: World, host: Host): Promise<void> {
  const { process, replica } = host.program!;
  world.told(`${host.name} drains`);
  void world.wire.as(process, () => replica.app.drain());
  await world.wire.pass(12 * seconds);
  process.alive = false;
}

async function calmDown(world: World): Promise<void> {
  await endFaults(world);
  await live(world, 60 * seconds, 500);
  await live(world, 5 * minutes, 2_000);
}
