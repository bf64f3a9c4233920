import type { Message } from '../core/message.ts';
import type { Place } from '../core/place.ts';

/** Who sees a living card. */
export type CardReader =
  | { readonly kind: 'requester' }
  | { readonly kind: 'approver'; readonly oid: string }
  | { readonly kind: 'channel'; readonly conversationId: string };

export type Job =
  /**
   * Bring this reader's card of the activation up to date: send it the first time, update it afterwards. late: once more,
   * whatever else brings it up to date before.
   */
  | { readonly kind: 'card'; readonly activationId: string; readonly reader: CardReader; readonly late?: true }
  | {
      readonly kind: 'notice';
      readonly key: string;
      readonly to: Place;
      readonly oid: string | null;
      /** Their zone, when whoever left the message knew it. */
      readonly zone?: string;
      readonly message: Message;
    }
  /**
   * Send the sign-in card of a parked wish, or say on it how the sign-in ended; on the card of a wish that waits for PIM
   * only how that ended. link: Teams did not sign the person in by
   * itself, so the card gets its button.
   */
  | { readonly kind: 'signInCard'; readonly parkedId: string; readonly state: 'open' | 'link' | 'done' | 'expired' }
  /** The person asked to end it as soon as PIM allows. */
  | { readonly kind: 'end'; readonly activationId: string }
  /** The person asked to have a new request sent when the running activation has ended. */
  | { readonly kind: 'renew'; readonly parkedId: string }
  /** PIM could not be read, and the person wants it tried again; each try is a job of its own. */
  | { readonly kind: 'keepTrying'; readonly parkedId: string; readonly count: number }
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
