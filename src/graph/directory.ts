import { markAmong } from '../core/namesake.ts';
import type { NamedPerson } from '../core/person.ts';
import type { ApproverRule } from '../core/policy.ts';
import type { Directory, FoundGroup, Insider } from '../ports/directory.ts';
import type { Log } from '../ports/ports.ts';
import { batch } from './batch.ts';
import { cache } from './cache.ts';
import { graph as graphOf, GraphRefusal, must } from './client.ts';
import type { Graph, Options } from './client.ts';
import { groupNames } from './group-names.ts';
import { address, literal, segment } from './odata.ts';
import { allPages, restOfPages } from './pages.ts';
import { sameId } from './reading.ts';
import { groupRow, rowsOf, userRow } from './shapes.ts';
import type { User } from './shapes.ts';

const userFields = 'id,displayName,userPrincipalName,accountEnabled';
/** Of one person; members of groups are asked for without the kind. */
const personFields = `${userFields},userType`;

export type GraphDirectory = Directory & {
  /** The name a person signs in with, to spare them choosing an account; null when it cannot be read. */
  userName(oid: string): Promise<string | null>;
};

/** People and groups by Microsoft Graph, always as the app. */
export function graphDirectory(options: Options & { readonly log: Log }): GraphDirectory {
  const graph = graphOf(options);
  const { clock, log } = options;
  const kept = {
    people: cache<User | 'none'>({ ttlMs: 300_000, size: 10_000, clock }),
    members: cache<readonly User[]>({ ttlMs: 60_000, size: 500, clock }),
    owners: cache<readonly NamedPerson[]>({ ttlMs: 60_000, size: 500, clock }),
    names: cache<string>({ ttlMs: 300_000, size: 10_000, clock }),
    namesakes: cache<readonly FoundGroup[]>({ ttlMs: 300_000, size: 1_000, clock }),
  };

  async function user(oid: string): Promise<User | null> {
    const found = await kept.people.get(oid, async () => {
      const answered = await graph.app.get(userPath(oid));
      return answered.kind === 'notFound' ? 'none' : userRow.parse(must(answered, 'a person'));
    });
    return found === 'none' ? null : found;
  }

  async function approvers(tid: string, rules: readonly ApproverRule[]): Promise<readonly NamedPerson[]> {
    if (tid !== graph.tid) throw new Error('The approvers are of another tenant than the one configured.');
    const people = rules.filter(({ kind }) => kind === 'person').map(({ id }) => id);
    const groups = rules.filter(({ kind }) => kind === 'group').map(({ id }) => id);
    const loaded = await load(graph, kept, people, groups);
    const found = new Map<string, NamedPerson>();
    for (const user of [...loaded.people.values(), ...[...loaded.members.values()].flat()]) add(found, user);
    return [...found.values()];
  }

  async function groupsNamed(name: string): Promise<readonly FoundGroup[]> {
    const path = address('/groups', {
      $filter: `displayName eq ${literal(name)}`,
      $select: 'id,displayName,description',
    });
    const listed = await allPages(graph, graph.app.get, path);
    if (listed.kind !== 'rows') throw new GraphRefusal('the groups of a name', listed);
    return rowsOf(groupRow, listed.rows).map((row) => ({
      id: row.id,
      name: row.displayName ?? name,
      description: row.description ?? null,
    }));
  }

  return {
    approvers,
    person: async (oid) => {
      const found = await user(oid);
      return found && named(found);
    },
    isOutsider: async (oid) => {
      const found = await user(oid);
      // An account of old times may lack the kind; the name of a guest tells it too.
      return found === null || found.userType === 'Guest' || (found.userPrincipalName ?? '').includes('#EXT#');
    },
    userName: async (oid) => (await user(oid))?.userPrincipalName ?? null,
    owners: (groupId) =>
      kept.owners.get(groupId, async () => {
        const path = address(`/groups/${segment(groupId)}/owners`, { $select: userFields });
        const listed = await allPages(graph, graph.app.get, path);
        if (listed.kind === 'notFound') return [];
        if (listed.kind !== 'rows') throw new GraphRefusal('the owners of a group', listed);
        return peopleIn(listed.rows).map(named);
      }),
    isMember: async (groupId, oid) => {
      const { members } = await load(graph, kept, [], [groupId]);
      return (members.get(groupId) ?? []).some((member) => sameId(member.id, oid) && isEnabled(member));
    },
    inside: (groupId) => readInside(graph, groupId),
    groups: (ids) => groupNames(graph, kept.names, ids),
    peopleNamed: async (name) => {
      const path = address('/users', { $filter: `displayName eq ${literal(name)}`, $select: userFields });
      const listed = await allPages(graph, graph.app.get, path);
      if (listed.kind !== 'rows') throw new GraphRefusal('the people of a name', listed);
      return peopleIn(listed.rows).map(named);
    },
    groupsNamed,
    mark: async ({ groupId, name }) => {
      try {
        return markAmong(groupId, await kept.namesakes.get(name, () => groupsNamed(name)));
      } catch (error) {
        log.warn('namesakes.unavailable', { error });
        return null;
      }
    },
  };
}

