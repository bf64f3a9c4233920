import type { Cause } from './core/audit.ts';
import type { Ports } from './ports/ports.ts';
import type { Change } from './ports/store.ts';

/** The same world, in which every line of the ledger tells what brought it about. */
export function causedBy(ports: Ports, cause: Cause): Ports {
  const commit = (changes: readonly Change[]): Promise<boolean> =>
    ports.store.commit(changes.map((change) => told(change, cause)));
  return { ...ports, store: { ...ports.store, commit } };
}

function told(change: Change, cause: Cause): Change {
  return change.kind === 'audit' ? { ...change, entry: { ...change.entry, cause } } : change;
}
