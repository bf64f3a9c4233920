import { ClientSecretCredential, CredentialUnavailableError } from '@azure/identity';
import { AuthorityUnavailable, explained } from './authority.ts';
import type { IdentityConfig } from './authority.ts';
import { graphResource, isMicrosoftAuthority } from './cloud.ts';

/** The app's own token for Graph, which only reads. Kept and renewed by @azure/identity. */
export function appTokens(config: IdentityConfig): () => Promise<string> {
  const { tenantId, clientId, clientSecret, authorityUrl } = config;
  const credential = new ClientSecretCredential(tenantId, clientId, clientSecret, {
    authorityHost: authorityUrl,
    disableInstanceDiscovery: !isMicrosoftAuthority(authorityUrl),
    retryOptions: { maxRetries: 1 },
  });
  const scope = `${graphResource(authorityUrl, config.url)}/.default`;
  return async () => {
    try {
      return (await credential.getToken(scope)).token;
    } catch (error) {
      if (error instanceof CredentialUnavailableError) throw new AuthorityUnavailable(error);
      // The credential wraps what msal says.
      throw explained(error instanceof Error ? (error.cause ?? error) : error);
    }
  };
}
