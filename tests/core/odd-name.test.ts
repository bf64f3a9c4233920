import { describe, expect, test } from '@jest/globals';
import { oddityOf } from '../../src/core/odd-name.ts';

describe('nothing is odd about', () => {
  test.each([
    'Azure Admins',
    'Группа Admins',
    'Администраторы',
    'Größe & Übung',
    'Ελληνική ομάδα',
    'Équipe réseau (Łódź, Søborg)',
    'インフラ管理者',
    '서울 운영팀',
    'مدیران شبکه',
    // Joiners that the script needs.
    'می\u200cخواهم',
    'क्\u200dष',
    // Emoji of several parts.
    '👩\u200d💻 On call ❤\ufe0f 🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
    'Nº 5 ª',
    '№ 5 ™ ½ ﬁ',
    'β-Testers',
    '',
  ])('%s', (name) => {
    expect(oddityOf(name)).toBeNull();
  });
});

describe('a word of two alphabets', () => {
  test.each([
    ['Аzure Admins', 'А', 'Cyrillic'],
    ['Azure Аdmins', 'А', 'Cyrillic'],
    ['Azure Admіns', 'і', 'Cyrillic'],
    ['SQL Prοd', 'ο', 'Greek'],
    ['RDP Տervers', 'Տ', 'Armenian'],
    // One Latin letter among others is the stranger there.
    ['Aдминистраторы', 'A', 'Latin'],
    // Of as many of each the Latin ones are at home.
    ['Хa', 'Х', 'Cyrillic'],
    // Only composed does the accent belong to its letter.
    ['А\u0301zure', 'А', 'Cyrillic'],
  ])('%s: names the letters that are strangers in it', (name, letter, script) => {
    expect(oddityOf(name)).toEqual({ kind: 'mixed', letters: [letter], script });
  });

  test('each strange letter once, three at most', () => {
    expect(oddityOf('Аdmіnіstrаtоrs оf рroduction')).toMatchObject({ letters: ['А', 'і', 'а'] });
  });
});

test.each([
  ['СОМ', 'Cyrillic'],
  ['ΑΤΕ ΟΡΤ', 'Greek'],
])('%s: every letter of another alphabet that looks Latin', (name, script) => {
  expect(oddityOf(name)).toEqual({ kind: 'posing', script });
});

test('a single letter of another alphabet poses as nothing', () => {
  expect(oddityOf('О')).toBeNull();
});

test.each([
  ['𝐀zure Admins', '𝐀'],
  ['Ａzure Admins', 'Ａ'],
  ['Azure Admins ５', '５'],
  ['Exchanɡe', 'ɡ'],
])('%s: signs that stand for ordinary letters', (name, letter) => {
  expect(oddityOf(name)).toEqual({ kind: 'disguised', letters: [letter] });
});

test.each([
  'Azure\u200b Admins',
  'Azure\u202e snimdA',
  'Azure Admins\u00ad',
  'Azure\u0000 Admins',
  'Azure\u2800Admins',
  'Azure\u200dAdmins',
  'Ад\u200cмин',
  'Azure\u{e0041} Admins',
  'Azure \ufe0fAdmins',
])('%p: characters that nobody sees', (name) => {
  expect(oddityOf(name)).toEqual({ kind: 'unseen' });
});

test.each([
  ['Azure Admins approved ✅', '✅'],
  ['✓ Azure Admins', '✓'],
  ['Azure Admins ⚠\ufe0f', '⚠'],
])('%s: a mark that Jitney uses itself', (name, letter) => {
  expect(oddityOf(name)).toEqual({ kind: 'verdict', letters: [letter] });
});

test('the most deceptive oddity is the one that is told', () => {
  expect(oddityOf('Аzure\u200b Admins ✅')).toMatchObject({ kind: 'mixed' });
  expect(oddityOf('𝐀zure\u200b ✅')).toMatchObject({ kind: 'disguised' });
  expect(oddityOf('Azure\u200b ✅')).toEqual({ kind: 'unseen' });
});
