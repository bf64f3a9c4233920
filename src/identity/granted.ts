import { decodeJwt } from 'jose';
import { z } from 'zod';
import type { Person } from '../core/person.ts';
import { unsealAny } from './seal.ts';

const cacheShape = z.object({ AccessToken: z.record(z.string(), z.object({ secret: z.string() })) });
const claimsShape = z.object({ scp: z.string() });

/** The delegated permissions that a kept sign-in has, by its own tokens; null when it cannot be opened or holds none. */
export function grantedPermissions(
  keys: readonly Uint8Array[],
  { tid, oid }: Person,
  sealed: Uint8Array,
): readonly string[] | null {
  const opened = unsealAny(keys, { purpose: 'tokens', tid, oid }, sealed);
  const cache = cacheShape.safeParse(opened === null ? null : JSON.parse(opened.text)).data;
  const tokens = Object.values(cache?.AccessToken ?? {});
  if (tokens.length === 0) return null;
  const named = tokens.flatMap(({ secret }) => claimsShape.parse(decodeJwt(secret)).scp.split(' '));
  return [...new Set(named)].filter((name) => name !== '');
}
