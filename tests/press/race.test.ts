import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, test } from '@jest/globals';
import fc from '../support/fast-check.ts';
import { open } from '../store/fixtures.ts';
import type { OpenStore } from '../store/fixtures.ts';
import { createDesk, quickFolder } from './desk.ts';
import type { Desk } from './desk.ts';
import { announced, fifty, race, scheduled } from './race.ts';

/** Fifty presses at once on one request: one decision, one write, one announcement, and the others read who was first. */

const folder = quickFolder();
/** What a race leaves to be done later is looked through by every one after it: after so many they begin anew. */
const racesADatabase = 50;
let store: OpenStore | null = null;
afterAll(async () => {
  await store?.close();
  rmSync(folder, { recursive: true });
});

let databases = 0;
async function freshDesk(): Promise<Desk> {
  await store?.close();
  databases += 1;
  store = await open(`sqlite:${join(folder, `jitney-${databases}.db`)}`);
  await announced(store);
  return createDesk(store);
}

test('whatever the order in which database and PIM answer: 1,000 orders', async () => {
  let desk = await freshDesk();
  let races = 0;
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fifty, async (scheduler, presses) => {
      if (races > 0 && races % racesADatabase === 0) desk = await freshDesk();
      races += 1;
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
