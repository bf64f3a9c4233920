import { isGenuine } from '../../src/audit/anchor.ts';
import { createVerifier, verify } from '../../src/audit/ledger.ts';
import type { Verified } from '../../src/audit/ledger.ts';
import { keysOf } from '../../src/config.ts';
import type { Anchor, AuditEntry } from '../../src/core/audit.ts';
import { openRecord } from '../../src/store/open.ts';
import type { StartedBot } from './bot.ts';
import type { SandboxCall } from './sandbox.ts';
import { sayWrite, writesAmong } from './writes.ts';

export type Line = AuditEntry & { readonly seq: number };

/** Every line of the bot's ledger, which is verified on the way. */
export async function readLedger(bot: StartedBot): Promise<readonly Line[]> {
  const ledger = await openRecord(bot.database);
  try {
    const rows = await ledger.ledger(0, 1_000_000);
    const verified = verify(rows, sandboxKey());
    if (!verified.ok) throw new Error(`record ${verified.seq} of the ledger is bad: ${verified.why}`);
    return rows.map(({ seq, entry }) => ({ ...(JSON.parse(entry) as AuditEntry), seq }));
  } finally {
    await ledger.close();
  }
}

/** The sandbox's committed key, as the bot derives the ledger's from it. */
function sandboxKey(): Uint8Array {
  return keysOf(Buffer.from('aml0bmV5LXNhbmRib3gta2V5LW5vdC1hLXNlY3JldCE=', 'base64')).ledger;
}

/** Whether the bot's ledger goes on from these anchors, each a line as it went out; all have to be signed. */
export async function goesOnFrom(bot: StartedBot, lines: readonly string[]): Promise<Verified> {
  const anchors = lines.map((line) => JSON.parse(line) as Anchor);
  for (const anchor of anchors) {
    if (!isGenuine(anchor, sandboxKey())) throw new Error(`the anchor of record ${anchor.seq} is not signed`);
  }
  const ledger = await openRecord(bot.database);
  try {
    const verifier = createVerifier([sandboxKey()], anchors);
    for (const row of await ledger.ledger(0, 1_000_000)) {
      const bad = verifier.take(row);
      if (bad !== null) return bad;
    }
    return verifier.end();
  } finally {
    await ledger.close();
  }
}

/** The lines that stood in the ledger as the intent of this write when it was made. */
export function intentsOf(write: SandboxCall, ledger: readonly Line[]): readonly Line[] {
  const { customData, groupId, action } = (write.body ?? {}) as Readonly<Record<string, string | undefined>>;
  const own = ledger.filter(({ actor, action: did }) => actor?.oid === write.token?.oid && did !== 'pim.write');
  if (action === 'selfActivate') {
    return own.filter((line) => line.action === 'activation.order' && line.activationId === customData);
  }
  if (action === 'selfDeactivate') {
    return own.filter((line) => line.action === 'activation.end' && line.target?.includes(groupId ?? '?'));
  }
  const request = /(?:assignmentScheduleRequests|assignmentApprovals)\/([^/]+)/.exec(write.path)?.[1];
  return own.filter((line) => line.detail['requestId'] === request);
}

/**
 * What holds for every write that the bot made: its intent, of the token's owner, was in the ledger before. Throws with the
 * first for which it does not hold. Whose tokens they are is proved wherever a sandbox ends.
 */
export async function proveWrites(bot: StartedBot, calls: readonly SandboxCall[]): Promise<void> {
  // Only the bot names its writes; what a test does in PIM's own pages has no name.
  const writes = writesAmong(calls).filter(({ clientRequestId }) => clientRequestId !== undefined);
  if (writes.length === 0) return;
  const ledger = await readLedger(bot);
  for (const write of writes) {
    const { isValidationOnly } = (write.body ?? {}) as Readonly<Record<string, unknown>>;
    const isEffect = write.status >= 200 && write.status < 300 && isValidationOnly !== true;
    if (isEffect && intentsOf(write, ledger).length === 0)
      throw new Error(`no intent in the ledger: ${sayWrite(write)}`);
  }
}
