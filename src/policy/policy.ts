import { naming, notice, problem } from '../core/message.ts';
import type { Message } from '../core/message.ts';
import type { NamedGroup } from '../core/named-group.ts';
import { toldApart } from '../core/namesake.ts';
import type { Policy } from '../core/policy.ts';
import type { Access } from '../core/target.ts';
import { isPlain } from '../language/names.ts';
import { quote } from '../language/quotes.ts';
import type { Actor } from '../ports/incoming.ts';
import type { Ports } from '../ports/ports.ts';
import { rulesOf, whoseRules } from './rules.ts';
import type { ApproverNames } from './rules.ts';

/** `policy X`: what activating it asks for, a sentence a rule; one answer for each thing that the person may be in it. */
export async function policyOf(ports: Ports, actor: Actor, groups: readonly NamedGroup[]): Promise<readonly Message[]> {
  const asked = groups.flatMap((group) => accessesOf(group).map((access) => ({ group, access })));
  const targets = asked.map(({ group, access }) => ({ kind: 'group', groupId: group.groupId, access }) as const);
  const [policies, owners, marks] = await Promise.all([
    ports.pim.policies(targets),
    Promise.all(asked.map(({ group }) => ports.directory.owners(group.groupId))),
    Promise.all(asked.map(({ group }) => ports.directory.mark(group))),
  ]);
  return Promise.all(
    asked.map(async ({ group, access }, at) => {
      const policy = policies[at] ?? null;
      if (policy === null) return naming(unread(group.name), group.name);
      const names = await approverNames(ports, actor, policy);
      const own = owners[at] ?? [];
      const mark = marks[at] ?? null;
      const said = notice(
        '○',
        `${group.name}${mark === null ? '' : ` ${mark}`} ${access === 'owner' ? 'as OWNER' : 'as a member'}: what activation asks for`,
        ...rulesOf(policy, names),
        whoseRules(toldApart(own)),
        group.eligible.length === 0
          ? 'You cannot activate it yourself.'
          : `You would say: ${sentenceFor(group.name, access, policy, ports.settings.defaultMinutes)}`,
      );
      return naming(said, group.name, ...names.people, ...names.groups, ...own.map(({ name }) => name));
    }),
  );
}

/** Who cannot activate it asks about everybody's rules, the owner's included. */
function accessesOf({ eligible }: NamedGroup): readonly Access[] {
  return eligible.length === 0 ? ['member', 'owner'] : eligible;
}

async function approverNames(ports: Ports, actor: Actor, { approval }: Policy): Promise<ApproverNames> {
  const rules = approval?.approvers ?? [];
  const people = rules.filter(({ kind }) => kind === 'person');
  const groups = rules.filter(({ kind }) => kind === 'group').map(({ id }) => id);
  const [found, names] = await Promise.all([
    people.length === 0 ? [] : ports.directory.approvers(actor.tid, people),
    groups.length === 0 ? new Map<string, string>() : ports.directory.groups(groups),
  ]);
  return {
    people: toldApart(found),
    groups: groups.map((id) => names.get(id) ?? 'a group whose name I cannot read'),
  };
}

/** A sentence that this policy lets through. */
export function sentenceFor(name: string, access: Access, policy: Policy, defaultMinutes: number): string {
  const minutes = Math.min(defaultMinutes, policy.maximumMinutes ?? defaultMinutes);
  const length = minutes % 60 === 0 ? `${minutes / 60}h` : `${minutes}m`;
  return [
    `activate ${isPlain(name) ? name : quote(name)}`,
    ...(access === 'owner' ? ['as owner'] : []),
    `for ${length}`,
    ...(policy.justification ? ['because …'] : []),
    ...(policy.ticket ? ['ticket INC0012345'] : []),
  ].join(' ');
}

function unread(name: string): ReturnType<typeof problem> {
  return problem(`The policy of ${name} cannot be read now.`, {
    why: 'PIM does not manage this group, or it did not answer.',
    next: 'Try again in a minute; an owner of the group can look at its role settings in Entra.',
  });
}
