import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What a child process has used so far; null where the system does not tell. */
export type Used = { readonly cpuMs: number | null; readonly residentMb: number | null };

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** The value that this share of all values does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

export function round(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}

export async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

export function print(result: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
}

/**
 * Processor time of all threads and resident memory of a process. On a busy machine the processor time is the figure to
 * compare: it does not count what the process waited for. Source: proc(5), a clock tick is 10 ms.
 */
export function used(pid: number): Used {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    const resident = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return {
      cpuMs: (Number(fields[11]) + Number(fields[12])) * 10,
      residentMb: resident === undefined ? null : round(Number(resident) / 1024, 1),
    };
  } catch {
    return { cpuMs: null, residentMb: residentByPs(pid) };
  }
}

function residentByPs(pid: number): number | null {
  try {
    return round(Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024, 1);
  } catch {
    return null;
  }
}
