import type { Activation, Verdict, Wish } from '../core/activation.ts';
import type { AuditTrace } from '../core/finding.ts';
import type { Moment } from '../core/moment.ts';
import type { Reading } from '../core/observe.ts';
import type { NamedPerson, Person } from '../core/person.ts';
import type { PimProblem } from '../core/pim-problem.ts';
import type { Policy } from '../core/policy.ts';
import type { Access, NamedTarget, Target } from '../core/target.ts';

export type Eligibility = NamedTarget & { readonly endsAt: Moment | null };

export type Ordered = { readonly kind: 'accepted'; readonly reading: Reading } | PimProblem;

export type Done = { readonly kind: 'done' } | PimProblem;

/** What one approval stage says to the approver who reads it. */
export type Stage = {
  readonly id: string;
  readonly open: boolean;
  readonly mine: boolean;
  readonly result: 'notReviewed' | 'approved' | 'denied';
  readonly by: NamedPerson | null;
  readonly justification: string | null;
};

export type StageId = { readonly approvalId: string; readonly stageId: string };

export type Staged = { readonly kind: 'stage'; readonly stage: Stage } | PimProblem;

/** A running assignment of PIM: activated by an eligible person, or assigned by an administrator. */
export type Holder = {
  readonly oid: string;
  readonly access: Access;
  readonly assignment: 'activated' | 'assigned';
  readonly endsAt: Moment | null;
};

/**
 * Until when a write may leave for PIM, and whether it is still to be made by whoever claimed it. Whoever reads it back
 * later takes for granted that it is not on its way any more.
 */
export type Leave = { readonly until: Moment; readonly isOurs: () => Promise<boolean> };

/** challenge: PIM asked for this check before, so only a token that answers it is used; it may have gone meanwhile. */
export interface Pim {
  /** Everything the person may activate; cached for seconds unless fresh. Never authority: PIM is. */
  eligibilities(person: Person, options?: { readonly fresh: boolean }): Promise<readonly Eligibility[]>;
  /** Read as the app, cached for minutes. */
  policy(target: Target, options?: { readonly fresh: boolean }): Promise<Policy>;
  policies(targets: readonly Target[]): Promise<readonly (Policy | null)[]>;
  /** selfActivate with the person's own token. marker travels in customData. */
  order(
    person: Person,
    target: Target,
    wish: Wish,
    marker: string,
    challenge?: string | null,
    leave?: Leave,
  ): Promise<Ordered>;
  /** A dry run: PIM judges the order by its policy and nothing comes of it (isValidationOnly). */
  validate(person: Person, target: Target, wish: Wish): Promise<Done>;
  /** After a lost answer: our order again, by marker, else by person, target, justification and time. null: PIM has none. */
  findOrder(activation: Activation): Promise<Reading | null>;
  /** selfDeactivate with the person's own token; marker as above. */
  end(person: Person, target: Target, marker: string, challenge?: string | null, leave?: Leave): Promise<Done>;
  cancel(person: Person, requestId: string, challenge?: string | null, leave?: Leave): Promise<Done>;
  /** Reads as the app, batched; the map lacks what could not be read now. */
  read(activations: readonly Activation[]): Promise<ReadonlyMap<string, Reading>>;
  /** Running assignments of the person: what is active, also when it was activated elsewhere. */
  active(person: Person): Promise<readonly { readonly target: Target; readonly endsAt: Moment | null }[]>;
  /** What PIM's own audit says about groups since then; read as the app, minutes late. */
  traces(since: Moment): Promise<readonly AuditTrace[]>;
  /** Who has this group now, as member or owner, however they came by it; read as the app. */
  holders(groupId: string): Promise<readonly Holder[]>;
  /** The open stage of an approval, read with the approver's own token. */
  stage(approver: Person, approvalId: string, challenge?: string | null): Promise<Staged>;
  /** Decides with the approver's own token. conflict: somebody else was first. */
  rule(
    approver: Person,
    stage: StageId,
    verdict: Verdict,
    reason: string,
    challenge?: string | null,
    leave?: Leave,
  ): Promise<Done>;
}
