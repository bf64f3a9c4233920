import { named, secretShapes } from './core/secrets.ts';

/** Anything that looks like a token, a code or a secret; errors of libraries quote what they sent. */
const secrets: readonly RegExp[] = [...secretShapes, named('code|state|nonce')];

const longestLooked = 8_000;
const longestShown = 2_000;

/** Text without its secrets and control characters, at a bounded length. */
export function redact(text: string): string {
  // What the cut leaves of the last word could be half a secret that nothing recognises.
  let clean = text.length > longestLooked ? text.slice(0, longestLooked).replace(/\S{1,300}$/, '') : text;
  for (const secret of secrets) clean = clean.replace(secret, '[redacted]');
  return clean.replace(forging, ' ').slice(0, longestShown);
}

/** Characters that would forge a line or turn the reading direction where the text is looked at. */
const forging = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g;
