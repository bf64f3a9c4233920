import { readFileSync } from 'node:fs';
import { fillTemplate, readPlaceholders } from './app-package.ts';
import { mend, well } from './doctor-finding.ts';
import type { Config, Env } from '../src/config.ts';
import type { Finding } from './doctor-finding.ts';
import { manifestProblems } from './manifest-check.ts';

/** The app's id in the catalog and the manifest that `npm run package` would write. */
export async function teamsApp({ config, env }: { config: Config; env: Env }): Promise<readonly Finding[]> {
  if (config.bot.appId === null) return [well('The sandbox needs no Teams app.')];
  const reading = readPlaceholders(env);
  if (reading.kind === 'problems') return reading.problems.map(mend);
  const template = readFileSync(new URL('../appPackage/manifest.json', import.meta.url), 'utf8');
  const manifest = fillTemplate(template, reading.values);
  const problems = await manifestProblems(manifest);
  const { id } = JSON.parse(manifest) as { id: string };
  return problems.length > 0
    ? problems.map((problem) => mend(`The Teams manifest: ${problem}`))
    : [well(`The Teams manifest is sound; the app’s id in the catalog is ${id}.`)];
}
