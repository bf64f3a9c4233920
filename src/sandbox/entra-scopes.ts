import type { AppRegistration, Directory } from './entra-directory.ts';
import { findApp } from './entra-directory.ts';
import type { EntraProblem } from './entra-errors.ts';
import { problem } from './entra-errors.ts';

export const GRAPH = 'https://graph.microsoft.com';
const GRAPH_APP_ID = '00000003-0000-0000-c000-000000000000';
/** Resources besides Graph for which an app may ask a token of its own. */
const OTHER_RESOURCES = ['https://api.botframework.com'];

/** What a `scope` parameter asks for. One resource only, as Entra issues one access token. */
export type ScopeRequest = {
  /** The `aud` of the access token. */
  readonly audience: string;
  /** The `scp` of a delegated token. */
  readonly permissions: readonly string[];
  /** The `scope` of the answer, spelled as the client spelled it, since clients compare. */
  readonly answered: readonly string[];
  readonly idToken: boolean;
  readonly refreshToken: boolean;
};

const OPENID_SCOPES = ['openid', 'profile', 'email', 'offline_access'];

/** Reads the scopes of a sign-in and checks consent. Entra: scopes-oidc. */
export function delegatedScopes(directory: Directory, app: AppRegistration, text: string): ScopeRequest | EntraProblem {
  const asked = [...new Set(text.split(' ').filter((scope) => scope !== ''))];
  const openid = asked.filter((scope) => OPENID_SCOPES.includes(scope.toLowerCase()));
  const resources = asked.filter((scope) => !openid.includes(scope)).map((scope) => splitScope(directory, scope));
  const unknown = resources.find((scope) => scope.audience === undefined);
  if (unknown) return unknownResource(unknown.spelled);
  const audience = resources[0]?.audience ?? GRAPH;
  if (resources.some((scope) => scope.audience !== audience)) {
    return problem('invalid_request', 28000, 'The scope parameter contains more than one resource.');
  }
  const permissions: string[] = [];
  const answered: string[] = [...openid];
  for (const { prefix, name, spelled } of resources) {
    const granted =
      audience === GRAPH ? app.delegated.filter((known) => !OPENID_SCOPES.includes(known)) : ['access_as_user'];
    const wanted =
      name === '.default' ? granted : granted.filter((known) => known.toLowerCase() === name.toLowerCase());
    if (wanted.length === 0) return noConsent(app, spelled);
    permissions.push(...wanted);
    answered.push(spelled, ...(name === '.default' ? wanted.map((known) => prefix + known) : []));
  }
  return {
    audience,
    permissions: [...new Set(permissions)],
    answered: [...new Set(answered)],
    idToken: openid.includes('openid'),
    refreshToken: openid.includes('offline_access'),
  };
}

/** Reads the scope of a client-credentials request: exactly one `{resource}/.default`. Returns the audience. */
export function applicationAudience(directory: Directory, text: string): string | EntraProblem {
  const { audience, name } = splitScope(directory, text);
  if (text.includes(' ') || name !== '.default' || !text.includes('/')) {
    return problem(
      'invalid_scope',
      1002012,
      `The provided value for scope ${text} is not valid. Use {resource}/.default.`,
    );
  }
  return audience ?? unknownResource(text);
}

function splitScope(directory: Directory, spelled: string) {
  const slash = spelled.lastIndexOf('/');
  const prefix = spelled.slice(0, slash + 1);
  return {
    spelled,
    prefix,
    name: spelled.slice(slash + 1),
    audience: audienceOf(directory, prefix.replace(/\/+$/, '')),
  };
}

/** Graph, or a registered app named by `{clientId}`, `api://{clientId}` or `api://host/{clientId}`. */
function audienceOf(directory: Directory, resource: string): string | undefined {
  const lower = resource.toLowerCase();
  if (lower === '' || lower === GRAPH || lower === GRAPH_APP_ID) return GRAPH;
  if (OTHER_RESOURCES.includes(lower)) return lower;
  const id = /^(?:api:\/\/(?:[^/]+\/)?)?(?:botid-)?([0-9a-f-]{36})$/.exec(lower)?.[1];
  return findApp(directory, id)?.clientId;
}

function unknownResource(scope: string): EntraProblem {
  return problem('invalid_resource', 500011, `The resource principal named by '${scope}' was not found in the tenant.`);
}

function noConsent(app: AppRegistration, scope: string): EntraProblem {
  const who = `application with ID '${app.clientId}' named '${app.name}'`;
  return problem('invalid_grant', 65001, `Nobody has consented to the scope '${scope}' for the ${who}.`, {
    suberror: 'consent_required',
  });
}
