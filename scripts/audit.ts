import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { isGenuine } from '../src/audit/anchor.ts';
import { header, line, visible } from '../src/audit/export.ts';
import type { Format } from '../src/audit/export.ts';
import { createVerifier, otherKey } from '../src/audit/ledger.ts';
import { badConfigExit, keysOf, loadConfig, sayProblems } from '../src/config.ts';
import { decodeKey, keyHint } from '../src/config-rules.ts';
import type { Config } from '../src/config.ts';
import type { Anchor, LedgerRow } from '../src/core/audit.ts';
import type { Moment } from '../src/core/moment.ts';
import { readCredentials } from '../src/credentials.ts';
import { readEnvironment } from '../src/environment.ts';
import { graphPim } from '../src/graph/pim.ts';
import { appTokens } from '../src/identity/app-token.ts';
import { createLog } from '../src/log.ts';
import { differences, firstMs, graceMs } from '../src/reconcile/reconcile.ts';
import { redact } from '../src/redact.ts';
import { followSandboxClock } from '../src/sandbox-clock.ts';
import { ledgerRows } from '../src/store/ledger.ts';
import { isDamage, openRecord } from '../src/store/open.ts';
import { readArguments, usage } from './audit-arguments.ts';

/** The ledger for whoever does not trust the bot: is it whole, what does it say, does PIM say the same? Only reads. */

const anchorShape = z.object({ seq: z.int().positive(), hash: z.string(), at: z.number(), mac: z.string() });
const chunkSize = 64 * 1024;

/** Nothing can be said of what was asked about; the message says why and what to do. */
class Unable extends Error {}

/** Each row to `take` in its order, until that answers something. */
async function eachRow<T>(config: Config, take: (row: LedgerRow) => Promise<T | null> | T | null): Promise<T | null> {
  try {
    const ledger = await openRecord(config.databaseUrl);
    try {
      for await (const row of ledgerRows(ledger)) {
        const answer = await take(row);
        if (answer !== null) return answer;
      }
      return null;
    } finally {
      await ledger.close();
    }
  } catch (error) {
    if (error instanceof Unable || isDamage(error)) throw error;
    const mend = 'check DATABASE_URL, and that whoever runs this may read there; the first start of Jitney makes it';
    throw new Unable(`The ledger cannot be read (${reason(error)}): ${mend}.`);
  }
}

async function exportAll(config: Config, format: Format, since: Moment): Promise<number> {
  let chunk = header(format);
  let last = 0;
  try {
    await eachRow(config, async (row) => {
      if (row.at >= since) chunk += lineOf(format, row);
      last = row.seq;
      if (chunk.length < chunkSize) return null;
      await write(chunk);
      chunk = '';
      return null;
    });
  } catch (error) {
    if (!isDamage(error)) throw error;
    throw new Unable(`The export ends after record ${last}: the database cannot read on (${reason(error)}).`);
  } finally {
    // What was read until something broke is there.
    await write(chunk);
  }
  return 0;
}

function lineOf(format: Format, row: LedgerRow): string {
  try {
    return line(format, row);
  } catch (error) {
    const mend = 'npm run -s audit -- verify tells more';
    throw new Unable(`The export ends before record ${row.seq}, which is no record (${reason(error)}): ${mend}.`);
  }
}

async function reconcile(config: Config, since: Moment | null): Promise<number> {
  if (config.bot.cloud === 'china') return said('This cloud has no audit of PIM to read: nothing was compared.', 0);
  const wall = (): number => Date.now();
  const credentials = readCredentials(config, wall());
  if ('length' in credentials) {
    process.stderr.write(`${sayProblems(credentials)}\n`);
    return badConfigExit;
  }
  const found = await differencesOf(config, credentials.graph, since, wall).catch((error: unknown) => {
    throw new Unable(`Nothing was compared (${reason(error)}): npm run doctor says what is missing.`);
  });
  for (const { kind, act = 'asked', id, happenedAt, oid, name, groupId, groupName } of found) {
    const at = new Date(happenedAt).toISOString();
    said(visible(JSON.stringify({ kind, act, id, at, oid, name, groupId, groupName })), 1);
  }
  return found.length === 0 ? said('No difference.', 0) : 1;
}

async function differencesOf(
  config: Config,
  credential: Parameters<typeof appTokens>[0]['credential'],
  since: Moment | null,
  wall: () => Moment,
): ReturnType<typeof differences> {
  const followed = config.sandbox ? await followSandboxClock(config.graph.url, wall, createLog('silent')) : null;
  const clock = followed?.clock ?? { now: wall, wall };
  const tokens = {
    app: appTokens({ ...config.graph, tenantId: config.tenantId, credential }),
    // Nobody is signed in here.
    of: () => Promise.resolve(null),
    stepUps: { of: () => null, taken: () => undefined, refused: () => false },
  };
  const pim = graphPim({ graphUrl: config.graph.url, clock, tid: config.tenantId, tokens });
  try {
    const record = await openRecord(config.databaseUrl);
    try {
      const to = clock.now() - graceMs;
      return await differences({ pim, store: record, clock }, { from: since ?? to - firstMs, to });
    } finally {
      await record.close();
    }
  } finally {
    followed?.stop();
  }
}

