export type CloudName = 'public' | 'usGov' | 'usDoD' | 'china';

/** What the Bot connector of one of Microsoft's clouds is known by. */
export type Cloud = {
  /** Of the tokens that it sends. */
  readonly issuer: string;
  readonly metadataUrl: string;
  /** What the bot's own token is asked for. */
  readonly scope: string;
  /** Hosts that may see the bot's own token; "*." stands for any subdomain. */
  readonly serviceHosts: readonly string[];
};

const usIssuer = 'https://api.botframework.us';
const usMetadata = 'https://login.botframework.azure.us/v1/.well-known/openidconfiguration';

/**
 * Sources: Bot connector authentication (public and US Government); Teams SDK, cloud environments (hosts, China).
 * Only the public cloud's are in wide use; docs/assumptions.md names the others.
 */
export const clouds: Readonly<Record<CloudName, Cloud>> = {
  public: {
    issuer: 'https://api.botframework.com',
    metadataUrl: 'https://login.botframework.com/v1/.well-known/openidconfiguration',
    scope: 'https://api.botframework.com/.default',
    serviceHosts: ['smba.trafficmanager.net', 'smba.infra.gcc.teams.microsoft.com', '*.botframework.com'],
  },
  usGov: {
    issuer: usIssuer,
    metadataUrl: usMetadata,
    scope: `${usIssuer}/.default`,
    serviceHosts: ['smba.infra.gov.teams.microsoft.us'],
  },
  usDoD: {
    issuer: usIssuer,
    metadataUrl: usMetadata,
    scope: `${usIssuer}/.default`,
    serviceHosts: ['smba.infra.dod.teams.microsoft.us'],
  },
  china: {
    issuer: 'https://api.botframework.azure.cn',
    metadataUrl: 'https://login.botframework.azure.cn/v1/.well-known/openidconfiguration',
    scope: 'https://api.botframework.azure.cn/.default',
    serviceHosts: ['frontend.botapi.msg.infra.teams.microsoftonline.cn'],
  },
};
