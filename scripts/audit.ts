import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { isGenuine } from '../src/audit/anchor.ts';
import { formats, header, line, visible } from '../src/audit/export.ts';
import { createVerifier, otherKey } from '../src/audit/ledger.ts';
import type { Verified } from '../src/audit/ledger.ts';
import { badConfigExit, keysOf, loadConfig, sayProblems } from '../src/config.ts';
import { decodeKey, keyHint } from '../src/config-rules.ts';
import type { Config } from '../src/config.ts';
import type { Anchor } from '../src/core/audit.ts';
import { readCredentials } from '../src/credentials.ts';
import { readEnvironment } from '../src/environment.ts';
import { graphPim } from '../src/graph/pim.ts';
import { appTokens } from '../src/identity/app-token.ts';
import { createLog } from '../src/log.ts';
import { differences, firstMs, graceMs } from '../src/reconcile/reconcile.ts';
import { redact } from '../src/redact.ts';
import { followSandboxClock } from '../src/sandbox-clock.ts';
import { ledgerRows } from '../src/store/ledger.ts';
import { openRecord } from '../src/store/open.ts';

/** The ledger for whoever does not trust the bot: is it whole, what does it say, does PIM say the same? Only reads. */

const usage = `Usage:
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

TIME is a date or an ISO 8601 time. None of them changes anything.
`;

const anchorShape = z.object({ seq: z.int().positive(), hash: z.string(), at: z.number(), mac: z.string() });
const chunkSize = 64 * 1024;

async function run(args: readonly string[], config: Config): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      anchors: { type: 'string' },
      'old-keys': { type: 'string' },
      format: { type: 'string', default: 'jsonl' },
      since: { type: 'string' },
    },
  });
  const [command, ...rest] = positionals;
  if (rest.length > 0) return wrong();
  if (command === 'verify') {
    return verify(config, ledgerKeys(config, values['old-keys'] ?? null), values.anchors ?? null);
  }
  const format = formats.find((name) => name === values.format);
  const since = values.since === undefined ? null : Date.parse(values.since);
  if (Number.isNaN(since)) return wrong();
  if (command === 'reconcile') return reconcile(config, since);
  if (command !== 'export' || format === undefined) return wrong();
  const ledger = await openRecord(config.databaseUrl);
  try {
    let chunk = header(format);
    for await (const row of ledgerRows(ledger)) {
      if (row.at >= (since ?? 0)) chunk += line(format, row);
      if (chunk.length < chunkSize) continue;
      await write(chunk);
      chunk = '';
    }
    await write(chunk);
    return 0;
  } finally {
    await ledger.close();
  }
}

async function reconcile(config: Config, since: number | null): Promise<number> {
  if (config.bot.cloud === 'china') return said('This cloud has no audit of PIM to read: nothing was compared.', 0);
  const wall = (): number => Date.now();
  const credentials = readCredentials(config, wall());
  if ('length' in credentials) {
    process.stderr.write(`${sayProblems(credentials)}\n`);
    return badConfigExit;
  }
  const followed = config.sandbox ? await followSandboxClock(config.graph.url, wall, createLog('silent')) : null;
  const clock = followed?.clock ?? { now: wall, wall };
  const tokens = {
    app: appTokens({ ...config.graph, tenantId: config.tenantId, credential: credentials.graph }),
    // Nobody is signed in here.
    of: () => Promise.resolve(null),
    stepUps: { of: () => null, taken: () => undefined, refused: () => false },
  };
  const pim = graphPim({ graphUrl: config.graph.url, clock, tid: config.tenantId, tokens });
  const record = await openRecord(config.databaseUrl);
  try {
    const to = clock.now() - graceMs;
    const found = await differences({ pim, store: record, clock }, { from: since ?? to - firstMs, to });
    for (const { kind, act = 'asked', id, happenedAt, oid, name, groupId, groupName } of found) {
      const at = new Date(happenedAt).toISOString();
      said(visible(JSON.stringify({ kind, act, id, at, oid, name, groupId, groupName })), 1);
    }
    return found.length === 0 ? said('No difference.', 0) : 1;
  } finally {
    await record.close();
    followed?.stop();
  }
}

