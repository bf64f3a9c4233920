import { pino } from 'pino';
import type { Config } from './config.ts';
import { logEvents } from './log-events.ts';
import type { Log } from './ports/ports.ts';
import { redact } from './redact.ts';

/** Only these of an error: bodies, headers and requests, which libraries hang on errors, stay out. Never throws. */
function errorFacts(error: unknown): Readonly<Record<string, string>> {
  if (!(error instanceof Error))
    return { message: typeof error === 'string' ? redact(error) : `no error but ${typeof error}` };
  const { cause } = error;
  return {
    ...textual('name', error.name),
    ...textual('message', error.message),
    ...textual('code', 'code' in error ? error.code : undefined),
    ...textual('stack', callsOf(error.stack)),
    ...(cause === undefined
      ? {}
      : { cause: cause instanceof Error ? redact(`${cause.name}: ${cause.message}`) : 'no error' }),
  };
}

/** What libraries throw is not always what the types of Error say. */
function textual(name: string, value: unknown): Readonly<Record<string, string>> {
  return typeof value === 'string' && value !== '' ? { [name]: redact(value) } : {};
}

/** The innermost calls; a stack begins with the message, which may have lines of its own. */
function callsOf(stack: unknown): string {
  const calls = typeof stack === 'string' ? stack.split('\n').filter((line) => /^\s+at /.test(line)) : [];
  return calls
    .slice(0, 5)
    .map((line) => line.trim().slice('at '.length))
    .join(' ← ');
}

/** Facts by these names are secrets, whatever they look like. */
const secretName = /token|secret|password|authorization|cookie|assertion|verifier|(^|_)(code|state|key)$/i;

function safeFact(key: string, value: unknown): unknown {
  if (key === 'error') return errorFacts(value);
  if (secretName.test(key)) return '[redacted]';
  if (typeof value === 'string') return redact(value);
  return value === null || typeof value === 'number' || typeof value === 'boolean' ? value : `[${typeof value}]`;
}

/** Stands for an event that is not on the list: that something was to be said, and nothing of it. */
const unlisted = 'unlisted';

/**
 * JSON lines on standard output: an event's name and plain facts, never a body, a token or a justification. Only what
 * stands on the list is written.
 */
export function createLog(level: Config['logLevel'], events = logEvents): Log {
  const out = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime });
  const listed = new Map(Object.entries(events));

  function line(event: string, facts: Readonly<Record<string, unknown>>): [Record<string, unknown>, string] {
    const allowed = listed.get(event);
    const written = Object.entries(facts).filter(([key]) => allowed?.includes(key));
    return [Object.fromEntries(written.map(([key, value]) => [key, safeFact(key, value)])), allowed ? event : unlisted];
  }

  return {
    info: (event, facts = {}) => out.info(...line(event, facts)),
    warn: (event, facts = {}) => out.warn(...line(event, facts)),
    error: (event, facts = {}) => out.error(...line(event, facts)),
  };
}
