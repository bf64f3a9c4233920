import { identityOf } from '../core/person.ts';
import type { Message } from '../core/message.ts';
import { naming, notice, problem } from '../core/message.ts';
import { matchName } from '../language/names.ts';
import { toldApart } from '../core/namesake.ts';
import type { Place } from '../core/place.ts';
import { refusal } from '../core/refusal.ts';
import type { Actor } from '../ports/incoming.ts';
import type { Ports } from '../ports/ports.ts';
import type { Change, Route } from '../ports/store.ts';
import { lastChannel, namesOf, tellOthers, unheard, wordsFor } from './sinks.ts';
import type { Groups } from './sinks.ts';

/** `announce here [for X, Y]`: this channel hears of activations from now on. */
export async function announce(ports: Ports, actor: Actor, place: Place, typed: readonly string[]): Promise<Message> {
  const turnedDown = await mayNotRoute(ports, actor, place);
  if (turnedDown) return turnedDown;
  const found = await groupsFor(ports, actor, typed);
  if (found.kind === 'message') return found.message;
  const outsiders = await ports.chat.outsiders(place, { fresh: true });
  if (outsiders !== 'none') return outsiders === 'some' ? withOutsiders() : unknownReaders();
  const at = ports.clock.now();
  const targets = typed.length === 0 ? null : found.groups;
  const silent = await wouldFallSilent(ports, place, targets);
  if (silent) return lastChannel(silent);
  const route: Route = { place, targets, showJustification: false, by: identityOf(actor), at };
  await ports.store.commit([
    { kind: 'route', route },
    audited(actor, place, 'announcements.on', at, targets),
    ...(await tellOthers(
      ports,
      place,
      targets,
      actor.name,
      (what, where) => `${by(actor)} has activations of ${what} announced in ${where} from now on.`,
    )),
  ]);
  const said = notice(
    '✓',
    `Activations of ${wordsFor(targets)} are announced here from now on.`,
    `Set by ${by(actor)}. “stop announcing” ends it.`,
  );
  return naming(said, actor.name, ...namesOf(targets));
}

/** `stop announcing [for X]` in the channel it is about. */
export async function stopAnnouncing(
  ports: Ports,
  actor: Actor,
  place: Place,
  typed: readonly string[],
): Promise<Message> {
  const turnedDown = await mayNotRoute(ports, actor, place);
  if (turnedDown) return turnedDown;
  const route = await ports.store.route(place.conversationId);
  if (!route) return notice('○', 'Nothing is announced here.', 'Say “announce here” to start.');
  const at = ports.clock.now();
  const rest = typed.length === 0 ? [] : keptTargets(route, typed);
  if (rest === 'all') {
    return refusal('Here all groups are announced, not single ones.', {
      rule: 'A channel hears of all groups or of those that were named, and all cannot lose one.',
      owner: 'jitney',
      next: 'Stop all, then name the ones you want.',
      examples: ['stop announcing', 'announce here for Azure Admins'],
    });
  }
  if (rest === 'unknown') {
    return refusal(`${typed.join(', ')} is not announced here.`, {
      rule: 'Only what is announced here can be stopped here.',
      owner: 'jitney',
      next: 'Say the name as it is announced, or “stop announcing” for all.',
    });
  }
  const silent = await wouldFallSilent(ports, place, rest);
  if (silent) return lastChannel(silent);
  const kept = new Set(rest.map(({ groupId }) => groupId));
  const ended = route.targets?.filter(({ groupId }) => !kept.has(groupId)) ?? null;
  await ports.store.commit([
    rest.length === 0
      ? { kind: 'noRoute', conversationId: place.conversationId }
      : { kind: 'route', route: { ...route, targets: rest, at } },
    audited(actor, place, 'announcements.off', at, ended),
    ...(await tellOthers(
      ports,
      place,
      ended,
      actor.name,
      (what, where) => `${by(actor)} ended the announcements of ${what} in ${where}.`,
    )),
  ]);
  const set = `Set by ${by(actor)}.`;
  const said =
    rest.length === 0
      ? notice('■', 'Activations are no longer announced here.', set)
      : notice('✓', `Still announced here: ${wordsFor(rest)}.`, set);
  return naming(said, actor.name, ...namesOf(rest));
}

function by(actor: Actor): string {
  return actor.name ?? 'A team owner';
}

/** What nobody would hear of any more if this channel heard of no more than `targets`. Null: somebody hears of everything. */
async function wouldFallSilent(ports: Ports, place: Place, targets: Groups | null): Promise<Groups | 'all' | null> {
  const routes = await ports.store.routes();
  const now = routes.find((route) => route.place.conversationId === place.conversationId);
  if (now === undefined || targets === null) return null;
  const kept = new Set(targets.map(({ groupId }) => groupId));
  const lost = now.targets?.filter(({ groupId }) => !kept.has(groupId)) ?? null;
  const silent = unheard(
    routes.filter((route) => route !== now),
    lost,
  );
  return silent.length === 0 ? null : silent;
}

function withOutsiders(): Message {
  return refusal('People from outside your organisation read this channel.', {
    rule: 'Announcements show who holds which privilege, so they stay among your own people.',
    owner: 'jitney',
    next: 'Say it in a channel without guests and without people of other organisations.',
  });
}

function unknownReaders(): Message {
  return problem('I could not see who reads this channel.', {
    why: 'Announcements show who holds which privilege, so I look first, and Teams did not tell.',
    next: 'Try again in a minute.',
  });
}

