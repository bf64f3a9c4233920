const graphOfAuthority: Readonly<Record<string, string>> = {
  'login.microsoftonline.com': 'https://graph.microsoft.com',
  'login.microsoftonline.us': 'https://graph.microsoft.us',
  'login.chinacloudapi.cn': 'https://microsoftgraph.chinacloudapi.cn',
};

const dodGraph = 'https://dod-graph.microsoft.us';

/** True for Microsoft's own sign-in hosts; any other one is known by its configuration only. */
export function isMicrosoftAuthority(authorityUrl: string): boolean {
  return new URL(authorityUrl).host in graphOfAuthority;
}

/**
 * The Graph resource that tokens are asked for. It is the cloud's own, also when the calls go to a stand-in on loopback.
 * Source: Graph national cloud deployments.
 */
export function graphResource(authorityUrl: string, graphUrl: string): string {
  if (new URL(graphUrl).origin === dodGraph) return dodGraph;
  return graphOfAuthority[new URL(authorityUrl).host] ?? 'https://graph.microsoft.com';
}
