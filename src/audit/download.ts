import type { AuditEntry, LedgerRow } from '../core/audit.ts';
import type { Person } from '../core/person.ts';
import { identityOf } from '../core/person.ts';
import type { Directory } from '../ports/directory.ts';
import type { ParkedBody } from '../ports/parked.ts';
import type { Clock } from '../ports/ports.ts';
import type { Store } from '../ports/store.ts';
import type { WebResponse } from '../ports/web.ts';
import { header, line } from './export.ts';

type Options = {
  readonly store: Pick<Store, 'parked' | 'takeParked' | 'commit'>;
  /** The whole ledger, from its first record. */
  readonly rows: () => AsyncIterable<LedgerRow>;
  readonly directory: Pick<Directory, 'isMember'>;
  readonly auditorGroupId: string | null;
  readonly clock: Clock;
};

type Wanted = Extract<ParkedBody, { kind: 'export' }>;

const chunkSize = 64 * 1024;

/**
 * The file that an auditor asked for in the chat. Whoever calls has made sure, by a sign-in just now, that `person` is at
 * the browser. Handed out once; whether they still are an auditor is asked anew, and that they read it stands in the ledger
 * before the first byte. Null: this person came for something else.
 */
export async function download(
  { store, rows, directory, auditorGroupId, clock }: Options,
  person: Person,
  parkedId: string,
): Promise<WebResponse | 'gone' | null> {
  if ((await store.parked(parkedId))?.body.kind !== 'export') return null;
  const taken = await store.takeParked(parkedId, person, clock.wall());
  if (taken?.body.kind !== 'export') return 'gone';
  if (auditorGroupId === null || !(await directory.isMember(auditorGroupId, person.oid))) return 'gone';
  const at = clock.now();
  const entry: AuditEntry = {
    at,
    actor: identityOf(person),
    action: 'audit.export',
    activationId: null,
    target: null,
    detail: { about: taken.body.about },
    cause: { event: parkedId, conversation: taken.place.conversationId },
  };
  if (!(await store.commit([{ kind: 'audit', entry }]))) throw new Error('The export could not be recorded.');
  return {
    status: 200,
    headers: {
      'Content-Type': 'text/csv; charset=utf-8',
      'Content-Disposition': `attachment; filename="jitney-ledger-${new Date(at).toISOString().slice(0, 10)}.csv"`,
      'Content-Security-Policy': "default-src 'none'; sandbox",
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
    },
    body: csv(rows(), isAbout(taken.body)),
  };
}

async function* csv(rows: AsyncIterable<LedgerRow>, wanted: (entry: AuditEntry) => boolean): AsyncGenerator<string> {
  let chunk = header('csv');
  for await (const row of rows) {
    if (!wanted(JSON.parse(row.entry) as AuditEntry)) continue;
    chunk += line('csv', row);
    if (chunk.length < chunkSize) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
}

/**
 * What these people did, what was done with these groups, and everything else about the same activations and requests:
 * who decided on them, and what PIM answered. Asked of the records in their order.
 */
export function isAbout({ oids, targetKeys }: Pick<Wanted, 'oids' | 'targetKeys'>): (entry: AuditEntry) => boolean {
  if (oids.length + targetKeys.length === 0) return () => true;
  const [people, targets] = [new Set(oids), new Set(targetKeys)];
  const known = new Set<string>();
  return ({ actor, target, activationId, detail }) => {
    const names = [activationId, detail['requestId']].filter((name) => typeof name === 'string');
    const isWanted =
      (actor !== null && people.has(actor.oid)) ||
      (target !== null && targets.has(target)) ||
      names.some((name) => known.has(name));
    if (isWanted) for (const name of names) known.add(name);
    return isWanted;
  };
}
