import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import type { JWTVerifyGetKey } from 'jose';
import type { Person } from '../core/person.ts';
import type { Clock } from '../ports/ports.ts';
import { AuthorityUnavailable, explained, needsPerson } from './authority.ts';
import type { Authority } from './authority.ts';

/** The scope that the registration exposes for Teams. */
const scope = 'access_as_user';
const longestToken = 16_384;
const skewSeconds = 60;

/** What makes a token no good, whoever asks and whenever. */
const refusals = [
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
  errors.JWKSNoMatchingKey,
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JWTClaimValidationFailed,
  errors.JWTExpired,
  errors.JWTInvalid,
];

/**
 * Teams' single sign-on: a token of the person for our own registration, checked, and exchanged for Graph's on behalf of
 * them. Comes back as an msal cache like that of a sign-in; null when it is none of this person's, or when only the
 * person can help (consent, a check).
 */
export function singleSignOn(options: {
  readonly authority: Authority;
  readonly clock: Clock;
  readonly clientId: string;
  /** The registration's Application ID URI. */
  readonly resource: string;
}): (person: Person, token: string) => Promise<string | null> {
  const { authority, clock, clientId, resource } = options;
  let keys: { readonly uri: string; readonly get: JWTVerifyGetKey } | null = null;

  function keysAt(uri: string): JWTVerifyGetKey {
    if (keys?.uri !== uri) keys = { uri, get: createRemoteJWKSet(new URL(uri)) };
    return keys.get;
  }

  async function isOf(person: Person, token: string): Promise<boolean> {
    const { issuer, jwksUri } = await authority.openId();
    try {
      const { payload } = await jwtVerify(token, keysAt(jwksUri), {
        algorithms: ['RS256'],
        issuer,
        audience: [clientId, resource],
        requiredClaims: ['exp', 'nbf'],
        clockTolerance: skewSeconds,
        currentDate: new Date(clock.wall()),
      });
      const scopes = typeof payload['scp'] === 'string' ? payload['scp'].split(' ') : [];
      return payload['oid'] === person.oid && payload['tid'] === person.tid && scopes.includes(scope);
    } catch (error) {
      if (refusals.some((kind) => error instanceof kind)) return false;
      throw new AuthorityUnavailable(error);
    }
  }

  return async (person, token) => {
    if (token.length > longestToken || !(await isOf(person, token))) return null;
    const client = await authority.client();
    try {
      const result = await client.acquireTokenOnBehalfOf({ oboAssertion: token, scopes: [...authority.scopes] });
      const isTheirs = result?.account?.localAccountId === person.oid && result.account.tenantId === person.tid;
      return isTheirs ? client.getTokenCache().serialize() : null;
    } catch (error) {
      if (needsPerson(error)) return null;
      throw explained(error);
    }
  };
}
