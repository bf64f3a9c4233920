import type { Log } from '../ports/ports.ts';

const windowMs = 60_000;
const linesOfAKind = 30;

/**
 * Tells the log what was turned away: one line each, up to 30 of a kind in a minute, and then one line with the number of
 * the rest. A flood must not fill the disk. Kinds are fixed words, so there are few.
 */
export function createRefusals(log: Log): (status: number, why: string) => void {
  const counts = new Map<string, { readonly status: number; readonly why: string; seen: number }>();
  let timer: NodeJS.Timeout | null = null;

  function sum(): void {
    timer = null;
    for (const { status, why, seen } of counts.values()) {
      if (seen > linesOfAKind) log.warn('activity.refused', { status, why, more: seen - linesOfAKind });
    }
    counts.clear();
  }

  return (status, why) => {
    const kind = counts.get(`${status} ${why}`) ?? { status, why, seen: 0 };
    counts.set(`${status} ${why}`, kind);
    kind.seen += 1;
    if (kind.seen <= linesOfAKind) log.warn('activity.refused', { status, why });
    timer ??= setTimeout(sum, windowMs).unref();
  };
}
