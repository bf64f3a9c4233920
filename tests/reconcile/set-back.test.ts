import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createReconciler } from '../../src/reconcile/reconcile.ts';
import { open } from '../store/fixtures.ts';
import type { OpenStore } from '../store/fixtures.ts';

/** The comparison with PIM's audit on a machine whose clock is set back while it runs; the audit is empty. */

const hour = 3_600_000;

let folder: string;
let store: OpenStore;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'jitney-reconcile-'));
  store = await open(`sqlite:${join(folder, 'jitney.db')}`);
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

test.each([1, 30])('goes on at once after %i hours back, and looks at the last day once more', async (hours) => {
  let now = 100 * 24 * hour;
  const asked: number[] = [];
  const traces = (since: number): Promise<readonly never[]> => {
    asked.push(now - since);
    return Promise.resolve([]);
  };
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const reconciler = createReconciler({ pim: { traces }, store, clock: { now: () => now, wall: () => now }, log });
  await reconciler.tick();
  now += 10 * 60_000;
  await reconciler.tick();
  expect(asked).toHaveLength(2);

  now -= hours * hour;
  await reconciler.tick();
  expect(asked).toHaveLength(3);
  expect(asked[2]).toBeGreaterThan(24 * hour);
  now += 10 * 60_000;
  await reconciler.tick();
  expect(asked).toHaveLength(4);
  expect(asked[3]).toBeLessThan(4 * hour);
});
