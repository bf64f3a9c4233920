import type { NamedPerson } from '../core/person.ts';
import type { ApproverRule } from '../core/policy.ts';
import type { Access } from '../core/target.ts';

/** A direct member or owner of a group; name null when it cannot be read. Not a person: a group or an app. */
export type Insider = {
  readonly oid: string;
  readonly name: string | null;
  readonly isPerson: boolean;
  readonly access: Access;
};

export type FoundGroup = { readonly id: string; readonly name: string; readonly description: string | null };

export interface Directory {
  /** The people behind a policy's approver rules, groups expanded, disabled accounts left out. */
  approvers(tid: string, rules: readonly ApproverRule[]): Promise<readonly NamedPerson[]>;
  person(oid: string): Promise<NamedPerson | null>;
  /** True for guests and for whoever the tenant does not know. */
  isOutsider(oid: string): Promise<boolean>;
  /** Owners of a Microsoft 365 group: of the team, for a team's group. */
  owners(groupId: string): Promise<readonly NamedPerson[]>;
  isMember(groupId: string, oid: string): Promise<boolean>;
  /** Everybody and everything directly in a group, with names; empty for a group that is not there. */
  inside(groupId: string): Promise<readonly Insider[]>;
  groups(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Exact display names (after folding) of groups that anybody could watch; for announce, who has, policy. */
  groupsNamed(name: string): Promise<readonly FoundGroup[]>;
  /**
   * What tells this group from others of its name in the tenant; null where there is no other. It only stands beside an
   * answer, so where it cannot be read it is null, too, and keeps no answer back. Kept for minutes.
   */
  mark(group: { readonly groupId: string; readonly name: string }): Promise<string | null>;
  /** People of exactly this display name; for audit. */
  peopleNamed(name: string): Promise<readonly NamedPerson[]>;
}
