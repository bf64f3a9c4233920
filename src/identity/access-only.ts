import { z } from 'zod';

/** The parts of an msal cache that matter here; the rest stays as it is. */
const cacheShape = z.looseObject({
  AccessToken: z.record(z.string(), z.looseObject({ expires_on: z.coerce.number() })).default({}),
});

/** What is left of a sign-in without the power to renew it, and when that is over. */
export function accessOnly(cache: string): { readonly cache: string; readonly expiresAt: number } {
  const whole = cacheShape.parse(JSON.parse(cache));
  const ends = Object.values(whole.AccessToken).map(({ expires_on: seconds }) => seconds * 1000);
  return { cache: JSON.stringify({ ...whole, RefreshToken: {} }), expiresAt: Math.max(0, ...ends) };
}
