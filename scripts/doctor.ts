/** `npm run doctor`: looks at a set-up, and tells what to mend and what to look at. Changes nothing. */
import { badConfigExit, loadConfig, sayProblems } from '../src/config.ts';
import { readCredentials } from '../src/credentials.ts';
import { readEnvironment } from '../src/environment.ts';
import { teamsApp } from './doctor-app.ts';
import { examine } from './doctor-checks.ts';
import type { Finding } from './doctor-finding.ts';
import { toLookAt } from './doctor-look.ts';

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
    ...toLookAt(config),
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
