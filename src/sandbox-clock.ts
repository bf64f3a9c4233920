import type { Moment } from './core/moment.ts';
import type { Clock, Log } from './ports/ports.ts';

const everyMs = 250;

/**
 * With SANDBOX=1 PIM's time is the sandbox's, so that moving its clock moves reminders and endings here too. Ages of
 * activities and lives of tokens stay on the wall clock.
 */
export async function followSandboxClock(
  graphUrl: string,
  wall: () => Moment,
  log: Log,
): Promise<{ readonly clock: Clock; readonly stop: () => void }> {
  let offsetMs = await readOffset(graphUrl);
  let reachable = true;
  let reading = false;

  async function round(): Promise<void> {
    if (reading) return;
    reading = true;
    try {
      offsetMs = await readOffset(graphUrl);
      reachable = true;
    } catch (error) {
      if (reachable) log.warn('sandbox.clock', { error });
      reachable = false;
    } finally {
      reading = false;
    }
  }

  const timer = setInterval(() => void round(), everyMs);
  return { clock: { now: () => wall() + offsetMs, wall }, stop: () => clearInterval(timer) };
}

async function readOffset(graphUrl: string): Promise<number> {
  const response = await fetch(`${graphUrl}/_sandbox/clock`, { signal: AbortSignal.timeout(3_000) }).catch(
    (cause: unknown) => {
      throw new Error(`the sandbox does not answer at ${graphUrl}`, { cause });
    },
  );
  const body: unknown = await response.json();
  if (typeof body === 'object' && body !== null && 'offsetMs' in body && typeof body.offsetMs === 'number')
    return body.offsetMs;
  throw new Error('the sandbox did not tell its clock');
}
