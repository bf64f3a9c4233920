import { syncBuiltinESMExports } from 'node:module';
import { mock } from 'node:test';

/** One clock for everything in the process, libraries included: it stands still until it is moved. */
export const time = {
  start(at: number): void {
    mock.timers.reset();
    mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: at });
    // Modules that imported a timer by its name get the one that stands still.
    syncBuiltinESMExports();
  },
  now: (): number => Date.now(),
  /** Runs the timers that are due on the way. */
  pass: (ms: number): void => mock.timers.tick(ms),
};
