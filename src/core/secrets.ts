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

/** A value with a name beside it, in any of the ways in which programs write both. */
export function named(names: string, start = String.raw`(?<![A-Za-z0-9_-])`): RegExp {
  return new RegExp(String.raw`${start}(?:${names})${separator}(?:${quoted}|${bare})`, 'gi');
}

/** What tokens, keys and passwords look like: in what libraries say, and in what people write. */
export const secretShapes: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/gs,
  // JSON web tokens, signed or encrypted, cut off or whole.
  /eyJ[\w-]{5,}\.[\w-]*(?:\.[\w-]*)*/g,
  /\b(?:Bearer|Basic|Negotiate|NTLM|PoP|SharedAccessSignature)(?:\s|%20|\+)+[\w.~+/=%&-]+/gi,
  new RegExp(String.raw`(?<![\w-])(?:proxy-)?authorization${separator}(?:${quoted}|[^\r\n"'}]+)`, 'gi'),
  new RegExp(String.raw`(?<![\w-])(?:set-)?cookie${separator}(?:${quoted}|[^\r\n"'}]+)`, 'gi'),
  named(endOfName, String.raw`(?<![\w%.-])[\w%.-]*`),
  named('sig'),
  // User name and password of an address.
  /\/\/[^\s/?#"'<>]*@/g,
  // Refresh tokens and authorization codes of Entra and of Microsoft accounts, which carry no name of their own.
  /(?<![\w.])[01]\.A[\w-]{16,}(?:\.[\w-]*)*/g,
  /(?<![\w.])M\.[CR]\d\w*[\w.!*$-]{16,}/g,
  // Client secrets of Entra applications.
  /[\w.~-]{3}\dQ~[\w.~-]{31,34}/g,
  // 32 bytes in base64: what keys look like here.
  /(?<![\w+/])[A-Za-z0-9+/]{43}=/g,
  // Keys of other houses, by the beginnings they publish for being found.
  /(?<!\w)(?:AKIA|ASIA)[A-Z0-9]{16}(?!\w)/g,
  /(?<!\w)(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|npm_|sk_live_|rk_live_|sk-ant-|sk-proj-)[\w-]{12,}/g,
  /(?<!\w)AIza[\w-]{35}/g,
];

/** How a person says it; too common for a log, where these are words like others. */
const spoken: readonly RegExp[] = [
  /(?<!\w)(?:pass(?:word|phrase|wort)?|passwort|kennwort|pwd|pw|pin|pass ?code|otp)\s*(?::|=|\bis\b|\bist\b)\s*\S{3,}/giu,
  /(?<!\w)(?:one[- ]time|verification) code\s*(?::|=|\bis\b)?\s*\d{4,8}(?!\d)/giu,
];

const basicWords = /^basic\s+[a-z]+$/i;

/** True when a reason, a ticket or an answer looks as if it held a secret. Often wrong, so it leads to a question only. */
export function looksSecret(text: string): boolean {
  return [...secretShapes, ...spoken].some((shape) =>
    [...text.matchAll(shape)].some(([found]) => !basicWords.test(found)),
  );
}
