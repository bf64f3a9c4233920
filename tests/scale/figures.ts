import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { round, used } from '../../bench/measure.ts';

/** What one part of the scale run found; it throws where something was lost, doubled or without bound. */
export type Figures = Readonly<Record<string, number | string | Readonly<Record<string, number>>>>;

export function residentMb(pid: number = process.pid): number {
  return used(pid).residentMb ?? 0;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What this process holds on to, in MB: in use after everything that nobody needs has been collected. */
export async function heldMb(): Promise<number> {
  await settle();
  collect();
  return round(process.memoryUsage().heapUsed / 1e6, 1);
}

export function seconds(since: number): number {
  return round((performance.now() - since) / 1000, 1);
}

/** What was begun goes on until it waits for time to pass. */
export async function settle(rounds = 6): Promise<void> {
  for (let at = 0; at < rounds; at += 1) await turn();
}

export function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}
