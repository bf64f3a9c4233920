import type { Activation, Ticket } from './activation.ts';
import type { Need } from './decide.ts';
import type { Moment } from './moment.ts';
import type { Access } from './target.ts';

/** What a button does; the id beside it says to what. Nothing else on a card is believed. */
export const verbs = [
  'approve', // id: activation; input justification
  'denyForm', // id: activation; turns the card into the form that asks why
  'deny', // id: activation; input justification
  'decideForm', // id: activation; back from the deny form
  'cancel', // id: activation
  'end', // id: activation
  'endLater', // id: activation; ends it as soon as PIM allows
  'lengthen', // id: activation; offers to extend it
  'extend', // id: parked extension
  'renew', // id: parked renewal; asks again when the running one has ended
  'noRenewal', // id: parked renewal; takes that back
  'retry', // id: batch; asks again for what failed
  'page', // id: "<offset>|<query>" of a list
  'again', // id: activation
  'activate', // id: target key
  'endTarget', // id: target key
  'answer', // id: parked question; inputs duration, justification, ticket
  'dismiss', // id: parked question
  'pick', // id: parked choice and index, "<id>:<n>"
  'keepTrying', // id: activation, batch or parked wish that PIM could not be asked about
  'letGo', // id: the same; nothing is asked of PIM any more
  'list', // id: "all"
  'ask', // id: target key; opens the presser's own question about it, and nothing more
  'fill', // id: when the form was made; inputs target, duration, justification, ticket
] as const;
export type Verb = (typeof verbs)[number];

/** One row of what a person may activate. */
export type ListRow = {
  readonly key: string;
  readonly name: string;
  /** What tells it from others of its name; absent when there are none. */
  readonly mark?: string | undefined;
  readonly access: Access;
  readonly state: 'available' | 'waiting' | 'starting' | 'scheduled' | 'active';
  readonly endsAt: Moment | null;
  readonly maximumMinutes: number | null;
  readonly approval: boolean;
  readonly ticket: boolean;
  readonly stepUp: boolean;
};

/**
 * Everything Jitney can show. Features state facts and plain text; the cards folder turns them into a card or text and
 * escapes every string: no string in here is markup.
 */
