import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import type { Moment } from '../../src/core/moment.ts';
import type { Job } from '../../src/ports/job.ts';
import { open } from '../store/fixtures.ts';
import type { OpenStore } from '../store/fixtures.ts';
import { quickFolder } from './desk.ts';

/** One store for all the tests of a file, gone after the last of them. */
export async function quickStore(): Promise<OpenStore> {
  const folder = quickFolder();
  const store = await open(`sqlite:${join(folder, 'jitney.db')}`);
  // Under Mocha a file is loaded once, and its tests run again for each break of the code.
  if ('before' in globalThis) process.once('exit', () => rmSync(folder, { recursive: true }));
  else
    afterAll(async () => {
      await store.close();
      rmSync(folder, { recursive: true });
    });
  return store;
}

/** Every job that is due at this moment, in the order of leasing, and done with. */
export async function takeDue(store: OpenStore, now: Moment): Promise<readonly Job[]> {
  const all: Job[] = [];
  for (;;) {
    const leased = await store.leaseJobs(now, 'test', 1_000, 1_000);
    if (leased.length === 0) return all;
    await store.finishJobs(leased);
    all.push(...leased.map(({ job }) => job));
  }
}
