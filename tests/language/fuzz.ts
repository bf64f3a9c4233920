/**
 * Looks for input that breaks the language's laws: `node tests/language/fuzz.ts [runs]`. What it finds is made small and added
 * to broken.json, which the tests replay for ever.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import fc from '../support/fast-check.ts';
import { anything } from './arbitraries.ts';
import { expectLawful } from './laws.ts';

const file = new URL('broken.json', import.meta.url);
const numRuns = Number(process.argv[2] ?? 20_000);

const found = fc.check(fc.property(anything, expectLawful), { numRuns });
if (found.failed) {
  const [text] = found.counterexample ?? [''];
  const broken = JSON.parse(readFileSync(file, 'utf8')) as string[];
  writeFileSync(file, `${JSON.stringify([...new Set([...broken, text])], null, 2)}\n`);
  process.stdout.write(`${JSON.stringify(text)}\n${String(found.errorInstance)}\n`);
  process.exitCode = 1;
} else {
  process.stdout.write(`${numRuns} inputs, nothing broke\n`);
}
