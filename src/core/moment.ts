/** A moment is epoch milliseconds, UTC. */
export type Moment = number;

/** Whether a round comes again; also when it is further away than a round, because the clock was set back. */
export function isRoundDue(now: Moment, dueAt: Moment, everyMs: number): boolean {
  return now >= dueAt || dueAt - now > everyMs;
}

type Formats = {
  readonly day: Intl.DateTimeFormat;
  readonly time: Intl.DateTimeFormat;
  readonly date: Intl.DateTimeFormat;
};

/** One set a zone the runtime knows (some hundred at most): making one costs more than using it a hundred times. */
const made = new Map<string, Formats>();

function formats(zone: string): Formats {
  const known = made.get(zone);
  if (known) return known;
  const fresh = {
    day: new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' }),
    time: new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' }),
    date: new Intl.DateTimeFormat('en-GB', { timeZone: zone, weekday: 'short', day: 'numeric', month: 'short' }),
  };
  made.set(zone, fresh);
  return fresh;
}

/** By the calendar: a day of daylight saving time has 23 or 25 hours. */
function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, day.length);
}

/**
 * A moment in words for one reader: "16:05" today, "tomorrow 09:00", else "Fri 27 Nov 09:00"; 24-hour clock.
 * Used where a card's own date functions do not reach (chat text, speak, fallback text).
 */
export function sayMoment(at: Moment, zone: string, now: Moment): string {
  const { day, time, date } = formats(zone);
  const [then, today] = [day.format(at), day.format(now)];
  if (then === today) return time.format(at);
  if (then === dayAfter(today)) return `tomorrow ${time.format(at)}`;
  return `${date.format(at).replace(',', '')} ${time.format(at)}`;
}

/** Zones that were asked about and exist; also in another letter case, so their number has a bound of its own. */
const found = new Set<string>();
const mostFound = 1000;

/** True for an IANA time zone that this runtime knows. */
export function isTimeZone(zone: string): boolean {
  if (found.has(zone)) return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
  } catch {
    return false;
  }
  if (found.size < mostFound) found.add(zone);
  return true;
}
