import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** How a JSON Web Token begins, whoever made it, also when its end was cut off. */
const beginning = 'eyJhbGciOi';
/** As much of a token's end as no other has. */
const tail = 40;

/** Where a sandbox in this folder notes the tokens and codes that it gives out. */
export function issuedIn(folder: string): string {
  return join(folder, 'sandbox-issued.txt');
}

export function readIssued(folder: string): readonly string[] {
  const file = issuedIn(folder);
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
}

/** The texts and the files below a folder in which one of the tokens stands, or the beginning of any; by name, never by content. */
export function placesOf(
  tokens: readonly string[],
  folder: string,
  texts: Readonly<Record<string, string>>,
): readonly string[] {
  const ends = [...new Set(tokens.map((token) => token.slice(-tail)))];
  const holds = (bytes: Buffer): boolean => [beginning, ...ends].some((end) => bytes.includes(end));
  const inFiles = filesBelow(folder).filter((file) => holds(readFileSync(file)));
  const inTexts = Object.entries(texts).filter(([, text]) => holds(Buffer.from(text)));
  return [...inFiles.map((file) => file.slice(folder.length + 1)), ...inTexts.map(([name]) => name)];
}

/** Without what a sandbox keeps for itself, where it shares the folder. */
function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !basename(entry.name).startsWith('sandbox'))
    .map((entry) => join(entry.parentPath, entry.name));
}
