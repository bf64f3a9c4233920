import type { Activation } from '../core/activation.ts';
import type { AuditEntry } from '../core/audit.ts';
import type { Finding } from '../core/finding.ts';
import type { Moment } from '../core/moment.ts';
import type { Person } from '../core/person.ts';
import type { Place } from '../core/place.ts';
import type { Actor } from './incoming.ts';
import type { CardReader, Job, LeasedJob } from './job.ts';
import type { Parked } from './parked.ts';

/** Where activations are announced. targets null: of all groups. */
export type Route = {
  readonly place: Place;
  /** mark: what told the group from others of its name when it was named; absent where there was none. */
  readonly targets: readonly { readonly groupId: string; readonly name: string; readonly mark?: string }[] | null;
  readonly showJustification: boolean;
  readonly by: Person;
  readonly at: Moment;
};

/** A short name for one or more groups. owner null: shared by the whole tenant. key: the name folded for comparing. */
export type Alias = {
  readonly tid: string;
  readonly owner: string | null;
  readonly key: string;
  readonly name: string;
  readonly groups: readonly string[];
  readonly by: Person;
  readonly at: Moment;
};

/** One write of a use case. All changes of one commit happen or none. */
export type Change =
  /** Fails the commit when the person already has an activation of this target that is not over. */
  | { readonly kind: 'newActivation'; readonly activation: Activation; readonly eventId?: string }
  /** Fails the commit unless the stored version is the one before this activation's. */
  | { readonly kind: 'activation'; readonly activation: Activation; readonly eventId?: string }
  | { readonly kind: 'audit'; readonly entry: AuditEntry }
  /** A job that is already waiting under the same key is made due again, never doubled. doubt: it may have been done before. */
  | { readonly kind: 'job'; readonly job: Job; readonly due: Moment; readonly doubt?: boolean }
  | { readonly kind: 'park'; readonly parked: Parked }
  /** Fails the commit when it was taken, or may not be any more. */
  | { readonly kind: 'takeParked'; readonly parked: Parked; readonly at: Moment }
  | { readonly kind: 'route'; readonly route: Route }
  | { readonly kind: 'noRoute'; readonly conversationId: string }
  /** Takes the place of one with the same key and owner. */
  | { readonly kind: 'alias'; readonly alias: Alias }
  | { readonly kind: 'noAlias'; readonly alias: Pick<Alias, 'tid' | 'owner' | 'key'> }
  /** Fails the commit when one with its id is there. */
  | { readonly kind: 'finding'; readonly finding: Finding }
  /** How far the comparison with PIM's audit has come. */
  | { readonly kind: 'reconciled'; readonly until: Moment }
  /** once: fails the commit when it was answered already. */
  | { readonly kind: 'answered'; readonly eventId: string; readonly once?: boolean };

export type CardRecord = { readonly place: Place; readonly activityId: string | null };

export type SealedRecord = { readonly sealed: Uint8Array; readonly version: number; readonly expiresAt: Moment };

export type PendingSignIn = {
  readonly person: Person;
  readonly parkedId: string;
  readonly sealed: Uint8Array;
  readonly expiresAt: Moment;
};

export type KnownPerson = {
  readonly person: Person;
  readonly name: string | null;
  readonly zone: string | null;
  readonly place: Place | null;
};

export interface Store {
  /** True when every change was written; false when one lost a race, and then nothing was. */
  commit(changes: readonly Change[]): Promise<boolean>;
  /** False when this event was claimed before. */
  claim(eventId: string, actor: Person | null, place: Place, at: Moment): Promise<boolean>;
  /** Claims older than `before` that nobody answered, oldest first. */
  unanswered(
    before: Moment,
  ): Promise<readonly { readonly eventId: string; readonly place: Place; readonly oid: string | null }[]>;
  /** What an event had begun: the wishes it made, and those that it changed or was about to change. */
  begunBy(eventId: string): Promise<{ readonly made: readonly Activation[]; readonly stepped: readonly Activation[] }>;

  activation(id: string): Promise<Activation | null>;
  /** By full id or the first eight hexadecimal digits; several can share these. */
  activationsByShortId(id: string): Promise<readonly Activation[]>;
  openActivation(person: Person, targetKey: string): Promise<Activation | null>;
  openActivations(person: Person): Promise<readonly Activation[]>;
  /** Of these targets all activations that are not over, whoever's in the tenant. */
  openActivationsOf(tid: string, targetKeys: readonly string[]): Promise<readonly Activation[]>;
  lastActivation(person: Person): Promise<Activation | null>;
  /** The newest first: of these people or of these targets, whoever's in the tenant; of everybody when both are empty. */
  history(
    about: { readonly tid: string; readonly oids: readonly string[]; readonly targetKeys: readonly string[] },
    limit: number,
  ): Promise<readonly Activation[]>;
  /** Asked for after `from`, until `to`. */
  activationsAsked(from: Moment, to: Moment): Promise<readonly Activation[]>;
  /** Everything that one sentence ordered, oldest first; the newest of a target when it was asked for again. */
  activationsOfBatch(id: string): Promise<readonly Activation[]>;
  /** Waiting activations that have this person among their approvers. */
  waitingFor(approver: Person): Promise<readonly Activation[]>;
  /** Not over and due to be read, oldest first. */
  dueActivations(now: Moment, limit: number): Promise<readonly Activation[]>;

