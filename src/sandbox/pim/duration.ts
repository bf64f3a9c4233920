import { Temporal } from 'temporal-polyfill';

/** Milliseconds of an ISO 8601 duration (`PT2H`, `P365D`), counted from `from`; null when the text is none or not positive. */
export function durationMilliseconds(text: string, from: number): number | null {
  try {
    const duration = Temporal.Duration.from(text);
    if (duration.sign <= 0) return null;
    const start = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO('UTC');
    return start.add(duration).epochMilliseconds - from;
  } catch {
    return null;
  }
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/i;

/** Milliseconds of an ISO 8601 instant that names its offset; null for anything else. */
export function instantMilliseconds(text: string): number | null {
  if (!INSTANT.test(text)) return null;
  const milliseconds = Date.parse(text);
  return Number.isNaN(milliseconds) ? null : milliseconds;
}
