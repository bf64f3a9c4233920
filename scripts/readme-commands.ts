/** `node scripts/readme-commands.ts` brings README's table of commands up to what `help` shows. */
import { readFileSync, writeFileSync } from 'node:fs';
import { usage } from '../src/language/usage.ts';

const begin = '<!-- commands: written by scripts/readme-commands.ts -->';
const end = '<!-- end of commands -->';

/** README with the table of today between its two markers; everything else as it was. */
export function withCommands(readme: string): string {
  const [before, rest] = parts(readme, begin);
  const [, after] = parts(rest, end);
  return `${before}${begin}\n\n${table()}\n\n${end}${after}`;
}

function parts(text: string, marker: string): readonly [string, string] {
  const at = text.indexOf(marker);
  if (at < 0) throw new Error(`README.md has lost its marker ${marker}`);
  return [text.slice(0, at), text.slice(at + marker.length)];
}

function table(): string {
  const rows = usage.map(({ forms, examples: [example], says }) => {
    return `| ${forms.map(code).join('<br>')} | ${says} | ${code(example)} |`;
  });
  return ['| you write | it does | for example |', '|---|---|---|', ...rows].join('\n');
}

/** A bar ends a table's cell even inside code, unless it is escaped. */
function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``;
}

if (import.meta.main) writeFileSync('README.md', withCommands(readFileSync('README.md', 'utf8')));
