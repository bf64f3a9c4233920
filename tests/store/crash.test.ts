import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { verify } from '../../src/audit/ledger.ts';
import { ledgerKey, open } from './fixtures.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'jitney-crash-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a writer until it has said so many lines, then kills it; what it said and what arrived after that. */
async function writeAndDie(url: string, name: string, lines: number): Promise<readonly string[]> {
  const program = fileURLToPath(new URL('crash-child.ts', import.meta.url));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, url, name], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    if (said.push(line) === lines) child.kill('SIGKILL');
  }
  return said;
}

test('loses no acknowledged commit when processes that share the file are killed in the middle of writing', async () => {
  const url = `sqlite:${path.join(folder, 'jitney.db')}`;

  await (await open(url)).close();

  const said: string[] = [];
  for (const [round, lines] of [40, 97].entries()) {
    const writers = ['x', 'y'].map((name) => writeAndDie(url, `${name}${round}`, lines));
    said.push(...(await Promise.all(writers)).flat());
  }

  const store = await open(url);
  const rows = await store.ledger(0, 100_000);
  const written = rows.map(({ entry }) => (JSON.parse(entry) as { action: string }).action);
  expect(said.length).toBeGreaterThanOrEqual(2 * (40 + 97));
  expect(said.filter((id) => !written.includes(id))).toEqual([]);
  for (const id of written.filter((action) => action !== 'alone')) expect(await store.activation(id)).not.toBeNull();
  expect(verify(rows, ledgerKey)).toEqual({ ok: true, count: rows.length });
  await store.close();
});
