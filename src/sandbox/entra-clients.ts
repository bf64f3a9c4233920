import { createHash, timingSafeEqual } from 'node:crypto';
import type { AppRegistration, Directory } from './entra-directory.ts';
import { findApp } from './entra-directory.ts';
import type { EntraProblem } from './entra-errors.ts';
import { missing, problem, unknownApp } from './entra-errors.ts';

/** The app that presents its secret, in the form or by HTTP Basic. Entra: v2-oauth2-client-creds-grant-flow. */
export function authenticate(
  directory: Directory,
  form: URLSearchParams,
  authorization: string | undefined,
): AppRegistration | EntraProblem {
  const basic = basicCredentials(authorization);
  const clientId = form.get('client_id') ?? basic?.id;
  if (!clientId) return missing('client_id');
  const app = findApp(directory, clientId);
  if (!app) return unknownApp(clientId);
  const secret = form.get('client_secret') ?? basic?.secret;
  if (!secret) {
    return problem('invalid_client', 7000218, "The request body must contain 'client_assertion' or 'client_secret'.", {
      status: 401,
    });
  }
  if (!same(secret, app.secret)) {
    return problem('invalid_client', 7000215, `Invalid client secret provided for app '${clientId}'.`, { status: 401 });
  }
  return app;
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
