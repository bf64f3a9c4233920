import type { Moment } from '../core/moment.ts';
import type { Chat } from './chat.ts';
import type { Directory } from './directory.ts';
import type { Pim } from './pim.ts';
import type { SignIn } from './sign-in.ts';
import type { Store } from './store.ts';

export type Clock = { readonly now: () => Moment; readonly wall: () => Moment };

export type Ids = { readonly id: () => string };

export interface Log {
  info(event: string, facts?: Readonly<Record<string, unknown>>): void;
  warn(event: string, facts?: Readonly<Record<string, unknown>>): void;
  error(event: string, facts?: Readonly<Record<string, unknown>>): void;
}

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
