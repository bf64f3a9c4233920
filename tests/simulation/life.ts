import { time } from './time.ts';
import type { World } from './world.ts';

/** Time passes, and the programs look at it as src/main.ts has them do. */
export async function live(world: World, ms: number, tickMs = 400): Promise<void> {
  const until = time.now() + ms;
  while (time.now() < until) {
    for (const { program } of world.hosts) {
      if (program === null || !program.process.alive || program.process.stoppedUntil > time.now()) continue;
      const { process, replica } = program;
      program.ticking ??= world.wire.as(process, () => replica.app.tick()).finally(() => (program.ticking = null));
    }
    await world.wire.pass(Math.min(tickMs, until - time.now()));
  }
}
