import { notice } from '../core/message.ts';
import type { Message } from '../core/message.ts';
import { identityOf } from '../core/person.ts';
import type { Place } from '../core/place.ts';
import { refusal } from '../core/refusal.ts';
import type { Alias as AliasCommand } from '../language/command.ts';
import { isPlain, nameKey } from '../language/names.ts';
import { parse } from '../language/parse.ts';
import type { Actor } from '../ports/incoming.ts';
import type { Ports } from '../ports/ports.ts';
import type { Alias, Change } from '../ports/store.ts';

const longestName = 40;
const mostGroups = 20;
const mostAliases = 100;
/** As many lines as one answer shows beside its last. */
const mostLines = 10;

/** `alias NAME = X, Y`: one's own, or the tenant's when an administrator says it in a channel. Its groups are spelled as known. */
export async function defineAlias(
  ports: Ports,
  actor: Actor,
  scope: Place['kind'],
  { name, groups }: AliasCommand,
): Promise<Message> {
  const shared = scope === 'channel';
  const turnedDown = (shared ? await notAdmin(ports, actor) : null) ?? unfit(name, groups);
  if (turnedDown) return turnedDown;
  // Administrators may ask about every group, so telling them that one has this name tells them nothing new.
  if (shared && (await ports.directory.groupsNamed(name)).length > 0) return taken(name);
  const there = await mine(ports, actor, shared);
  const key = nameKey(name);
  const before = there.find((alias) => alias.key === key);
  if (!before && there.length >= mostAliases) {
    return refusal(`There are ${mostAliases} short names already.`, {
      rule: 'There is room for no more.',
      owner: 'jitney',
      next: 'Remove one first: “remove alias NAME”.',
    });
  }
  const at = ports.clock.now();
  const { tid, oid } = actor;
  const alias: Alias = { tid, owner: shared ? null : oid, key, name, groups, by: identityOf(actor), at };
  await ports.store.commit([{ kind: 'alias', alias }, audited(actor, 'alias.set', alias, at)]);
  return notice(
    '✓',
    `${name} means ${groups.join(', ')}.`,
    shared ? 'Everybody here can say it; a short name of one’s own goes first.' : 'Only you can say it.',
    ...(before ? [`It meant ${before.groups.join(', ')}.`] : []),
    `Try: activate ${name} for 1h`,
  );
}

/** `aliases`: what this person can say, their own and the shared ones. */
export async function listAliases(ports: Ports, actor: Actor): Promise<Message> {
  const aliases = await ports.store.aliases(actor);
  if (aliases.length === 0) {
    return notice('○', 'You have no short names.', 'Make one: alias NAME = GROUP, GROUP');
  }
  const own = new Set(aliases.flatMap(({ owner, key }) => (owner === null ? [] : [key])));
  const lines = aliases.map(({ owner, key, name, groups }) => {
    const whose = owner !== null ? '' : own.has(key) ? ' (shared, hidden by your own)' : ' (shared)';
    return `${name}${whose}: ${groups.join(', ')}`;
  });
  const more = lines.length - mostLines;
  return notice(
    '○',
    'Short names you can say',
    ...lines.slice(0, mostLines),
    ...(more > 0 ? [`… and ${more} more`] : []),
  );
}

/** `remove alias NAME`: one's own; in a channel the shared one, by an administrator. */
export async function removeAlias(ports: Ports, actor: Actor, scope: Place['kind'], name: string): Promise<Message> {
  const shared = scope === 'channel';
  const turnedDown = shared ? await notAdmin(ports, actor) : null;
  if (turnedDown) return turnedDown;
  const key = nameKey(name);
  const alias = (await mine(ports, actor, shared)).find((one) => one.key === key);
  if (!alias) return notThere(ports, actor, name);
  const at = ports.clock.now();
  await ports.store.commit([{ kind: 'noAlias', alias }, audited(actor, 'alias.removed', alias, at)]);
  return notice('■', `${alias.name} means nothing any more.`, `It meant ${alias.groups.join(', ')}.`);
}

async function notThere(ports: Ports, actor: Actor, name: string): Promise<Message> {
  const key = nameKey(name);
  const others = (await ports.store.aliases(actor)).filter((alias) => alias.key === key);
  return refusal(`There is no short name “${name}” to remove here.`, {
    rule: others.some(({ owner }) => owner === null)
      ? 'It is shared by everybody: an administrator of Jitney removes it in a channel.'
      : others.length > 0
        ? 'It is your own: those are removed in your own chat with me.'
        : 'Only what is there can be removed.',
    owner: 'jitney',
    next: 'Say “aliases” to see those there are.',
  });
}

async function mine(ports: Ports, actor: Actor, shared: boolean): Promise<readonly Alias[]> {
  return (await ports.store.aliases(actor)).filter(({ owner }) => (owner === null) === shared);
}

async function notAdmin(ports: Ports, actor: Actor): Promise<Message | null> {
  const { adminGroupId } = ports.settings;
  if (adminGroupId !== null && (await ports.directory.isMember(adminGroupId, actor.oid))) return null;
  return refusal('Short names that everybody shares are for administrators of Jitney.', {
    rule: 'They count for everybody, so the members of one group look after them.',
    owner: 'operator',
    next: 'For one of your own, say it in your own chat with me.',
  });
}

/** A short name must read as one name and as nothing else, or it would change the meaning of other sentences. */
function unfit(name: string, groups: readonly string[]): Message | null {
  if (groups.length > mostGroups)
    return refusal('That is too many groups for one short name.', {
      rule: `A short name stands for ${mostGroups} groups at most.`,
      owner: 'jitney',
      next: 'Make two short names of it.',
    });
  if (name.length > longestName)
    return refusal('That short name is too long.', {
      rule: `A short name has at most ${longestName} characters.`,
      owner: 'jitney',
      next: 'Take a word or two.',
    });
  const read = parse(`cancel ${name}`, { now: 0, timeZone: 'UTC' });
  const isName = read.kind === 'cancel' && read.groups?.length === 1 && nameKey(read.groups[0] ?? '') === nameKey(name);
  if (isName && isPlain(name)) return null;
  return refusal(`“${name}” cannot be a short name.`, {
    owner: 'jitney',
    rule: 'It would be read as something else: an id, a keyword, several names, or letters that look like others.',
    next: 'Take a word or two.',
    examples: ['alias exchange = Exchange L3, Search & Purge'],
  });
}

function taken(name: string): Message {
  return refusal(`“${name}” is the name of a group.`, {
    rule: 'A short name has to mean one thing, so it needs a name of its own.',
    owner: 'jitney',
    next: 'Take another word.',
  });
}

function audited(actor: Actor, action: string, { owner, name, groups }: Alias, at: number): Change {
  const detail = { alias: name, shared: owner === null, groups: groups.join(', ') };
  return { kind: 'audit', entry: { at, actor: identityOf(actor), action, activationId: null, target: null, detail } };
}
