/** Sentences for property tests: pieces of the language and of what people and Teams put around it, in any order. */

import fc from '../support/fast-check.ts';

export const moment = {
  now: Date.parse('2026-11-23T09:00:00Z'),
  timeZone: 'Europe/Berlin',
  botName: 'Jitney',
} as const;

export const known: readonly string[] = [
  'Azure Admins',
  'Azure',
  'SQL Prod',
  'Research and Development',
  'Research',
  'Help Desk',
  'Out of Hours',
  'Team-7 (Ops)',
  'R&D',
  'For 2h Team',
  'Yahoo!',
  "Bob's Team",
  'Exchange L3 Search & Purge',
];

const verb = fc.constantFrom(
  'activate',
  'elevate',
  'request',
  'deactivate',
  'drop',
  'extend',
  'cancel',
  'list',
  'groups',
  'status',
  'pending',
  'active',
  'approve',
  'deny',
  'approvals',
  'again',
  'repeat',
  'announce here',
  'announce here for',
  'stop announcing',
  'who has',
  'policy',
  'audit',
  'alias x =',
  'aliases',
  'remove alias',
  'help',
  'sign in',
  'sign out',
);
const piece = fc.oneof(
  fc.constantFrom(...known),
  fc.constantFrom(
    '"A and B"',
    "'Out for Lunch'",
    '“Q”',
    '„Z“',
    '«G»',
    '"',
    "'",
    'A',
    'Nonesuch',
    '1a2b3c4d',
    '#1A2B3C4D',
    'deadbeef-1111-2222-3333-444455556666',
  ),
  fc.constantFrom(',', 'and', '&', '+', ';', '.', '!', '?', '=', '-', '(', ')'),
  fc.constantFrom(
    'for 2h',
    'for 90 minutes',
    'for an hour and a half',
    'for PT2H',
    'for 1 day',
    'for 2',
    'for',
    '2h',
    'by 1h',
    'for 90s',
  ),
  fc.constantFrom(
    'until 17:30',
    'until 5pm',
    'until tomorrow 09:00',
    'until Friday 18:00',
    'until 2026-12-10',
    'until',
    'until 5',
    'until midnight',
  ),
  fc.constantFrom('at 14:00', 'starting tomorrow 08:00', 'from 2026-12-10T08:00Z', 'in 30 minutes', 'in', 'at'),
  fc.constantFrom('as owner', 'as member', 'as', 'as admin', 'dry run', '--dry-run', '—dry-run'),
  fc.constantFrom(
    'because fixing prod',
    'because',
    'reason: x',
    '-- why',
    '— y',
    'because a, b.',
    'because see ticket INC7',
    'because “q”',
  ),
  fc.constantFrom('ticket INC1', 'ticket ServiceNow INC2', 'ticket', 'ticket: #3', 'ticket J'),
  fc.constantFrom(
    '<p>',
    '</p>',
    '<at>Jitney</at>',
    '@Jitney',
    '&amp;',
    '&lt;b&gt;',
    '<b>',
    '&amp;lt;',
    '\u200b',
    '\u00a0',
    '\n',
    '<',
    '>',
    '</blockquote>',
    '<blockquote>',
  ),
  fc.constantFrom('not', "don't", 'never', 'please', 'can you', 'how do I', 'then', 'activate', 'deactivate', 'Fwd:'),
  fc.string({ maxLength: 12, unit: 'binary' }),
  fc.string({ maxLength: 6 }),
);

