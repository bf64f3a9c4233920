import { isTimeZone, sayMoment } from '../core/moment.ts';
import type { Moment } from '../core/moment.ts';
import type { Context } from './context.ts';

/** A moment in words or as a card's date function, whichever the place can show. */
export type When = (at: Moment) => string;

/**
 * For a TextBlock: each viewer's client writes it in the viewer's own zone and language; with the date unless it is the
 * reader's today. Source: Adaptive Cards text features, date and time formatting (no fraction of a second allowed).
 */
export function shown(context: Context): When {
  const zone = zoneOf(context);
  return (at) => {
    const iso = `${new Date(at).toISOString().slice(0, 19)}Z`;
    return day(at, zone) === day(context.now, zone) ? `{{TIME(${iso})}}` : `{{DATE(${iso}, SHORT)}} {{TIME(${iso})}}`;
  };
}

/** For text that no card function reaches; names the zone when several people read it. */
export function said(context: Context): When {
  const zone = zoneOf(context);
  const suffix = context.reader.oid === null ? ` ${zone}` : '';
  return (at) => `${sayMoment(at, zone, context.now)}${suffix}`;
}

/** One formatter a zone the runtime knows (some hundred at most): making one costs more than the rest of a card. */
const days = new Map<string, Intl.DateTimeFormat>();

function zoneOf({ reader: { zone } }: Context): string {
  return days.has(zone) || isTimeZone(zone) ? zone : 'UTC';
}

function day(at: Moment, zone: string): string {
  const format = days.get(zone) ?? new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' });
  days.set(zone, format);
  return format.format(at);
}
