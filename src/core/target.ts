export type Access = 'member' | 'owner';

/**
 * What an activation gives. Member or owner is part of a group target's identity: the two have policies, schedules and
 * effects of their own. Roles are in the type from the start so that no verb assumes a group.
 */
export type Target =
  | { readonly kind: 'group'; readonly groupId: string; readonly access: Access }
  | { readonly kind: 'entraRole'; readonly roleId: string; readonly scope: string }
  | { readonly kind: 'azureRole'; readonly roleId: string; readonly scope: string };

/** mark: what tells it from others of the same name (see namesake.ts); absent when there are none. */
export type NamedTarget = { readonly target: Target; readonly name: string; readonly mark?: string | undefined };

/** One stable text for a target: the database's business key and the id on a card's button. */
export function targetKey(target: Target): string {
  return target.kind === 'group'
    ? `group:${target.groupId}:${target.access}`
    : `${target.kind}:${target.roleId}:${target.scope}`;
}

/** The target that `targetKey` wrote, or null for any other text. */
export function readTargetKey(key: string): Target | null {
  const [kind, id, ...rest] = key.split(':');
  const tail = rest.join(':');
  if (!kind || !id) return null;
  if (kind === 'group') {
    return tail === 'member' || tail === 'owner' ? { kind, groupId: id, access: tail } : null;
  }
  return (kind === 'entraRole' || kind === 'azureRole') && tail !== '' ? { kind, roleId: id, scope: tail } : null;
}
