import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sign } from '../../src/audit/anchor.ts';
import { sealer } from '../../src/audit/ledger.ts';
import { loadConfig } from '../../src/config.ts';
import type { Config } from '../../src/config.ts';
import type { LedgerHead } from '../../src/core/audit.ts';
import { openStore } from '../../src/store/open.ts';

/** The command as an auditor runs it, on a ledger of 600 records. */

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'jitney-audit-'));
const file = join(folder, 'jitney.db');
const env = {
  PATH: process.env['PATH'],
  SANDBOX: '1',
  DATABASE_URL: `sqlite:${file}`,
  GRAPH_URL: 'https://localhost:1',
  AUTHORITY_URL: 'https://localhost:2',
  TENANT_ID: '7f1d0000-0000-4000-8000-000000000001',
  GRAPH_CLIENT_ID: '7f1d0000-0000-4000-8000-000000000002',
  GRAPH_CLIENT_SECRET: 'nothing',
  TOKEN_ENCRYPTION_KEY: Buffer.from('0123456789abcdef0123456789abcdef').toString('base64'),
};
const count = 600;
let key: Uint8Array;
let head: LedgerHead;

beforeAll(async () => {
  const { config } = loadConfig(env) as { readonly config: Config };
  key = config.keys.ledger;
  const store = await openStore(env.DATABASE_URL, { seal: sealer(key) });
  const changes = Array.from({ length: count }, (_, n) => {
    const entry = { at: n * 86_400_000, actor: null, action: `step${n}`, activationId: null, target: null, detail: {} };
    return { kind: 'audit', entry } as const;
  });
  await store.commit(changes);
  head = (await store.ledgerHead())!;
  await store.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Ran = { readonly code: number; readonly out: string; readonly err: string };

const audit = (...args: readonly string[]) => auditWith({}, ...args);

function auditWith(more: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Ran> {
  return new Promise((done) => {
    const command = ['--disable-warning=ExperimentalWarning', 'scripts/audit.ts', ...args];
    execFile(process.execPath, command, { cwd: root, env: { ...env, ...more }, maxBuffer: 1e8 }, (error, out, err) =>
      done({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, out, err }),
    );
  });
}

function anchorsFile(...anchors: readonly unknown[]): string {
  const path = join(folder, 'anchors.jsonl');
  writeFileSync(path, anchors.map((anchor) => `${JSON.stringify(anchor)}\n`).join(''));
  return path;
}

/** Past the triggers, as only the owner of the database can. */
function tamper(...statements: readonly string[]): () => void {
  const db = new DatabaseSync(file);
  const triggers = db.prepare("select name, sql from sqlite_master where type = 'trigger'").all();
  const rows = db.prepare('select * from ledger').all();
  for (const { name } of triggers) db.exec(`drop trigger ${String(name)}`);
  for (const statement of statements) db.exec(statement);
  return () => {
    db.exec('delete from ledger');
    const put = db.prepare('insert into ledger (seq, at, entry, previous_hash, hash, mac) values (?, ?, ?, ?, ?, ?)');
    for (const row of rows)
      put.run(row['seq']!, row['at']!, row['entry']!, row['previous_hash']!, row['hash']!, row['mac']!);
    for (const { sql } of triggers) db.exec(String(sql));
    db.close();
  };
}

describe('verify', () => {
  test('says that all is well, and that it goes on from what was noted', async () => {
    expect(await audit('verify')).toEqual({ code: 0, out: `${count} records, all good.\n`, err: '' });
    const anchors = anchorsFile(sign(head, 1, key));
    expect((await audit('verify', '--anchors', anchors)).out).toBe(
      `${count} records, all good. It goes on from 1 anchor.\n`,
    );
  });

  test.each([
    [
      'a changed byte',
      7,
      "update ledger set entry = replace(entry, 'step6', 'step5') where seq = 7",
      'not what was hashed',
    ],
    ['a dropped record', 300, 'delete from ledger where seq = 300', 'record 301 stands where 300 should'],
    [
      'two records in each other’s place',
      10,
      'update ledger set seq = -1 where seq = 10; update ledger set seq = 10 where seq = 11; update ledger set seq = 11 where seq = -1',
      'does not follow',
    ],
    ['a cut-off end', 591, 'delete from ledger where seq > 590', 'cut off'],
  ])('names the first bad record: %s', async (_, seq, statement, why) => {
    const undo = tamper(statement);
    const { code, out } = await audit('verify', '--anchors', anchorsFile(sign(head, 1, key)));
    undo();
    expect(code).toBe(1);
    expect(out).toContain(`Record ${seq} is bad: `);
    expect(out).toContain(why);
  });

  test('takes no anchor that was not signed', async () => {
    const forged = { ...sign(head, 1, key), seq: 3 };
    const { code, out } = await audit('verify', '--anchors', anchorsFile(sign(head, 1, key), forged));
    expect([code, out]).toEqual([1, 'Anchor on line 2 was not signed with this key.\n']);
  });
});

describe('verify, after the key was changed', () => {
  const newKey = { TOKEN_ENCRYPTION_KEY: Buffer.from('fedcba9876543210fedcba9876543210').toString('base64') };
  const oldKey = env.TOKEN_ENCRYPTION_KEY;
  const keysFile = (...lines: readonly string[]): string => {
    const path = join(folder, 'old-keys.txt');
    writeFileSync(path, lines.join('\n'));
    return path;
  };

  test('asks for the former key when it is given none', async () => {
    const { code, out } = await auditWith(newKey, 'verify');
    expect([code, out]).toEqual([
      1,
      'Record 1 is bad: it was not sealed with this key. If TOKEN_ENCRYPTION_KEY was changed since, give the former ones with --old-keys.\n',
    ]);
  });

  test('takes it from a file, for the records and for the anchors of its time', async () => {
    const args = ['--old-keys', keysFile(oldKey, ''), '--anchors', anchorsFile(sign(head, 1, key))];
    expect(await auditWith(newKey, 'verify', ...args)).toEqual({
      code: 0,
      out: `${count} records, all good. It goes on from 1 anchor.\n`,
      err: '',
    });
  });

  test('takes it from the setting that the change leaves behind', async () => {
    const { out } = await auditWith({ ...newKey, TOKEN_ENCRYPTION_KEY_OLD: oldKey }, 'verify');
    expect(out).toBe(`${count} records, all good.\n`);
  });

  test('names the line of what is no key, and does not repeat it', async () => {
    const { code, err } = await auditWith(newKey, 'verify', '--old-keys', keysFile(oldKey, 'half-a-key'));
    expect(code).toBe(2);
    expect(err).toContain('Line 2 of the old keys is none');
    expect(err).not.toContain('half-a-key');
  });
});

describe('export', () => {
  test('writes every record since a time, in its format', async () => {
    const { code, out } = await audit('export', '--format', 'csv', '--since', '1971-08-01');
    const lines = out.trim().split('\n');
    expect(code).toBe(0);
    expect(lines[0]).toMatch(/^seq,at,/);
    expect(lines[1]).toMatch(/^578,1971-08-01T/);
    expect(lines).toHaveLength(1 + count - 577);
    const all = (await audit('export')).out.trim().split('\n');
    expect(all.map((text) => (JSON.parse(text) as { seq: number }).seq)).toEqual(
      Array.from({ length: count }, (_, n) => n + 1),
    );
  });
});

test.each([
  [[]],
  [['frobnicate']],
  [['export', '--format', 'xml']],
  [['export', '--since', 'soon']],
  [['verify', '--nope']],
])('%j is told how it is used, and nothing is made', async (args) => {
  const { code, err } = await audit(...args);
  expect(code).toBe(2);
  expect(err).toContain('Usage:');
});

test('a database that is not there is not made', async () => {
  const missing = { ...env, DATABASE_URL: `sqlite:${join(folder, 'missing.db')}` };
  const ran = await new Promise<string>((done) => {
    const command = ['--disable-warning=ExperimentalWarning', 'scripts/audit.ts', 'verify'];
    execFile(process.execPath, command, { cwd: root, env: missing }, (_error, out, err) => done(out + err));
  });
  expect(ran).toMatch(/unable to open database file/);
});
