import { createHmac, timingSafeEqual } from 'node:crypto';
import { appendFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Anchor, LedgerHead } from '../core/audit.ts';
import { isRoundDue } from '../core/moment.ts';
import type { Clock, Log } from '../ports/ports.ts';
import { canonicalJson } from './canonical-json.ts';

/** Where anchors go beside the log. Both null: only there. */
export type AnchorSinks = { readonly file: string | null; readonly url: string | null };

const deadlineMs = 10_000;

export function sign(head: LedgerHead, at: number, key: Uint8Array): Anchor {
  const { seq, hash } = head;
  return { seq, hash, at, mac: macOf({ seq, hash, at }, key) };
}

export function isGenuine(anchor: Anchor, key: Uint8Array): boolean {
  const [wanted, given] = [Buffer.from(macOf(anchor, key)), Buffer.from(anchor.mac)];
  return wanted.length === given.length && timingSafeEqual(wanted, given);
}

/** Under the ledger's key like its rows, but for another purpose: a row's seal is no anchor. */
function macOf({ seq, hash, at }: Omit<Anchor, 'mac'>, key: Uint8Array): string {
  return createHmac('sha256', key)
    .update(`anchor ${canonicalJson({ seq, hash, at })}`)
    .digest('hex');
}

/**
 * Notes the newest record where the database's owner cannot change it: whoever cuts off or rewrites the ledger afterwards
 * contradicts the note. A sink that does not take it is an alarm in the log, and gets the next one.
 */
export function createAnchors(options: {
  readonly head: () => Promise<LedgerHead | null>;
  readonly key: Uint8Array;
  readonly sinks: AnchorSinks;
  readonly everyMs: number;
  readonly clock: Clock;
  readonly log: Log;
}): { readonly tick: () => Promise<void> } {
  const { head, key, sinks, everyMs, clock, log } = options;
  let dueAt = 0;
  let noted = '';

  async function send(anchor: Anchor): Promise<void> {
    log.info('ledger.anchor', { ...anchor });
    const line = JSON.stringify(anchor);
    const ways = [
      ...(sinks.file === null ? [] : [toFile(sinks.file, line)]),
      ...(sinks.url === null ? [] : [toUrl(sinks.url, line)]),
    ];
    for (const result of await Promise.allSettled(ways)) {
      if (result.status === 'rejected') log.error('ledger.anchorLost', { error: result.reason });
    }
  }

  async function note(now: number): Promise<void> {
    const newest = await head();
    // The very first record is noted at once.
    if (newest === null) dueAt = now;
    // Nothing new needs no new note.
    if (newest === null || newest.hash === noted) return;
    await send(sign(newest, now, key));
    noted = newest.hash;
  }

  return {
    async tick() {
      const now = clock.wall();
      if (!isRoundDue(now, dueAt, everyMs)) return;
      dueAt = now + everyMs;
      await note(now).catch((error: unknown) => log.error('ledger.anchorLost', { error }));
    },
  };
}

async function toFile(file: string, line: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await appendFile(file, `${line}\n`, { flush: true });
}

async function toUrl(url: string, line: string): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    body: line,
    headers: { 'Content-Type': 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(deadlineMs),
  });
  if (!response.ok) throw new Error(`the anchor's receiver answered ${response.status}`);
}
