import { ConfigurationBotFrameworkAuthentication } from 'botbuilder';
import { AuthenticationConfiguration, AuthenticationError, ConnectorFactory } from 'botframework-connector';
import type {
  AuthenticateRequestResult,
  Claim,
  ConnectorClient,
  ServiceClientCredentialsFactory,
  UserTokenClient,
} from 'botframework-connector';
import { JwtTokenExtractor } from 'botframework-connector/lib/auth/jwtTokenExtractor.js';
import type { Cloud } from './clouds.ts';
import { claimsProblem } from './gate.ts';
import type { SigningKeys } from './signing-keys.ts';

/** The bot's own token for a connector; rejects when there is none to be had. */
export type ConnectorToken = (scope: string) => Promise<string>;

export type BotIdentity = {
  /** null only in the sandbox: nothing is signed in either direction. */
  readonly appId: string | null;
  /** null only in the sandbox: connectors of this machine want no token. */
  readonly token: ConnectorToken | null;
  readonly cloud: Cloud;
};

/** There is no token to send with; nothing was sent. */
export class NoToken extends Error {
  constructor(cause: unknown) {
    super('no token for the connector', { cause });
    this.name = 'NoToken';
  }
}

/** A name that never resolves: the SDK's ways to emulators, to tokens of its own and to the token service lead nowhere. */
const closed = 'https://closed.invalid/';

/** Stands where a turn of the SDK has clients of its own: nothing can be sent by it. */
const noClient = Object.freeze({});

class NoClients extends ConnectorFactory {
  override create(): Promise<ConnectorClient> {
    return Promise.resolve(noClient as unknown as ConnectorClient);
  }
}
const noClients = new NoClients();

/** The SDK makes two clients for each turn. Whatever Jitney sends goes by connectors of its own, so these are left out. */
class Receiving extends ConfigurationBotFrameworkAuthentication {
  override async authenticateRequest(
    ...asked: Parameters<ConfigurationBotFrameworkAuthentication['authenticateRequest']>
  ): Promise<AuthenticateRequestResult> {
    return { ...(await super.authenticateRequest(...asked)), connectorFactory: noClients };
  }

  override createUserTokenClient(): Promise<UserTokenClient> {
    return Promise.resolve(noClient as unknown as UserTokenClient);
  }
}

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
  return new Receiving(
    {
      ToChannelFromBotLoginUrl: closed,
      ToChannelFromBotOAuthScope: identity.cloud.scope,
      ToBotFromChannelTokenIssuer: identity.cloud.issuer,
      OAuthUrl: closed,
      ToBotFromChannelOpenIdMetadataUrl: metadataUrl,
      ToBotFromEmulatorOpenIdMetadataUrl: closed,
      CallerId: 'urn:botframework:azure',
      ValidateAuthority: true,
    },
    credentials(identity),
    new AuthenticationConfiguration(['msteams'], (claims) => refuseClaims(claims, identity)),
  );
}

function shareKeys(metadataUrl: string, keys: SigningKeys): void {
  const { openIdMetadataCache } = JwtTokenExtractor as unknown as { openIdMetadataCache: Map<string, unknown> };
  openIdMetadataCache.set(metadataUrl, { getKey: (kid: string) => keys.find(kid) });
}

/** The gate's rules once more, on what the SDK believes it verified. */
function refuseClaims(claims: readonly Claim[], { appId, cloud }: BotIdentity): Promise<void> {
  const said = Object.fromEntries(claims.map(({ type, value }) => [type, value]));
  const problem = claimsProblem(said, appId ?? '', cloud.issuer);
  return problem === null ? Promise.resolve() : Promise.reject(new AuthenticationError(problem, 401));
}

/** Signs what goes to a connector; an answer is believed by the gate's rules, never by who asked. */
function credentials({ appId, token, cloud }: BotIdentity): ServiceClientCredentialsFactory {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- its three methods are all of it
  return {
    isValidAppId: (asked) => Promise.resolve(asked === appId),
    isAuthenticationDisabled: () => Promise.resolve(appId === null),
    createCredentials: () =>
      Promise.resolve({
        signRequest: async (request) => {
          if (token !== null) request.headers.set('authorization', `Bearer ${await asked(token, cloud.scope)}`);
          return request;
        },
      }),
  };
}

async function asked(token: ConnectorToken, scope: string): Promise<string> {
  try {
    return await token(scope);
  } catch (error) {
    throw new NoToken(error);
  }
}
