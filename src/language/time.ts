/**
 * Points in time, in the person's own zone: `17:30`, `5pm`, `1700`, `noon`, `midnight`, `tomorrow 09:00`, `Friday 18:00`, `17:00 tomorrow`, `2026-12-10`,
 * `2026-12-10 17:00`, and ISO date-times with or without an offset. Nothing is moved in silence: past, impossible and double times are told apart.
 */

import { Temporal } from 'temporal-polyfill';
import { wordAt } from './scan.ts';
import type { Word } from './scan.ts';
import * as words from './words.ts';

export type Moment = { readonly now: number; readonly timeZone: string };

export type Point =
  | {
      readonly kind: 'point';
      readonly ms: number;
      readonly end: number;
      /** a bare clock time, with no day */ readonly bare: boolean;
    }
  | { readonly kind: 'invalid'; readonly why: 'form' | 'day only' | 'no such time' }
  | { readonly kind: 'past'; readonly end: number; readonly others: readonly number[] }
  | { readonly kind: 'ask'; readonly others: readonly Reading[] };

/** One way to read an ambiguous time, and how far it reaches in the text. */
export type Reading = { readonly ms: number; readonly end: number };

type Clock = { readonly hour: number; readonly minute: number; readonly second: number };
/** Where a clock time was read; `midnight` is the end of its day. */
type ClockAt = { readonly clock: Clock | 'midnight'; readonly end: number };
type DayAt = {
  readonly day: (today: Temporal.PlainDate) => Temporal.PlainDate;
  readonly weekday: boolean;
  readonly iso: boolean;
  readonly end: number;
};

const noSuchTime = { kind: 'invalid', why: 'no such time' } as const;
const badForm = { kind: 'invalid', why: 'form' } as const;

/** Reads the point that begins at `at`. `side` says whether it ends (a plain date is its end) or starts something (a plain date is too vague). */
export function readPoint(text: string, at: number, end: number, side: 'until' | 'start', moment: Moment): Point {
  const word = wordAt(text, at, end);
  if (!word || !isZone(moment.timeZone)) return badForm;
  const instant = readInstant(word);
  if (instant) return instant === 'impossible' ? noSuchTime : settle(instant, word.end, moment);
  const local = readLocal(word);
  if (local) return local === 'impossible' ? noSuchTime : place(local, word.end, false, moment);
  const day = readDay(word);
  if (day === 'impossible') return noSuchTime;
  return day ? dayFirst(text, day, end, side, moment) : clockFirst(text, at, end, moment);
}

export function isZone(timeZone: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(timeZone);
    return true;
  } catch {
    return false;
  }
}

