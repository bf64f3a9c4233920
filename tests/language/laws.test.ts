import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from '../../src/language/parse.ts';
import { print } from '../../src/language/print.ts';
import { usage } from '../../src/language/usage.ts';
import { moment } from './arbitraries.ts';
import { expectLawful } from './laws.ts';

const broken = JSON.parse(readFileSync(new URL('broken.json', import.meta.url), 'utf8')) as readonly string[];

test.each(broken.map((text) => [text]))('what once broke stays mended: %j', (text) => {
  expect(() => {
    expectLawful(text);
  }).not.toThrow();
});

describe('the table of commands', () => {
  test.each(usage.flatMap(({ verb, examples }) => examples.map((example) => [example, verb] as const)))(
    '%j is an example of %s',
    (example, verb) => {
      expect(parse(example, moment)).toMatchObject({ kind: verb });
    },
  );

  test.each(usage.map(({ verb, forms, says }) => [verb, forms, says] as const))(
    'tells how %s is written and what it does',
    (verb, forms, says) => {
      expect(says).toMatch(/^[A-Z].{10,}\.$/);
      for (const form of forms) {
        const said = form
          .replace(/ ?\[.*\]/, '')
          .replace('NAME = NAME, NAME', 'x = A')
          .replace('NAME', 'A')
          .replace('ID', '1a2b3c4d');
        const parsed = parse(said.replace('…', verb === 'repeat' ? '' : 'A'), moment);
        expect([form, parsed.kind]).toEqual([form, verb]);
      }
    },
  );

  test('has every verb once', () => {
    const verbs = usage.map(({ verb }) => verb);
    expect(new Set(verbs).size).toBe(verbs.length);
    expect(verbs).toHaveLength(21);
  });
});

test.each([
  ['elevate a, B for 1.5 hours dry run -- y ticket J-1', 'activate "a", "B" for 90m dry run because y ticket J-1'],
  ['activate A for 90s', 'activate "A" for 90s'],
  ['activate A from 14:00 until 5pm', 'activate "A" until 2026-11-23T16:00:00Z from 2026-11-23T13:00:00Z'],
  ['activate «say "hi"» as an owner', 'activate "say ""hi""" as owner'],
  ['activate A because &lt;b&gt; &amp;amp;', 'activate "A" because &lt;b> &amp;amp;'],
  ['activate A ticket J-1 because x', 'activate "A" because x ticket J-1'],
  ['activate A ticket J-1 because x,', 'activate "A" ticket J-1 because x,'],
  ['drop A', 'deactivate "A"'],
  ['again 2h', 'repeat for 120m'],
  ['groups sql', 'list sql'],
  ['status pending', 'pending'],
  ['approve #1A2B3C4D -- ok.', 'approve 1a2b3c4d because ok.'],
  ['announce here for A and B', 'announce here for "A", "B"'],
  ['stop announcing here', 'stop announcing'],
  ['alias x=A', 'alias "x" = "A"'],
  ['remove alias x', 'remove alias "x"'],
  ['who has A?', 'who has "A"'],
  ['help Sign In', 'help sign in'],
  ['sign-out', 'sign out'],
  ['signin', 'sign in'],
  ['extend A by 90m -- y', 'extend "A" for 90m because y'],
  ['cancel #1A2B3C4D', 'cancel 1a2b3c4d'],
  ['cancel A, B', 'cancel "A", "B"'],
  ['Status!', 'status'],
  ['announce here', 'announce here'],
  ['stop announcing for A, B', 'stop announcing for "A", "B"'],
  ['policy A', 'policy "A"'],
  ['aliases', 'aliases'],
  ['Approvals.', 'approvals'],
])('%j is printed %j', (text, canonical) => {
  const parsed = parse(text, moment);
  if (parsed.kind === 'problem') throw new Error(parsed.code);
  expect(print(parsed)).toBe(canonical);
});