  /**
   * Jobs that are due, leased to `by` until now + leaseMs; a lease that ran out is given to the next. One message at a
   * time to each reader, in order, and over all replicas no faster than Teams takes them. First those that are `finished`
   * are finished, all or none. isDue: that something is due is known, and not looked up first.
   */
  leaseJobs(
    now: Moment,
    by: string,
    limit: number,
    leaseMs: number,
    finished?: readonly LeasedJob[],
    isDue?: boolean,
  ): Promise<readonly LeasedJob[]>;
  /** Keeps the leases of whoever still works. */
  renewJobs(leased: readonly LeasedJob[], until: Moment): Promise<void>;
  /** These three do nothing when the lease was lost (fence). finish keeps jobs that were made due again meanwhile. */
  finishJobs(leased: readonly LeasedJob[]): Promise<void>;
  /** Others for the same reader may go first; keeps the doubt that `leased` says. */
  postponeJob(leased: LeasedJob, due: Moment): Promise<void>;
  /** Nothing goes to its reader before that, and this one goes first. */
  holdJob(leased: LeasedJob, until: Moment): Promise<void>;
  nextJobDue(): Promise<Moment | null>;
  /** The newest moment at which something is known to have happened here, `now` or later. */
  newestMoment(now: Moment): Promise<Moment>;
  /**
   * What was due at `from` stays due, holds keep what was left of them, no lease ends later than `to` + leaseMs, and what is
   * open is read as soon as ever. Several replicas may notice the same.
   */
  clockSetBack(from: Moment, to: Moment, leaseMs: number): Promise<void>;

  card(activationId: string, reader: CardReader): Promise<CardRecord | null>;
  /** Whoever has a card of it, and the rooms to which one is on its way: what changes meanwhile is for them too. */
  cardReaders(activationId: string): Promise<readonly CardReader[]>;
  saveCard(activationId: string, reader: CardReader, card: CardRecord): Promise<void>;
  parkedCard(parkedId: string): Promise<CardRecord | null>;
  saveParkedCard(parkedId: string, card: CardRecord): Promise<void>;

  parked(id: string): Promise<Parked | null>;
  /** Hands the parked wish out exactly once; null when unknown, not this person's, taken or expired. */
  takeParked(id: string, person: Person, now: Moment): Promise<Parked | null>;
  /** What waits for a sign-in or a check of this person, oldest first. */
  parkedFor(person: Person, now: Moment): Promise<readonly Parked[]>;
  /** Sign-ins that nobody finished; each returned once. */
  takeExpiredParked(now: Moment): Promise<readonly Parked[]>;

  /** Keeps where a person or a room can be written to; the newest wins. */
  remember(place: Place, actor: Actor | null, at: Moment): Promise<void>;
  forgetPlace(conversationId: string): Promise<void>;
  knownPerson(person: Person): Promise<KnownPerson | null>;
  knownPeople(tid: string, oids: readonly string[]): Promise<readonly KnownPerson[]>;
  /** The person's own and the shared ones, by key; where both have a key, the own one first. */
  aliases(person: Person): Promise<readonly Alias[]>;
  routes(): Promise<readonly Route[]>;
  route(conversationId: string): Promise<Route | null>;

  /** Where PIM's audit differs, the newest first. */
  findings(limit: number): Promise<readonly Finding[]>;
  /** Records of one kind in the ledger, of after `from` until `to`, the newest first. */
  recorded(action: string, from: Moment, to: Moment): Promise<readonly AuditEntry[]>;
  /** Those of the ids that are known findings. */
  findingsAmong(ids: readonly string[]): Promise<readonly string[]>;
  /** Null while another replica holds it; else how far the comparison has come (null: it never ran). */
  leaseReconciliation(now: Moment, leaseMs: number): Promise<{ readonly until: Moment | null } | null>;

  tokens(person: Person): Promise<SealedRecord | null>;
  /** Compare-and-set: version is the one read before (0: none yet). False when somebody else wrote meanwhile. */
  saveTokens(person: Person, sealed: Uint8Array, version: number, expiresAt: Moment): Promise<boolean>;
  deleteTokens(person: Person): Promise<void>;
  deleteExpiredTokens(now: Moment): Promise<void>;
  savePendingSignIn(id: string, pending: PendingSignIn): Promise<void>;
  /** Hands it out exactly once; null when unknown, used or expired. */
  takePendingSignIn(id: string, now: Moment): Promise<PendingSignIn | null>;

  /** Removes what nothing needs any more, at most `limit` rows of each kind. Returns how many. */
  sweep(now: Moment, limit: number): Promise<number>;

  /** Throws when the database cannot be read and written. */
  check(): Promise<void>;
  close(): Promise<void>;
}
