import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { createRefusals } from '../../src/teams/refusals.ts';

type Line = readonly [event: string, facts: Readonly<Record<string, unknown>> | undefined];
let lines: Line[];
let tell: ReturnType<typeof createRefusals>;

beforeEach(() => {
  jest.useFakeTimers();
  lines = [];
  const note = (event: string, facts?: Readonly<Record<string, unknown>>) => void lines.push([event, facts]);
  tell = createRefusals({ info: note, warn: note, error: note });
});
afterEach(() => {
  jest.useRealTimers();
});

test('one line for each that was turned away', () => {
  tell(401, 'kid');
  tell(401, 'kid');

  expect(lines).toEqual([
    ['activity.refused', { status: 401, why: 'kid' }],
    ['activity.refused', { status: 401, why: 'kid' }],
  ]);
});

test('a flood is thirty lines and a number', () => {
  for (let count = 0; count < 10_000; count += 1) tell(401, 'no token');
  expect(lines).toHaveLength(30);

  jest.advanceTimersByTime(60_000);

  expect(lines).toHaveLength(31);
  expect(lines.at(-1)).toEqual(['activity.refused', { status: 401, why: 'no token', more: 9970 }]);
});

test('a flood of one kind hides no other', () => {
  for (let count = 0; count < 100; count += 1) tell(401, 'no token');
  tell(401, 'tenant');
  tell(413, 'no token');

  expect(lines).toHaveLength(32);
});

test('a minute later each is told again', () => {
  for (let count = 0; count < 31; count += 1) tell(401, 'no token');
  jest.advanceTimersByTime(60_000);
  lines = [];

  tell(401, 'no token');
  jest.advanceTimersByTime(60_000);

  expect(lines).toEqual([['activity.refused', { status: 401, why: 'no token' }]]);
});
