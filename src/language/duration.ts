/**
 * Lengths of time: ISO 8601 (`PT1H30M`, `P2D`, `PT1,5H`) and English (`2h`, `1h30m`, `1.5 hours`, `an hour and a half`, `1 hour and 30 minutes`).
 * Units descend, each at most once, a fraction only in the last, and the sum is whole seconds from one minute up.
 */

import { isDigit, phraseAt, wordAt } from './scan.ts';
import type { Word } from './scan.ts';
import * as words from './words.ts';

export type Length =
  | { readonly kind: 'length'; readonly seconds: number; readonly end: number }
  | { readonly kind: 'none' | 'invalid' | 'too long' };

/** An exact amount: `value / scale` times `unit` seconds. */
type Part = { readonly value: bigint; readonly scale: bigint; readonly unit: number };
type Parts = { readonly parts: readonly Part[]; readonly end: number };

/** Longer than this no instant could name the end of (ECMAScript's range of instants, in seconds, from one edge to the other). */
const longest = 17_280_000_000_000n;

/** Reads the longest length that begins at `at`. `none`: what stands there does not even begin like one. */
export function readLength(text: string, at: number, end: number): Length {
  const first = wordAt(text, at, end);
  if (!first) return { kind: 'none' };
  const found = readIso(first) ?? readEnglish(text, at, end);
  if (!found) return { kind: looksLikeNumber(first) ? 'invalid' : 'none' };
  const next = wordAt(text, found.end, end);
  // `2h 30` and `2h -1m`: a number that was left over belongs to the length and has no unit.
  if (next && (looksLikeNumber(next) || words.units.has(next.lower))) return { kind: 'invalid' };
  return total(found);
}

function total({ parts, end }: Parts): Length {
  let seconds = 0n;
  for (const [index, part] of parts.entries()) {
    const previous = parts[index - 1];
    if (previous && (previous.unit <= part.unit || previous.scale !== 1n)) return { kind: 'invalid' };
    const amount = part.value * BigInt(part.unit);
    if (amount % part.scale !== 0n) return { kind: 'invalid' };
    seconds += amount / part.scale;
  }
  if (seconds > longest) return { kind: 'too long' };
  return seconds < 60n ? { kind: 'invalid' } : { kind: 'length', seconds: Number(seconds), end };
}

function looksLikeNumber(word: Word): boolean {
  return /^[-+−.,]?\p{N}/u.test(word.text);
}

const isoUnits: ReadonlyMap<string, number> = new Map([
  ['dw', 604_800],
  ['dd', 86_400],
  ['th', 3600],
  ['tm', 60],
  ['ts', 1],
]);

/** `P2D`, `PT1H30M`. Years and months have no fixed length and are refused. */
function readIso(word: Word): Parts | undefined {
  if (word.lower[0] !== 'p') return undefined;
  const parts: Part[] = [];
  let at = 1;
  let side = 'd';
  while (at < word.lower.length) {
    if (word.lower[at] === 't' && side === 'd') {
      side = 't';
      at += 1;
    }
    const number = decimalAt(word.lower, at, '.,');
    const unit = number && isoUnits.get(side + (word.lower[number.end] ?? ''));
    if (!number || unit === undefined) return undefined;
    parts.push({ value: number.value, scale: number.scale, unit });
    at = number.end + 1;
  }
  return parts.length > 0 ? { parts, end: word.end } : undefined;
}

type Decimal = { readonly value: bigint; readonly scale: bigint; readonly end: number };

function decimalAt(text: string, at: number, points: string): Decimal | undefined {
  let end = digitsEnd(text, at);
  if (end === at) return undefined;
  const whole = text.slice(at, end);
  const point = text[end];
  const fractionEnd = point !== undefined && points.includes(point) ? digitsEnd(text, end + 1) : end;
  if (fractionEnd <= end + 1) return { value: BigInt(whole), scale: 1n, end };
  const fraction = text.slice(end + 1, fractionEnd);
  end = fractionEnd;
  return { value: BigInt(whole + fraction), scale: 10n ** BigInt(fraction.length), end };
}

