/** Everything that may follow the targets, in any order and each once: role, length, start, dry run, reason, ticket. */

import type { Access, Choice, Problem, Ticket } from './command.ts';
import { escapeMarkup, foldQuotes } from './clean.ts';
import { readLength } from './duration.ts';
import { clauseAt, countCharacters, endWithout, isDigit, phraseAt, skipCommas, wordAt } from './scan.ts';
import type { Word } from './scan.ts';
import { fault, isProblem, wordsUntilClause } from './sentence.ts';
import type { Fault, Sentence } from './sentence.ts';
import { bareLengthAt, leftover, startsOrder, twoOrders } from './targets.ts';
import { localLabel, readPoint, utc } from './time.ts';
import type { Point } from './time.ts';
import * as words from './words.ts';

/** Places that a clause can fill: `for` and `until` share one, as do `at` and `in`. */
export type Slot = 'role' | 'length' | 'until' | 'start' | 'dryRun' | 'reason' | 'ticket';

export type Clauses = {
  role?: Access;
  seconds?: number;
  untilMs?: number;
  untilWords?: Spoken;
  startMs?: number;
  dryRun?: true;
  justification?: string;
  ticket?: Ticket;
  /** The sentence went on to its very end, final punctuation included. */
  tookAll?: true;
};

type Spoken = { readonly start: number; readonly end: number; readonly bare: boolean };
type Read = { readonly end: number } | Problem;

export const justificationLimit = 500;

/** Reads clauses from `at` to the end of the sentence; `allowed` are those that the verb has. */
export function readClauses(sentence: Sentence, at: number, allowed: readonly Slot[]): Clauses | Problem {
  const { text, end } = sentence;
  const found: Clauses = {};
  const filled = new Set<Slot>();
  let stop = skipCommas(text, at, end);
  while (stop < end) {
    const word = wordAt(text, stop, end);
    if (!word) break;
    const clause = slotAt(sentence, word, allowed);
    if (!clause) return unfit(sentence, word);
    const place = clause.slot === 'until' ? 'length' : clause.slot;
    if (filled.has(place)) return twice(sentence, word, place);
    filled.add(place);
    const read = readClause(sentence, clause, word, allowed, found);
    if (isProblem(read)) return read;
    stop = skipCommas(text, read.end, end);
  }
  return found;
}

type SlotAt = { readonly slot: Slot; readonly valueAt: number; readonly relative: boolean };

function slotAt(sentence: Sentence, word: Word, allowed: readonly Slot[]): SlotAt | undefined {
  const clause = clauseAt(sentence.text, word.start, sentence.end);
  if (clause) {
    const relative = clause.kind === 'startIn';
    const slot = clause.kind === 'startIn' ? 'start' : clause.kind;
    return allowed.includes(slot) ? { slot, valueAt: clause.end, relative } : undefined;
  }
  if (!allowed.includes('length')) return undefined;
  if (sentence.intent === 'extend' && word.lower === words.by)
    return { slot: 'length', valueAt: word.end, relative: false };
  return bareLengthAt(sentence, word) ? { slot: 'length', valueAt: word.start, relative: false } : undefined;
}

function unfit(sentence: Sentence, word: Word): Problem {
  if (startsOrder(sentence, word)) return twoOrders(sentence, word.start);
  return leftover(sentence, wordsUntilClause(sentence, word.start));
}

function twice(sentence: Sentence, word: Word, place: Slot): Problem {
  const said = {
    length: 'how long',
    start: 'when it starts',
    role: 'the role',
    dryRun: 'that it is a dry run',
    ticket: 'the ticket',
  };
  const what = place in said ? said[place as keyof typeof said] : 'the reason';
  return fault(sentence, 'conflict', `You said twice ${what}.`, { words: wordsUntilClause(sentence, word.start) });
}

function readClause(sentence: Sentence, clause: SlotAt, word: Word, allowed: readonly Slot[], found: Clauses): Read {
  const at = clause.valueAt;
  switch (clause.slot) {
    case 'role':
      return readRole(sentence, at, found);
    case 'length':
      return readFor(sentence, at, found);
    case 'until':
      return readUntil(sentence, word.start, at, found);
    case 'start':
      return clause.relative ? readIn(sentence, at, found) : readStart(sentence, word.start, at, found);
    case 'dryRun':
      found.dryRun = true;
      return { end: at };
    case 'reason':
      return readReason(sentence, at, allowed.includes('ticket'), found);
    case 'ticket':
      return readTicketClause(sentence, word.start, at, found);
  }
}

