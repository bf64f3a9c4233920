import { z } from 'zod';
import type { Person } from '../core/person.ts';

const claims = z.object({ oid: z.string(), tid: z.string(), uti: z.string().optional() });

/**
 * Whose token it is and its unique id, read from its claims; null when they cannot be read.
 * assumed: Graph's access tokens are JWTs with oid and tid (they are; the documentation calls them opaque).
 */
export function ownerOf(token: string): (Person & { readonly uti?: string | undefined }) | null {
  try {
    const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');
    const read = claims.safeParse(JSON.parse(payload));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}
