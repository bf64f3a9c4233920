import { z } from 'zod';

const challenge = z.looseObject({ access_token: z.record(z.string(), z.unknown()) });
const longestClaims = 2_000;

/**
 * What a sign-in must ask for when PIM's policy wants MFA and says nothing more.
 * assumed: this claims request satisfies MfaRule; it is in use by others and documented nowhere.
 */
export const mfaClaims = '{"access_token":{"amr":{"essential":true,"values":["mfa"]}}}';

/**
 * The claims challenge of an error, as JSON text; null when there is none that reads as one. Seen in three shapes:
 * percent-encoded or raw JSON after `claims=` in the message, and base64 in WWW-Authenticate.
 */
export function findClaims(message: string, wwwAuthenticate: string | null): string | null {
  const header = /\bclaims="([^"]+)"/.exec(wwwAuthenticate ?? '')?.[1];
  return (header === undefined ? null : fromBase64(header)) ?? fromMessage(message);
}

/** The same JSON in one spelling, or null when the text is no claims request. */
export function readClaims(text: string): string | null {
  if (text.length > longestClaims) return null;
  try {
    const read = challenge.safeParse(JSON.parse(text));
    return read.success ? JSON.stringify(read.data) : null;
  } catch {
    return null;
  }
}

function fromMessage(message: string): string | null {
  const start = /\bclaims=/.exec(message);
  if (!start) return null;
  const rest = message.slice(start.index + start[0].length);
  if (rest.startsWith('{')) return readClaims(firstObject(rest));
  const value = /^[^&\s"']+/.exec(rest)?.[0] ?? '';
  return fromPercent(value) ?? fromBase64(value);
}

/** From the first brace to the one that closes it; braces inside strings do not occur in claims requests. */
function firstObject(text: string): string {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '{') depth += 1;
    if (text[at] === '}') depth -= 1;
    if (depth === 0) return text.slice(0, at + 1);
  }
  return text;
}

function fromPercent(value: string): string | null {
  try {
    return readClaims(decodeURIComponent(value));
  } catch {
    return null;
  }
}

function fromBase64(value: string): string | null {
  return readClaims(Buffer.from(value, 'base64').toString('utf8'));
}