/** All that sealed the ledger, the oldest first. */
function ledgerKeys({ keys, oldKeys }: Config, file: string | null): readonly Uint8Array[] {
  const lines = file === null ? [] : linesOf(file, '--old-keys', 'former values of TOKEN_ENCRYPTION_KEY, a line each');
  const former = lines.flatMap((text, at) => {
    if (text.trim() === '') return [];
    const key = decodeKey(text.trim());
    if (key === null) throw new Unable(`Line ${at + 1} of the old keys is none: ${keyHint}.`);
    return [keysOf(key).ledger];
  });
  return [...former, ...(oldKeys === null ? [] : [oldKeys.ledger]), keys.ledger];
}

async function verify(config: Config, keys: readonly Uint8Array[], file: string | null): Promise<number> {
  const anchors = file === null ? [] : readAnchors(file, keys);
  if (typeof anchors === 'string') return said(anchors, 1);
  const verifier = createVerifier(keys, anchors);
  let last = 0;
  const bad = await eachRow(config, (row) => {
    const found = verifier.take(row);
    last = found === null ? row.seq : last;
    return found;
  }).catch((error: unknown) => {
    if (!isDamage(error)) throw error;
    // A damaged page of the file: what was read until then was good.
    return { ok: false, seq: last + 1, why: `the database cannot read it: ${reason(error)}` } as const;
  });
  const found = bad ?? verifier.end();
  if (!found.ok) return said(`Record ${found.seq} is bad: ${found.why}.${hint(found.why, keys)}`, 1);
  const held =
    anchors.length === 0
      ? 'Without anchors an end that was cut off does not show.'
      : `It goes on from ${anchors.length} anchor${anchors.length === 1 ? '' : 's'}.`;
  return said(`${found.count} records, all good. ${held}`, 0);
}

/** A ledger that is older than its key looks forged from the first record on. */
function hint(why: string, keys: readonly Uint8Array[]): string {
  return why === otherKey && keys.length === 1
    ? ' If TOKEN_ENCRYPTION_KEY was changed since, give the former ones with --old-keys.'
    : '';
}

/** The anchors, or what is wrong with the first bad one. */
function readAnchors(file: string, keys: readonly Uint8Array[]): readonly Anchor[] | string {
  const anchors: Anchor[] = [];
  const what = 'the file of AUDIT_ANCHOR_FILE, or the lines ledger.anchor of the log';
  for (const [at, text] of linesOf(file, '--anchors', what).entries()) {
    if (text.trim() === '') continue;
    const anchor = anchorShape.safeParse(parse(text));
    if (!anchor.success)
      return `Line ${at + 1} of the anchors is none: an anchor is a line of JSON with seq, hash, at and mac.`;
    const { data } = anchor;
    if (!keys.some((key) => isGenuine(data, key))) {
      const by = keys.length === 1 ? 'this key' : 'these keys';
      return `The anchor on line ${at + 1} was not signed with ${by}: it was changed, or a former key signed it (--old-keys).`;
    }
    anchors.push(data);
  }
  return anchors;
}

function linesOf(file: string, option: string, what: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch (error) {
    throw new Unable(`${file} cannot be read (${reason(error)}): ${option} takes ${what}.`);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function reason(error: unknown): string {
  return redact(error instanceof Error ? error.message || String((error as { code?: unknown }).code) : String(error));
}

function said(text: string, code: number): number {
  process.stdout.write(`${text}\n`);
  return code;
}

/** Waits for a reader that is slower than the database. */
function write(text: string): Promise<void> {
  return new Promise((done, fail) => process.stdout.write(text, (error) => (error ? fail(error) : done())));
}

function understood(args: readonly string[]): ReturnType<typeof readArguments> | null {
  try {
    return readArguments(args);
  } catch (error) {
    process.stderr.write(`${reason(error)}\n\n${usage}`);
    return null;
  }
}

async function run(args: readonly string[]): Promise<number> {
  const asked = understood(args);
  if (asked === null) return 2;
  if (asked.kind === 'help') return said(usage.trimEnd(), 0);
  const loaded = loadConfig(readEnvironment(process.env));
  if (loaded.kind === 'problems') {
    process.stderr.write(`${sayProblems(loaded.problems)}\n`);
    return badConfigExit;
  }
  const { config } = loaded;
  if (asked.kind === 'verify') return verify(config, ledgerKeys(config, asked.oldKeys), asked.anchors);
  return asked.kind === 'export' ? exportAll(config, asked.format, asked.since) : reconcile(config, asked.since);
}

// A reader that has seen enough, such as head, is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 2));
try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Unable ? error.message : reason(error)}\n`);
  process.exitCode = 2;
}
