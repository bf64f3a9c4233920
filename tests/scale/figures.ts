import { setImmediate as turn } from 'node:timers/promises';
import { round, used } from '../../bench/measure.ts';

/** What one part of the scale run found; it throws where something was lost, doubled or without bound. */
export type Figures = Readonly<Record<string, number | string | Readonly<Record<string, number>>>>;

export function residentMb(pid: number = process.pid): number {
  return used(pid).residentMb ?? 0;
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
