import { parseArgs } from 'node:util';
import { formats } from '../src/audit/export.ts';
import type { Format } from '../src/audit/export.ts';
import type { Moment } from '../src/core/moment.ts';

export const usage = `Usage:
  npm run -s audit -- verify [--anchors FILE] [--old-keys FILE]
      Is the ledger whole, and does it go on from what was noted elsewhere? Ends with 0 when all is well, else with 1,
      and names the first bad record.
      --anchors    a line of JSON each, as AUDIT_ANCHOR_FILE and the log have them
      --old-keys   former values of TOKEN_ENCRYPTION_KEY, a line each, the oldest first (TOKEN_ENCRYPTION_KEY_OLD counts too)

  npm run -s audit -- export [--format jsonl|csv|cef] [--since TIME]
      Its records on standard output.

  npm run -s audit -- reconcile [--since TIME]
      Where does PIM's own audit differ? A line of JSON each; ends with 1 when something differs. Reads a day back unless
      told otherwise, and leaves out the last half hour, which PIM's audit may lack.

TIME is a date or an ISO 8601 time. None of them changes anything; each ends with 2 when it could not look.
`;

type Asked =
  | { readonly kind: 'help' }
  | { readonly kind: 'verify'; readonly anchors: string | null; readonly oldKeys: string | null }
  | { readonly kind: 'export'; readonly format: Format; readonly since: Moment }
  | { readonly kind: 'reconcile'; readonly since: Moment | null };

/** What an operator asks for. Throws in words what is wrong with it. */
export function readArguments(args: readonly string[]): Asked {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      anchors: { type: 'string' },
      'old-keys': { type: 'string' },
      format: { type: 'string', default: 'jsonl' },
      since: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  const [command, more] = positionals;
  if (values.help === true || command === 'help') return { kind: 'help' };
  if (command === undefined) throw new Error('Say what to do: verify, export or reconcile.');
  if (more !== undefined) throw new Error(`“${more}” is one word too many.`);
  switch (command) {
    case 'verify':
      return { kind: 'verify', anchors: values.anchors ?? null, oldKeys: values['old-keys'] ?? null };
    case 'export': {
      const format = formats.find((name) => name === values.format);
      if (format === undefined) throw new Error(`“${values.format}” is none of jsonl, csv and cef.`);
      return { kind: 'export', format, since: readTime(values.since) ?? -Infinity };
    }
    case 'reconcile':
      return { kind: 'reconcile', since: readTime(values.since) };
    default:
      throw new Error(`“${command}” is none of verify, export and reconcile.`);
  }
}

function readTime(text: string | undefined): Moment | null {
  if (text === undefined) return null;
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new Error(`“${text}” is no time: give a date such as 2026-11-01, or an ISO 8601 time.`);
  return at;
}
