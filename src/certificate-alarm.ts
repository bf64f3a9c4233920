import type { CertificateEnd } from './credentials.ts';
import { isRoundDue } from './core/moment.ts';
import type { Moment } from './core/moment.ts';
import type { Log } from './ports/ports.ts';

const dayMs = 86_400_000;
/** Long enough to have a new one made, registered and tried without haste. */
const warnedDays = 30;
/** From here on it is no note for the next weeks any more. */
const alarmedDays = 7;

/** The whole days that are left, below zero when it is over; and whether that is few enough to speak of. */
export function lifeOf({ end }: CertificateEnd, now: Moment): { readonly days: number; readonly isShort: boolean } {
  const days = Math.floor((end - now) / dayMs);
  return { days, isShort: days < warnedDays };
}

/** The log hears once a day of a certificate that ends soon: Entra says nothing, and then nobody gets a token any more. */
export function certificateAlarm(ends: readonly CertificateEnd[], wall: () => Moment, log: Log): () => void {
  let dueAt = 0;
  return () => {
    const now = wall();
    if (!isRoundDue(now, dueAt, dayMs)) return;
    dueAt = now + dayMs;
    for (const one of ends) {
      const { days, isShort } = lifeOf(one, now);
      if (!isShort) continue;
      const { variable } = one;
      const end = new Date(one.end).toISOString();
      if (days < alarmedDays) log.error('certificate.ends', { variable, days, end });
      else log.warn('certificate.ends', { variable, days, end });
    }
  };
}
