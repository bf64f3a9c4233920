import type { AuditEntry } from '../core/audit.ts';
import { isRoundDue } from '../core/moment.ts';
import type { Finding, Made } from '../core/finding.ts';
import type { Moment } from '../core/moment.ts';
import { readTargetKey } from '../core/target.ts';
import type { Pim } from '../ports/pim.ts';
import type { Clock, Log } from '../ports/ports.ts';
import type { Change, Store } from '../ports/store.ts';
import { compare } from './compare.ts';
import type { Span } from './compare.ts';

type Reads = {
  readonly pim: Pick<Pim, 'traces'>;
  readonly store: Pick<Store, 'activationsAsked' | 'recorded'>;
  readonly clock: Clock;
};

/** Rows of PIM's audit come minutes late: what is younger than this is looked at in a later round. */
export const graceMs = 30 * 60_000;
/** Looked at beyond both edges, for a request whose two times differ, and once more for a row that came later still. */
const slackMs = 60 * 60_000;
/** What is decided or ended now was asked for at most so long ago: a day for the decision, a day for the activation. */
const longestMs = 48 * 60 * 60_000;
const everyMs = 5 * 60_000;
const leaseMs = 4 * 60_000;
/** How far back the very first round looks. */
export const firstMs = 24 * 60 * 60_000;

/** Reads both records of a span and nothing else. */
export async function differences({ pim, store, clock }: Reads, span: Span): Promise<readonly Finding[]> {
  const [from, to] = [span.from - slackMs, span.to + slackMs];
  const [activations, entries, traces] = await Promise.all([
    store.activationsAsked(from - longestMs, to),
    store.recorded('pim.write', from, to),
    pim.traces(from),
  ]);
  return compare({ activations, made: entries.flatMap(madeOf) }, traces, span, clock.now());
}

/**
 * Compares what Jitney recorded with PIM's audit, every few minutes, from where the last round ended, on one replica at a
 * time. What is found stands in the ledger and is shown by `audit`.
 */
export function createReconciler(ports: Reads & { readonly store: Store; readonly log: Log }): {
  readonly tick: () => Promise<void>;
} {
  const { store, clock, log } = ports;
  let dueAt = 0;
  let running = false;

  async function round(now: Moment): Promise<void> {
    const leased = await store.leaseReconciliation(now, leaseMs);
    if (leased === null) return;
    const to = now - graceMs;
    // A clock that was set back has compared what is still to come: all of the last day is looked at once more.
    const isAhead = leased.until !== null && leased.until > now;
    const from = isAhead ? to - firstMs : (leased.until ?? to - firstMs);
    if (to <= from) return;
    const found = await differences(ports, { from: from - slackMs, to });
    const known = new Set(await store.findingsAmong(found.map(({ id }) => id)));
    const fresh = found.filter(({ id }) => !known.has(id));
    const changes = fresh.flatMap((finding): Change[] => [
      { kind: 'finding', finding },
      { kind: 'audit', entry: entryOf(finding) },
    ]);
    await store.commit([...changes, { kind: 'reconciled', until: to }]);
    for (const { id, kind, act } of fresh) log.warn('reconcile.mismatch', { request: id, kind, act: act ?? 'asked' });
  }

  return {
    async tick() {
      const now = clock.now();
      if (running || !isRoundDue(now, dueAt, everyMs)) return;
      running = true;
      dueAt = now + everyMs;
      try {
        await round(now);
      } catch (error) {
        // The next round begins where the last one ended.
        log.warn('reconcile.failed', { error });
      } finally {
        running = false;
      }
    },
  };
}

const writes: Readonly<Record<string, Made['act']>> = {
  Approve: 'approved',
  Deny: 'denied',
  cancel: 'cancelled',
  selfDeactivate: 'ended',
};

/** Nothing for a write that PIM did not take, or that is told by its activation. */
function madeOf({ at, actor, target, detail }: AuditEntry): readonly Made[] {
  const act = writes[String(detail['what'])];
  const status = Number(detail['status'] ?? 0);
  if (act === undefined || actor === null || status < 200 || status >= 300) return [];
  const read = target === null ? null : readTargetKey(target);
  const requestId = detail['requestId'];
  const group = read?.kind === 'group' ? read : null;
  return [
    {
      ...{ act, at, oid: actor.oid, id: String(detail['clientRequestId']) },
      requestId: typeof requestId === 'string' ? requestId : null,
      groupId: group?.groupId ?? null,
      access: group?.access ?? null,
    },
  ];
}

function entryOf({
  kind,
  act,
  id,
  oid,
  groupId,
  foundAt,
  happenedAt,
}: Finding): Extract<Change, { kind: 'audit' }>['entry'] {
  return {
    at: foundAt,
    actor: null,
    action: 'reconcile.mismatch',
    activationId: null,
    target: null,
    detail: { kind, act: act ?? 'asked', request: id, person: oid, group: groupId, at: happenedAt },
  };
}
