import { describe, expect, test } from '@jest/globals';
import { parse } from '../../src/language/parse.ts';
import type { Context } from '../../src/language/parse.ts';
import { moment } from './arbitraries.ts';

/** Points in time at their edges; it is Monday, 10:00 in Berlin. */

function read(words: string, context: Context = moment): unknown {
  const parsed = parse(`activate A ${words}`, context);
  if (parsed.kind === 'problem') return parsed.code;
  if (parsed.kind !== 'activate') throw new Error(`${words} made it ${parsed.kind}`);
  return parsed.until ?? parsed.start;
}

function choices(words: string, context: Context = moment): readonly string[] {
  const parsed = parse(`activate A ${words}`, context);
  return parsed.kind === 'problem' ? (parsed.choices ?? []).map(({ sentence }) => sentence) : [];
}

describe('a clock time', () => {
  test.each([
    ['until 23:00', '2026-11-23T22:00:00Z'],
    ['until 23:59', '2026-11-23T22:59:00Z'],
    ['until 17:30:59', '2026-11-23T16:30:59Z'],
    ['until 2359', '2026-11-23T22:59:00Z'],
    ['until 12pm', '2026-11-23T11:00:00Z'],
    ['until 1pm', '2026-11-23T12:00:00Z'],
    ['at tomorrow 12am', '2026-11-23T23:00:00Z'],
    ['at tomorrow 1am', '2026-11-24T00:00:00Z'],
    ['until 2026-12-10T23:59:59', '2026-12-10T22:59:59Z'],
    ['until 2026-12-10T23:59:59Z', '2026-12-10T23:59:59Z'],
  ])('%s is the last or first that there is', (words, instant) => {
    expect(read(words)).toBe(instant);
  });

  test.each([
    'until 24:00',
    'until 2400',
    'until 2360',
    'until 17:30:60',
    'until 0pm',
    'until 13pm',
    'until 17:00 pm',
    'until 1700 pm',
    'until 2026-12-10T24:00',
    'until 2026-12-10T10:60',
    'until 2026-12-10T10:30:60',
    'until 2026-12-10T23:60Z',
    'until 2026-12-10T10:30:60Z',
  ])('%s is none', (words) => {
    expect(read(words)).toBe('time_invalid');
  });

  test.each(['until 5p', 'until 5pm pm', 'until 5 p'])('%s is not read in part', (words) => {
    expect(read(words)).toMatch(/time_invalid|syntax/);
  });
});

describe('a day', () => {
  test.each([
    'until 2026-02-30',
    'until 2026-02-30T10:00',
    'until 2026-02-30T10:00Z',
    'until 2026-02-30 10:00',
    'until 14:00 2026-02-30',
    'until 14:00 on 2026-02-30',
    'until 14:00 on',
    'until 32026-12-10',
    'until 2026-12-101',
    'until tomorrow',
    'at 2026-12-10',
  ])('%s is none', (words) => {
    expect(read(words)).toBe('time_invalid');
  });

  test('of the week is today while its time is ahead, else a week later', () => {
    expect(read('until Monday 11:00')).toBe('2026-11-23T10:00:00Z');
    expect(read('until Monday 08:00')).toBe('2026-11-30T07:00:00Z');
    expect(read('until Sunday 08:00')).toBe('2026-11-29T07:00:00Z');
  });

  test('with “at” has two readings only for the end at a date', () => {
    expect(read('until Friday at 14:00')).toBe('2026-11-27T13:00:00Z');
    expect(read('until tomorrow at 14:00')).toBe('2026-11-24T13:00:00Z');
    expect(read('at 2026-12-10 at 14:00')).toBe('2026-12-10T13:00:00Z');
    expect(read('until 2026-12-10 14:00')).toBe('2026-12-10T13:00:00Z');
    expect(read('until 2026-12-10 at 14:00')).toBe('needs_confirmation');
  });

  test('alone is its end', () => {
    expect(read('until 2026-11-23')).toBe('2026-11-23T23:00:00Z');
    expect(read('until 2026-11-22')).toBe('time_in_past');
  });
});

describe('what is past', () => {
  test('is offered for tomorrow only as a clock time without a day', () => {
    expect(choices('until 08:00')).toEqual(['activate A until 2026-11-24T07:00:00Z']);
    for (const words of [
      'until today 08:00',
      'until 2026-11-23T08:00',
      'until 2026-11-22 12:00',
      'until 2026-11-22T12:00',
      'until 2026-11-23 at 08:00',
    ]) {
      expect([words, read(words), choices(words)]).toEqual([words, 'time_in_past', []]);
    }
  });

  test('of a clock time that comes twice is not offered', () => {
    const between = { ...moment, now: Date.parse('2026-10-25T00:45:00Z') };
    expect(choices('until 02:30', between)).toEqual(['activate A until 2026-10-25T01:30:00Z']);
    expect(choices('until 02:45', between)).toEqual([
      'activate A until 2026-10-25T00:45:00Z',
      'activate A until 2026-10-25T01:45:00Z',
    ]);
  });
});
