import type { Message } from '../core/message.ts';
import type { Place } from '../core/place.ts';

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
