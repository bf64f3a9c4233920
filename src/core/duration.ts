/** PIM refuses anything shorter, and ending an activation earlier (Graph error ActiveDurationTooShort). */
export const shortestMinutes = 5;

/** Lengths that a person picks from when none was said. */
export const commonMinutes: readonly number[] = [15, 30, 60, 120, 240, 480, 720, 1440];

const iso = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** Whole minutes of an ISO 8601 duration of days, hours, minutes and seconds (rounded down); null if it is none. */
export function isoToMinutes(text: string): number | null {
  const match = iso.exec(text);
  if (!match || text === 'P' || text.endsWith('T')) return null;
  const [, days = '0', hours = '0', minutes = '0', seconds = '0'] = match;
  const whole = Number(days) * 1440 + Number(hours) * 60 + Number(minutes) + Math.floor(Number(seconds) / 60);
  return Number.isSafeInteger(whole) ? whole : null;
}

/** ISO 8601 for whole minutes: 120 is PT2H, 90 is PT1H30M. */
export function minutesToIso(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  return `PT${hours > 0 ? `${hours}H` : ''}${rest > 0 || hours === 0 ? `${rest}M` : ''}`;
}

/** The words a person says: "2 hours", "1 hour and 30 minutes", "45 minutes", "3 days". */
export function sayMinutes(minutes: number): string {
  const parts = [
    [Math.floor(minutes / 1440), 'day'],
    [Math.floor((minutes % 1440) / 60), 'hour'],
    [minutes % 60, 'minute'],
  ] as const;
  const said = parts.filter(([n]) => n > 0).map(([n, word]) => `${n} ${word}${n === 1 ? '' : 's'}`);
  return said.length === 0 ? '0 minutes' : said.join(' and ').replace(/ and (?=.* and )/, ', ');
}
