import { describe, expect, test } from '@jest/globals';
import { explain } from '../../src/core/explain.ts';
import { portalMyGroups } from '../../src/core/message.ts';
import type { Message } from '../../src/core/message.ts';
import type { PimProblem } from '../../src/core/pim-problem.ts';

type Problem = Extract<Message, { kind: 'problem' }>;

/** One of every kind: the type refuses a table that lacks one. */
const samples: { readonly [Kind in PimProblem['kind']]: Extract<PimProblem, { kind: Kind }> } = {
  signIn: { kind: 'signIn' },
  readOnly: { kind: 'readOnly' },
  stepUp: { kind: 'stepUp', claims: '{}' },
  exists: { kind: 'exists' },
  pending: { kind: 'pending' },
  missing: { kind: 'missing' },
  tooShort: { kind: 'tooShort' },
  policy: { kind: 'policy', rules: ['TicketingRule'] },
  notEligible: { kind: 'notEligible' },
  forbidden: { kind: 'forbidden', message: 'Attempted to perform an unauthorized operation.' },
  consent: { kind: 'consent', message: 'Missing permission scope X.' },
  licence: { kind: 'licence' },
  locked: { kind: 'locked' },
  schedule: { kind: 'schedule' },
  unknownTarget: { kind: 'unknownTarget' },
  malformed: { kind: 'malformed', message: 'The role assignment request is invalid.' },
  notFound: { kind: 'notFound' },
  conflict: { kind: 'conflict' },
  unavailable: { kind: 'unavailable', afterMs: null },
  late: { kind: 'late' },
  unclear: { kind: 'unclear' },
  other: { kind: 'other', status: 418, code: 'Teapot', message: 'Short and stout.' },
};

function explained(refusal: PimProblem): Problem {
  const message = explain(refusal, 'activate Azure Admins');
  if (message.kind !== 'problem') throw new Error(`${refusal.kind} is no problem card`);
  return message;
}

describe('every refusal of PIM says what happened, why, and what to do next:', () => {
  test.each(Object.values(samples).map((refusal) => [refusal.kind, refusal] as const))('%s', (kind, refusal) => {
    const { what, why, next, link } = explained(refusal);
    expect(what).toBe(
      kind === 'unclear'
        ? 'PIM was asked to activate Azure Admins, and its answer was lost.'
        : 'PIM did not activate Azure Admins.',
    );
    expect(why).toMatch(/^[A-Z].*[.)]$/);
    expect(next).toMatch(/^[A-Z].*\.$/);
    expect([undefined, portalMyGroups]).toContain(link?.url);
    expect(`${what} ${why ?? ''} ${next ?? ''}`).not.toMatch(/undefined|null|\[object|: \.|\(,|\.\./);
  });

  test.each(
    Object.values(samples)
      .filter(({ kind }) => !['unavailable', 'late', 'unclear', 'other'].includes(kind))
      .map((pim) => [pim.kind, pim] as const),
  )('%s names who owns its rule', (_kind, pim) => {
    expect(explained(pim).why).toMatch(/ (That is PIM’s own rule|.* decides? that)\.$/);
  });

  test.each(['readOnly', 'stepUp', 'unavailable', 'late', 'unclear', 'other', 'forbidden', 'consent'] as const)(
    'what fails for no fault of the wish leads to PIM itself: %s',
    (kind) => {
      expect(explained(samples[kind]).link?.url).toBe(portalMyGroups);
    },
  );

  test('each in words of its own', () => {
    const whys = Object.values(samples).map((refusal) => explained(refusal).why);
    expect(new Set(whys).size).toBe(whys.length);
  });
});

describe('a refusal by the policy', () => {
  test.each([
    ['ExpirationRule', 'ask for a shorter one'],
    ['JustificationRule', 'add “because …”'],
    ['TicketingRule', 'add “ticket ServiceNow INC0012345”'],
    ['MfaRule', 'sign in again with it'],
    ['EligibilityRule', 'you are not eligible any more'],
  ])('%s tells how to satisfy it', (rule, advice) => {
    expect(explained({ kind: 'policy', rules: [rule] }).why).toContain(advice);
  });

  test('names all of its rules, and one that nobody here knows as PIM wrote it', () => {
    const { why } = explained({ kind: 'policy', rules: ['TicketingRule', 'LunarPhaseRule', 'constructor'] });
    expect(why).toMatch(/wants a ticket: .*; LunarPhaseRule; constructor\. /);
  });

  test('is a whole sentence when PIM names no rule', () => {
    expect(explained({ kind: 'policy', rules: [] }).why).toMatch(/^The group’s PIM policy refused it\. The/);
  });
});

describe('what PIM did not say leaves no hole:', () => {
  test('a right that is missing', () => {
    expect(explained({ kind: 'forbidden', message: '' }).why).toMatch(/^PIM refused the right to do it\. The/);
    expect(explained({ kind: 'forbidden', message: 'No.' }).why).toMatch(/^PIM refused the right to do it: No\. The/);
  });

  test('an error without code and message', () => {
    expect(explained({ kind: 'other', status: 418, code: '', message: '' }).why).toBe('PIM gave no reason. (HTTP 418)');
    expect(explained(samples.other).why).toBe('Short and stout. (Teapot, HTTP 418)');
  });
});