const instantForm = /^(\d{4}-\d\d-\d\d)t(\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(z|[+-]\d\d(?::?\d\d)?)$/;
const localForm = /^(\d{4}-\d\d-\d\d)t(\d\d:\d\d(?::\d\d)?)$/;

function readInstant(word: Word): number | 'impossible' | undefined {
  const [, date, time, zone] = instantForm.exec(word.lower) ?? [];
  if (date === undefined || time === undefined || zone === undefined) return undefined;
  if (!isClock(time) || !dateOf(date)) return 'impossible';
  try {
    return Temporal.Instant.from(`${date}T${time}${zone}`).epochMilliseconds;
  } catch {
    return 'impossible';
  }
}

function readLocal(word: Word): Temporal.PlainDateTime | 'impossible' | undefined {
  const [, date, time] = localForm.exec(word.lower) ?? [];
  if (date === undefined || time === undefined) return undefined;
  const day = dateOf(date);
  return day && isClock(time) ? day.toPlainDateTime(Temporal.PlainTime.from(time)) : 'impossible';
}

/** 60 is no second here: Temporal would move it. */
function isClock(time: string): boolean {
  const [hour = 0, minute = 0, second = 0] = time.split(':').map(Number);
  return hour < 24 && minute < 60 && second < 60;
}

function dateOf(iso: string): Temporal.PlainDate | undefined {
  try {
    return Temporal.PlainDate.from(iso);
  } catch {
    return undefined;
  }
}

function readDay(word: Word): DayAt | 'impossible' | undefined {
  const { end } = word;
  if (word.lower === words.today) return { day: (today) => today, weekday: false, iso: false, end };
  if (word.lower === words.tomorrow) return { day: (today) => today.add({ days: 1 }), weekday: false, iso: false, end };
  const weekday = words.weekdays.get(word.lower);
  if (weekday !== undefined) {
    return { day: (today) => today.add({ days: (weekday - today.dayOfWeek + 7) % 7 }), weekday: true, iso: false, end };
  }
  const [, year, month, day] = /^(\d{4})[-/](\d\d)[-/](\d\d)$/.exec(word.text) ?? [];
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const date = dateOf(`${year}-${month}-${day}`);
  return date ? { day: () => date, weekday: false, iso: true, end } : 'impossible';
}

function dayFirst(text: string, day: DayAt, end: number, side: 'until' | 'start', moment: Moment): Point {
  const joint = wordAt(text, day.end, end);
  const joined = joint?.lower === words.atWord;
  const clock = readClock(text, joined ? joint.end : day.end, end);
  if (clock === 'impossible') return noSuchTime;
  if (!clock) return day.iso && side === 'until' ? endOf(day, moment) : { kind: 'invalid', why: 'day only' };
  const point = onDay(day, clock, clock.end, moment);
  // "until 2026-12-10 at 14:00" is that day at two, or that day's end beginning at two today.
  const twoReadings = joined && day.iso && side === 'until' && point.kind === 'point';
  if (!twoReadings) return point;
  const whole = endOf(day, moment);
  return {
    kind: 'ask',
    others: [point, whole].flatMap((one) => (one.kind === 'point' ? { ms: one.ms, end: one.end } : [])),
  };
}

function clockFirst(text: string, at: number, end: number, moment: Moment): Point {
  const clock = readClock(text, at, end);
  if (clock === 'impossible') return noSuchTime;
  if (!clock) return badForm;
  const joint = wordAt(text, clock.end, end);
  const named = joint?.lower === words.onWord ? wordAt(text, joint.end, end) : joint;
  const day = named && readDay(named);
  if (day === 'impossible') return noSuchTime;
  if (day) return onDay(day, clock, day.end, moment);
  if (joint?.lower === words.onWord) return badForm;
  return onDay({ day: (today) => today, weekday: false, iso: false, end: clock.end }, clock, clock.end, moment, true);
}

function onDay(day: DayAt, { clock }: ClockAt, end: number, moment: Moment, bare = false): Point {
  const today = Temporal.Instant.fromEpochMilliseconds(moment.now).toZonedDateTimeISO(moment.timeZone).toPlainDate();
  const date = day.day(today);
  if (clock === 'midnight') {
    // "tomorrow midnight" is where tomorrow begins to some and where it ends to others.
    const starts = startOf(date, moment);
    const ends = startOf(date.add({ days: 1 }), moment);
    return bare ? settle(ends, end, moment, true) : ask([starts, ends], end, moment);
  }
  const point = place(date.toPlainDateTime(clock), end, bare, moment);
  if (point.kind !== 'past' || !day.weekday) return point;
  return place(date.add({ days: 7 }).toPlainDateTime(clock), end, bare, moment);
}

function endOf(day: DayAt, moment: Moment): Point {
  const date = day.day(Temporal.PlainDate.from('2000-01-01'));
  return settle(startOf(date.add({ days: 1 }), moment), day.end, moment);
}

function startOf(date: Temporal.PlainDate, moment: Moment): number {
  return date.toZonedDateTime({ timeZone: moment.timeZone }).epochMilliseconds;
}

/** A local time as an instant: refused where the clock skips it, asked about where the clock shows it twice. */
function place(local: Temporal.PlainDateTime, end: number, bare: boolean, moment: Moment): Point {
  const { timeZone, now } = moment;
  const [first, last = first] = instantsOf(local, timeZone);
  if (first === undefined || last === undefined) return noSuchTime;
  if (last < now) {
    const nextDay = instantsOf(local.add({ days: 1 }), timeZone);
    return { kind: 'past', end, others: bare ? nextDay.filter((ms) => ms > now) : [] };
  }
  return first === last ? { kind: 'point', ms: first, end, bare } : ask([first, last], end, moment);
}

/** None where the clock skips it, two where it shows it twice. */
function instantsOf(local: Temporal.PlainDateTime, timeZone: string): readonly number[] {
  const earlier = local.toZonedDateTime(timeZone, { disambiguation: 'earlier' });
  const later = local.toZonedDateTime(timeZone, { disambiguation: 'later' });
  if (!earlier.toPlainDateTime().equals(local)) return [];
  return [...new Set([earlier.epochMilliseconds, later.epochMilliseconds])];
}

function ask(instants: readonly number[], end: number, moment: Moment): Point {
  return { kind: 'ask', others: instants.filter((ms) => ms >= moment.now).map((ms) => ({ ms, end })) };
}

function settle(ms: number, end: number, moment: Moment, bare = false): Point {
  return ms < moment.now ? { kind: 'past', end, others: [] } : { kind: 'point', ms, end, bare };
}

function readClock(text: string, at: number, end: number): ClockAt | 'impossible' | undefined {
  const word = wordAt(text, at, end);
  if (!word) return undefined;
  if (word.lower === words.noon) return { clock: { hour: 12, minute: 0, second: 0 }, end: word.end };
  if (word.lower === words.midnight) return { clock: 'midnight', end: word.end };
  const [, hour, minute, second, glued] = /^(\d{1,2})(?::(\d\d)(?::(\d\d))?)?([ap]\.?m?\.?)?$/.exec(word.lower) ?? [];
  const next = wordAt(text, word.end, end);
  const apart = next && halfOf(next.lower) ? next : undefined;
  if (hour === undefined) return readFourDigits(word, apart);
  const half = glued === undefined ? apart && halfOf(apart.lower) : halfOf(glued);
  if (glued !== undefined && !half) return undefined;
  if (minute === undefined && !half) return undefined;
  const stop = glued === undefined && apart ? apart.end : word.end;
  return clockOf(Number(hour), Number(minute ?? 0), Number(second ?? 0), half, stop);
}

/** `1700`, the 24-hour clock without its colon. */
function readFourDigits(word: Word, half: Word | undefined): ClockAt | 'impossible' | undefined {
  const [, hour, minute] = /^(\d\d)(\d\d)$/.exec(word.text) ?? [];
  if (hour === undefined || minute === undefined || half) return undefined;
  return clockOf(Number(hour), Number(minute), 0, undefined, word.end);
}

function clockOf(
  hour: number,
  minute: number,
  second: number,
  half: 'am' | 'pm' | undefined,
  end: number,
): ClockAt | 'impossible' {
  if (minute > 59 || second > 59 || hour > 23 || (half && (hour < 1 || hour > 12))) return 'impossible';
  const whole = half ? (hour % 12) + (half === 'pm' ? 12 : 0) : hour;
  return { clock: { hour: whole, minute, second }, end };
}

function halfOf(word: string): 'am' | 'pm' | undefined {
  if (words.forenoon.includes(word)) return 'am';
  return words.afternoon.includes(word) ? 'pm' : undefined;
}

/** Milliseconds since 1970 of an ISO date-time with its offset, or nothing. */
export function instantOf(iso: string): number | undefined {
  try {
    return Temporal.Instant.from(iso).epochMilliseconds;
  } catch {
    return undefined;
  }
}

/** An instant as everything outside shows it: UTC, ISO 8601, no fraction unless there is one. */
export function utc(ms: number): string {
  return Temporal.Instant.fromEpochMilliseconds(ms).toString();
}

/** An instant for a button: local date and clock time with the offset, which tells two equal clock times apart. */
export function localLabel(ms: number, timeZone: string): string {
  const at = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone);
  return `${at.toPlainDate().toString()} ${at.toPlainTime().toString({ smallestUnit: 'minute' })} ${timeZone} (UTC${at.offset})`;
}
