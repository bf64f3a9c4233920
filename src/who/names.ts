import type { NamedGroup } from '../core/named-group.ts';
import type { Parsed } from '../language/command.ts';
import type { Message } from '../core/message.ts';
import { refusal } from '../core/refusal.ts';
import { nameKey } from '../language/names.ts';
import { parse } from '../language/parse.ts';
import type { Context } from '../language/parse.ts';
import { possibleNames } from '../language/possible-names.ts';
import type { Actor } from '../ports/incoming.ts';
import type { Eligibility } from '../ports/pim.ts';
import type { Ports } from '../ports/ports.ts';

/** What a sentence about groups says, and the groups that its names can mean. */
export type Asked = { readonly parsed: Parsed; readonly groups: readonly NamedGroup[] };

/**
 * A sentence that only asks about groups. Its names are first read among what the person may activate; what is not there
 * is looked up in the directory and counts when the person approves it, owns it or administers everything.
 */
export async function readAsking(ports: Ports, actor: Actor, text: string, context: Context): Promise<Asked> {
  const own = await namesFor(ports, actor, []);
  const first = parse(text, { ...context, names: spelled(own) });
  if (first.kind !== 'problem') return { parsed: first, groups: own };
  const groups = await namesFor(ports, actor, possibleNames(text, context));
  if (groups.length === own.length) return { parsed: first, groups };
  return { parsed: parse(text, { ...context, names: spelled(groups) }), groups };
}

/** The groups that the person can mean: all that they may activate, and of `typed` those that they may ask about. */
export async function namesFor(ports: Ports, actor: Actor, typed: readonly string[]): Promise<readonly NamedGroup[]> {
  const own = eligibleGroups(await ports.pim.eligibilities(actor));
  const known = new Set(own.map(({ groupId }) => groupId));
  const named = await Promise.all(
    typed.map(async (name) => {
      const found = await ports.directory.groupsNamed(name);
      return found.filter((group) => nameKey(group.name) === nameKey(name));
    }),
  );
  const others = [...new Map(named.flat().map((group) => [group.id, group])).values()].filter(
    ({ id }) => !known.has(id),
  );
  const allowed = await Promise.all(others.map(({ id }) => mayAskAbout(ports, actor, id)));
  const asked = others.filter((_, at) => allowed[at]);
  return [...own, ...asked.map(({ id, name }): NamedGroup => ({ groupId: id, name, eligible: [] }))];
}

export function unknownGroup(typed: string): Message {
  return refusal(`No group “${typed}” that you can ask about.`, {
    rule: 'You can ask about groups that you may activate, approve or own; about others it is as if they were not there.',
    owner: 'jitney',
    next: 'Give the exact name, in quotes if it holds keywords. “list” shows what you may activate.',
    button: { verb: 'list', id: 'all', title: 'What can I activate?' },
  });
}

function eligibleGroups(eligible: readonly Eligibility[]): readonly NamedGroup[] {
  const byId = new Map<string, NamedGroup>();
  for (const { target, name } of eligible) {
    if (target.kind !== 'group') continue;
    const before = byId.get(target.groupId)?.eligible ?? [];
    byId.set(target.groupId, { groupId: target.groupId, name, eligible: [...before, target.access] });
  }
  return [...byId.values()];
}

/** Two groups of one name are both shown, so for reading they are one name. */
function spelled(groups: readonly NamedGroup[]): readonly string[] {
  return [...new Set(groups.map(({ name }) => name))];
}

async function mayAskAbout(ports: Ports, actor: Actor, groupId: string): Promise<boolean> {
  const { adminGroupId } = ports.settings;
  const [isAdmin, owners, policies] = await Promise.all([
    adminGroupId === null ? false : ports.directory.isMember(adminGroupId, actor.oid),
    ports.directory.owners(groupId),
    ports.pim.policies([
      { kind: 'group', groupId, access: 'member' },
      { kind: 'group', groupId, access: 'owner' },
    ]),
  ]);
  if (isAdmin || owners.some(({ oid }) => oid === actor.oid)) return true;
  const rules = policies.flatMap((policy) => policy?.approval?.approvers ?? []);
  if (rules.some(({ kind, id }) => kind === 'person' && id === actor.oid)) return true;
  const groups = rules.filter(({ kind }) => kind === 'group');
  if (groups.length === 0) return false;
  const approvers = await ports.directory.approvers(actor.tid, groups);
  return approvers.some(({ oid }) => oid === actor.oid);
}