/** Somebody came into a room: if an outsider reads along now, it is told why it hears nothing, and so are the others. */
export async function joined(ports: Ports, place: Place): Promise<readonly Change[]> {
  const routes = (await ports.store.routes()).filter((route) => isOf(route.place, place));
  const changes: Change[] = [];
  for (const route of routes) {
    if ((await ports.chat.outsiders(route.place)) !== 'some') continue;
    const key = `outsiders:${ports.ids.id()}`;
    const message = problem('Announcements pause here.', {
      why: 'Somebody from outside your organisation reads this channel now.',
      next: 'They go on by themselves once all readers are your own people again.',
    });
    const job = { kind: 'notice', key, to: route.place, oid: null, message } as const;
    changes.push(
      { kind: 'job', job, due: ports.clock.now() },
      ...(await tellOthers(
        ports,
        route.place,
        route.targets,
        null,
        (what, where) => `Announcements of ${what} pause in ${where}: somebody from outside reads it now.`,
      )),
    );
  }
  return changes;
}

/** An event of a team names the team, not its channels. */
function isOf(room: Place, event: Place): boolean {
  return (
    room.conversationId === event.conversationId ||
    (room.teamGroupId !== null && room.teamGroupId === event.teamGroupId)
  );
}

/** The bot was taken out of a room: what was announced there ends, and the ledger and the other channels hear of it. */
export async function takenOut(ports: Ports, place: Place): Promise<readonly Change[]> {
  const { conversationId } = place;
  const route = await ports.store.route(conversationId);
  if (!route) return [];
  const entry = {
    at: ports.clock.now(),
    actor: null,
    action: 'announcements.removed',
    activationId: null,
    target: null,
    detail: { conversation: conversationId, groups: idsOf(route.targets) },
  };
  const others = await tellOthers(
    ports,
    route.place,
    route.targets,
    null,
    (what, where) => `I was taken out of ${where}: activations of ${what} are no longer announced there.`,
  );
  if (others.length === 0) ports.log.error('announcements.nowhere', { conversation: conversationId });
  return [{ kind: 'noRoute', conversationId }, { kind: 'audit', entry }, ...others];
}

function keptTargets(route: Route, typed: readonly string[]): Groups | 'all' | 'unknown' {
  if (route.targets === null) return 'all';
  const stopped = new Set<string>();
  for (const name of typed) {
    const match = matchName(
      name,
      route.targets.map((one) => one.name),
    );
    if (match.kind !== 'exact') return 'unknown';
    stopped.add(match.name);
  }
  return route.targets.filter(({ name }) => !stopped.has(name));
}

/** Null when the actor owns this team or is in the admin group; else the answer that tells who can. */
async function mayNotRoute(ports: Ports, actor: Actor, place: Place): Promise<Message | null> {
  if (place.kind !== 'channel') {
    return refusal('Announcements go to a channel.', {
      rule: 'They are for a team to read, and this is no channel.',
      owner: 'jitney',
      next: 'Say it in the channel that should hear of activations, with a mention of me.',
      examples: ['@Jitney announce here', '@Jitney announce here for Azure Admins'],
    });
  }
  const { adminGroupId } = ports.settings;
  const [owners, isAdmin] = await Promise.all([
    place.teamGroupId === null ? [] : ports.directory.owners(place.teamGroupId),
    adminGroupId === null ? false : ports.directory.isMember(adminGroupId, actor.oid),
  ]);
  if (isAdmin || owners.some(({ oid }) => oid === actor.oid)) return null;
  const names = toldApart(owners).slice(0, 5);
  const said = refusal('Only an owner of this team can change what is announced here.', {
    rule: 'Announcements show who holds which privilege.',
    owner: 'team',
    next: names.length === 0 ? 'Ask an owner of the team.' : `Ask ${names.join(' or ')}.`,
  });
  return naming(said, ...names);
}

type FoundGroups =
  { readonly kind: 'groups'; readonly groups: Groups } | { readonly kind: 'message'; readonly message: Message };

/** Exact names only: among the actor's own eligibilities first, else in the directory. */
async function groupsFor(ports: Ports, actor: Actor, typed: readonly string[]): Promise<FoundGroups> {
  if (typed.length === 0) return { kind: 'groups', groups: [] };
  const eligible = await ports.pim.eligibilities(actor);
  const groups: Groups[number][] = [];
  for (const name of typed) {
    const own = matchName(name, [...new Set(eligible.map((one) => one.name))]);
    const hits =
      own.kind === 'exact'
        ? eligible
            .filter((one) => one.name === own.name)
            .flatMap((one) => (one.target.kind === 'group' ? [one.target.groupId] : []))
        : (await ports.directory.groupsNamed(name)).map(({ id }) => id);
    const [id, ...others] = [...new Set(hits)];
    if (id === undefined) {
      return {
        kind: 'message',
        message: problem(`No group “${name}” was found.`, {
          why: 'Nothing was changed.',
          next: 'Give its exact name, in quotes if it holds keywords.',
        }),
      };
    }
    if (others.length > 0) {
      return {
        kind: 'message',
        message: refusal(`Several groups are called “${name}”.`, {
          rule: 'I announce a group only when its name means one.',
          owner: 'jitney',
          next: 'An administrator can give them different names.',
        }),
      };
    }
    const group = { groupId: id, name: own.kind === 'exact' ? own.name : name };
    const mark = await ports.directory.mark(group);
    groups.push(mark === null ? group : { ...group, mark });
  }
  return { kind: 'groups', groups };
}

function audited(actor: Actor, place: Place, action: string, at: number, targets: Groups | null): Change {
  return {
    kind: 'audit',
    entry: {
      at,
      actor: identityOf(actor),
      action,
      activationId: null,
      target: null,
      detail: { conversation: place.conversationId, groups: idsOf(targets) },
    },
  };
}

/** In the ledger: what is announced from then on, or what is not any more. */
function idsOf(groups: Groups | null): string {
  return groups === null ? 'all' : groups.map(({ groupId }) => groupId).join(' ');
}
