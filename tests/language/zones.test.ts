import { describe, expect, test } from '@jest/globals';
import { parse } from '../../src/language/parse.ts';

/** Points in time where clocks and calendars are not even: nothing is moved in silence. */

type Read = { readonly at: string } | { readonly problem: string; readonly choices: readonly string[] };

function read(words: string, timeZone: string, now: string): Read {
  const parsed = parse(`activate A ${words}`, { now: Date.parse(now), timeZone, scope: 'personal', botName: 'Jitney' });
  if (parsed.kind === 'problem') {
    const choices = (parsed.choices ?? []).map(({ sentence }) => sentence.replace(/^activate A (until|at) /, ''));
    return { problem: parsed.code, choices };
  }
  if (parsed.kind !== 'activate') throw new Error(`${words} made it ${parsed.kind}`);
  return { at: parsed.until ?? parsed.start ?? 'none' };
}

describe('a clock time that the clock skips is none', () => {
  test.each([
    ['Europe/Berlin', '2027-03-28T00:00:00Z', 'until 02:30'],
    ['Europe/Berlin', '2027-03-28T00:00:00Z', 'until 02:00'],
    ['Europe/Berlin', '2027-03-27T12:00:00Z', 'until tomorrow 02:59'],
    ['Europe/Berlin', '2027-03-20T12:00:00Z', 'until 2027-03-28T02:30'],
    ['America/New_York', '2027-03-14T05:00:00Z', 'until 02:30'],
    ['America/New_York', '2027-03-13T20:00:00Z', 'at tomorrow 02:15'],
    ['Australia/Lord_Howe', '2026-10-03T12:00:00Z', 'until 2026-10-04 02:15'],
    ['Pacific/Chatham', '2026-09-26T10:00:00Z', 'until 2026-09-27 03:00'],
    // A whole day that an island left out when it changed sides of the date line.
    ['Pacific/Apia', '2011-12-30T09:00:00Z', 'until 2011-12-30 12:00'],
  ])('%s, %s: %s', (zone, now, words) => {
    expect(read(words, zone, now)).toEqual({ problem: 'time_invalid', choices: [] });
  });

  test('and is not offered for the next day either', () => {
    const evening = '2027-03-27T21:00:00Z';
    expect(read('until 02:30', 'Europe/Berlin', evening)).toEqual({ problem: 'time_in_past', choices: [] });
    expect(read('until 03:30', 'Europe/Berlin', evening)).toEqual({
      problem: 'time_in_past',
      choices: ['2027-03-28T01:30:00Z'],
    });
  });
});

