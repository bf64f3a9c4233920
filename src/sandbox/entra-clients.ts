import { createHash, timingSafeEqual, X509Certificate } from 'node:crypto';
import { errors, jwtVerify } from 'jose';
import type { AppRegistration } from './entra-directory.ts';
import { findApp } from './entra-directory.ts';
import type { EntraProblem } from './entra-errors.ts';
import { missing, problem, unknownApp } from './entra-errors.ts';
import type { TokenMint } from './entra-tokens.ts';

/**
 * The app that presents its secret, in the form or by HTTP Basic, or a JWT signed by its certificate.
 * Entra: v2-oauth2-client-creds-grant-flow; certificate-credentials.
 */
export async function authenticate(
  mint: TokenMint,
  form: URLSearchParams,
  authorization: string | undefined,
): Promise<AppRegistration | EntraProblem> {
  const basic = basicCredentials(authorization);
  const clientId = form.get('client_id') ?? basic?.id;
  if (!clientId) return missing('client_id');
  const app = findApp(mint.directory(), clientId);
  if (!app) return unknownApp(clientId);
  const assertion = form.get('client_assertion');
  if (assertion !== null) return (await assertionProblem(mint, app, form, assertion)) ?? app;
  const secret = form.get('client_secret') ?? basic?.secret;
  if (!secret) {
    return refusal(7000218, "The request body must contain 'client_assertion' or 'client_secret'.");
  }
  return same(secret, app.secret) ? app : refusal(7000215, `Invalid client secret provided for app '${clientId}'.`);
}

async function assertionProblem(
  mint: TokenMint,
  app: AppRegistration,
  form: URLSearchParams,
  assertion: string,
): Promise<EntraProblem | null> {
  if (form.get('client_assertion_type') !== 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer') {
    return missing('client_assertion_type');
  }
  const certificate = app.certificate === undefined ? null : new X509Certificate(app.certificate);
  const unregistered = refusal(
    700027,
    `The certificate used to sign the client assertion is not registered on application '${app.clientId}'.`,
  );
  if (certificate === null) return unregistered;
  const thumbprint = (digest: string): string => Buffer.from(digest.replaceAll(':', ''), 'hex').toString('base64url');
  try {
    const { protectedHeader } = await jwtVerify(assertion, certificate.publicKey, {
      algorithms: ['PS256', 'RS256'],
      issuer: app.clientId,
      subject: app.clientId,
      audience: `${mint.authority()}/${mint.directory().tenantId}/oauth2/v2.0/token`,
      requiredClaims: ['exp', 'jti', 'nbf'],
      clockTolerance: 300,
    });
    const named = protectedHeader['x5t#S256'] === thumbprint(certificate.fingerprint256);
    return named || protectedHeader.x5t === thumbprint(certificate.fingerprint) ? null : unregistered;
  } catch (error) {
    if (error instanceof errors.JWTExpired)
      return refusal(700024, 'Client assertion is not within its valid time range.');
    if (error instanceof errors.JWTClaimValidationFailed) {
      return refusal(700023, `Client assertion failed: its ${error.claim} is not the expected one.`);
    }
    if (error instanceof errors.JOSEError) return unregistered;
    throw error;
  }
}

function refusal(code: number, message: string): EntraProblem {
  return problem('invalid_client', code, message, { status: 401 });
}

function basicCredentials(authorization: string | undefined): { id: string; secret: string } | undefined {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(authorization ?? '')?.[1];
  const [id, ...rest] = Buffer.from(encoded ?? '', 'base64')
    .toString('utf8')
    .split(':');
  return id ? { id: decodeForm(id), secret: decodeForm(rest.join(':')) } : undefined;
}

function decodeForm(text: string): string {
  return new URLSearchParams(`value=${text}`).get('value') ?? '';
}

/** Compares without telling by its time how much was right. */
export function same(left: string, right: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}
