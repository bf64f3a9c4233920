import { explain } from './core/explain.ts';
import type { Message } from './core/message.ts';
import { portalApprovals } from './core/message.ts';
import { identityOf } from './core/person.ts';
import type { Actor } from './ports/incoming.ts';
import type { Pim } from './ports/pim.ts';
import type { Ports } from './ports/ports.ts';

/** PIM as it is for reading, and closed for everything else: the last door, whatever led to it. */
export function readOnlyPim(pim: Pim): Pim {
  const closed = (): Promise<{ readonly kind: 'readOnly' }> => Promise.resolve({ kind: 'readOnly' });
  return { ...pim, order: closed, end: closed, cancel: closed, rule: closed };
}

/** `what` is a verb of the language or of a button. Null when it may go on; else the ledger has heard of it. */
export async function refuseWhenReadOnly(ports: Ports, actor: Actor, what: string): Promise<Message | null> {
  if (!ports.settings.readOnly || !changing.has(what)) return null;
  const entry = {
    at: ports.clock.now(),
    actor: identityOf(actor),
    action: 'command.refused',
    activationId: null,
    target: null,
    detail: { command: what, why: 'readOnly' },
  };
  await ports.store.commit([{ kind: 'audit', entry }]);
  const said = explain({ kind: 'readOnly' }, 'hear of it');
  if (said.kind !== 'problem' || !deciding.has(what)) return said;
  return { ...said, link: { url: portalApprovals, title: 'Open PIM' } };
}

const deciding: ReadonlySet<string> = new Set(['approve', 'deny', 'denyForm']);

/** What asks PIM for a change, or changes what Jitney tells whom. Signing out is never refused. */
const changing: ReadonlySet<string> = new Set([
  ...deciding,
  ...['activate', 'deactivate', 'extend', 'cancel', 'repeat', 'announce', 'stopAnnounce', 'alias', 'removeAlias'],
  ...['end', 'endLater', 'endTarget', 'lengthen', 'renew', 'retry', 'again', 'answer', 'ask', 'fill', 'keepTrying'],
]);
