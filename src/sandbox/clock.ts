import { Temporal } from 'temporal-polyfill';

/** The sandbox's time: wall time plus an offset that control moves. Tokens and certificates never follow it. */
export type MovableClock = {
  /** Milliseconds since the epoch. */
  now(): number;
  offsetMs(): number;
  setOffset(ms: number): void;
  /** How often somebody asked for the time since it was moved, this time included: who asks twice has heard of it. */
  ask(): number;
};

export function createClock(offset = 0): MovableClock {
  let offsetMs = offset;
  let asked = 0;
  return {
    now: () => Date.now() + offsetMs,
    offsetMs: () => offsetMs,
    setOffset: (ms) => {
      offsetMs = ms;
      asked = 0;
    },
    ask: () => (asked += 1),
  };
}

/** The instant an ISO 8601 duration (`PT2H`, `P1D`, `-PT5M`) after `now`, or undefined when the text is no duration. */
export function after(now: number, duration: string): number | undefined {
  try {
    return Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO('UTC').add(duration).epochMilliseconds;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The instant an ISO 8601 date and time with a zone (`2030-01-02T03:04:05Z`) names, or undefined. */
export function instant(text: string): number | undefined {
  try {
    return Temporal.Instant.from(text).epochMilliseconds;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
