import { sayMinutes } from '../core/duration.ts';
import type { Policy } from '../core/policy.ts';

/** Names of people and groups that may approve, as far as the directory gave them. */
export type ApproverNames = { readonly people: readonly string[]; readonly groups: readonly string[] };

/** Every rule of an activation in a plain sentence. */
export function rulesOf(policy: Policy, approvers: ApproverNames): readonly string[] {
  const { maximumMinutes, justification, ticket, mfa, authenticationContext, approval } = policy;
  return [
    maximumMinutes === null ? 'It sets no longest time.' : `At most ${sayMinutes(maximumMinutes)} at a time.`,
    justification ? 'A reason is needed.' : 'No reason is needed.',
    ticket ? 'A ticket number is needed.' : 'No ticket is needed.',
    mfa ? 'Multi-factor authentication is needed.' : 'It asks for no multi-factor authentication of its own.',
    ...(authenticationContext === null
      ? []
      : [`One more check at sign-in is needed: the authentication context ${authenticationContext}.`]),
    ...(approval === null
      ? ['No approval is needed: it starts at once.']
      : [
          whoApproves(approvers),
          approval.justification ? 'The approver must give a reason.' : 'The approver need not give a reason.',
          'Nobody decides on their own request; one that nobody decides within 24 hours lapses.',
        ]),
  ];
}

function whoApproves({ people, groups }: ApproverNames): string {
  const names = [...people, ...groups.map((name) => `anybody in ${name}`)];
  const [only] = names;
  if (only === undefined) return 'An approval is needed, but nobody was found who could give it: ask an owner.';
  if (names.length === 1) return `An approval is needed, by ${only}.`;
  return `One approval is enough, by ${orList(names)}.`;
}

const mostNames = 6;

function orList(names: readonly string[]): string {
  const rest = names.length - mostNames;
  const shown = rest > 0 ? [...names.slice(0, mostNames), `${rest} more`] : names;
  return `${shown.slice(0, -1).join(', ')} or ${shown.at(-1) ?? ''}`;
}

/** Whom to talk to about the rules themselves. Source: Entra groups-role-settings. */
export function whoseRules(owners: readonly string[]): string {
  if (owners.length === 0) return 'The group has no owner; a Privileged Role Administrator can change these rules.';
  return `An owner of the group (${orNames(owners)}) or a Privileged Role Administrator can change these rules.`;
}

function orNames(names: readonly string[]): string {
  return names.length === 1 ? (names[0] ?? '') : orList(names);
}