describe('a clock time that comes twice is asked about', () => {
  test.each([
    ['Europe/Berlin', '2026-10-24T22:30:00Z', 'until 02:30', ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z']],
    ['America/New_York', '2026-11-01T04:30:00Z', 'until 01:30', ['2026-11-01T05:30:00Z', '2026-11-01T06:30:00Z']],
    // Half an hour only.
    [
      'Australia/Lord_Howe',
      '2027-04-03T12:00:00Z',
      'until 2027-04-04 01:45',
      ['2027-04-03T14:45:00Z', '2027-04-03T15:15:00Z'],
    ],
    [
      'Pacific/Chatham',
      '2027-04-03T11:00:00Z',
      'until 2027-04-04 03:15',
      ['2027-04-03T13:30:00Z', '2027-04-03T14:30:00Z'],
    ],
  ])('%s, %s: %s', (zone, now, words, choices) => {
    expect(read(words, zone, now)).toMatchObject({ choices });
  });

  test('also when it is offered for the next day', () => {
    expect(read('until 02:30', 'Europe/Berlin', '2026-10-24T18:00:00Z')).toEqual({
      problem: 'time_in_past',
      choices: ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z'],
    });
  });

  test('with its offset it is one', () => {
    expect(read('until 2026-10-25T02:30+01:00', 'Europe/Berlin', '2026-10-24T22:30:00Z')).toEqual({
      at: '2026-10-25T01:30:00Z',
    });
  });
});

describe('everywhere else it is the person’s own clock', () => {
  test.each([
    ['Europe/Berlin', '2027-03-28T00:00:00Z', 'until 03:00', '2027-03-28T01:00:00Z'],
    ['Europe/Berlin', '2027-03-28T00:00:00Z', 'until 01:59', '2027-03-28T00:59:00Z'],
    ['Asia/Kolkata', '2026-11-23T09:00:00Z', 'until 17:00', '2026-11-23T11:30:00Z'],
    ['Asia/Kathmandu', '2026-11-23T09:00:00Z', 'until 17:00', '2026-11-23T11:15:00Z'],
    ['Pacific/Chatham', '2026-11-23T00:00:00Z', 'until 17:00', '2026-11-23T03:15:00Z'],
    ['Australia/Lord_Howe', '2026-11-23T00:00:00Z', 'until 17:00', '2026-11-23T06:00:00Z'],
    ['Pacific/Kiritimati', '2026-11-23T09:59:00Z', 'until tomorrow 00:30', '2026-11-23T10:30:00Z'],
    ['Pacific/Pago_Pago', '2026-11-24T10:59:00Z', 'until tomorrow 00:30', '2026-11-24T11:30:00Z'],
  ])('%s, %s: %s', (zone, now, words, at) => {
    expect(read(words, zone, now)).toEqual({ at });
  });
});

describe('the calendar', () => {
  test.each([
    ['tomorrow, said a minute before midnight', '2026-11-23T22:59:00Z', 'until tomorrow 00:30', '2026-11-23T23:30:00Z'],
    ['tomorrow, said at midnight', '2026-11-23T23:00:00Z', 'until tomorrow 00:30', '2026-11-24T23:30:00Z'],
    ['over the end of a year', '2026-12-31T22:30:00Z', 'until tomorrow 08:00', '2027-01-01T07:00:00Z'],
    ['midnight of the last day of a year', '2026-12-31T20:00:00Z', 'until midnight', '2026-12-31T23:00:00Z'],
    ['a day of the week over the end of a year', '2026-12-31T20:00:00Z', 'until Friday 08:00', '2027-01-01T07:00:00Z'],
    ['the leap day', '2028-02-20T12:00:00Z', 'until 2028-02-29 12:00', '2028-02-29T11:00:00Z'],
    ['the day before the leap day', '2028-02-28T12:00:00Z', 'until tomorrow 12:00', '2028-02-29T11:00:00Z'],
    ['the leap day itself', '2028-02-29T12:00:00Z', 'until tomorrow 12:00', '2028-03-01T11:00:00Z'],
    ['the day before March, else', '2027-02-28T12:00:00Z', 'until tomorrow 12:00', '2027-03-01T11:00:00Z'],
    ['a day of 23 hours', '2027-03-27T12:00:00Z', 'until tomorrow 13:00', '2027-03-28T11:00:00Z'],
    ['a day of 25 hours', '2026-10-24T11:00:00Z', 'until tomorrow 13:00', '2026-10-25T12:00:00Z'],
    ['the end of a day of 23 hours', '2027-03-28T05:00:00Z', 'until midnight', '2027-03-28T22:00:00Z'],
  ])('%s', (_what, now, words, at) => {
    expect(read(words, 'Europe/Berlin', now)).toEqual({ at });
  });

  test.each(['until 2027-02-29 12:00', 'until 2100-02-29 12:00', 'until 2027-04-31 12:00'])('%s is none', (words) => {
    expect(read(words, 'Europe/Berlin', '2026-11-23T09:00:00Z')).toEqual({ problem: 'time_invalid', choices: [] });
  });
});

test.each(['Mars/Olympus', '', 'Europe/Berlin\u0000'])(
  'a zone that does not exist (%j) reads no clock time',
  (zone) => {
    expect(read('until 17:00', zone, '2026-11-23T09:00:00Z')).toMatchObject({ problem: 'time_invalid' });
  },
);
