import { describe, expect, test } from '@jest/globals';
import fc from '../support/fast-check.ts';
import { isoToMinutes, minutesToIso, sayMinutes } from '../../src/core/duration.ts';

describe('an ISO 8601 length', () => {
  test.each<[string, number | null]>([
    ['PT1H', 60],
    ['PT90M', 90],
    ['PT1H30M', 90],
    ['P1D', 1440],
    ['P1DT12H', 2160],
    ['PT3600S', 60],
    ['PT89S', 1],
    ['PT59.9S', 0],
    ['PT0S', 0],
    ['P365D', 525_600],
    ['', null],
    ['P', null],
    ['PT', null],
    ['P1DT', null],
    ['1H', null],
    ['pt1h', null],
    ['PT1H ', null],
    ['PT-1H', null],
    ['-PT1H', null],
    ['PT1.5H', null],
    ['PT30M1H', null],
    ['P1W', null],
    ['P1M', null],
    ['P1Y', null],
    ['PT1H\n', null],
    [`PT${'9'.repeat(400)}H`, null],
    [`P${'9'.repeat(20)}D`, null],
  ])('%j is %p minutes', (text, minutes) => {
    expect(isoToMinutes(text)).toBe(minutes);
  });

  test('written for any number of minutes reads back as the same', () => {
    fc.assert(fc.property(fc.nat(10_000_000), (minutes) => isoToMinutes(minutesToIso(minutes)) === minutes));
  });

  test.each([
    [0, 'PT0M'],
    [45, 'PT45M'],
    [90, 'PT1H30M'],
    [120, 'PT2H'],
    [1440, 'PT24H'],
  ])('of %p minutes is %s', (minutes, text) => {
    expect(minutesToIso(minutes)).toBe(text);
  });
});

describe('in words', () => {
  test.each([
    [0, '0 minutes'],
    [1, '1 minute'],
    [45, '45 minutes'],
    [60, '1 hour'],
    [61, '1 hour and 1 minute'],
    [90, '1 hour and 30 minutes'],
    [120, '2 hours'],
    [1440, '1 day'],
    [1441, '1 day and 1 minute'],
    [1530, '1 day, 1 hour and 30 minutes'],
    [4320, '3 days'],
  ])('%p minutes are “%s”', (minutes, words) => {
    expect(sayMinutes(minutes)).toBe(words);
  });

  test('a length says all of itself', () => {
    const worth: Readonly<Record<string, number>> = { day: 1440, hour: 60, minute: 1 };
    fc.assert(
      fc.property(fc.nat(100_000), (minutes) => {
        const parts = [...sayMinutes(minutes).matchAll(/(\d+) (day|hour|minute)/g)];
        return parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (worth[unit] ?? 0), 0) === minutes;
      }),
    );
  });
});
