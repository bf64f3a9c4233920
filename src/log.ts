import { pino } from 'pino';
import type { Config } from './config.ts';
import type { Log } from './ports.ts';
import { redact } from './redact.ts';

/** Only these of an error: bodies, headers and requests, which libraries hang on errors, stay out. */
function errorFacts(error: unknown): Readonly<Record<string, string>> {
  if (!(error instanceof Error)) return { message: redact(String(error)) };
  const code = 'code' in error && typeof error.code === 'string' ? { code: redact(error.code) } : {};
  const stack = error.stack
    ? {
        stack: redact(
          error.stack
            .split('\n')
            .slice(1, 6)
            .join(' ← ')
            .replace(/\s+at /g, ' '),
        ),
      }
    : {};
  const cause =
    error.cause === undefined
      ? {}
      : { cause: redact(error.cause instanceof Error ? error.cause.message : 'not an error') };
  return { name: error.name, message: redact(error.message), ...code, ...stack, ...cause };
}

function safe(facts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(facts).map(([key, value]) => {
      if (key === 'error') return [key, errorFacts(value)];
      return [key, typeof value === 'string' ? redact(value) : typeof value === 'object' ? '[object]' : value];
    }),
  );
}

/** JSON lines on standard output: an event's name and plain facts, never a body, a token or a justification. */
export function createLog(level: Config['logLevel']): Log {
  const out = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime });
  return {
    info: (event, facts = {}) => out.info(safe(facts), event),
    warn: (event, facts = {}) => out.warn(safe(facts), event),
    error: (event, facts = {}) => out.error(safe(facts), event),
  };
}
