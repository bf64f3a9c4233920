/**
 * Breaks the code in small ways and counts which breaks the tests notice: `npm run mutation -- language [file …]`.
 * With files only those are broken. Breaks of what runs only while a file loads are left out, since each would need a process
 * of its own; they are counted in the report as ignored.
 */

import { Stryker } from '@stryker-mutator/core';

const sets: Readonly<Record<string, { readonly mutate: readonly string[]; readonly tests: string }>> = {
  language: { mutate: ['src/language/**/*.ts', '!src/language/parse-cli.ts'], tests: 'tests/mutation/language.ts' },
  gate: {
    mutate: ['src/teams/gate.ts', 'src/teams/service-url.ts', 'src/teams/signing-keys.ts'],
    tests: 'tests/mutation/gate.ts',
  },
  guards: {
    mutate: [
      'src/cards/seal.ts',
      'src/core/button.ts',
      'src/core/decide.ts',
      'src/clicks.ts',
      'src/refuse.ts',
      'src/approve/*.ts',
    ],
    tests: 'tests/mutation/guards.ts',
  },
};

const [name = '', ...files] = process.argv.slice(2);
const set = sets[name];
if (!set) {
  process.stderr.write(`npm run mutation -- ${Object.keys(sets).join('|')} [file …]\n`);
  process.exit(2);
}

await new Stryker({
  testRunner: 'mocha',
  plugins: ['@stryker-mutator/mocha-runner'],
  mutate: files.length > 0 ? files : [...set.mutate],
  // Loaded once for all mutants, which Jest cannot do with modules: a mutant costs milliseconds instead of a second.
  mochaOptions: { spec: [set.tests], require: ['./tests/mutation/set-up.ts'] },
  testRunnerNodeArgs: ['--disable-warning=ExperimentalWarning'],
  coverageAnalysis: 'perTest',
  ignoreStatic: true,
  ignorePatterns: ['data', 'docs', 'reports', 'tests/e2e'],
  concurrency: 2,
  tempDirName: '.stryker-tmp',
  reporters: ['progress-append-only', 'clear-text', 'json'],
  clearTextReporter: { logTests: false, reportTests: false, allowEmojis: false },
  jsonReporter: { fileName: `reports/mutation-${name}.json` },
  warnings: false,
}).runMutationTest();
