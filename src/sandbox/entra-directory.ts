import { createHash } from 'node:crypto';

/** The part of a tenant that Entra needs. Ids are GUIDs in lower case. */
export type Directory = {
  readonly tenantId: string;
  readonly organization: string;
  readonly people: readonly Person[];
  readonly apps: readonly AppRegistration[];
};

export type Person = { readonly id: string; readonly name: string; readonly upn: string };

export type AppRegistration = {
  readonly clientId: string;
  readonly name: string;
  readonly secret: string;
  /** PEM: the app may prove itself by a JWT signed with this certificate's key. */
  readonly certificate?: string | undefined;
  /** Delegated permissions of Graph with admin consent. */
  readonly delegated: readonly string[];
  /** Application permissions (app roles) of Graph with admin consent. */
  readonly application: readonly string[];
  readonly redirectUris: readonly string[];
};

export function findApp(directory: Directory, clientId: string | undefined): AppRegistration | undefined {
  return directory.apps.find((app) => app.clientId === clientId?.toLowerCase());
}

/** Finds the person a `login_hint` names: user principal name, object id, or the `login_hint` claim of an id token. */
export function personOfHint(directory: Directory, hint: string | undefined): Person | undefined {
  const wanted = hint?.toLowerCase();
  if (!wanted) return undefined;
  return directory.people.find(
    (person) =>
      person.upn.toLowerCase() === wanted || person.id === wanted || loginHint(person).toLowerCase() === wanted,
  );
}

/** The opaque `login_hint` claim: stays the same when a person is renamed. */
export function loginHint(person: Person): string {
  return `O.${Buffer.from(person.id).toString('base64url')}`;
}

/**
 * Exact, except that the port of a loopback address is free.
 * Entra: reply-url, "Localhost exceptions". `localhost` and the loopback addresses count as one host here.
 */
export function isRegisteredRedirect(app: AppRegistration, uri: string): boolean {
  const asked = loopbackForm(uri);
  return app.redirectUris.some(
    (registered) => registered === uri || (asked !== undefined && loopbackForm(registered) === asked),
  );
}

function loopbackForm(uri: string): string | undefined {
  const parts = /^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::(?:\d{1,5}|\*))?(\/[^?#]*)$/.exec(uri);
  return parts?.[1];
}

/** The object id of an app's service principal: made from the client id, the same in every run. */
export function servicePrincipalId(clientId: string): string {
  const hex = createHash('sha256').update(`service principal ${clientId}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
