/** `npm run doctor`: looks at a set-up, and tells what to mend and what to look at. Changes nothing. */
import { badConfigExit, loadConfig, sayProblems } from '../src/config.ts';
import { readCredentials } from '../src/credentials.ts';
import { readEnvironment } from '../src/environment.ts';
import { teamsApp } from './doctor-app.ts';
import { examine } from './doctor-checks.ts';
import { look } from './doctor-finding.ts';
import type { Finding } from './doctor-finding.ts';

/** What no token shows: an administrator sees it in the Entra admin center. */
const toLookAt = [
  'Bot’s registration: no platform (no Web, no single-page application), “Allow public client flows” is No.',
  'Bot’s registration: “Expose an API” has no Application ID URI and no scope; no API permissions.',
  'Graph client: only the platform Web, no implicit grant, “Allow public client flows” is No.',
  'Azure Bot: the messaging endpoint is PUBLIC_URL/api/messages, and Microsoft Teams is its only channel.',
];
const toLookAtWithSso = [
  'Graph client: “Expose an API” has SSO_RESOURCE as its Application ID URI and the scope access_as_user alone, for Teams’ two clients alone.',
];

const signs: Readonly<Record<Finding['kind'], string>> = { well: '✓', mend: '✕', look: '○ Look at it yourself:' };

async function run(): Promise<number> {
  const env = readEnvironment(process.env);
  const loaded = loadConfig(env);
  if (loaded.kind === 'problems') return say(sayProblems(loaded.problems), badConfigExit);
  const credentials = readCredentials(loaded.config, Date.now());
  if ('length' in credentials) return say(sayProblems(credentials), badConfigExit);
  const { config } = loaded;
  const findings = [
    ...(await examine({ config, credentials, now: () => Date.now() })),
    ...(await teamsApp({ config, env })),
    ...(config.sandbox ? [] : toLookAt.map(look)),
    ...(config.sandbox || config.graph.ssoResource === null ? [] : toLookAtWithSso.map(look)),
  ];
  const wrong = findings.filter(({ kind }) => kind === 'mend').length;
  const lines = [
    ...findings.map(({ kind, text }) => `${signs[kind]} ${text}`),
    wrong === 0 ? 'Nothing to mend.' : `To mend: ${wrong}.`,
  ];
  return say(lines.join('\n'), wrong === 0 ? 0 : 1);
}

function say(text: string, code: number): number {
  process.stdout.write(`${text}\n`);
  return code;
}

process.exitCode = await run();
