import type { Ask } from '../core/decide.ts';
import type { Activate, Extend, Repeat } from '../language/command.ts';

/** What a sentence said of the wish. With an end, the end counts and not the length that leads to it. */
export function askOf(said: Activate | Extend | Repeat): Ask {
  const until = 'until' in said ? said.until : undefined;
  const start = 'start' in said ? said.start : undefined;
  return {
    ...(until === undefined && said.durationMinutes !== undefined ? { minutes: Math.ceil(said.durationMinutes) } : {}),
    ...(until === undefined ? {} : { until: Date.parse(until) }),
    ...(start === undefined ? {} : { startAt: Date.parse(start) }),
    ...(said.justification === undefined ? {} : { justification: said.justification }),
    ...(said.ticket === undefined ? {} : { ticket: said.ticket }),
  };
}
