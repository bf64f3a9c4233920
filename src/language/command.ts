/** What a sentence means. Values only: reading one never has an effect. */

export type Access = 'member' | 'owner';

export type Ticket = { readonly system?: string; readonly number: string };

/** Every way in which a sentence can fail to be an order. The list is closed: the machine form promises it. */
export type ErrorCode =
  | 'conflict'
  | 'duration_invalid'
  | 'duration_out_of_range'
  | 'empty'
  | 'group_ambiguous'
  | 'group_not_found'
  | 'id_invalid'
  | 'justification_too_long'
  | 'missing_group'
  | 'missing_id'
  | 'missing_justification'
  | 'missing_target'
  | 'needs_confirmation'
  | 'not_found'
  | 'role_invalid'
  | 'syntax'
  | 'ticket_invalid'
  | 'time_in_past'
  | 'time_invalid'
  | 'too_long'
  | 'unknown_command'
  | 'unsupported';

/**
 * `until` and `start` are UTC instants in ISO 8601 (`2026-11-23T16:30:00Z`). With `until`, `durationMinutes` is given too,
 * in whole minutes counted from `start` or now. A length that was typed with seconds is a fraction of minutes (90 s is 1.5).
 */
export type Activate = {
  readonly kind: 'activate';
  readonly groups: readonly string[];
  readonly role?: Access;
  readonly durationMinutes?: number;
  readonly until?: string;
  readonly start?: string;
  readonly dryRun?: true;
  readonly justification?: string;
  readonly ticket?: Ticket;
};

export type Deactivate = { readonly kind: 'deactivate'; readonly groups: readonly string[]; readonly role?: Access };

export type Extend = {
  readonly kind: 'extend';
  readonly groups: readonly string[];
  readonly role?: Access;
  readonly durationMinutes?: number;
  readonly justification?: string;
  readonly ticket?: Ticket;
};

/** Exactly one of `groups` and `id` is there. */
export type Cancel = { readonly kind: 'cancel'; readonly groups?: readonly string[]; readonly id?: string };

export type List = { readonly kind: 'list'; readonly query?: string };

export type Status = { readonly kind: 'status'; readonly filter?: 'pending' | 'active' };

/** `id`: 8 hexadecimal digits or a GUID, without "#", lower case unless the open ids spell it otherwise. */
export type Decide = { readonly kind: 'approve' | 'deny'; readonly id: string; readonly justification?: string };

export type Repeat = {
  readonly kind: 'repeat';
  readonly durationMinutes?: number;
  readonly justification?: string;
  readonly ticket?: Ticket;
};

/** No groups means all of them. */
export type Announce = { readonly kind: 'announce' | 'stopAnnounce'; readonly groups: readonly string[] };

export type Ask = { readonly kind: 'who' | 'policy'; readonly groups: readonly string[] };

/** No groups means everything. A name may be a group's or a person's. */
export type Audit = { readonly kind: 'audit'; readonly groups: readonly string[] };

export type Alias = { readonly kind: 'alias'; readonly name: string; readonly groups: readonly string[] };

export type Command =
  | Activate
  | Deactivate
  | Extend
  | Cancel
  | List
  | Status
  | Decide
  | Repeat
  | Announce
  | Ask
  | Audit
  | Alias
  | { readonly kind: 'approvals' }
  | { readonly kind: 'aliases' }
  | { readonly kind: 'removeAlias'; readonly name: string }
  | { readonly kind: 'help'; readonly topic?: string }
  | { readonly kind: 'signin' }
  | { readonly kind: 'signout' };

export type Intent = Command['kind'];

/** One way to say what was probably meant: `sentence` is complete and parses; `label` is for a button. */
export type Choice = { readonly label: string; readonly sentence: string };

export type Problem = {
  readonly kind: 'problem';
  readonly code: ErrorCode;
  readonly intent?: Intent;
  /** The offending words as typed; empty when something is missing. */
  readonly words: string;
  /** A sentence that would work. */
  readonly example: string;
  /** A plain sentence for a person. */
  readonly message: string;
  /** Names that may have been meant, best first. */
  readonly suggestions?: readonly string[];
  /** With `needs_confirmation`, `unsupported` and near names, and where another time can be offered. */
  readonly choices?: readonly Choice[];
};

export type Parsed = Command | Problem;
