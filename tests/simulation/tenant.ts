import { contosoWith } from '../support/contoso.ts';

/**
 * The default tenant, and in it what names can be at their worst, and whom eligibility can reach in odd ways. Texts are
 * told in escapes where they would not be seen.
 */

const names = [
  `${'Long '.repeat(51)}.`,
  `Longer ${'é'.repeat(9_993)}`,
  'Family \u{1f469}\u200d\u{1f469}\u200d\u{1f467}\u200d\u{1f466} Office',
  'مديرو السحابة',
  'Cafe\u0301 Crème\u0330\u0331\u0332\u0333',
  '   ',
  'Twins',
  'Twins',
  'for 2h',
  'and',
  'as owner',
  '12345',
] as const;

const idOf = (at: number): string => `eeeeeeee-0000-4000-8000-${String(at + 1).padStart(12, '0')}`;

export const oddPerson = 'Zoë \u202e<at>CEO</at>\u202c \u{1f469}\u200d\u{1f680} and as owner';

/** In the order of their ids. */
export const oddNames: readonly { readonly id: string; readonly name: string }[] = names.map((name, at) => ({
  id: idOf(at),
  name,
}));

/** Somebody is eligible for it as member and as owner; somebody's eligibility ends while a history runs. */
export const reached = {
  bothWays: { id: 'ffffffff-0000-4000-8000-000000000001', name: 'Both Ways' },
  endsSoon: { id: 'ffffffff-0000-4000-8000-000000000002', name: 'Ends Soon' },
} as const;
/** Only a group that she is in is eligible for it. */
export const nested = { id: 'bbbbbbbb-0000-4000-8000-000000000015', name: 'Key Vault Operators' };

function group({ id, name }: { readonly id: string; readonly name: string }, ...rest: readonly string[]): string {
  return [`  g-${id}:`, `    id: ${id}`, `    name: ${JSON.stringify(name)}`, '    owners: [patti]', ...rest].join(
    '\n',
  );
}

const asked = '    policies: { member: { approvers: { people: [megan, zoe] } } }';

export const tenantText = contosoWith({
  people: [
    '  zoe:',
    '    id: aaaaaaaa-0000-4000-8000-000000000013',
    `    name: ${JSON.stringify(oddPerson)}`,
    '    upn: ZoeW@contoso.onmicrosoft.com',
  ],
  groups: [
    ...oddNames.map((odd, at) =>
      group(odd, '    eligible: [{ who: adele }, { who: zoe }]', ...(at % 3 === 0 ? [asked] : [])),
    ),
    group(reached.bothWays, '    eligible: [{ who: adele }, { who: adele, as: owner }, { who: zoe, as: owner }]'),
    group(reached.endsSoon, '    eligible: [{ who: adele, until: PT25M }, { who: zoe, until: PT2H }]'),
  ],
});
