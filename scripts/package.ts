/** `npm run package`: writes appPackage/build/jitney.zip for the tenant that env/.env or the environment describes. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { fillTemplate, readPlaceholders, zipPackage } from './app-package.ts';
import { manifestProblems } from './manifest-check.ts';

const EX_CONFIG = 78;

function readEnvironment(): Readonly<Record<string, string | undefined>> {
  const file = join('env', '.env');
  return { ...(existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}), ...process.env };
}

/** Returns the exit code. */
async function writePackage(): Promise<number> {
  const reading = readPlaceholders(readEnvironment());
  if (reading.kind === 'problems') return report(reading.problems, EX_CONFIG);
  const manifest = fillTemplate(readFileSync(join('appPackage', 'manifest.json'), 'utf8'), reading.values);
  const problems = await manifestProblems(manifest);
  if (problems.length > 0) return report(problems, 1);

  const target = join('appPackage', 'build', 'jitney.zip');
  mkdirSync(join('appPackage', 'build'), { recursive: true });
  const zip = zipPackage({
    'manifest.json': Buffer.from(manifest),
    'color.png': readFileSync(join('appPackage', 'color.png')),
    'outline.png': readFileSync(join('appPackage', 'outline.png')),
  });
  writeFileSync(target, zip);
  process.stdout.write(`${target} is ready: upload it in the Teams admin center (docs/deploy.md).\n`);
  return 0;
}

function report(problems: readonly string[], exitCode: number): number {
  process.stderr.write(problems.map((problem) => `${problem}\n`).join(''));
  return exitCode;
}

process.exitCode = await writePackage();
