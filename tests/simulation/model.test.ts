import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

/** In a process of its own, which has its own time. */
test('a wish that several people and PIM itself change at the same moment is where one of them has brought it', async () => {
  const program = fileURLToPath(new URL('model.ts', import.meta.url));
  const args = ['--disable-warning=ExperimentalWarning', program, '--runs', '15'];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(stdout).toMatch(/Model: 15 runs hold; \d{2,} effects at PIM/);
}, 120_000);
