import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import pg from 'pg';

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
  const holds = holding(tokens);
  const inFiles = filesBelow(folder).filter((file) => holds(readFileSync(file)));
  const inTexts = Object.entries(texts).filter(([, text]) => holds(Buffer.from(text)));
  return [...inFiles.map((file) => file.slice(folder.length + 1)), ...inTexts.map(([name]) => name)];
}

/** The same for a database on PostgreSQL: every value of every column of every table, as `table.column`. None for another URL. */
export async function columnsOf(tokens: readonly string[], url: string): Promise<readonly string[]> {
  if (!url.startsWith('postgres')) return [];
  const holds = holding(tokens);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const tables = await client.query<{ readonly table: string }>(
      `select quote_ident(table_schema) || '.' || quote_ident(table_name) as table from information_schema.tables
        where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
    );
    const found = new Set<string>();
    for (const { table } of tables.rows) {
      const { rows } = await client.query<Readonly<Record<string, unknown>>>(`select * from ${table}`);
      for (const [column, value] of rows.flatMap((row) => Object.entries(row))) {
        const bytes = Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value));
        if (holds(bytes)) found.add(`${table.replace('public.', '')}.${column}`);
      }
    }
    return [...found];
  } finally {
    await client.end();
  }
}

function holding(tokens: readonly string[]): (bytes: Buffer) => boolean {
  const ends = [...new Set(tokens.map((token) => token.slice(-tail)))];
  return (bytes) => [beginning, ...ends].some((end) => bytes.includes(end));
}

/** Without what a sandbox keeps for itself, where it shares the folder. */
function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !basename(entry.name).startsWith('sandbox'))
    .map((entry) => join(entry.parentPath, entry.name));
}