const typedName = fc.oneof(
  fc.constantFrom(...known),
  fc.constantFrom(
    '"A and B"',
    "'Out for Lunch'",
    '“Q ”',
    '„Z“',
    '«G "x" h»',
    '"say ""hi"""',
    "'Bob's Team'",
    "Admins' Team",
    'A-1',
    'Ünit',
    'X.Y',
    '2024 Q1',
    'a<b',
    'a&lt;i&gt;b',
    'it’s',
  ),
  fc.string({ minLength: 1, maxLength: 6 }),
);
const ending = fc.oneof(
  fc.constantFrom('', '', '.', '!', '?', ' .', '...', '?!'),
  fc
    .tuple(
      fc.constantFrom(' because ', ' -- ', ' reason: ', ' — '),
      fc.oneof(
        fc.string({ maxLength: 20 }),
        fc.constantFrom(
          'fixing',
          'a, b.',
          'see ticket INC7',
          'a ticket',
          '“q” &amp; <b>r</b>',
          '&lt;i&gt; &amp;lt;',
          'x ticket J Y2',
        ),
      ),
      fc.constantFrom('', '', ' ticket INC1', ' ticket Jira OPS-2.', ', ticket 7!'),
    )
    .map((parts) => parts.join('')),
);
const orderly = fc
  .tuple(
    fc.constantFrom(
      'activate',
      'request',
      'extend',
      'again',
      'deactivate',
      'cancel',
      'approve 1a2b3c4d',
      'announce here for',
      'alias my x =',
      'who has',
      'list',
    ),
    fc.array(fc.tuple(typedName, fc.constantFrom(', ', ' and ', ' & ', '+', ',')), { maxLength: 3 }),
    typedName,
    fc.array(
      fc.constantFrom(
        'for 2h',
        'for 90 seconds',
        'for an hour and a half',
        '2h',
        'until 17:30',
        'until Friday 18:00',
        'until midnight',
        'at 14:00',
        'in 30 minutes',
        'as owner',
        'dry run',
        'ticket INC1',
        'ticket Jira OPS-1',
        'by 1h',
        ', for 1h',
        'for 1 hour, 5 minutes',
      ),
      { maxLength: 3 },
    ),
    ending,
  )
  .map(([first, names, last, clauses, end]) => [first, `${names.flat().join('')}${last}`, ...clauses].join(' ') + end);
const withReasons = fc
  .tuple(fc.constantFrom('approve 1a2b3c4d', 'deny #1A2B3C4D', 'again', 'again for 2h'), ending)
  .map((parts) => parts.join(''));
const jumble = fc.tuple(verb, fc.array(piece, { maxLength: 8 })).map(([first, rest]) => [first, ...rest].join(' '));

/** Anything that begins like an order: well said, nearly so, or not at all. */
export const sentence = fc.oneof(
  { weight: 6, arbitrary: orderly },
  { weight: 1, arbitrary: withReasons },
  { weight: 2, arbitrary: jumble },
);

/** Anything at all. */
export const anything = fc.oneof(
  sentence,
  fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(' ')),
  fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
  fc.string({ maxLength: 300, unit: 'binary' }),
);

const clause = {
  role: fc.constantFrom('', 'as owner', 'as member'),
  span: fc.constantFrom('', 'for 2h', 'for 1 hour and 30 minutes', 'until 17:30', 'until tomorrow 09:00'),
  start: fc.constantFrom('', 'at 14:00', 'in 30 minutes'),
  dry: fc.constantFrom('', 'dry run'),
  ticket: fc.constantFrom('', 'ticket INC0012345', 'ticket ServiceNow CHG-7'),
};

export const group = fc.constantFrom(...known);

export type Order = { readonly groups: readonly string[]; readonly joint: string; readonly clauses: readonly string[] };

/** Orders that are understood: groups by their known names, and clauses without a reason. */
export const order: fc.Arbitrary<Order> = fc
  .tuple(
    fc.uniqueArray(group, { minLength: 1, maxLength: 3 }),
    fc.constantFrom(', ', ' and ', ' & ', ' + ', ', and '),
    fc.record(clause),
  )
  .chain(([groups, joint, { role, span, start, dry, ticket }]) =>
    fc
      .shuffledSubarray([role, span, start, dry, ticket], { minLength: 5 })
      .map((clauses) => ({ groups, joint, clauses: clauses.filter((one) => one !== '') })),
  );

export function say({ groups, joint, clauses }: Order): string {
  return ['activate', groups.join(joint), ...clauses].join(' ');
}
