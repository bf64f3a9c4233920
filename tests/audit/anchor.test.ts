import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createAnchors, isGenuine, sign } from '../../src/audit/anchor.ts';
import type { AnchorSinks } from '../../src/audit/anchor.ts';
import { createVerifier, sealer } from '../../src/audit/ledger.ts';
import type { Anchor, LedgerHead, LedgerRow } from '../../src/core/audit.ts';

const key = new Uint8Array(32).fill(1);
const hour = 3_600_000;
const folder = mkdtempSync(join(tmpdir(), 'jitney-anchor-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function chain(count: number, name = 'a'): readonly LedgerRow[] {
  const seal = sealer(key);
  const rows: LedgerRow[] = [];
  for (let at = 0; at < count; at += 1) {
    const entry = { at, actor: null, action: `${name}${at}`, activationId: null, target: null, detail: {} };
    rows.push(seal(rows.at(-1) ?? null, entry));
  }
  return rows;
}

function verdict(rows: readonly LedgerRow[], anchors: readonly LedgerHead[]): unknown {
  const verifier = createVerifier([key], anchors);
  for (const row of rows) {
    const bad = verifier.take(row);
    if (bad !== null) return bad;
  }
  return verifier.end();
}

describe('an anchor', () => {
  const anchor = sign(chain(3)[2]!, 5, key);

  test('is genuine as it was signed, and with nothing of it changed', () => {
    expect(isGenuine(anchor, key)).toBe(true);
    const changes = [{ seq: 4 }, { hash: 'x' }, { at: 6 }, { mac: anchor.mac.slice(1) }, { mac: chain(3)[2]!.mac }];
    for (const change of changes) expect(isGenuine({ ...anchor, ...change }, key)).toBe(false);
    expect(isGenuine(anchor, new Uint8Array(32).fill(2))).toBe(false);
  });

  test('finds an end that was cut off, and an old backup', () => {
    expect(verdict(chain(3), [anchor])).toEqual({ ok: true, count: 3 });
    expect(verdict(chain(9), [anchor])).toEqual({ ok: true, count: 9 });
    expect(verdict(chain(2), [anchor])).toMatchObject({ ok: false, seq: 3, why: expect.stringMatching(/cut off/) });
    expect(verdict([], [anchor])).toMatchObject({ ok: false, seq: 1 });
  });

  test('finds a ledger that was written anew with the right key, and the other branch of one that was forked', () => {
    const common = chain(2);
    const branch = [...common, ...chain(4, 'b').slice(2)];
    expect(verdict(chain(4, 'b'), [anchor])).toMatchObject({
      ok: false,
      seq: 3,
      why: expect.stringMatching(/another/),
    });
    expect(verdict(branch, [])).toMatchObject({ ok: false, seq: 3, why: 'it does not follow the record before it' });
  });
});

describe('the newest record is noted', () => {
  const received: string[] = [];
  let status = 200;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      received.push(body);
      // Not chained: the web server's library, in a worker that has it, lets writeHead return nothing.
      response.writeHead(status, { Location: '/elsewhere' });
      response.end();
    });
  });
  let url: string;
  let wall = 1_000;
  let head: LedgerHead | null = null;
  let lines: [string, unknown][] = [];

  beforeAll(async () => {
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/anchors`;
  });
  afterAll(() => {
    server.close();
  });
  beforeEach(() => {
    received.length = 0;
    status = 200;
    wall = 1_000;
    lines = [];
  });

  function anchors(sinks: AnchorSinks): { tick: () => Promise<void> } {
    const note = (event: string, facts: unknown): unknown => lines.push([event, facts]);
    const log = { info: note, warn: note, error: note };
    const clock = { now: () => 0, wall: () => wall };
    return createAnchors({ head: () => Promise.resolve(head), key, sinks, everyMs: hour, clock, log });
  }

  test('in the log, the file and at the address, at its interval and only when there is a new one', async () => {
    const file = join(folder, 'deep', 'anchors.jsonl');
    const noting = anchors({ file, url });
    head = null;
    await noting.tick();
    head = chain(1)[0]!;
    await noting.tick();
    head = chain(2)[1]!;
    await noting.tick();
    wall += hour;
    await noting.tick();
    wall += hour;
    await noting.tick();

    const noted = readFileSync(file, 'utf8').trim().split('\n');
    expect(noted).toEqual(received);
    const read = noted.map((text) => JSON.parse(text) as Anchor);
    expect(read.map(({ seq, at }) => [seq, at])).toEqual([
      [1, 1_000],
      [2, 1_000 + hour],
    ]);
    expect(read.every((anchor) => isGenuine(anchor, key))).toBe(true);
    expect(lines).toEqual(read.map((anchor) => ['ledger.anchor', anchor]));
  });

  test.each([500, 302, 403])(
    'a receiver that answers %i is an alarm, and the file gets it all the same',
    async (bad) => {
      status = bad;
      const file = join(folder, `${bad}.jsonl`);
      head = chain(1)[0]!;
      await anchors({ file, url }).tick();
      expect(lines.map(([event]) => event)).toEqual(['ledger.anchor', 'ledger.anchorLost']);
      expect(readFileSync(file, 'utf8')).toContain('"seq":1');
      expect(received).toHaveLength(1);
    },
  );

  test('a database that cannot be read is an alarm and no exception', async () => {
    const noting = createAnchors({
      head: () => Promise.reject(new Error('gone')),
      key,
      sinks: { file: null, url: null },
      everyMs: hour,
      clock: { now: () => 0, wall: () => wall },
      log: { info: () => undefined, warn: () => undefined, error: (event) => lines.push([event, null]) },
    });
    await noting.tick();
    expect(lines).toEqual([['ledger.anchorLost', null]]);
  });
});