function readRole(sentence: Sentence, at: number, found: Clauses): Read {
  const { text, end } = sentence;
  let word = wordAt(text, at, end);
  if (word && words.articles.includes(word.lower)) word = wordAt(text, word.end, end);
  const role = word && words.roles.get(word.lower);
  if (!word || role === undefined) {
    return fault(sentence, 'role_invalid', 'The role is either "owner" or "member".', {
      words: wordsUntilClause(sentence, at),
      example: 'activate Azure Admins as owner for 1h',
    });
  }
  found.role = role;
  return { end: word.end };
}

function readFor(sentence: Sentence, at: number, found: Clauses): Read {
  const length = readLength(sentence.text, at, sentence.end);
  if (length.kind !== 'length') return badLength(sentence, at, length.kind === 'too long');
  found.seconds = length.seconds;
  return { end: length.end };
}

function badLength(sentence: Sentence, at: number, tooLong: boolean): Problem {
  const typed = wordsUntilClause(sentence, at);
  if (tooLong)
    return fault(sentence, 'duration_out_of_range', `"${typed}" is longer than any calendar.`, { words: typed });
  const message =
    typed === ''
      ? 'How long? No length was given.'
      : `"${typed}" is no length I can read: give a number and a unit, at least one minute.`;
  return fault(sentence, 'duration_invalid', message, { words: typed });
}

function readIn(sentence: Sentence, at: number, found: Clauses): Read {
  const length = readLength(sentence.text, at, sentence.end);
  if (length.kind === 'none') return badPoint(sentence, at, { kind: 'invalid', why: 'form' }, at);
  if (length.kind !== 'length') return badLength(sentence, at, length.kind === 'too long');
  const start = sentence.moment.now + length.seconds * 1000;
  if (start > latestMs) return badLength(sentence, at, true);
  found.startMs = start;
  return { end: length.end };
}

/** The last instant that ECMAScript can name. */
export const latestMs = 8.64e15;

function readUntil(sentence: Sentence, clauseStart: number, at: number, found: Clauses): Read {
  const point = readPoint(sentence.text, at, sentence.end, 'until', sentence.moment);
  if (point.kind !== 'point') return badPoint(sentence, clauseStart, point, at);
  found.untilMs = point.ms;
  found.untilWords = { start: clauseStart, end: point.end, bare: point.bare };
  return { end: point.end };
}

function readStart(sentence: Sentence, clauseStart: number, valueAt: number, found: Clauses): Read {
  let at = valueAt;
  // "starting in 30 minutes", "starting at 14:00": two words for one clause.
  const second = clauseAt(sentence.text, at, sentence.end);
  if (second && phraseAt(sentence.text, clauseStart, sentence.end, words.starting) !== undefined) {
    if (second.kind === 'startIn') return readIn(sentence, second.end, found);
    if (second.kind === 'start') at = second.end;
  }
  const point = readPoint(sentence.text, at, sentence.end, 'start', sentence.moment);
  if (point.kind !== 'point') return badPoint(sentence, clauseStart, point, at);
  found.startMs = point.ms;
  return { end: point.end };
}

function badPoint(
  sentence: Sentence,
  clauseStart: number,
  point: Exclude<Point, { kind: 'point' }>,
  at: number,
): Problem {
  const typed = wordsUntilClause(sentence, at);
  const more: Fault = { words: typed, example: 'activate Azure Admins until tomorrow 09:00' };
  if (point.kind === 'past') {
    const choices = point.others.map((ms) => insteadOf(sentence, clauseStart, point.end, ms));
    const message =
      choices.length > 0 ? `"${typed}" is past today. Did you mean tomorrow?` : `"${typed}" is in the past.`;
    return fault(sentence, 'time_in_past', message, choices.length > 0 ? { ...more, choices } : more);
  }
  if (point.kind === 'ask') {
    const choices = point.others.map(({ ms, end }) => insteadOf(sentence, clauseStart, end, ms));
    return fault(sentence, 'needs_confirmation', `"${typed}" can be read in two ways. Which one do you mean?`, {
      ...more,
      choices,
    });
  }
  const messages = {
    form:
      typed === ''
        ? 'When? No time was given.'
        : `"${typed}" is no time I can read: write 17:30, 5pm, tomorrow 09:00, Friday 18:00 or 2026-12-10T17:00.`,
    'day only': `"${typed}" names a day; add a clock time.`,
    'no such time': `There is no such time as "${typed}".`,
  };
  return fault(sentence, 'time_invalid', messages[point.why], more);
}

