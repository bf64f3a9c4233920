import { AuthorityUnavailable, explained } from './authority.ts';
import type { IdentityConfig } from './authority.ts';
import { graphResource } from './cloud.ts';
import { azureCredential } from './credential.ts';
import type { Registration } from './credential.ts';
import { CredentialUnavailableError } from './microsoft.ts';

/** The app's own token for Graph, which only reads. */
export function appTokens(config: IdentityConfig): () => Promise<string> {
  const token = ownTokens(config);
  const scope = `${graphResource(config.authorityUrl, config.url)}/.default`;
  return () => token(scope);
}

/** Tokens of an app itself. Kept and renewed by @azure/identity. */
export function ownTokens(registration: Registration): (scope: string) => Promise<string> {
  const credential = azureCredential(registration);
  return async (scope) => {
    try {
      const found = await credential.getToken(scope);
      if (found === null) throw new Error('Entra gave no token.');
      return found.token;
    } catch (error) {
      if (error instanceof CredentialUnavailableError) throw new AuthorityUnavailable(error);
      // The credential wraps what msal says.
      throw explained(error instanceof Error ? (error.cause ?? error) : error);
    }
  };
}
