import type { Check } from '../core/check.ts';
import type { Moment } from '../core/moment.ts';
import type { Person } from '../core/person.ts';
import type { Place } from '../core/place.ts';

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
  | {
      readonly kind: 'wish';
      readonly targetKey: string;
      readonly targetName: string;
      readonly targetMark?: string | undefined;
      readonly ask: ParkedAsk;
    }
  /** PIM could not even be read. saidAt: what “until 5pm” was said at. */
  | {
      readonly kind: 'outage';
      readonly going: Extract<ParkedBody, { kind: 'sentence' | 'wish' }>;
      readonly saidAt: Moment;
    }
  /** An intent that waits for the person to pass a check, or (without one) to sign in again; then it is ordered. */
  | { readonly kind: 'stepUp'; readonly activationId: string; readonly targetName: string }
  | {
      readonly kind: 'question';
      readonly targetKey: string;
      readonly targetName: string;
      readonly targetMark?: string | undefined;
      readonly ask: ParkedAsk;
      /** The running activation that the answer is to lengthen; without it the answer orders a new one. */
      readonly extending?: string;
    }
  /** Records of the ledger for one auditor, given out once, after a sign-in of theirs. Both lists empty: all of it. */
  | {
      readonly kind: 'export';
      readonly about: string;
      readonly oids: readonly string[];
      readonly targetKeys: readonly string[];
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
      readonly options: readonly {
        readonly targetKey: string;
        readonly name: string;
        readonly mark?: string | undefined;
      }[];
      readonly ask: ParkedAsk;
    };

export type ParkedAsk = {
  readonly minutes: number | null;
  readonly until: Moment | null;
  readonly startAt: Moment | null;
  readonly justification: string | null;
  readonly ticket: { readonly system?: string; readonly number: string } | null;
};
