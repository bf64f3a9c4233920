import { describe, expect, test } from '@jest/globals';
import type { Problem } from '../../src/language/command.ts';
import { parse } from '../../src/language/parse.ts';
import type { Context } from '../../src/language/parse.ts';
import { known, moment } from './arbitraries.ts';

function problemOf(text: string, context: Context = moment): Problem {
  const parsed = parse(text, context);
  if (parsed.kind !== 'problem') throw new Error(`understood: ${text}`);
  return parsed;
}

function untilsOf(problem: Problem, context: Context): readonly unknown[] {
  return (problem.choices ?? []).map(({ sentence }) => {
    const parsed = parse(sentence, context);
    return 'until' in parsed ? parsed.until : parsed;
  });
}

describe('what can be chosen instead', () => {
  test('tomorrow, for a clock time that is past today, with everything else as it was said', () => {
    const problem = problemOf('activate A until 08:00 because fixing. ticket INC1');
    expect(problem).toMatchObject({ code: 'time_in_past', words: '08:00' });
    expect(problem.choices).toEqual([
      {
        label: '2026-11-24 08:00 Europe/Berlin (UTC+01:00)',
        sentence: 'activate A until 2026-11-24T07:00:00Z because fixing. ticket INC1',
      },
    ]);
  });

  test('both instants of a clock time that comes twice', () => {
    const context = { ...moment, now: Date.parse('2026-10-24T20:00:00Z') };
    const problem = problemOf('activate A until tomorrow 02:30', context);
    expect(problem.choices?.map(({ label }) => label)).toEqual([
      '2026-10-25 02:30 Europe/Berlin (UTC+02:00)',
      '2026-10-25 02:30 Europe/Berlin (UTC+01:00)',
    ]);
    expect(untilsOf(problem, context)).toEqual(['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z']);
  });

  test('where tomorrow begins and where it ends, for midnight', () => {
    const problem = problemOf('activate A until tomorrow midnight');
    expect(untilsOf(problem, moment)).toEqual(['2026-11-23T23:00:00Z', '2026-11-24T23:00:00Z']);
  });

  test('the day at that time, or the end of the day from that time on', () => {
    const problem = problemOf('activate A until 2026-12-10 at 14:00');
    expect(problem.choices?.map(({ sentence }) => parse(sentence, moment))).toMatchObject([
      { until: '2026-12-10T13:00:00Z' },
      { until: '2026-12-10T23:00:00Z', start: '2026-11-23T13:00:00Z' },
    ]);
  });

  test('the day of the start, for an end that would be before it', () => {
    const problem = problemOf('activate A at Friday 08:00 until 17:00');
    expect(problem.code).toBe('time_invalid');
    expect(untilsOf(problem, moment)).toEqual(['2026-11-27T16:00:00Z']);
  });

  test('each of two orders', () => {
    const problem = problemOf('activate A for 2h and then deactivate B.');
    expect(problem.choices?.map(({ sentence }) => sentence)).toEqual(['activate A for 2h', 'deactivate B']);
  });
});

describe('a name that is none', () => {
  const names = { ...moment, names: known };

  test('brings the one near name', () => {
    expect(problemOf('activate Azure Adnims for 2h', names)).toMatchObject({
      code: 'group_not_found',
      words: 'Azure Adnims',
      suggestions: ['Azure Admins'],
    });
  });

  test('can be replaced where it stands, and everything else stays as it was said', () => {
    const text = 'activate SQL Prod, Azure Adnims and Help Desk for 2h because a &lt;b&gt; ticket INC1';
    const [choice, ...others] = problemOf(text, names).choices ?? [];
    expect(others).toEqual([]);
    expect(parse(choice?.sentence ?? '', names)).toEqual(parse(text.replace('Adnims', 'Admins'), names));
  });

  test('is not offered where words cannot tell it from another', () => {
    const problem = problemOf('activate Azure Admins', { ...moment, names: ['Azure\u200b Admins'] });
    expect(problem).toMatchObject({ suggestions: ['Azure\u200b Admins'], choices: [] });
    expect(problemOf('activate A', { ...moment, names: ['A', 'a'] })).toMatchObject({
      code: 'group_ambiguous',
      choices: [],
    });
  });

  test('brings all names that it may stand for', () => {
    const problem = problemOf('activate SQL', { ...moment, names: ['SQL Prod', 'SQL Test', 'Help Desk'] });
    expect(problem).toMatchObject({ code: 'group_ambiguous', suggestions: ['SQL Prod', 'SQL Test'] });
  });

  test('is taken whole, when a shorter name begins it', () => {
    expect(problemOf('activate Research and Developmint', names)).toMatchObject({ code: 'group_not_found' });
    expect(problemOf('activate Azure Admin for 2h', names)).toMatchObject({
      code: 'group_not_found',
      words: 'Azure Admin',
      suggestions: ['Azure Admins'],
    });
  });

  test('sends to the list when nothing is near', () => {
    expect(problemOf('activate Quantum Cafeteria', names)).toMatchObject({ code: 'group_not_found', example: 'list' });
  });
});

test.each([
  ['activate A for 2 parsecs as owner', '2 parsecs'],
  ['activate A until quarter past five', 'quarter past five'],
  ['activate A as king for 2h', 'king'],
  ['activate A for 2h soonish please', 'soonish please'],
  ['activate A for 2h until 17:00 because y', 'until 17:00'],
  ['activate A ticket Jira', 'ticket Jira'],
  ['approve Azure Admins', 'Azure Admins'],
  ['hello there', 'hello'],
  ['activate "Azure Admins', '"Azure Admins'],
])('%j shows what was not understood: %j', (text, words) => {
  expect(problemOf(text).words).toBe(words);
});
