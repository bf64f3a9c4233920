import type { Wish } from '../core/activation.ts';
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

/** A wish in its very words once more. */
export function askOfWish({ length, startAt, justification, ticket }: Wish): Ask {
  return {
    ...(length.kind === 'for' ? { minutes: length.minutes } : { until: length.at }),
    ...(startAt === null ? {} : { startAt }),
    ...(justification === null ? {} : { justification }),
    ...(ticket === null ? {} : { ticket }),
  };
}