/** All that sealed the ledger, the oldest first. */
function ledgerKeys({ keys, oldKeys }: Config, file: string | null): readonly Uint8Array[] {
  const lines = file === null ? [] : readFileSync(file, 'utf8').split('\n');
  const former = lines.flatMap((text, at) => {
    if (text.trim() === '') return [];
    const key = decodeKey(text.trim());
    if (key === null) throw new Error(`Line ${at + 1} of the old keys is none: ${keyHint}.`);
    return [keysOf(key).ledger];
  });
  return [...former, ...(oldKeys === null ? [] : [oldKeys.ledger]), keys.ledger];
}

async function verify(config: Config, keys: readonly Uint8Array[], file: string | null): Promise<number> {
  const { anchors, false: forged } = file === null ? { anchors: [], false: null } : readAnchors(file, keys);
  if (forged !== null) {
    return said(`Anchor on line ${forged} was not signed with ${keys.length === 1 ? 'this key' : 'these keys'}.`, 1);
  }
  const found = await check(config, keys, anchors);
  if (!found.ok) return said(`Record ${found.seq} is bad: ${found.why}.${hint(found.why, keys)}`, 1);
  const held =
    anchors.length === 0 ? '' : ` It goes on from ${anchors.length} anchor${anchors.length === 1 ? '' : 's'}.`;
  return said(`${found.count} records, all good.${held}`, 0);
}

/** A ledger that is older than its key looks forged from the first record on. */
function hint(why: string, keys: readonly Uint8Array[]): string {
  return why === otherKey && keys.length === 1
    ? ' If TOKEN_ENCRYPTION_KEY was changed since, give the former ones with --old-keys.'
    : '';
}

async function check(config: Config, keys: readonly Uint8Array[], anchors: readonly Anchor[]): Promise<Verified> {
  const ledger = await openRecord(config.databaseUrl);
  const verifier = createVerifier(keys, anchors);
  let read = 0;
  try {
    for await (const row of ledgerRows(ledger)) {
      const bad = verifier.take(row);
      if (bad !== null) return bad;
      read = row.seq;
    }
    return verifier.end();
  } catch (error) {
    // A damaged page of the file: what was read until then was good.
    return { ok: false, seq: read + 1, why: `the database cannot read it: ${redact(String(error))}` };
  } finally {
    await ledger.close();
  }
}

function readAnchors(
  file: string,
  keys: readonly Uint8Array[],
): { readonly anchors: readonly Anchor[]; readonly false: number | null } {
  const anchors: Anchor[] = [];
  for (const [at, text] of readFileSync(file, 'utf8').split('\n').entries()) {
    if (text.trim() === '') continue;
    const anchor = anchorShape.safeParse(parse(text));
    if (!anchor.success || !keys.some((key) => isGenuine(anchor.data, key))) return { anchors, false: at + 1 };
    anchors.push(anchor.data);
  }
  return { anchors, false: null };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function said(text: string, code: number): number {
  process.stdout.write(`${text}\n`);
  return code;
}

function wrong(): number {
  process.stderr.write(usage);
  return 2;
}

/** Waits for a reader that is slower than the database. */
function write(text: string): Promise<void> {
  return new Promise((done, fail) => process.stdout.write(text, (error) => (error ? fail(error) : done())));
}

const loaded = loadConfig(readEnvironment(process.env));
if (loaded.kind === 'problems') {
  process.stderr.write(`${sayProblems(loaded.problems)}\n`);
  process.exitCode = badConfigExit;
} else {
  try {
    process.exitCode = await run(process.argv.slice(2), loaded.config);
  } catch (error) {
    process.stderr.write(`${redact(error instanceof Error ? error.message : String(error))}\n${usage}`);
    process.exitCode = 2;
  }
}
