/** `npm run doctor`: looks at a set-up, and tells what to mend and what to look at. Changes nothing. */
import { badConfigExit, loadConfig, sayProblems } from '../src/config.ts';
import { readCredentials } from '../src/credentials.ts';
import { readEnvironment } from '../src/environment.ts';
import { teamsApp } from './doctor-app.ts';
import { examine } from './doctor-checks.ts';

/** What no token shows: an administrator sees it in the Entra admin center. */
const toLookAt = [
  'Bot’s registration: no platform (no Web, no single-page application), “Allow public client flows” is No.',
  'Bot’s registration: “Expose an API” has no Application ID URI and no scope; no API permissions.',
  'Graph client: only the platform Web, no implicit grant, “Allow public client flows” is No.',
  'Graph client: the delegated permissions are those of docs/deploy.md, section 2, and no others.',
  'Azure Bot: the messaging endpoint is PUBLIC_URL/api/messages, and Microsoft Teams is its only channel.',
];

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
  ];
  const wrong = findings.filter(({ ok }) => !ok).length;
  const lines = [
    ...findings.map(({ ok, text }) => `${ok ? '✓' : '✕'} ${text}`),
    ...(config.sandbox ? [] : toLookAt.map((text) => `○ Look at it yourself: ${text}`)),
    wrong === 0 ? 'Nothing to mend.' : `To mend: ${wrong}.`,
  ];
  return say(lines.join('\n'), wrong === 0 ? 0 : 1);
}

function say(text: string, code: number): number {
  process.stdout.write(`${text}\n`);
  return code;
}

process.exitCode = await run();
