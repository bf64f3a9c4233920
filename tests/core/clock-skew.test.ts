import { describe, expect, test } from '@jest/globals';
import { judgeClock, nothingTold } from '../../src/core/clock-skew.ts';
import type { Told } from '../../src/core/clock-skew.ts';

const second = 1_000;
const minute = 60 * second;
const noon = Date.parse('2026-11-23T12:00:00Z');

/** Answered in the middle of the round trip, at `at` by a clock that is right. */
function judged(told: Told, aheadMs: number, { at = noon, tripMs = 0 } = {}) {
  const middle = at + aheadMs;
  const date = new Date(at).toUTCString();
  return judgeClock(told, { sentAt: middle - tripMs / 2, receivedAt: middle + tripMs / 2, date });
}

const alarmed = judged(nothingTold, 2 * minute).told;

describe('our clock', () => {
  test.each([
    ['ahead', 62 * second, 62],
    ['behind', -62 * second, -62],
  ])('that is more than a minute %s is an alarm', (_way, aheadMs, aheadSeconds) => {
    expect(judged(nothingTold, aheadMs).say).toEqual({ kind: 'skewed', aheadSeconds });
  });

  test.each([0, 60 * second, -60 * second])('that differs by %i ms is none', (aheadMs) => {
    expect(judged(nothingTold, aheadMs)).toEqual({ told: nothingTold, say: null });
  });

  test('is given the second that the header cuts off', () => {
    expect(judged(nothingTold, 61 * second).say).toBeNull();
    expect(judged(nothingTold, 61 * second + 1).say).not.toBeNull();
    expect(judged(nothingTold, -60 * second - 1).say).not.toBeNull();
  });

  test('is given half of the time that the answer took', () => {
    expect(judged(nothingTold, 65 * second, { tripMs: 10 * second }).say).toBeNull();
    expect(judged(nothingTold, 67 * second, { tripMs: 10 * second }).say).not.toBeNull();
  });
});

describe('after an alarm', () => {
  test('there is none for an hour, then another while it lasts', () => {
    expect(judged(alarmed, 2 * minute, { at: noon + 60 * minute - second }).say).toBeNull();
    expect(judged(alarmed, 2 * minute, { at: noon + 60 * minute }).say?.kind).toBe('skewed');
  });

  test('its end is told once', () => {
    const over = judged(alarmed, 0);
    expect(over.say?.kind).toBe('right');
    expect(judged(over.told, 0).say).toBeNull();
  });

  test('a clock that goes back and forth is no alarm more within the hour', () => {
    const over = judged(alarmed, 0, { at: noon + minute });
    expect(judged(over.told, 2 * minute, { at: noon + 2 * minute }).say).toBeNull();
  });

  test('an answer too slow to tell does not end it', () => {
    expect(judged(alarmed, 59 * second, { tripMs: 10 * second }).say).toBeNull();
  });

  test('a clock that was moved again, by hours, is another', () => {
    expect(judged(alarmed, -3 * 60 * minute).say?.kind).toBe('skewed');
  });

  test('answers that contradict each other by years are no more of them', () => {
    const date = new Date(noon - 365 * 24 * 60 * minute).toUTCString();
    const [sentAt, receivedAt] = [noon + 2 * minute, noon + 2 * minute];
    expect(judgeClock(alarmed, { sentAt, receivedAt, date }).say).toBeNull();
  });
});

test.each([null, '', '0', 'soon', '2026-11-23T12:00:00Z', 'Tue, 23 Nov 2026 12:00:00 GMT'])(
  'a Date of %j says nothing',
  (date) => {
    const exchange = { sentAt: noon + 10 * minute, receivedAt: noon + 10 * minute, date };
    expect(judgeClock(nothingTold, exchange).say).toBeNull();
  },
);

test('an exchange during which our clock was set back says nothing', () => {
  const date = new Date(noon).toUTCString();
  expect(judgeClock(nothingTold, { sentAt: noon + 20 * minute, receivedAt: noon + 10 * minute, date }).say).toBeNull();
});
