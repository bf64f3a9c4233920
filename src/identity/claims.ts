import { z } from 'zod';

const request = z.looseObject({ access_token: z.record(z.string(), z.unknown()) });
const context = z.object({ value: z.string().optional(), values: z.array(z.string()).optional() });
const longest = 2_000;

/** A claims challenge as JSON text in one spelling, or null when the text is none. */
export function readClaims(text: string): string | null {
  if (text.length > longest) return null;
  try {
    const read = request.safeParse(JSON.parse(text));
    return read.success ? JSON.stringify(read.data) : null;
  } catch {
    return null;
  }
}

/**
 * What a challenge asks for, so that a token can be found again by it: the authentication contexts when it names some
 * (their order and form do not matter), else all of it.
 */
export function demandOf(claims: string): string {
  const read = request.safeParse(JSON.parse(claims));
  const acrs = context.safeParse(read.success ? read.data.access_token['acrs'] : null);
  if (!acrs.success) return claims;
  const values = [...(acrs.data.values ?? []), ...(acrs.data.value === undefined ? [] : [acrs.data.value])];
  return values.length === 0 ? claims : `acrs ${values.toSorted().join(' ')}`;
}
