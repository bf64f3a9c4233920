import { describe, expect, test } from '@jest/globals';
import fc from '../support/fast-check.ts';
import type { PimProblem } from '../../src/core/pim-problem.ts';
import { findClaims, readClaims } from '../../src/graph/claims.ts';
import { toProblem } from '../../src/graph/errors.ts';
import type { Answer } from '../../src/graph/send.ts';

const clock = { now: () => 0, wall: () => Date.parse('2026-11-23T12:00:00Z') };
const c1 = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}';
const c1WithSpace = '{"access_token":{"acrs":{"essential":true, "value":"c1"}}}';

function answer(status: number, code: string, message: string, headers: Record<string, string> = {}): Answer {
  return { kind: 'answer', status, headers: new Headers(headers), body: { error: { code, message } } };
}

/** The form that PIM for Groups was seen to use: the real error as JSON text in the message of an UnknownError. */
function wrapped(status: number, code: string, message: string): Answer {
  return answer(status, 'UnknownError', JSON.stringify({ errorCode: code, message, instanceAnnotations: [] }));
}

function answerWith(headers: Headers, status: number, code: string, message: string): Answer {
  return { kind: 'answer', status, headers, body: { error: { code, message } } };
}

function inside(errorCode: string, message: string): string {
  return JSON.stringify({ errorCode, message, instanceAnnotations: [] });
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64url');
}

const table: readonly (readonly [number, string, string, PimProblem])[] = [
  [400, 'RoleAssignmentExists', 'The Role assignment already exists.', { kind: 'exists' }],
  [400, 'PendingRoleAssignmentRequest', 'There is already a pending request.', { kind: 'pending' }],
  [400, 'RoleAssignmentDoesNotExist', 'The Role assignment does not exist.', { kind: 'missing' }],
  [
    400,
    'RoleAssignmentRequestPolicyValidationFailed',
    'The following policy rules failed: ["ExpirationRule","TicketingRule"]',
    { kind: 'policy', rules: ['ExpirationRule', 'TicketingRule'] },
  ],
  [
    400,
    'RoleAssignmentRequestPolicyValidationFailed',
    'The following policy rules failed: ["MfaRule","JustificationRule"]',
    { kind: 'policy', rules: ['MfaRule', 'JustificationRule'] },
  ],
  [
    400,
    'RoleAssignmentRequestPolicyValidationFailed',
    'The following policy rules failed: ["MfaRule"]',
    { kind: 'stepUp', claims: '{"access_token":{"amr":{"essential":true,"values":["mfa"]}}}' },
  ],
  [
    400,
    'RoleAssignmentRequestPolicyValidationFailed',
    'The following policy rules failed: ["EligibilityRule"]',
    { kind: 'notEligible' },
  ],
  [400, 'RoleAssignmentRequestPolicyValidationFailed', 'something else', { kind: 'policy', rules: [] }],
  [
    400,
    'RoleAssignmentRequestAcrsValidationFailed',
    `&claims=${encodeURIComponent(c1WithSpace)}`,
    { kind: 'stepUp', claims: c1 },
  ],
  [
    400,
    'GroupAssignmentRequestAcrsValidationFailed',
    `&claims=${encodeURIComponent(c1WithSpace)}`,
    { kind: 'stepUp', claims: c1 },
  ],
  [403, 'RoleAssignmentRequestAcrsValidationFailed', 'no claims here', { kind: 'stepUp', claims: null }],
  [
    400,
    'ActiveDurationTooShort',
    'The Active duration is too short. Miniumum Required is 5 minutes.',
    { kind: 'tooShort' },
  ],
  [400, 'SubjectNotFound', 'The subject is not found.', { kind: 'unavailable', afterMs: 5000 }],
  [400, 'RoleAssignmentRequestNotEligible', 'x', { kind: 'notEligible' }],
  [400, 'EligibilityNotFound', 'x', { kind: 'notEligible' }],
  [400, 'RoleEligibilityScheduleRequestNotFound', 'x', { kind: 'notEligible' }],
  [
    400,
    'InvalidRoleAssignmentRequest',
    'The role assignment request is invalid.',
    { kind: 'malformed', message: 'The role assignment request is invalid.' },
  ],
  [
    403,
    'PermissionScopeNotGranted',
    'Authorization failed due to missing permission scope X,Y.',
    { kind: 'consent', message: 'Authorization failed due to missing permission scope X,Y.' },
  ],
  [403, 'Authorization_RequestDenied', 'no', { kind: 'forbidden', message: 'no' }],
  [403, 'InsufficientPermissions', 'no', { kind: 'forbidden', message: 'no' }],
  [403, 'UnauthorizedAccessException', 'no', { kind: 'forbidden', message: 'no' }],
  [400, 'AadPremiumLicenseRequired', 'P2', { kind: 'licence' }],
  [403, 'AadPremiumLicenseRequired', 'P2', { kind: 'licence' }],
  [400, 'ResourceIsLocked', 'x', { kind: 'locked' }],
  [400, 'StartTimeInPast', 'x', { kind: 'schedule' }],
  [400, 'InvalidStartDateTime', 'x', { kind: 'schedule' }],
  [400, 'InvalidRoleAssignmentRequestSchedule', 'x', { kind: 'schedule' }],
  [400, 'RoleNotFound', 'x', { kind: 'unknownTarget' }],
  [400, 'InvalidScope', 'x', { kind: 'unknownTarget' }],
  [404, 'Request_ResourceNotFound', "Resource 'x' does not exist.", { kind: 'notFound' }],
  [404, 'ResourceNotFound', "Resource 'x' does not exist.", { kind: 'notFound' }],
  [409, 'Conflict', 'already decided', { kind: 'conflict' }],
];

