import { execFile, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
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
    expect(await audit('verify')).toEqual({
      code: 0,
      out: `${count} records, all good. Without anchors an end that was cut off does not show.\n`,
      err: '',
    });
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

  test('takes no anchor that was not signed, and tells it from a line that is none', async () => {
    const forged = { ...sign(head, 1, key), seq: 3 };
    const { code, out } = await audit('verify', '--anchors', anchorsFile(sign(head, 1, key), forged));
    expect([code, out]).toEqual([
      1,
      'The anchor on line 2 was not signed with this key: it was changed, or a former key signed it (--old-keys).\n',
    ]);
    const none = await audit('verify', '--anchors', anchorsFile('no anchor'));
    expect([none.code, none.out]).toEqual([
      1,
      'Line 1 of the anchors is none: an anchor is a line of JSON with seq, hash, at and mac.\n',
    ]);
  });

  /** The ledger as another database has it after so many more records of its own. */
  async function copied(from: string, more: number, name: string, by = key): Promise<string> {
    const path = join(folder, `${name}.db`);
    cpSync(from, path);
    const store = await openStore(`sqlite:${path}`, { seal: sealer(by) });
    const entry = { at: 1, actor: null, action: name, activationId: null, target: null, detail: {} };
    await store.commit(Array.from({ length: more }, () => ({ kind: 'audit', entry }) as const));
    await store.close();
    return path;
  }
  const on = (path: string): { readonly DATABASE_URL: string } => ({ DATABASE_URL: `sqlite:${path}` });

  test('finds an old backup, and the other branch of a ledger that two replicas went on with apart', async () => {
    const lived = await copied(file, 5, 'lived');
    const store = await openStore(`sqlite:${lived}`, { seal: sealer(key) });
    const noted = anchorsFile(sign(head, 1, key), sign((await store.ledgerHead())!, 2, key));
    await store.close();
    expect((await auditWith(on(lived), 'verify', '--anchors', noted)).code).toBe(0);
    const old = await audit('verify', '--anchors', noted);
    expect([old.code, old.out]).toEqual([1, expect.stringMatching(/^Record 601 is bad: .*this is an old backup\.\n$/)]);
    const branch = await auditWith(on(await copied(file, 9, 'branch')), 'verify', '--anchors', noted);
    expect([branch.code, branch.out]).toEqual([
      1,
      expect.stringMatching(/^Record 605 is bad: .*it is another branch of it\.\n$/),
    ]);
  });

  test('names the record at which a damaged file can be read no further', async () => {
    const damaged = await copied(file, 0, 'damaged');
    const bytes = readFileSync(damaged);
    const at = bytes.indexOf('"step400"');
    const page = at - (at % 4096);
    const handle = openSync(damaged, 'r+');
    writeSync(handle, Buffer.alloc(4096, 0xff), 0, 4096, page);
    const { code, out } = await auditWith(on(damaged), 'verify');
    expect([code, out]).toEqual([
      1,
      expect.stringMatching(/^Record \d+ is bad: the database cannot read it: .*malformed/),
    ]);
    const exported = await auditWith(on(damaged), 'export');
    expect([exported.code, exported.err]).toEqual([
      2,
      expect.stringMatching(/^The export ends after record \d+: the database cannot read on \(.*malformed/),
    ]);
  });
});

describe('what cannot be looked at is no bad record:', () => {
  const secret = 'hunter2hunter2';

  test.each([
    ['a database that is not there', { DATABASE_URL: 'sqlite:/nowhere/at/all.db' }],
    ['a server that does not answer', { DATABASE_URL: `postgres://me:${secret}@127.0.0.1:1/jitney` }],
  ])('%s', async (_what, changes) => {
    for (const command of ['verify', 'export']) {
      const { code, out, err } = await auditWith(changes, command);
      expect([code, out]).toEqual([2, '']);
      expect(err).toMatch(/^The ledger cannot be read \(.+\): check DATABASE_URL, .+\n$/);
      expect(err).not.toContain(secret);
    }
  });

  test('anchors that are not there', async () => {
    const { code, out, err } = await audit('verify', '--anchors', join(folder, 'none.jsonl'));
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^\S+none.jsonl cannot be read \(ENOENT.*\): --anchors takes .+\n$/);
  });

  test('PIM’s audit that is not there', async () => {
    const { code, out, err } = await audit('reconcile');
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^Nothing was compared \(.+\): npm run doctor says what is missing\.\n$/);
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
    expect(out).toContain(`${count} records, all good. `);
  });

  test('names the line of what is no key, and does not repeat it', async () => {
    const { code, err } = await auditWith(newKey, 'verify', '--old-keys', keysFile(oldKey, 'half-a-key'));
    expect(code).toBe(2);
    expect(err).toMatch(/^Line 2 of the old keys is none: give 32 .*\n$/);
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

describe('an export', () => {
  test('is written as it is read: what stands before a record that cannot be written is there', async () => {
    const undo = tamper("update ledger set entry = 'no JSON' where seq = 590");
    const { code, out, err } = await audit('export');
    undo();
    const seqs = out
      .trim()
      .split('\n')
      .map((text) => (JSON.parse(text) as { seq: number }).seq);
    expect(seqs).toEqual(Array.from({ length: 589 }, (_, n) => n + 1));
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(/^The export ends before record 590, which is no record .*npm run -s audit -- verify/),
    ]);
  });

  test('whose reader has seen enough ends without a word', async () => {
    const many = join(folder, 'many.db');
    cpSync(file, many);
    const store = await openStore(`sqlite:${many}`, { seal: sealer(key) });
    const entry = { at: 1, actor: null, action: 'x'.repeat(2_000), activationId: null, target: null, detail: {} };
    await store.commit(Array.from({ length: 2_000 }, () => ({ kind: 'audit', entry }) as const));
    await store.close();
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'scripts/audit.ts', 'export'], {
      cwd: root,
      env: { ...env, DATABASE_URL: `sqlite:${many}` },
    });
    let err = '';
    child.stderr.on('data', (chunk) => (err += String(chunk)));
    child.stdout.once('data', () => child.stdout.destroy());
    const code = await new Promise((done) => child.once('close', done));
    expect([code, err]).toEqual([0, '']);
  });
});

test.each([[[]], [['frobnicate']]])(
  '%j is told what is wrong and how it is used, whatever the configuration',
  async (args) => {
    const { code, out, err } = await auditWith({ TENANT_ID: 'nobody’s' }, ...args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/verify, export (or|and) reconcile\.\n\nUsage:/);
  },
);

test.each(['help', '--help'])('%s is answered on standard output, and is no failure', async (word) => {
  const { code, out, err } = await auditWith({ TENANT_ID: '' }, word);
  expect([code, err]).toEqual([0, '']);
  expect(out).toMatch(/^Usage:/);
});

test('a database that is not there is not made', async () => {
  const missing = join(folder, 'missing.db');
  expect((await auditWith({ DATABASE_URL: `sqlite:${missing}` }, 'verify')).err).toMatch(
    /unable to open database file/,
  );
  expect(existsSync(missing)).toBe(false);
});
