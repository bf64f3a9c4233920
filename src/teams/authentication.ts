import { ConfigurationBotFrameworkAuthentication, ConfigurationServiceClientCredentialFactory } from 'botbuilder';
import { AuthenticationConfiguration, AuthenticationConstants, AuthenticationError } from 'botframework-connector';
import type { Claim, ServiceClientCredentialsFactory } from 'botframework-connector';
import { JwtTokenExtractor } from 'botframework-connector/lib/auth/jwtTokenExtractor.js';
import { claimsProblem } from './gate.ts';
import type { SigningKeys } from './signing-keys.ts';

export type BotIdentity = {
  readonly tenantId: string;
  /** null only in the sandbox: nothing is signed in either direction. */
  readonly appId: string | null;
  readonly appType: 'SingleTenant' | 'UserAssignedMSI';
  readonly appPassword: string | null;
  readonly sandbox: boolean;
};

export const publicCloudMetadataUrl = AuthenticationConstants.ToBotFromChannelOpenIdMetadataUrl;

/** A name that never resolves: the SDK's path for emulator tokens leads nowhere. */
const closed = 'https://emulator.invalid/';

/**
 * The SDK's own check behind the gate, with every endpoint named because naming one switches all defaults off. It shares
 * the gate's keys: its own reader would ask for a rotated key only once an hour and would print keys when it fails.
 */
export function createAuthentication(
  identity: BotIdentity,
  metadataUrl: string,
  keys: SigningKeys,
): ConfigurationBotFrameworkAuthentication {
  shareKeys(metadataUrl, keys);
  return new ConfigurationBotFrameworkAuthentication(
    {
      ToChannelFromBotLoginUrl: AuthenticationConstants.ToChannelFromBotLoginUrl,
      ToChannelFromBotOAuthScope: AuthenticationConstants.ToChannelFromBotOAuthScope,
      ToBotFromChannelTokenIssuer: AuthenticationConstants.ToBotFromChannelTokenIssuer,
      OAuthUrl: AuthenticationConstants.OAuthUrl,
      ToBotFromChannelOpenIdMetadataUrl: metadataUrl,
      ToBotFromEmulatorOpenIdMetadataUrl: closed,
      CallerId: 'urn:botframework:azure',
      ValidateAuthority: true,
    },
    identity.sandbox ? sandboxCredentials(identity.appId) : tenantCredentials(identity),
    new AuthenticationConfiguration(['msteams'], (claims) => refuseClaims(claims, identity.appId)),
  );
}

function shareKeys(metadataUrl: string, keys: SigningKeys): void {
  const { openIdMetadataCache } = JwtTokenExtractor as unknown as { openIdMetadataCache: Map<string, unknown> };
  openIdMetadataCache.set(metadataUrl, { getKey: (kid: string) => keys.find(kid) });
}

/** The gate's rules once more, on what the SDK believes it verified. */
function refuseClaims(claims: readonly Claim[], appId: string | null): Promise<void> {
  const problem = claimsProblem(Object.fromEntries(claims.map(({ type, value }) => [type, value])), appId ?? '');
  return problem === null ? Promise.resolve() : Promise.reject(new AuthenticationError(problem, 401));
}

function tenantCredentials(identity: BotIdentity): ServiceClientCredentialsFactory {
  if (identity.appId === null) throw new Error('A bot without an app id exists only in the sandbox.');
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- the SDK's class has the form only
  return new ConfigurationServiceClientCredentialFactory({
    MicrosoftAppId: identity.appId,
    MicrosoftAppTenantId: identity.tenantId,
    MicrosoftAppType: identity.appType,
    ...(identity.appPassword === null ? {} : { MicrosoftAppPassword: identity.appPassword }),
  });
}

/** Asks nobody for a token: connectors of the sandbox are on this machine and want none. */
function sandboxCredentials(ownAppId: string | null): ServiceClientCredentialsFactory {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- its three methods are all of it
  return {
    isValidAppId: (appId) => Promise.resolve(appId === ownAppId),
    isAuthenticationDisabled: () => Promise.resolve(ownAppId === null),
    createCredentials: () => Promise.resolve({ signRequest: (request) => Promise.resolve(request) }),
  };
}