/** The whole sentence with one time in it made absolute. */
export function insteadOf(sentence: Sentence, clauseStart: number, timeEnd: number, ms: number): Choice {
  const { text, moment } = sentence;
  const keyword = wordAt(text, clauseStart, text.length)?.text ?? '';
  return {
    label: localLabel(ms, moment.timeZone),
    sentence: escapeMarkup(`${text.slice(0, clauseStart)}${keyword} ${utc(ms)}${text.slice(timeEnd)}`),
  };
}

/** Everything to the end, final punctuation included, except a ticket that stands last. */
function readReason(sentence: Sentence, at: number, mayHaveTicket: boolean, found: Clauses): Read {
  const { text, end } = sentence;
  const trailing = mayHaveTicket ? trailingTicket(sentence, at) : undefined;
  const spoken = foldQuotes(text.slice(at, trailing ?? text.length)).trim();
  // The comma in "because fixing prod, ticket INC1" belongs to neither.
  const justification = trailing === undefined ? spoken : spoken.slice(0, endWithout(spoken, ' ,'));
  if (/^[.!?,;:]*$/.test(justification)) {
    return fault(sentence, 'missing_justification', 'Why? No reason was given.', { words: text.slice(at, end).trim() });
  }
  if (countCharacters(justification) > justificationLimit) {
    return fault(sentence, 'justification_too_long', `A reason has at most ${justificationLimit} characters.`, {
      words: justification.slice(0, 60),
    });
  }
  found.justification = justification;
  if (trailing !== undefined) return { end: trailing };
  found.tookAll = true;
  return { end };
}

/** Where "ticket [SYSTEM] NUMBER" begins at the end of the sentence. Only the last three words can be it. */
function trailingTicket(sentence: Sentence, from: number): number | undefined {
  const { text, end } = sentence;
  let at = end;
  for (let count = 0; count < 3; count += 1) {
    at = text.lastIndexOf(' ', at - 1);
    if (at < from) return undefined;
    const clause = clauseAt(text, at, end);
    const ticket = clause?.kind === 'ticket' ? readTicket(sentence, clause.end) : undefined;
    if (ticket?.end === end) return at;
  }
  return undefined;
}

function readTicketClause(sentence: Sentence, clauseStart: number, at: number, found: Clauses): Read {
  const read = readTicket(sentence, at);
  if (!read) {
    return fault(sentence, 'ticket_invalid', 'A ticket is a number, with the system in front if you like.', {
      words: sentence.text.slice(clauseStart, at) + ticketWords(sentence, at),
      example: 'activate Azure Admins for 1h ticket ServiceNow INC0012345',
    });
  }
  found.ticket = read.ticket;
  return { end: read.end };
}

function ticketWords(sentence: Sentence, at: number): string {
  const typed = wordsUntilClause(sentence, at);
  return typed === '' ? '' : ` ${typed}`;
}

function readTicket(sentence: Sentence, at: number): { readonly ticket: Ticket; readonly end: number } | undefined {
  const { text, end } = sentence;
  const first = wordAt(text, at, end);
  if (!first || clauseAt(text, first.start, end)) return undefined;
  if (hasDigit(first.text)) return { ticket: { number: foldQuotes(first.text) }, end: first.end };
  const second = wordAt(text, first.end, end);
  if (!second || !/\p{L}/u.test(first.text) || !hasDigit(second.text)) return undefined;
  return { ticket: { system: foldQuotes(first.text), number: foldQuotes(second.text) }, end: second.end };
}

function hasDigit(text: string): boolean {
  return Array.from(text).some(isDigit);
}
