import type { ConfidentialClientApplication as App } from '@azure/msal-node';
import { z } from 'zod';
import type { Clock } from '../ports/ports.ts';
import { graphResource } from './cloud.ts';
import { msalCredential } from './credential.ts';
import type { Registration } from './credential.ts';
import { ConfidentialClientApplication, InteractionRequiredAuthError, ServerError } from './microsoft.ts';

export type IdentityConfig = Registration & {
  /** Graph's: decides for which cloud's Graph the tokens are. */
  readonly url: string;
};

/** The sign-in service could not be asked or did not answer properly; nothing is known, trying again later is right. */
export class AuthorityUnavailable extends Error {
  constructor(cause: unknown) {
    super('The sign-in service could not be reached.', { cause });
    this.name = 'AuthorityUnavailable';
  }
}

export type Authority = {
  readonly scopes: readonly string[];
  /** Who signs the tenant's tokens. */
  readonly openId: () => Promise<{ readonly issuer: string; readonly jwksUri: string }>;
  /** A client with an empty token cache of its own. Its instances are cheap; what they hold must not mix. */
  readonly client: () => Promise<App>;
};

const permissions = [
  'PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup',
  'PrivilegedEligibilitySchedule.Read.AzureADGroup',
];
const document = z.object({ issuer: z.string(), jwks_uri: z.url() });
const metadataAgeMs = 86_400_000;
const deadlineMs = 10_000;

/** Entra for people: msal-node with the capability CP1, without which PIM keeps refusing step-up tokens. */
export function authority(config: IdentityConfig, clock: Clock): Authority {
  const url = `${config.authorityUrl.replace(/\/+$/, '')}/${config.tenantId}`;
  const resource = graphResource(config.authorityUrl, config.url);
  let kept: { readonly metadata: string; readonly until: number } | null = null;

  /** Every client would read this document again, so it is read once a day and handed in. */
  async function metadata(): Promise<string> {
    if (kept !== null && kept.until > clock.wall()) return kept.metadata;
    try {
      const response = await fetch(`${url}/v2.0/.well-known/openid-configuration`, {
        signal: AbortSignal.timeout(deadlineMs),
        redirect: 'error',
      });
      if (!response.ok) throw new Error(`The OpenID configuration answered ${response.status}.`);
      const told: unknown = await response.json();
      requireTenant(document.parse(told).issuer, config.tenantId);
      kept = { metadata: JSON.stringify(told), until: clock.wall() + metadataAgeMs };
      return kept.metadata;
    } catch (error) {
      if (kept !== null) return kept.metadata;
      throw new AuthorityUnavailable(error);
    }
  }

  return {
    openId: async () => {
      const { issuer, jwks_uri: jwksUri } = document.parse(JSON.parse(await metadata()));
      return { issuer, jwksUri };
    },
    scopes: permissions.map((permission) => `${resource}/${permission}`),
    client: async () =>
      new ConfidentialClientApplication({
        auth: {
          clientId: config.clientId,
          ...msalCredential(config.credential),
          authority: url,
          knownAuthorities: [new URL(url).host],
          authorityMetadata: await metadata(),
          clientCapabilities: ['CP1'],
        },
      }),
  };
}

/** Whose tokens they are stands in the path. Their host need not be the authority's: a national cloud may have its own. */
function requireTenant(issuer: string, tenantId: string): void {
  const { protocol, pathname } = new URL(issuer);
  if (protocol !== 'https:' || pathname !== `/${tenantId}/v2.0`) {
    throw new Error('The OpenID configuration names the issuer of another tenant.');
  }
}

/** True when Entra says that only the person can help: the grant is used up, revoked, or needs a check it cannot pass silently. */
export function needsPerson(error: unknown): boolean {
  if (error instanceof InteractionRequiredAuthError) return true;
  return error instanceof ServerError && error.errorCode === 'invalid_grant';
}

const lostOnTheWay = [
  'network_error',
  'endpoints_resolution_error',
  'openid_config_error',
  'token_parsing_error',
  'temporarily_unavailable',
  'server_error',
];

/** Turns failures of the way to Entra into AuthorityUnavailable; gives every other error back as it is. */
export function explained(error: unknown): unknown {
  const { errorCode, status } = (error ?? {}) as { readonly errorCode?: unknown; readonly status?: unknown };
  const down = typeof status === 'number' && (status >= 500 || status === 429);
  return down || lostOnTheWay.some((code) => code === errorCode) ? new AuthorityUnavailable(error) : error;
}