export type Message =
  /** The requester's living card. */
  | { readonly kind: 'activation'; readonly activation: Activation }
  /** An approver's living card; form deny asks why; note is one line about this click (for example who was first). */
  | {
      readonly kind: 'approval';
      readonly activation: Activation;
      readonly form: 'decide' | 'deny';
      readonly note: string | null;
    }
  /** The channel's living card. */
  | { readonly kind: 'announcement'; readonly activation: Activation; readonly showJustification: boolean }
  /** What the policy requires and the sentence lacked, in one card. */
  | {
      readonly kind: 'question';
      readonly id: string;
      readonly targetName: string;
      readonly mark?: string | undefined;
      readonly access: Access;
      /** True when the answer lengthens what runs: minutes come on top, and nothing happens before one more yes. */
      readonly extending: boolean;
      readonly needs: readonly Need[];
      readonly minutes: number;
      readonly askedMinutes: number | null;
      readonly maximumMinutes: number | null;
      readonly justification: string | null;
      readonly ticket: Ticket | null;
    }
  | {
      readonly kind: 'choice';
      readonly id: string;
      readonly typed: string;
      readonly verb: string;
      /** near: no such name, these are close. several: the name is right and means more than one. ownerOnly: only as its owner. confirm: typed is our question. */
      readonly why: 'near' | 'several' | 'ownerOnly' | 'confirm';
      readonly options: readonly {
        readonly name: string;
        readonly mark?: string | undefined;
        readonly access: Access;
      }[];
    }
  /** PIM could not even be read, so nothing was asked. until: null asks whether to go on; else it is tried until then. */
  | { readonly kind: 'outage'; readonly id: string; readonly until: Moment | null }
  /** A reason or a ticket looks as if it held a secret, and nothing was sent yet. Without its words. */
  | { readonly kind: 'unsent'; readonly id: string }
  | {
      readonly kind: 'list';
      readonly rows: readonly ListRow[];
      /** How many more there are than rows. */
      readonly more: number;
      readonly total: number;
      readonly query: string | null;
      /** The id of a `page` button; null when these are the last. */
      readonly next: string | null;
    }
  /** Goes into any chat in the person's own name: a group and the way to one's own question about it. */
  | { readonly kind: 'offer'; readonly row: ListRow }
  /** id: when it was made. more: groups that did not fit. */
  | {
      readonly kind: 'form';
      readonly id: string;
      readonly targets: readonly Pick<ListRow, 'key' | 'name' | 'mark' | 'access'>[];
      readonly more: number;
      readonly minutes: number;
    }
  | { readonly kind: 'status'; readonly activations: readonly Activation[] }
  /** One living card for several targets of one sentence, a line each. */
  | { readonly kind: 'batch'; readonly id: string; readonly activations: readonly Activation[] }
  | {
      readonly kind: 'help';
      readonly examples: readonly string[];
      readonly forms: readonly { readonly form: string; readonly says: string }[];
    }
  | { readonly kind: 'welcome'; readonly examples: readonly string[] }
  /** url is ours (PUBLIC_URL/auth/start?…); going is what goes on by itself afterwards, as the person typed it. */
  | {
      readonly kind: 'signIn';
      readonly url: string | null;
      readonly state: 'open' | 'done' | 'expired';
      readonly going: string | null;
      readonly stepUpFor: string | null;
      /** Teams may sign the person in by itself for what waits under this id; the url is for when it does not. */
      readonly exchange?: string;
    }
  /** A line or a few that need no button. */
  | {
      readonly kind: 'notice';
      readonly shape: Shape;
      readonly title: string;
      readonly lines: readonly string[];
      readonly link?: { readonly url: string; readonly title: string };
      /** Display names that stand in it: what is odd about one is told below. */
      readonly names?: readonly string[];
    }
  /** What happened, why, what to do next. */
  | {
      readonly kind: 'problem';
      readonly what: string;
      readonly why: string | null;
      readonly next: string | null;
      readonly examples: readonly string[];
      readonly button: { readonly verb: Verb; readonly id: string; readonly title: string } | null;
      readonly link: { readonly url: string; readonly title: string } | null;
      readonly reference: string | null;
      /** As in a notice. */
      readonly names?: readonly string[];
    };

/** waiting, active, denied or failed, ended, needs you, available: a word and a shape, never a colour alone. */
export type Shape = '◷' | '✓' | '✕' | '■' | '⚠' | '○';

export function notice(shape: Shape, title: string, ...lines: string[]): Extract<Message, { kind: 'notice' }> {
  return { kind: 'notice', shape, title, lines };
}

/** Something is not as it should be; a wish that a rule turns down is a refusal(). */
export function problem(
  what: string,
  more: { readonly why: string | null; readonly next: string } & Partial<Extract<Message, { kind: 'problem' }>>,
): Extract<Message, { kind: 'problem' }> {
  return {
    kind: 'problem',
    what,
    examples: [],
    button: null,
    link: null,
    reference: null,
    ...more,
  };
}

/** The same message, which names these people, groups or places. Null, for a name that is not known, names nothing. */
export function naming<Said extends Extract<Message, { kind: 'notice' | 'problem' }>>(
  message: Said,
  ...names: readonly (string | null)[]
): Said {
  return { ...message, names: [...(message.names ?? []), ...names.filter((name) => name !== null)] };
}

/** Where PIM itself can do the same, for when Jitney cannot. */
export const portalMyGroups =
  'https://entra.microsoft.com/#view/Microsoft_Azure_PIMCommon/ActivationMenuBlade/~/aadgroup';
export const portalApprovals =
  'https://entra.microsoft.com/#view/Microsoft_Azure_PIMCommon/ApproveRequestMenuBlade/~/aadgroup';