function digitsEnd(text: string, at: number): number {
  let end = at;
  while (isDigit(text[end])) end += 1;
  return end;
}

function readEnglish(text: string, at: number, end: number): Parts | undefined {
  const first = readAmount(text, at, end);
  if (!first) return undefined;
  let { parts, end: stop } = first;
  for (;;) {
    const joint = wordAt(text, stop, end);
    const joined = joint && (joint.lower === words.and || joint.text === ',');
    // After a comma or "and" only a smaller unit goes on; anything else there is no part of this length.
    const more = readAmount(text, joined ? joint.end : stop, end);
    const last = parts.at(-1);
    const descends = last !== undefined && (more?.parts[0]?.unit ?? 0) < last.unit;
    if (!more || (joined && !descends)) return { parts, end: stop };
    parts = [...parts, ...more.parts];
    stop = more.end;
    // Out of order is refused below; reading on would only cost time.
    if (!descends) return { parts, end: stop };
  }
}

/** One amount: `2h`, `1h30m`, `2 h`, `an hour`, `half an hour`, `two and a half hours`, `an hour and a half`. */
function readAmount(text: string, at: number, end: number): Parts | undefined {
  const word = wordAt(text, at, end);
  if (!word) return undefined;
  return readCompact(word) ?? readHalf(text, word, end) ?? readCounted(text, word, end);
}

function readCompact(word: Word): Parts | undefined {
  const parts: Part[] = [];
  let at = 0;
  while (at < word.lower.length) {
    const number = decimalAt(word.lower, at, '.');
    if (!number) return undefined;
    const letters = /^[a-z]{1,8}/.exec(word.lower.slice(number.end, number.end + 8))?.[0];
    const unit = letters === undefined ? undefined : words.units.get(letters);
    if (letters === undefined || unit === undefined) return undefined;
    parts.push({ value: number.value, scale: number.scale, unit });
    at = number.end + letters.length;
  }
  return { parts, end: word.end };
}

/** `half an hour`, `a half hour`, `half a day`, `quarter of an hour`, `a quarter hour`. */
function readHalf(text: string, word: Word, end: number): Parts | undefined {
  const named = words.articles.includes(word.lower) ? wordAt(text, word.end, end) : word;
  if (named?.lower !== words.half && named?.lower !== words.quarter) return undefined;
  let next = wordAt(text, named.end, end);
  if (next?.lower === words.of) next = wordAt(text, next.end, end);
  if (next && words.articles.includes(next.lower)) next = wordAt(text, next.end, end);
  const unit = next && words.units.get(next.lower);
  if (!next || unit === undefined) return undefined;
  return { parts: [{ value: named.lower === words.half ? 50n : 25n, scale: 100n, unit }], end: next.end };
}

function readCounted(text: string, word: Word, end: number): Parts | undefined {
  const count = countOf(word);
  if (!count) return undefined;
  const halfFirst = andAHalf(text, word.end, end);
  const named = wordAt(text, halfFirst ?? word.end, end);
  const unit = named && words.units.get(named.lower);
  if (!named || unit === undefined) return undefined;
  const halfLast = halfFirst === undefined ? andAHalf(text, named.end, end) : undefined;
  if (halfFirst === undefined && halfLast === undefined) return { parts: [{ ...count, unit }], end: named.end };
  if (count.scale !== 1n) return undefined;
  return { parts: [{ value: count.value * 10n + 5n, scale: 10n, unit }], end: halfLast ?? named.end };
}

function countOf(word: Word): { readonly value: bigint; readonly scale: bigint } | undefined {
  const spoken = words.numbers.get(word.lower);
  if (spoken !== undefined) return { value: BigInt(spoken), scale: 1n };
  const number = decimalAt(word.lower, 0, '.');
  return number?.end === word.lower.length ? { value: number.value, scale: number.scale } : undefined;
}

function andAHalf(text: string, at: number, end: number): number | undefined {
  const start = text[at] === ' ' ? at + 1 : at;
  return phraseAt(text, start, end, `${words.and} a ${words.half}`);
}
