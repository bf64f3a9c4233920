import type { Activation, Verdict, Wish } from './core/activation.ts';
import type { AuditEntry } from './core/audit.ts';
import type { Check } from './core/check.ts';
import type { AuditTrace, Finding } from './core/finding.ts';
import type { Message } from './core/message.ts';
import type { Moment } from './core/moment.ts';
import type { Reading } from './core/observe.ts';
import type { NamedPerson, Person } from './core/person.ts';
import type { PimProblem } from './core/pim-problem.ts';
import type { Place } from './core/place.ts';
import type { ApproverRule, Policy } from './core/policy.ts';
import type { Access, Target } from './core/target.ts';

// ---- what comes in -------------------------------------------------------------------------------------------------

/** Who did it, from the verified activity and nothing else. zone is what Teams says of the person's clock. */
export type Actor = Person & { readonly name: string | null; readonly zone: string | null };

/** possible: the client can bring a sign-on with a repeated press; brought: it did, for what waits under this id. */
export type SignOn =
  { readonly kind: 'possible' } | { readonly kind: 'brought'; readonly id: string; readonly token: string };

/** A token that Teams got for the person by single sign-on, for what waits under this id. */
export type Brought = { readonly actor: Actor; readonly id: string; readonly token: string };

export type Incoming =
  | {
      readonly kind: 'message';
      readonly eventId: string;
      readonly actor: Actor;
      readonly place: Place;
      readonly text: string;
      readonly scope: Place['kind'];
    }
  | { readonly kind: 'edited'; readonly eventId: string; readonly actor: Actor; readonly place: Place }
  | {
      readonly kind: 'action';
      readonly eventId: string;
      readonly actor: Actor;
      readonly place: Place;
      /** The message that carries the card; null when the client did not say. */
      readonly activityId: string | null;
      readonly verb: string;
      readonly id: string;
      readonly seal: string;
      readonly inputs: Readonly<Record<string, string>>;
      readonly signOn?: SignOn;
    }
  | { readonly kind: 'installed'; readonly eventId: string; readonly actor: Actor | null; readonly place: Place }
  | { readonly kind: 'removed'; readonly eventId: string; readonly place: Place }
  /** Others came into a room, or it was shared with another team. */
  | { readonly kind: 'joined'; readonly eventId: string; readonly place: Place };

/**
 * From the message extension. It is opened in any chat, also in one between people that Jitney is no part of, so nothing
 * here says where to write to: what has to be said goes to the person's own chat.
 */
export type Composed =
  | {
      readonly kind: 'search';
      readonly actor: Actor;
      readonly query: string;
      readonly offset: number;
      readonly count: number;
    }
  | { readonly kind: 'form'; readonly actor: Actor }
  | {
      readonly kind: 'filled';
      readonly eventId: string;
      readonly actor: Actor;
      readonly verb: string;
      readonly id: string;
      readonly seal: string;
      readonly inputs: Readonly<Record<string, string>>;
    };

// ---- chat ----------------------------------------------------------------------------------------------------------

/** Whose eyes: decides the zone of times and whom buttons are sealed for. oid null: a room, no buttons. */
export type Reader = { readonly oid: string | null; readonly zone: string };

/**
 * gone: the place is dead, do not try again. refused: the message itself is not taken. retry: not accepted, try after that.
 * busy: the same, and nothing else goes there before. unclear: it may or may not have arrived.
 */
export type Delivery =
  | { readonly kind: 'delivered'; readonly activityId: string | null }
  | { readonly kind: 'gone'; readonly why: string }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'retry'; readonly afterMs: number; readonly why: string }
  | { readonly kind: 'busy'; readonly afterMs: number; readonly why: string }
  | { readonly kind: 'unclear'; readonly why: string };

export interface Chat {
  /** again: an earlier attempt may have arrived, so the message says that it may be there twice. */
  send(to: Place, message: Message, reader: Reader, again?: boolean): Promise<Delivery>;
  update(to: Place, activityId: string, message: Message, reader: Reader): Promise<Delivery>;
  /** Whether somebody reads along in a room who is not of the tenant, kept for a minute; unknown when the connector did not say. */
  outsiders(room: Place, options?: { readonly fresh: boolean }): Promise<'none' | 'some' | 'unknown' | 'gone'>;
}

// ---- PIM and the directory -----------------------------------------------------------------------------------------

export type Eligibility = { readonly target: Target; readonly name: string; readonly endsAt: Moment | null };

export type { PimProblem };
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