describe('an error of PIM', () => {
  test.each(table)('%i %s (%s) is understood, plain and wrapped', (status, code, message, problem) => {
    expect(toProblem(answer(status, code, message), 'write', clock)).toEqual(problem);
    expect(toProblem(wrapped(status, code, message), 'write', clock)).toEqual(problem);
  });

  test('with its name in the message of an UnknownError is understood, with raw claims too', () => {
    const raw = `RoleAssignmentRequestAcrsValidationFailed claims=${c1} and more}`;
    expect(toProblem(answer(400, 'UnknownError', raw), 'write', clock)).toEqual({ kind: 'stepUp', claims: c1 });
    const exists = answer(400, 'UnknownError', 'RoleAssignmentExists: it is there');
    expect(toProblem(exists, 'write', clock)).toEqual({ kind: 'exists' });
  });

  describe('that asks for an authentication context', () => {
    const named = 'RoleAssignmentRequestAcrsValidationFailed';
    const header = { 'WWW-Authenticate': `Bearer error="insufficient_claims", claims="${base64(c1WithSpace)}"` };
    /** Where the name stands, given the words that bring the claims. */
    const names: readonly (readonly [string, (status: number, words: string, headers: Headers) => Answer])[] = [
      ['in the code', (status, words, headers) => answerWith(headers, status, named, words)],
      ['in the message', (status, words, headers) => answerWith(headers, status, 'UnknownError', `${named} ${words}`)],
      [
        'in a wrapped code',
        (status, words, headers) => answerWith(headers, status, 'UnknownError', inside(named, words)),
      ],
      [
        'in a wrapped message',
        (status, words, headers) =>
          answerWith(headers, status, 'UnknownError', inside('BadRequest', `${named} ${words}`)),
      ],
    ];
    const brought: readonly (readonly [string, string, Record<string, string>])[] = [
      ['percent-encoded', `&claims=${encodeURIComponent(c1WithSpace)}`, {}],
      ['raw', `claims=${c1WithSpace}`, {}],
      ['in the header', 'see the header', header],
    ];
    const shapes = names.flatMap(([where, make]) =>
      brought.flatMap(([how, words, headers]) =>
        [400, 401, 403].map((status) => [status, where, how, make, words, headers] as const),
      ),
    );

    test.each(shapes)('by %i, its name %s, its claims %s', (status, _where, _how, make, words, headers) => {
      expect(toProblem(make(status, words, new Headers(headers)), 'write', clock)).toEqual({
        kind: 'stepUp',
        claims: c1,
      });
    });

    test.each([400, 403])('by %i and brings no claims, is one that no sign-in answers', (status) => {
      for (const [, make] of names)
        expect(toProblem(make(status, 'no words', new Headers()), 'write', clock)).toEqual({
          kind: 'stepUp',
          claims: null,
        });
    });

    test('is no other error that brings claims: they come from whoever wrote the words', () => {
      const words = `&claims=${encodeURIComponent(c1)}`;
      for (const status of [400, 403, 404, 409, 429]) {
        for (const code of ['BadRequest', 'UnknownError', 'RoleAssignmentExists', 'Authorization_RequestDenied'])
          expect(toProblem(answerWith(new Headers(header), status, code, words), 'write', clock).kind).not.toBe(
            'stepUp',
          );
      }
    });
  });

  test('that only quotes another name in its message is not taken for it', () => {
    const quoting = answer(400, 'InvalidRoleAssignmentRequest', 'justification "RoleAssignmentExists" is invalid');
    expect(toProblem(quoting, 'write', clock).kind).toBe('malformed');
  });

  test('401 with claims is a step-up, without them a sign-in', () => {
    const header = `Bearer realm="", error="insufficient_claims", claims="${Buffer.from(c1).toString('base64')}"`;
    const challenged = answer(401, 'InvalidAuthenticationToken', 'x', { 'WWW-Authenticate': header });
    expect(toProblem(challenged, 'write', clock)).toEqual({ kind: 'stepUp', claims: c1 });
    expect(toProblem(answer(401, 'InvalidAuthenticationToken', 'x'), 'write', clock)).toEqual({ kind: 'signIn' });
  });

  test('brings no secret that its words hold', () => {
    for (const code of [
      'Unheard',
      'Authorization_RequestDenied',
      'InvalidRoleAssignmentRequest',
      'PermissionScopeNotGranted',
    ])
      for (const status of [400, 403]) {
        const problem = toProblem(answer(status, code, 'refused: password=hunter2hunter2'), 'write', clock);
        expect(problem).toMatchObject({ message: 'refused: [redacted]' });
      }
  });

  test('that is no JSON at all is still an answer', () => {
    const html: Answer = { kind: 'answer', status: 400, headers: new Headers(), body: undefined };
    expect(toProblem(html, 'write', clock)).toEqual({ kind: 'other', status: 400, code: '', message: '' });
  });
});

