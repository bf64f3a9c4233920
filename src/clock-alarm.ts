import { judgeClock, nothingTold } from './core/clock-skew.ts';
import type { Moment } from './core/moment.ts';
import type { Log } from './ports/ports.ts';

/**
 * The log hears of it when this machine's clock and Graph's differ. Called when a request leaves; what it returns, when
 * the answer's headers are there. With SANDBOX=1 too: what moves there is PIM's time, not the `Date` of its answers.
 */
export function clockAlarm(wall: () => Moment, log: Log): () => (date: string | null) => void {
  let told = nothingTold;
  return () => {
    const sentAt = wall();
    return (date) => {
      const judged = judgeClock(told, { sentAt, receivedAt: wall(), date });
      told = judged.told;
      if (judged.say === null) return;
      const { kind, aheadSeconds } = judged.say;
      if (kind === 'skewed') log.error('clock.skewed', { aheadSeconds });
      else log.warn('clock.right', { aheadSeconds });
    };
  };
}
