import { describe, expect, test } from '@jest/globals';
import fc from '../support/fast-check.ts';
import { decide } from '../../src/core/decide.ts';
import type { Policy } from '../../src/core/policy.ts';
import { parse } from '../../src/language/parse.ts';
import { sentenceFor } from '../../src/policy/policy.ts';
import { rulesOf, whoseRules } from '../../src/policy/rules.ts';

const open: Policy = {
  maximumMinutes: 90,
  justification: false,
  ticket: false,
  mfa: false,
  authenticationContext: null,
  approval: null,
};
const strict: Policy = {
  maximumMinutes: null,
  justification: true,
  ticket: true,
  mfa: true,
  authenticationContext: 'c1',
  approval: { justification: true, approvers: [] },
};

function approvedBy(people: readonly string[], groups: readonly string[] = []): string {
  return rulesOf(strict, { people, groups }).find((line) => /approval/.test(line)) ?? '';
}

describe('the rules of a policy', () => {
  test('that asks for nothing say so, each by itself', () => {
    expect(rulesOf(open, { people: [], groups: [] })).toEqual([
      'At most 1 hour and 30 minutes at a time.',
      'No reason is needed.',
      'No ticket is needed.',
      'It asks for no multi-factor authentication of its own.',
      'No approval is needed: it starts at once.',
    ]);
  });

  test('that asks for everything are all there', () => {
    expect(rulesOf(strict, { people: ['Megan'], groups: [] })).toEqual([
      'It sets no longest time.',
      'A reason is needed.',
      'A ticket number is needed.',
      'Multi-factor authentication is needed.',
      'One more check at sign-in is needed: the authentication context c1.',
      'An approval is needed, by Megan.',
      'The approver must give a reason.',
      'Nobody decides on their own request; one that nobody decides within 24 hours lapses.',
    ]);
  });

  test('name approvers, people before groups, and cut a long list with its number', () => {
    expect(approvedBy(['A', 'B'], ['Leads'])).toBe('One approval is enough, by A, B or anybody in Leads.');
    expect(approvedBy('A B C D E F G H I'.split(' '))).toBe('One approval is enough, by A, B, C, D, E, F or 3 more.');
    expect(approvedBy([])).toContain('nobody was found who could give it');
  });

  test('have owners, or an administrator alone', () => {
    expect(whoseRules(['Patti'])).toContain('(Patti) or a Privileged Role Administrator');
    expect(whoseRules(['A', 'B', 'C'])).toContain('(A, B or C)');
    expect(whoseRules([])).toContain('no owner');
  });
});

test('the sentence it offers is understood as that very wish and lacks nothing the policy wants', () => {
  const policies = fc.record({
    maximumMinutes: fc.option(fc.integer({ min: 5, max: 1440 })),
    justification: fc.boolean(),
    ticket: fc.boolean(),
    mfa: fc.boolean(),
    authenticationContext: fc.constant(null),
    approval: fc.constant(null),
  });
  const names = fc.constantFrom('Azure Admins', 'Out of Hours', 'R&D', '2024 "special" team', 'Team for 2h');
  fc.assert(
    fc.property(policies, names, fc.constantFrom('member' as const, 'owner' as const), (policy, name, access) => {
      const sentence = sentenceFor(name, access, policy, 60);
      const read = parse(sentence, { now: 0, timeZone: 'UTC', names: [name] });
      if (read.kind !== 'activate') throw new Error(`${sentence} is ${JSON.stringify(read)}`);
      expect([read.groups, read.role ?? 'member']).toEqual([[name], access]);
      const { durationMinutes: minutes = 0, justification, ticket } = read;
      const ask = { minutes, ...(justification && { justification }), ...(ticket && { ticket }) };
      expect(decide(ask, policy, { now: 0, defaultMinutes: 60, open: null }).kind).toBe('order');
    }),
  );
});