describe('what did not come through', () => {
  test.each([500, 502, 503, 504, 408])('%i leaves a write unclear and a read unavailable', (status) => {
    expect(toProblem(answer(status, '', ''), 'write', clock)).toEqual({ kind: 'unclear' });
    expect(toProblem(answer(status, '', ''), 'read', clock)).toEqual({ kind: 'unavailable', afterMs: null });
  });

  test('a write that was never sent did not happen; one whose answer was lost is unclear', () => {
    const lost = { kind: 'lost', timedOut: false } as const;
    expect(toProblem({ ...lost, sent: false }, 'write', clock)).toEqual({ kind: 'unavailable', afterMs: null });
    expect(toProblem({ ...lost, sent: true }, 'write', clock)).toEqual({ kind: 'unclear' });
  });

  test.each([
    ['7', 7000],
    ['0', 0],
    ['Mon, 23 Nov 2026 12:00:30 GMT', 30_000],
    ['Mon, 23 Nov 2026 11:00:00 GMT', 0],
    ['-5', null],
    ['soon', null],
    ['', null],
  ])('429 with Retry-After %j says when to come back', (retryAfter, afterMs) => {
    const throttled = answer(429, 'TooManyRequests', 'x', { 'Retry-After': retryAfter });
    expect(toProblem(throttled, 'write', clock)).toEqual({ kind: 'unavailable', afterMs });
  });
});

describe('claims', () => {
  test('are only ever a claims request', () => {
    for (const text of [
      '{}',
      '[]',
      'null',
      '"x"',
      '{"access_token":1}',
      `{"access_token":{"a":"${'x'.repeat(2000)}"}}`,
    ]) {
      expect(readClaims(text)).toBeNull();
    }
    expect(findClaims('claims=%zz', null)).toBeNull();
    expect(findClaims('claims={"access_token":', null)).toBeNull();
  });

  test('never make the reader of a message throw', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (message, header) => {
        const found = findClaims(`claims=${message}`, header);
        expect(found === null || readClaims(found) === found).toBe(true);
      }),
    );
  });

  test('survive every way they are sent', () => {
    const values = fc.array(fc.stringMatching(/^c[0-9]{1,2}$/), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(values, (contexts) => {
        const claims = JSON.stringify({ access_token: { acrs: { essential: true, values: contexts } } });
        const base64 = Buffer.from(claims).toString('base64url');
        expect(findClaims(`&claims=${encodeURIComponent(claims)}`, null)).toBe(claims);
        expect(findClaims(`X claims=${claims} y`, null)).toBe(claims);
        expect(findClaims('x', `Bearer error="insufficient_claims", claims="${base64}"`)).toBe(claims);
      }),
    );
  });
});
