import { describe, expect, test } from '@jest/globals';
import { isTimeZone, sayMoment } from '../../src/core/moment.ts';

function said(at: string, zone: string, now: string): string {
  return sayMoment(Date.parse(at), zone, Date.parse(now));
}

describe('a moment is told in the reader’s zone:', () => {
  test.each([
    ['today, by the time alone', '2026-11-23T15:05:00Z', 'Europe/Berlin', '2026-11-23T09:00:00Z', '16:05'],
    ['midnight as 00', '2026-11-23T23:07:00Z', 'Europe/Berlin', '2026-11-24T08:00:00Z', '00:07'],
    ['earlier today', '2026-11-23T06:00:00Z', 'UTC', '2026-11-23T23:59:00Z', '06:00'],
    ['tomorrow', '2026-11-24T08:00:00Z', 'Europe/Berlin', '2026-11-23T15:00:00Z', 'tomorrow 09:00'],
    ['tomorrow, a minute away', '2026-11-24T00:00:00Z', 'UTC', '2026-11-23T23:59:00Z', 'tomorrow 00:00'],
    [
      'tomorrow there though it is today in UTC',
      '2026-11-23T15:30:00Z',
      'Asia/Tokyo',
      '2026-11-23T14:00:00Z',
      'tomorrow 00:30',
    ],
    [
      'today there though it is tomorrow in UTC',
      '2026-11-24T02:00:00Z',
      'America/New_York',
      '2026-11-23T22:00:00Z',
      '21:00',
    ],
    ['a later day by its date', '2026-11-27T08:00:00Z', 'Europe/Berlin', '2026-11-23T15:00:00Z', 'Fri 27 Nov 09:00'],
    ['yesterday by its date', '2026-11-22T08:00:00Z', 'UTC', '2026-11-23T15:00:00Z', 'Sun 22 Nov 08:00'],
    ['half hours', '2026-11-23T12:00:00Z', 'Asia/Kolkata', '2026-11-23T11:00:00Z', '17:30'],
    ['three quarters', '2026-11-23T12:00:00Z', 'Pacific/Chatham', '2026-11-23T11:30:00Z', '01:45'],
    ['the end of a year', '2027-01-01T09:00:00Z', 'UTC', '2026-12-31T10:00:00Z', 'tomorrow 09:00'],
    ['a leap day', '2028-02-29T09:00:00Z', 'UTC', '2028-02-28T10:00:00Z', 'tomorrow 09:00'],
  ])('%s', (_what, at, zone, now, words) => {
    expect(said(at, zone, now)).toBe(words);
  });
});

describe('tomorrow is the calendar’s, though a day has not always 24 hours:', () => {
  test.each([
    // Berlin, 29 March 2026: 02:00 becomes 03:00, so the Sunday has 23 hours.
    ['the short day itself', '2026-03-29T07:00:00Z', 'Europe/Berlin', '2026-03-28T22:30:00Z', 'tomorrow 09:00'],
    ['the day behind a short one', '2026-03-30T07:00:00Z', 'Europe/Berlin', '2026-03-28T22:30:00Z', 'Mon 30 Mar 09:00'],
    ['before the jump', '2026-03-29T00:59:00Z', 'Europe/Berlin', '2026-03-29T00:00:00Z', '01:59'],
    ['after the jump', '2026-03-29T01:00:00Z', 'Europe/Berlin', '2026-03-29T00:59:00Z', '03:00'],
    // Berlin, 25 October 2026: 03:00 becomes 02:00, so the Sunday has 25 hours.
    ['the day behind a long one', '2026-10-26T08:00:00Z', 'Europe/Berlin', '2026-10-24T22:30:00Z', 'tomorrow 09:00'],
    ['the first 02:30', '2026-10-25T00:30:00Z', 'Europe/Berlin', '2026-10-24T23:30:00Z', '02:30'],
    ['the second 02:30', '2026-10-25T01:30:00Z', 'Europe/Berlin', '2026-10-24T23:30:00Z', '02:30'],
    ['the late evening of a long day', '2026-10-25T22:30:00Z', 'Europe/Berlin', '2026-10-24T22:30:00Z', '23:30'],
    ['New York in spring', '2026-03-08T13:00:00Z', 'America/New_York', '2026-03-08T04:45:00Z', 'tomorrow 09:00'],
    ['New York in autumn', '2026-11-02T14:00:00Z', 'America/New_York', '2026-11-01T04:30:00Z', 'tomorrow 09:00'],
    [
      'half an hour on Lord Howe',
      '2026-10-04T22:00:00Z',
      'Australia/Lord_Howe',
      '2026-10-03T13:15:00Z',
      'Mon 5 Oct 09:00',
    ],
  ])('%s', (_what, at, zone, now, words) => {
    expect(said(at, zone, now)).toBe(words);
  });

  test('the next day’s noon is tomorrow at every hour of every day of a year, in zones of all kinds', () => {
    for (const [zone, noon] of [
      ['Europe/Berlin', 12],
      ['America/New_York', 12],
      ['Australia/Lord_Howe', 12],
      ['Pacific/Apia', 12],
      ['UTC', 12],
    ] as const) {
      const local = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', hourCycle: 'h23' });
      for (
        let now = Date.parse('2026-01-01T00:00:00Z');
        now < Date.parse('2027-01-01T00:00:00Z');
        now += 7 * 3_600_000
      ) {
        const hour = Number(local.format(now));
        // Noon of the next day is at least that far in hours, give or take one when clocks change in between.
        const about = now + (24 - hour + noon) * 3_600_000;
        expect(sayMoment(about, zone, now)).toMatch(/^tomorrow 1[1-3]:/);
      }
    }
  });
});

describe('a time zone', () => {
  test.each(['Europe/Berlin', 'UTC', 'America/Argentina/Buenos_Aires', 'Asia/Kolkata'])('%s is one', (zone) => {
    expect(isTimeZone(zone)).toBe(true);
  });

  test.each(['', 'Mars/Olympus', 'Berlin', 'Europe/Berlin ', '../etc/passwd', 'x'.repeat(10_000)])(
    '%j is none',
    (zone) => {
      expect(isTimeZone(zone)).toBe(false);
    },
  );
});