/** Direct members and owners in one exchange. Source: Graph group-list-members, group-list-owners. */
async function readInside(graph: Graph, groupId: string): Promise<readonly Insider[]> {
  const group = `/groups/${segment(groupId)}`;
  const paths = [`${group}/members`, `${group}/owners`].map((path) =>
    address(path, { $select: userFields, $top: 999 }),
  );
  const parts = await batch(graph, paths, { patient: true });
  const found: Insider[] = [];
  for (const [at, access] of (['member', 'owner'] as const).entries()) {
    const listed = await restOfPages(graph, graph.app.get, parts[at] ?? { kind: 'notFound' });
    if (listed.kind === 'notFound') continue;
    if (listed.kind !== 'rows') throw new GraphRefusal('who is in a group', listed);
    for (const row of rowsOf(userRow, listed.rows)) {
      found.push({ oid: row.id, name: row.displayName ?? null, isPerson: isPerson(row), access });
    }
  }
  return found;
}

type Kept = {
  readonly people: ReturnType<typeof cache<User | 'none'>>;
  readonly members: ReturnType<typeof cache<readonly User[]>>;
};

type Loaded = {
  readonly people: ReadonlyMap<string, User | 'none'>;
  readonly members: ReadonlyMap<string, readonly User[]>;
};

/**
 * People by id and members by group id; what is not kept is read in one batch. Fails when a part fails: an approver who
 * is missing in silence is never asked. Source: Graph user-get and group-list-transitivemembers.
 */
async function load(
  graph: Graph,
  kept: Kept,
  peopleIds: readonly string[],
  groupIds: readonly string[],
): Promise<Loaded> {
  const people = new Map(peopleIds.map((id) => [id, kept.people.peek(id)]));
  const members = new Map(groupIds.map((id) => [id, kept.members.peek(id)]));
  const newPeople = [...people].flatMap(([id, known]) => (known === undefined ? [id] : []));
  const newGroups = [...members].flatMap(([id, known]) => (known === undefined ? [id] : []));
  const parts = await batch(graph, [...newPeople.map(userPath), ...newGroups.map(membersPath)], { patient: true });
  for (const [at, id] of newPeople.entries()) {
    const part = parts[at] ?? { kind: 'notFound' };
    const user = part.kind === 'notFound' ? 'none' : userRow.parse(must(part, 'a person'));
    kept.people.put(id, user);
    people.set(id, user);
  }
  for (const [at, id] of newGroups.entries()) {
    const listed = await restOfPages(graph, graph.app.get, parts[newPeople.length + at] ?? { kind: 'notFound' });
    if (listed.kind !== 'rows' && listed.kind !== 'notFound') throw new GraphRefusal('the members of a group', listed);
    const users = listed.kind === 'rows' ? peopleIn(listed.rows) : [];
    kept.members.put(id, users);
    members.set(id, users);
  }
  return { people: filled(people), members: filled(members) };
}

function filled<T>(map: ReadonlyMap<string, T | undefined>): ReadonlyMap<string, T> {
  return new Map([...map].flatMap(([key, value]): [string, T][] => (value === undefined ? [] : [[key, value]])));
}

function userPath(oid: string): string {
  return address(`/users/${segment(oid)}`, { $select: personFields });
}

function membersPath(groupId: string): string {
  return address(`/groups/${segment(groupId)}/transitiveMembers`, { $select: userFields, $top: 999 });
}

/** Of members of all kinds the people: groups, devices and service principals say what they are. */
function peopleIn(rows: readonly unknown[]): readonly User[] {
  return rowsOf(userRow, rows).filter(isPerson);
}

function isPerson(row: User): boolean {
  return (row['@odata.type'] ?? '#microsoft.graph.user').endsWith('.user');
}

function add(found: Map<string, NamedPerson>, user: User | 'none'): void {
  if (user !== 'none' && isEnabled(user)) found.set(user.id.toLowerCase(), named(user));
}

/** A row without the field counts as enabled: PIM decides in the end, and a missing field must not silence an approver. */
function isEnabled(user: User): boolean {
  return user.accountEnabled !== false;
}

function named(user: User): NamedPerson {
  return { oid: user.id, name: user.displayName ?? user.userPrincipalName ?? user.id };
}
