/**
 * `npm run -s contract -- DIR` replays every documented example in a folder against the sandbox's Graph: one line a file, then one
 * JSON line with the sums. Exit 1 on a difference, 2 when the folder cannot be read.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Outcome } from './replay/replay.ts';
import { replay } from './replay/replay.ts';

function line(name: string, outcome: Outcome): string {
  switch (outcome.kind) {
    case 'ok':
      return `${name}: ok`;
    case 'differs':
      return `${name}: differs: ${outcome.what}`;
    case 'notCovered':
      return `${name}: not covered (${outcome.why})`;
  }
}

function run(folder: string): number {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .toSorted();
  const sums = { ok: 0, differs: 0, notCovered: 0 };
  for (const name of names) {
    const outcome = replay(readFileSync(join(folder, name), 'utf8'));
    sums[outcome.kind] += 1;
    process.stdout.write(`${line(name, outcome)}\n`);
  }
  process.stdout.write(`${JSON.stringify(sums)}\n`);
  return sums.differs > 0 ? 1 : 0;
}

function main(folder: string | undefined): number {
  if (folder === undefined) {
    process.stderr.write('Usage: npm run -s contract -- DIR\n');
    return 2;
  }
  try {
    return run(folder);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    process.stderr.write(`${folder} cannot be read: ${error.message}\n`);
    return 2;
  }
}

process.exitCode = main(process.argv[2]);
