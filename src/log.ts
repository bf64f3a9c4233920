import { pino } from 'pino';
import type { Config } from './config.ts';
import type { Log } from './ports.ts';

/** Anything that looks like a token, a code or a secret in an address; errors of libraries quote what they sent. */
const secrets = [
  /eyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?/g,
  /\b(Bearer|Basic)\s+[\w.~+/=-]+/gi,
  /\b(access_token|refresh_token|id_token|client_secret|client_assertion|assertion|code|code_verifier|state|password|secret)(["']?\s*[=:]\s*["']?)[^\s"'&,}]+/gi,
  /\/\/[^\s/@]+:[^\s/@]+@/g,
];

/** Text without its secrets and control characters, at a bounded length. */
export function redact(text: string): string {
  let clean = text.slice(0, 2_000);
  for (const secret of secrets) clean = clean.replace(secret, '[redacted]');
  // Exactly these would forge a line of the log.
  return clean.replace(/[\u0000-\u001f\u007f]+/g, ' ');
}

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
