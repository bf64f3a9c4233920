import type { Person } from '../core/person.ts';
import type { Place } from '../core/place.ts';

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
