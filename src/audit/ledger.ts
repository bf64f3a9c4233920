import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { AuditEntry, LedgerHead, LedgerRow } from '../core/audit.ts';
import { canonicalJson } from './canonical-json.ts';

/** What the first record is chained to. */
const genesis = '0'.repeat(64);

export type Verified =
  { readonly ok: true; readonly count: number } | { readonly ok: false; readonly seq: number; readonly why: string };

/** Turns an entry into the row that follows `previous` (null: the ledger is empty). */
export function sealer(key: Uint8Array): (previous: LedgerHead | null, entry: AuditEntry) => LedgerRow {
  return (previous, entry) => {
    const content = {
      seq: (previous?.seq ?? 0) + 1,
      at: entry.at,
      entry: canonicalJson(entry),
      previousHash: previous?.hash ?? genesis,
    };
    const hash = hashOf(content);
    return { ...content, hash, mac: macOf(key, hash) };
  };
}

/**
 * Reads the ledger from its first record on and names the first bad one by the number it should have. Finds every change,
 * gap and wrong order; rows cut off at the end leave a good shorter chain, which only an anchor noted elsewhere can tell.
 */
export function verify(rows: Iterable<LedgerRow>, key: Uint8Array): Verified {
  const verifier = createVerifier([key]);
  for (const row of rows) {
    const bad = verifier.take(row);
    if (bad !== null) return bad;
  }
  return verifier.end();
}

export type Bad = Extract<Verified, { ok: false }>;

/**
 * The same row by row, for a ledger that does not fit into memory, held against anchors that were noted elsewhere. keys:
 * all that sealed it, the oldest first; who got hold of an older one cannot write on after it was changed.
 */
export function createVerifier(
  keys: readonly Uint8Array[],
  anchors: readonly LedgerHead[] = [],
): { readonly take: (row: LedgerRow) => Bad | null; readonly end: () => Verified } {
  const noted = new Map(anchors.map((anchor) => [anchor.seq, anchor]));
  const newest = Math.max(0, ...noted.keys());
  let head: LedgerHead = { seq: 0, hash: genesis };
  let inUse = 0;
  return {
    take(row) {
      const isOther = (noted.get(row.seq)?.hash ?? row.hash) !== row.hash;
      const by = keys.findLastIndex((key) => sameText(row.mac, macOf(key, row.hash)));
      const why = flaw(row, head) ?? sealFlaw(by, inUse, keys.length) ?? (isOther ? forked : null);
      if (why !== null) return { ok: false, seq: head.seq + 1, why };
      head = row;
      inUse = by;
      return null;
    },
    end() {
      if (head.seq >= newest) return { ok: true, count: head.seq };
      const why = `the ledger ends before it, and an anchor knows record ${newest}: the end was cut off, or this is an old backup`;
      return { ok: false, seq: head.seq + 1, why };
    },
  };
}

const forked =
  'an anchor knows another record with this number: the ledger was rewritten, or it is another branch of it';

export const otherKey = 'it was not sealed with this key';

function flaw(row: LedgerRow, head: LedgerHead): string | null {
  if (row.seq !== head.seq + 1) return `record ${row.seq} stands where ${head.seq + 1} should`;
  if (row.previousHash !== head.hash) return 'it does not follow the record before it';
  if (row.hash !== hashOf(row)) return 'its content is not what was hashed';
  return null;
}

/** by: the place among the keys of the one that sealed the row, -1 for none of them. */
function sealFlaw(by: number, inUse: number, keys: number): string | null {
  if (by === -1) return keys === 1 ? otherKey : 'it was not sealed with any of these keys';
  return by < inUse ? 'it was sealed with a key that was out of use by then' : null;
}

/** seq, at and previousHash are under the hash too, so that no field of a row can be changed alone. */
function hashOf({ seq, at, entry, previousHash }: Omit<LedgerRow, 'hash' | 'mac'>): string {
  return createHash('sha256').update(canonicalJson({ seq, at, entry, previousHash })).digest('hex');
}

function macOf(key: Uint8Array, hash: string): string {
  return createHmac('sha256', key).update(hash).digest('hex');
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
