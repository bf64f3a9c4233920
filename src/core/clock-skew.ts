import type { Moment } from './moment.ts';

/** One answer with its `Date` header as it came; both moments on our clock. */
export type Exchange = { readonly sentAt: Moment; readonly receivedAt: Moment; readonly date: string | null };

/** What was said about our clock so far; toldAt: when an alarm was last raised, on our clock. */
export type Told = { readonly isSkewed: boolean; readonly toldAt: Moment };

type Judgment = {
  readonly told: Told;
  /** null: nothing to say now. aheadSeconds: below zero when our clock is behind. */
  readonly say: { readonly kind: 'skewed' | 'right'; readonly aheadSeconds: number } | null;
};

export const nothingTold: Told = { isSkewed: false, toldAt: -Infinity };

const mostMs = 60_000;
const againMs = 3_600_000;
/** The header counts whole seconds, cut off. */
const halfSecond = 500;

/** An alarm is due only where the clocks surely differ by more than a minute, and its end only where they surely do not. */
export function judgeClock(told: Told, { sentAt, receivedAt, date }: Exchange): Judgment {
  const at = readDate(date);
  // A clock that was set back in between says nothing about either time.
  if (at === null || receivedAt < sentAt) return { told, say: null };
  const ahead = (sentAt + receivedAt) / 2 - (at + halfSecond);
  const doubt = (receivedAt - sentAt) / 2 + halfSecond;
  const aheadSeconds = Math.round(ahead / 1_000);
  if (Math.abs(ahead) - doubt > mostMs) {
    // Either way: a clock that was moved by an hour is worth a line of its own.
    if (Math.abs(receivedAt - told.toldAt) < againMs) return { told, say: null };
    return { told: { isSkewed: true, toldAt: receivedAt }, say: { kind: 'skewed', aheadSeconds } };
  }
  if (!told.isSkewed || Math.abs(ahead) + doubt > mostMs) return { told, say: null };
  return { told: { ...told, isSkewed: false }, say: { kind: 'right', aheadSeconds } };
}

/** Only the one form that HTTP asks senders for. Source: RFC 9110, 5.6.7, IMF-fixdate. */
function readDate(date: string | null): Moment | null {
  const at = Date.parse(date ?? '');
  return !Number.isNaN(at) && new Date(at).toUTCString() === date ? at : null;
}
