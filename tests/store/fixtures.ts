import { newActivation } from '../../src/core/activation.ts';
import type { Activation } from '../../src/core/activation.ts';
import type { AuditEntry } from '../../src/core/audit.ts';
import type { Person } from '../../src/core/person.ts';
import type { Place } from '../../src/core/place.ts';
import { sealer } from '../../src/audit/ledger.ts';
import { migrate } from '../../src/store/migrations.ts';
import { openStore } from '../../src/store/open.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import type { Actor } from '../../src/ports/incoming.ts';
import type { Job } from '../../src/ports/job.ts';
import type { Parked } from '../../src/ports/parked.ts';

export type OpenStore = Awaited<ReturnType<typeof openStore>>;

/** A store on a new, empty database that is closed after the test, and one more on the same database (another replica). */
export type Stores = {
  readonly store: () => Promise<OpenStore>;
  readonly replica: () => Promise<OpenStore>;
  /** The same on a database that an older release made and used: it runs the statements before this one opens it. */
  readonly upgraded: (release: string, statements: readonly string[]) => Promise<OpenStore>;
  readonly sql: (statement: string) => Promise<void>;
};

export const ledgerKey = new Uint8Array(32).fill(7);

export function open(url: string): Promise<OpenStore> {
  return openStore(url, { seal: sealer(ledgerKey) });
}

/** The database as a replica of an older release made it. */
export async function makeAtRelease(url: string, release: string): Promise<void> {
  const database = url.startsWith('sqlite:') ? openSqlite(url.slice('sqlite:'.length)) : openPostgres(url);
  try {
    await migrate(database, release);
  } finally {
    await database.db.destroy();
  }
}

export const tid = '7f1d0000-0000-4000-8000-000000000001';
export const megan: Person = { tid, oid: '7f1d0000-0000-4000-8000-00000000000a' };
export const adele: Person = { tid, oid: '7f1d0000-0000-4000-8000-00000000000b' };
export const stranger: Person = { tid: '7f1d0000-0000-4000-8000-000000000002', oid: megan.oid };

export function actor(person: Person, more: Partial<Actor> = {}): Actor {
  return { ...person, name: 'Megan Bowen', zone: 'Europe/Berlin', ...more };
}

export function chat(conversationId = 'a:1'): Place {
  const serviceUrl = 'https://smba.example/emea/';
  return { kind: 'personal', conversationId, serviceUrl, tid, botId: '28:bot', name: null, teamGroupId: null };
}

export function channel(conversationId = '19:general@thread.tacv2'): Place {
  return { ...chat(conversationId), kind: 'channel', name: 'General', teamGroupId: 'team-1' };
}

export function activation(id: string, more: Partial<Activation> = {}): Activation {
  return newActivation({
    id,
    person: megan,
    personName: 'Megan Bowen',
    target: { kind: 'group', groupId: `group-of-${id}`, access: 'member' },
    targetName: 'Azure Admins',
    wish: {
      length: { kind: 'for', minutes: 120 },
      startAt: null,
      justification: 'fixing \u0000 prod 🚒',
      ticket: null,
    },
    phase: 'ordering',
    askedAt: 1_000,
    place: chat(),
    approverJustification: true,
    maximumMinutes: 480,
    readAt: 2_000,
    ...more,
  });
}

export function entry(action: string, more: Partial<AuditEntry> = {}): AuditEntry {
  return { at: 1_000, actor: megan, action, activationId: null, target: null, detail: { minutes: 120 }, ...more };
}

export function resume(parkedId: string): Job {
  return { kind: 'resume', parkedId };
}

export function parkedSentence(id: string, more: Partial<Parked> = {}): Parked {
  const body = { kind: 'sentence', text: 'activate Azure Admins for 2h', scope: 'personal' } as const;
  return { id, person: megan, place: chat(), at: 1_000, expiresAt: 10_000, body, ...more };
}
