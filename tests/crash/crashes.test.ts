import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const program = fileURLToPath(new URL('run.ts', import.meta.url));

/** `npm run crashes` cuts between every two steps. */
test('killed at a few steps of a wish, alone or beside another replica: one effect, and nobody is left without an answer', async () => {
  const args = ['--disable-warning=ExperimentalWarning', program, '--sample', '2', '--lanes', '1'];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(stdout).toMatch(/Crashes: 1\d passed, 0 failed/);
}, 600_000);
