import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { print, round } from './measure.ts';

/**
 * All benchmarks one after the other, or those that are named, as one JSON document: `npm run -s bench -- parse match`.
 * `--short`: a tenth of those that take minutes.
 */

const all = ['parse', 'match', 'cards', 'store', 'start', 'turn', 'replicas', 'flood'] as const;
const given = process.argv.slice(2);
const options = given.filter((argument) => argument.startsWith('--'));
const named = given.filter((argument) => !argument.startsWith('--'));
const unknown = given.filter((name) => name !== '--short' && !all.some((known) => known === name));
if (unknown.length > 0) {
  process.stderr.write(`There is no benchmark ${unknown.join(', ')}; there are ${all.join(', ')}.\n`);
  process.exit(1);
}

const benches = (named.length > 0 ? named : all).map((name) => {
  const loadBefore = round(loadavg()[0] ?? NaN);
  const file = fileURLToPath(new URL(`${name}.ts`, import.meta.url));
  const output = execFileSync(process.execPath, ['--disable-warning=ExperimentalWarning', file, ...options], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return { loadBefore, ...(JSON.parse(output) as Record<string, unknown>) };
});

print({
  at: new Date().toISOString(),
  machine: {
    node: process.version,
    processors: availableParallelism(),
    model: cpus()[0]?.model ?? '',
    memoryGb: round(totalmem() / 2 ** 30, 1),
  },
  benches,
});
