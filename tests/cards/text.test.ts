import { expect, test } from '@jest/globals';
import fc from '../support/fast-check.ts';
import { inert, listed, name, plain, prefill, sentence } from '../../src/cards/text.ts';

const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/u;

test.each([
  ['a right-to-left override', 'Admins\u202edevorppa', 'Adminsdevorppa'],
  ['isolates', '\u2066Azure\u2069 Admins', 'Azure Admins'],
  ['zero-width characters', 'Az\u200bu\u200dre\ufeff', 'Azure'],
  ['soft hyphens and tag characters', 'Az\u00adure\u{e0041}', 'Azure'],
  ['control characters', 'Az\u0000ure\u001b[31m', 'Azure[31m'],
  ['half of a surrogate pair', 'Azure\ud83d', 'Azure'],
  ['blank letters', 'Azure\u3164\u2800Admins', 'AzureAdmins'],
])('%s are taken out', (_what, hostile, shown) => {
  expect(plain(hostile, 80)).toBe(shown);
});

test('white space of every kind becomes one space, so that text cannot begin a line of its own', () => {
  expect(plain('fix\r\n\n- Approved by\u2028Megan\u0085\t now ', 80)).toBe('fix - Approved by Megan now');
});

test('marks cannot pile up over the line above', () => {
  expect(plain(`a${'\u0330'.repeat(50)}b`, 80)).toBe(`a${'\u0330'.repeat(4)}b`);
});

test('text is cut between graphemes and says so', () => {
  expect(plain('नमस्ते दुनिया', 3)).toBe('नम…');
  expect(plain('👩🏽‍🚒👩🏽‍🚒👩🏽‍🚒', 2)).toMatch(/…$/u);
  expect(plain('abcdef', 6)).toBe('abcdef');
  expect(plain('abcdefg', 6)).toBe('abcde…');
});

test('two braces never touch, so that no date function of a card can be written by a user', () => {
  expect(plain('{{TIME(2026-11-23T15:05:00Z)}}', 80)).toBe('{ {TIME(2026-11-23T15:05:00Z)}}');
  expect(plain('{{{', 80)).toBe('{ { {');
  expect(plain('{\u200b{DATE', 80)).toBe('{ {DATE');
});

test('what a person typed goes back into an input with its braces', () => {
  expect(prefill(' {{x}} ', 80)).toBe('{{x}}');
});

test('any text becomes one visible line of bounded size', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.integer({ min: 1, max: 100 }), (text, limit) => {
      const shown = plain(text, limit);
      expect(shown).not.toMatch(unseen);
      expect(shown).not.toMatch(/\s\s|[\n\r]|\{\{/);
      expect(shown).toBe(shown.trim());
      expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(7 * limit + 3);
    }),
  );
});

test('text that is harmless stays as it is', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-zA-Z0-9äöüß&<>[\]()*_`#~|!-]{1,80}$/), (text) => {
      expect(plain(text, 80)).toBe(text);
    }),
  );
});

test('cleaning what is clean changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
      const once = plain(text, 50);
      expect(plain(once, 50)).toBe(once);
    }),
  );
});

test('a name that shows nothing is said to be none', () => {
  expect(name('\u200b \u3164')).toBe('(no name)');
});

test('names are listed as a person says them', () => {
  expect(listed([], 5)).toBe('');
  expect(listed(['A'], 5)).toBe('A');
  expect(listed(['A', 'B', 'C'], 5)).toBe('A, B and C');
  expect(listed(['A', 'B', 'C'], 2)).toBe('A, B and 1 other');
  expect(listed(['A', 'B', 'C', 'D'], 2)).toBe('A, B and 2 others');
});

test('text for notifications and speech holds no tag, entity or link', () => {
  expect(inert('<at>CEO</at> &amp; [x](http://evil)')).toBe('‹at›CEO‹/at› ＆amp; [x] (http://evil)');
});

test('a sentence begins with a capital', () => {
  expect(sentence('for 2 hours')).toBe('For 2 hours');
  expect(sentence('')).toBe('');
});
