import { openDatabase } from '../src/config-rules.ts';
import type { Config } from '../src/config.ts';
import { look } from './doctor-finding.ts';
import type { Finding } from './doctor-finding.ts';

const always = [
  'Bot’s registration: no platform (no Web, no single-page application), “Allow public client flows” is No.',
  'Bot’s registration: “Expose an API” has no Application ID URI and no scope; no API permissions.',
  'Graph client: only the platform Web, no implicit grant, “Allow public client flows” is No.',
  'Azure Bot: the messaging endpoint is PUBLIC_URL/api/messages, and Microsoft Teams is its only channel.',
];
const withSingleSignOn = [
  'Graph client: “Expose an API” has SSO_RESOURCE as its Application ID URI and the scope access_as_user alone, for Teams’ two clients alone.',
];

/** What no token shows: an administrator sees it in the Entra admin center. The sandbox has none. */
export function toLookAt({ sandbox, graph, databaseUrl }: Config): readonly Finding[] {
  if (sandbox) return [];
  const open = openDatabase({ DATABASE_URL: databaseUrl });
  const database = open === null ? [] : [`${open}. Is the network between yours alone?`];
  return [...always, ...(graph.ssoResource === null ? [] : withSingleSignOn), ...database].map(look);
}
