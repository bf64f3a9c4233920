import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const program = fileURLToPath(new URL('run.ts', import.meta.url));

/** In a process of its own, which has its own time. `npm run histories` runs hundreds. */
function run(...args: readonly string[]): Promise<{ stdout: string }> {
  return promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...args]);
}

test('a few histories of faults leave everything standing', async () => {
  const { stdout } = await run('--seeds', '6', '--processes', '1');
  expect(stdout).toMatch(/Histories on SQLite: 6 passed, 0 failed, 6 total/);
}, 120_000);

test('nor do they on PostgreSQL', async () => {
  const { stdout } = await run('--seeds', '3', '--processes', '1', '--database', 'postgres');
  expect(stdout).toMatch(/Histories on PostgreSQL: 3 passed, 0 failed, 3 total/);
}, 120_000);

test('a few histories of lost answers leave everything standing, on two replicas', async () => {
  const { stdout } = await run('--losses', '--seeds', '4', '--processes', '1');
  expect(stdout).toMatch(/Histories on SQLite: 4 passed, 0 failed, 4 total/);
}, 120_000);

test('the same seed is the same history', async () => {
  const [one, two] = await Promise.all([run('--seed', '3'), run('--seed', '3')]);
  expect(one.stdout).toBe(two.stdout);
  expect(one.stdout.split('\n').length).toBeGreaterThan(50);
}, 120_000);

test('so is the same seed of lost answers', async () => {
  const [one, two] = await Promise.all([run('--losses', '--seed', '3'), run('--losses', '--seed', '3')]);
  expect(one.stdout).toBe(two.stdout);
}, 120_000);
