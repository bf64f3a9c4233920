const quoted = String.raw`\\?"(?:[^"\\]|\\(?!").)*\\?"|\\?'(?:[^'\\]|\\(?!').)*\\?'`;
const bare = String.raw`(?:(?!%26)[^\s"'&,;}\\])+`;
const separator = String.raw`\\?["']?\s*(?:=>|=|:|%3D|%3A)\s*`;
const endOfName = [
  'token',
  'token_hint',
  'secret',
  'secret[_-]?text',
  'password',
  'passwd',
  'passphrase',
  'pwd',
  'assertion',
  'credential',
  '(?:api|access|account|encryption|private|signing|shared|master)[_-]?key',
  'code[_-]?verifier',
  'session[_-]?state',
  'saml(?:response|request)',
].join('|');

/** Anything that looks like a token, a code or a secret; errors of libraries quote what they sent. */
const secrets: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/gs,
  // JSON web tokens, signed or encrypted, cut off or whole.
  /eyJ[\w-]{5,}\.[\w-]*(?:\.[\w-]*)*/g,
  /\b(?:Bearer|Basic|Negotiate|NTLM|PoP|SharedAccessSignature)(?:\s|%20|\+)+[\w.~+/=%&-]+/gi,
  new RegExp(String.raw`(?<![\w-])(?:proxy-)?authorization${separator}(?:${quoted}|[^\r\n"'}]+)`, 'gi'),
  new RegExp(String.raw`(?<![\w-])(?:set-)?cookie${separator}(?:${quoted}|[^\r\n"'}]+)`, 'gi'),
  new RegExp(String.raw`(?<![\w%.-])[\w%.-]*(?:${endOfName})${separator}(?:${quoted}|${bare})`, 'gi'),
  new RegExp(String.raw`(?<![A-Za-z0-9_-])(?:code|state|nonce|sig)${separator}(?:${quoted}|${bare})`, 'gi'),
  // User name and password of an address.
  /\/\/[^\s/?#"'<>]*@/g,
  // Refresh tokens and authorization codes of Entra and of Microsoft accounts, which carry no name of their own.
  /(?<![\w.])[01]\.A[\w-]{16,}(?:\.[\w-]*)*/g,
  /(?<![\w.])M\.[CR]\d\w*[\w.!*$-]{16,}/g,
  // Client secrets of Entra applications.
  /[\w.~-]{3}\dQ~[\w.~-]{31,34}/g,
  // 32 bytes in base64: what keys look like here.
  /(?<![\w+/])[A-Za-z0-9+/]{43}=/g,
];

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
