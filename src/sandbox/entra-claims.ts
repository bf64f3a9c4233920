import { z } from 'zod';
import type { EntraProblem } from './entra-errors.ts';
import { problem } from './entra-errors.ts';

/** What the `claims` request parameter asks of the access token. Entra: claims-challenge. */
export type ClaimsRequest = {
  /** Authentication contexts, such as `c1`. */
  readonly acrs: readonly string[];
  readonly mfa: boolean;
  /** Client capabilities, such as `CP1`. */
  readonly capabilities: readonly string[];
};

const member = z
  .looseObject({ value: z.string().max(100).optional(), values: z.array(z.string().max(100)).max(20).optional() })
  .nullish();
const claimsSchema = z.looseObject({
  access_token: z.looseObject({ acrs: member, amr: member, xms_cc: member }).nullish(),
});

export function parseClaims(text: string | undefined): ClaimsRequest | EntraProblem {
  if (!text) return { acrs: [], mfa: false, capabilities: [] };
  const parsed = claimsSchema.safeParse(jsonOf(text));
  if (!parsed.success) return problem('invalid_request', 90023, 'The claims parameter is not a valid claims request.');
  const wanted = parsed.data.access_token;
  return {
    acrs: valuesOf(wanted?.acrs),
    mfa: valuesOf(wanted?.amr).includes('mfa'),
    capabilities: valuesOf(wanted?.xms_cc),
  };
}

/** The challenge that sends a person to the check for these authentication contexts. */
export function acrsChallenge(acrs: readonly string[]): string {
  return JSON.stringify({ access_token: { acrs: { essential: true, value: acrs[0] } } });
}

function valuesOf(wanted: z.infer<typeof member>): readonly string[] {
  return [...(wanted?.value === undefined ? [] : [wanted.value]), ...(wanted?.values ?? [])];
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