/** challenge: PIM asked for this check before, so only a token that answers it is used; it may have gone meanwhile. */
export interface Pim {
  /** Everything the person may activate; cached for seconds unless fresh. Never authority: PIM is. */
  eligibilities(person: Person, options?: { readonly fresh: boolean }): Promise<readonly Eligibility[]>;
  /** Read as the app, cached for minutes. */
  policy(target: Target, options?: { readonly fresh: boolean }): Promise<Policy>;
  policies(targets: readonly Target[]): Promise<readonly (Policy | null)[]>;
  /** selfActivate with the person's own token. marker travels in customData. */
  order(person: Person, target: Target, wish: Wish, marker: string, challenge?: string | null): Promise<Ordered>;
  /** A dry run: PIM judges the order by its policy and nothing comes of it (isValidationOnly). */
  validate(person: Person, target: Target, wish: Wish): Promise<Done>;
  /** After a lost answer: our order again, by marker, else by person, target, justification and time. null: PIM has none. */
  findOrder(activation: Activation): Promise<Reading | null>;
  /** selfDeactivate with the person's own token. */
  end(person: Person, target: Target, challenge?: string | null): Promise<Done>;
  cancel(person: Person, requestId: string, challenge?: string | null): Promise<Done>;
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
  rule(approver: Person, stage: StageId, verdict: Verdict, reason: string, challenge?: string | null): Promise<Done>;
}

/** A direct member or owner of a group; name null when it cannot be read. Not a person: a group or an app. */
export type Insider = {
  readonly oid: string;
  readonly name: string | null;
  readonly isPerson: boolean;
  readonly access: Access;
};

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
  groupsNamed(name: string): Promise<readonly { readonly id: string; readonly name: string }[]>;
  /** People of exactly this display name; for audit. */
  peopleNamed(name: string): Promise<readonly NamedPerson[]>;
}

export interface SignIn {
  /** Whether Teams can sign people in by itself. */
  readonly silent: boolean;
  /** Takes what Teams brought. False: it is none of this person's, or only they can help (consent, a check). */
  exchange(person: Person, token: string): Promise<boolean>;
  /** True when a usable token of the person is kept. */
  has(person: Person): Promise<boolean>;
  /** True when the person passed this check here a moment ago; known to the process that took the sign-in only. */
  verified(person: Person, claims: string): Promise<boolean>;
  /** An address on our own server that signs this very person in and then wakes the parked wish. */
  link(person: Person, parkedId: string, claims: string | null): Promise<string>;
  forget(person: Person): Promise<void>;
}

// ---- what is kept --------------------------------------------------------------------------------------------------

/** Something that waits for the person: a sentence for the sign-in, a question for its answer. */
export type Parked = {
  readonly id: string;
  readonly person: Person;
  readonly place: Place;
  readonly at: Moment;
  readonly expiresAt: Moment;
  readonly body: ParkedBody;
  /** What has to be proved before it goes on, beyond being signed in. */
  readonly check?: Check;
};

export type ParkedBody =
  | { readonly kind: 'sentence'; readonly text: string; readonly scope: Place['kind'] }
  | { readonly kind: 'action'; readonly verb: string; readonly id: string; readonly reason: string }
  /** What looks as if it held a secret: a sentence, or a press with its inputs and what the pressed card showed. */
  | {
      readonly kind: 'unsent';
      readonly said:
        | { readonly text: string; readonly scope: Place['kind'] }
        | {
            readonly verb: string;
            readonly id: string;
            readonly inputs: Readonly<Record<string, string>>;
            readonly content: string;
          };
    }
  /** A running activation to be ended and asked for again, longer; waits for the person's yes, or for a check. */
  | { readonly kind: 'extension'; readonly activationId: string; readonly ask: ParkedAsk }
  /** A new request for when the running activation has ended; taken when it is sent, or taken back. */
  | { readonly kind: 'renewal'; readonly activationId: string; readonly ask: ParkedAsk }
  /** What was filled into a form; it goes on after the sign-in. */
  | { readonly kind: 'wish'; readonly targetKey: string; readonly targetName: string; readonly ask: ParkedAsk }
  /** An intent that waits for the person to pass a check, or (without one) to sign in again; then it is ordered. */
  | { readonly kind: 'stepUp'; readonly activationId: string; readonly targetName: string }
  | {
      readonly kind: 'question';
      readonly targetKey: string;
      readonly targetName: string;
      readonly ask: ParkedAsk;
      /** The running activation that the answer is to lengthen; without it the answer orders a new one. */
      readonly extending?: string;
    }
  /** Ways to say what was probably meant; the picked one is obeyed as if it had been typed. */
  | {
      readonly kind: 'sentences';
      readonly options: readonly { readonly label: string; readonly text: string }[];
      readonly scope: Place['kind'];
    }
  | {
      readonly kind: 'choice';
      readonly verb: 'activate' | 'deactivate';
      readonly options: readonly { readonly targetKey: string; readonly name: string }[];
      readonly ask: ParkedAsk;
    };

