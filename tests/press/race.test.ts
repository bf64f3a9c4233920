import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, test } from '@jest/globals';
import fc from 'fast-check';
import { open } from '../store/fixtures.ts';
import type { OpenStore } from '../store/fixtures.ts';
import { createDesk, quickFolder } from './desk.ts';
import { announced, fifty, race, scheduled } from './race.ts';

/** Fifty presses at once on one request: one decision, one write, one announcement, and the others read who was first. */

const folder = quickFolder();
let store: OpenStore;
beforeAll(async () => {
  store = await open(`sqlite:${join(folder, 'jitney.db')}`);
  await announced(store);
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

test('whatever the order in which database and PIM answer: 1,000 orders', async () => {
  const desk = createDesk(store);
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fifty, async (scheduler, presses) => {
      const later = <T>(call: () => Promise<T>): Promise<T> => scheduler.schedule(Promise.resolve(), '').then(call);
      await race(
        desk,
        presses,
        (ports) => scheduled(ports, later),
        (all) => scheduler.waitFor(all),
      );
    }),
    { numRuns: 1_000, endOnFailure: true },
  );
}, 240_000);
