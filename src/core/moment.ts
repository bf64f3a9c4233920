/** A moment is epoch milliseconds, UTC. */
export type Moment = number;

function dayIn(zone: string, at: Moment): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' }).format(at);
}

/**
 * A moment in words for one reader: "16:05" today, "tomorrow 09:00", else "Fri 27 Nov 09:00"; 24-hour clock.
 * Used where a card's own date functions do not reach (chat text, speak, fallback text).
 */
export function sayMoment(at: Moment, zone: string, now: Moment): string {
  const time = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' }).format(at);
  if (dayIn(zone, at) === dayIn(zone, now)) return time;
  if (dayIn(zone, at) === dayIn(zone, now + 86_400_000)) return `tomorrow ${time}`;
  const date = new Intl.DateTimeFormat('en-GB', { timeZone: zone, weekday: 'short', day: 'numeric', month: 'short' });
  return `${date.format(at).replace(',', '')} ${time}`;
}

/** True for an IANA time zone that this runtime knows. */
export function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