export type ParkedAsk = {
  readonly minutes: number | null;
  readonly until: Moment | null;
  readonly startAt: Moment | null;
  readonly justification: string | null;
  readonly ticket: { readonly system?: string; readonly number: string } | null;
};

/** Who sees a living card. */
export type CardReader =
  | { readonly kind: 'requester' }
  | { readonly kind: 'approver'; readonly oid: string }
  | { readonly kind: 'channel'; readonly conversationId: string };

export type Job =
  /** Bring this reader's card of the activation up to date: send it the first time, update it afterwards. */
  | { readonly kind: 'card'; readonly activationId: string; readonly reader: CardReader }
  | {
      readonly kind: 'notice';
      readonly key: string;
      readonly to: Place;
      readonly oid: string | null;
      readonly message: Message;
    }
  /**
   * Send the sign-in card of a parked wish, or say on it how the sign-in ended. link: Teams did not sign the person in by
   * itself, so the card gets its button.
   */
  | { readonly kind: 'signInCard'; readonly parkedId: string; readonly state: 'open' | 'link' | 'done' | 'expired' }
  /** The person asked to end it as soon as PIM allows. */
  | { readonly kind: 'end'; readonly activationId: string }
  /** The person asked to have a new request sent when the running activation has ended. */
  | { readonly kind: 'renew'; readonly parkedId: string }
  /** The person signed in: go on with what waited. */
  | { readonly kind: 'resume'; readonly parkedId: string };

export type LeasedJob = {
  readonly id: string;
  readonly job: Job;
  readonly tries: number;
  readonly fence: number;
  /** Who reads it; empty when it is no message. */
  readonly lane: string;
  /** An earlier attempt may have arrived. */
  readonly doubt: boolean;
};

/** Where activations are announced. targets null: of all groups. */
export type Route = {
  readonly place: Place;
  readonly targets: readonly { readonly groupId: string; readonly name: string }[] | null;
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
  /** A job that is already waiting under the same key is made due again, never doubled. */
  | { readonly kind: 'job'; readonly job: Job; readonly due: Moment }
  | { readonly kind: 'park'; readonly parked: Parked }
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
  /** What an event had begun: the wishes it made, and those of which it claimed a step. */
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
   * time to each reader, in order, and over all replicas no faster than Teams takes them.
   */
  leaseJobs(now: Moment, by: string, limit: number, leaseMs: number): Promise<readonly LeasedJob[]>;
  /** Keeps the leases of whoever still works. */
  renewJobs(leased: readonly LeasedJob[], until: Moment): Promise<void>;
  /** These three do nothing when the lease was lost (fence). finish keeps a job that was made due again meanwhile. */
  finishJob(leased: LeasedJob): Promise<void>;
  /** Others for the same reader may go first; keeps the doubt that `leased` says. */
  postponeJob(leased: LeasedJob, due: Moment): Promise<void>;
  /** Nothing goes to its reader before that, and this one goes first. */
  holdJob(leased: LeasedJob, until: Moment): Promise<void>;
  nextJobDue(): Promise<Moment | null>;

  card(activationId: string, reader: CardReader): Promise<CardRecord | null>;
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

// ---- web, time, log ------------------------------------------------------------------------------------------------

export type WebRequest = { readonly query: Readonly<Record<string, string>>; readonly now: Moment };
export type WebResponse = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};
/** Plain handlers that the web server mounts. */
export type WebRoute = { readonly path: string; readonly handle: (request: WebRequest) => Promise<WebResponse> };

export type Clock = { readonly now: () => Moment; readonly wall: () => Moment };
export type Ids = { readonly id: () => string };

export interface Log {
  info(event: string, facts?: Readonly<Record<string, unknown>>): void;
  warn(event: string, facts?: Readonly<Record<string, unknown>>): void;
  error(event: string, facts?: Readonly<Record<string, unknown>>): void;
}

// ---- all of it, as features receive it -----------------------------------------------------------------------------

export type Settings = {
  readonly tid: string;
  readonly defaultMinutes: number;
  readonly defaultTimeZone: string;
  readonly adminGroupId: string | null;
  /** Whose members may say `audit`; null: nobody. */
  readonly auditorGroupId: string | null;
  /** none: a room hears nothing of what is answered in a person's own chat. */
  readonly roomAnswers: 'neutral' | 'none';
  /** True: nothing that changes something is done; see read-only.ts. */
  readonly readOnly: boolean;
  /** True: guests of the tenant are served like everybody in it. */
  readonly allowGuests: boolean;
};

export type Ports = {
  readonly pim: Pim;
  readonly directory: Directory;
  readonly chat: Chat;
  readonly store: Store;
  readonly signIn: SignIn;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly settings: Settings;
};
