import { describe, expect, test } from '@jest/globals';
import type { Parsed } from '../../src/language/command.ts';
import { parse } from '../../src/language/parse.ts';
import { moment } from './arbitraries.ts';

/** Every word that a sentence may hold, one by one: a word that fell out of the table would be taken for a name. */

function minutes(text: string): number | undefined {
  const parsed = parse(text, moment);
  return parsed.kind === 'activate' ? parsed.durationMinutes : undefined;
}

function list(words: string): readonly string[] {
  return words.split(' ');
}

describe('lengths', () => {
  test.each([
    [1 / 60, 's sec secs second seconds'],
    [1, 'm min mins minute minutes'],
    [60, 'h hr hrs hour hours'],
    [1440, 'd day days'],
    [10_080, 'w wk wks week weeks'],
  ])('%d minutes: %s', (each, units) => {
    for (const unit of list(units)) {
      expect([unit, minutes(`activate A for 120 ${unit}`)]).toEqual([unit, 120 * each]);
      expect([unit, minutes(`activate A for 120${unit}`)]).toEqual([unit, 120 * each]);
    }
  });

  test.each([
    ['a', 1],
    ['an', 1],
    ['one', 1],
    ['two', 2],
    ['three', 3],
    ['four', 4],
    ['five', 5],
    ['six', 6],
    ['seven', 7],
    ['eight', 8],
    ['nine', 9],
    ['ten', 10],
    ['eleven', 11],
    ['twelve', 12],
    ['fifteen', 15],
    ['twenty', 20],
    ['thirty', 30],
    ['forty', 40],
    ['forty-five', 45],
    ['fifty', 50],
    ['sixty', 60],
    ['ninety', 90],
  ])('%s hours are %d', (word, hours) => {
    expect(minutes(`activate A for ${word} hours`)).toBe(60 * hours);
  });

  test.each([
    ['half an hour', 30],
    ['half hour', 30],
    ['a half hour', 30],
    ['half a day', 720],
    ['quarter of an hour', 15],
    ['a quarter of an hour', 15],
    ['a quarter hour', 15],
    ['an hour and a half', 90],
    ['two and a half hours', 150],
    ['1 day and 12 hours', 2160],
    ['2 hours, 30 minutes', 150],
  ])('%s are %d minutes', (words, expected) => {
    expect(minutes(`activate A for ${words}`)).toBe(expected);
  });
});

describe('days and times', () => {
  function until(text: string): string | undefined {
    const parsed = parse(`activate A until ${text}`, moment);
    return parsed.kind === 'activate' ? parsed.until : undefined;
  }

  // The moment is a Monday at ten in Berlin.
  test.each([
    ['2026-11-23', 'today mon monday'],
    ['2026-11-24', 'tomorrow tue tues tuesday'],
    ['2026-11-25', 'wed weds wednesday'],
    ['2026-11-26', 'thu thur thurs thursday'],
    ['2026-11-27', 'fri friday'],
    ['2026-11-28', 'sat saturday'],
    ['2026-11-29', 'sun sunday'],
  ])('%s: %s', (date, words) => {
    for (const word of list(words)) {
      for (const said of [`${word} 18:00`, `${word} at 18:00`, `18:00 ${word}`, `18:00 on ${word}`]) {
        expect([said, until(said)]).toEqual([said, `${date}T17:00:00Z`]);
      }
    }
  });

  test.each([
    ['noon', '11:00'],
    ['5pm', '16:00'],
    ['5 pm', '16:00'],
    ['5 p.m.', '16:00'],
    ['5 p.m', '16:00'],
    ['5:30pm', '16:30'],
    ['11am', '10:00'],
    ['11 a.m.', '10:00'],
    ['11 a.m', '10:00'],
    ['11:15:30', '10:15:30'],
    ['12pm', '11:00'],
    ['1730', '16:30'],
  ])('%s is %s UTC', (word, utc) => {
    const seconds = utc.length > 5 ? utc : `${utc}:00`;
    expect([word, until(word)]).toEqual([word, `2026-11-23T${seconds}Z`]);
  });

  test.each(['12:60', '24:00', '17:30:60', '13pm', '0pm', '1760', '2400'])('%s is no time', (word) => {
    expect(parse(`activate A until ${word}`, moment)).toMatchObject({ code: 'time_invalid' });
  });
});

describe('clauses', () => {
  test.each([
    ['because', 'because: reason reason: -- — –'],
    ['dry run', 'dry-run --dry-run —dry-run –dry-run'],
    ['ticket', 'ticket:'],
    ['starting', 'at from'],
  ])('%s may also be said as: %s', (word, others) => {
    const rest = { because: ' fixing prod', 'dry run': '', ticket: ' INC1', starting: ' 14:00' }[word] ?? '';
    const meant = parse(`activate A for 1h ${word}${rest}`, moment);
    expect(meant.kind).toBe('activate');
    for (const other of list(others)) {
      expect([other, parse(`activate A for 1h ${other}${rest}`, moment)]).toEqual([other, meant]);
    }
  });

  test.each(['a', 'an', 'the'])('“as %s owner”', (article) => {
    expect(parse(`activate A as ${article} owner`, moment)).toMatchObject({ kind: 'activate', role: 'owner' });
  });
});

describe('two orders', () => {
  const orders = (text: string): Parsed => parse(text, moment);

  test.each(['and', 'then', 'also', 'plus', '&', '+', 'and then', ', then', ';', '.', '!'])(
    'are seen behind “%s”, whatever the first was',
    (joint) => {
      for (const first of ['activate A for 2h', 'status', 'approve 1a2b3c4d', 'deactivate A']) {
        const glued = /^[,;.!]/.test(joint) ? `${first}${joint}` : `${first} ${joint}`;
        expect(orders(`${glued} deactivate B`)).toMatchObject({ code: 'unsupported' });
      }
    },
  );

  test.each([
    'activate B',
    'deactivate B',
    'extend B',
    'cancel B',
    'approve 1a2b3c4d',
    'deny 1a2b3c4d',
    'stop announcing',
    'who has B',
    'remove alias b',
    'list',
    'status',
    'again',
    'approvals',
    'aliases',
    'help',
    'signin',
    'sign out',
  ])('are seen when the second is “%s”', (second) => {
    expect(orders(`deactivate A and ${second}`)).toMatchObject({ code: 'unsupported' });
  });

  test.each(['Help Desk', 'List Owners', 'Active Directory', 'Policy Team', 'Alias Owners'])(
    'are not seen in a name such as “%s”',
    (name) => {
      expect(orders(`deactivate A and ${name}`)).toMatchObject({ kind: 'deactivate', groups: ['A', name] });
    },
  );
});

test.each(["don't", 'dont', 'do not', 'never', 'not'])('“activate %s A” is no order', (negation) => {
  expect(parse(`activate ${negation} A`, moment)).toMatchObject({ code: 'unknown_command' });
});
