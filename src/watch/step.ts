import { isSameStep, isUnderWay, leaveMs, mayBegin } from '../core/activation.ts';
import type { Activation, Step } from '../core/activation.ts';
import { identityOf } from '../core/person.ts';
import { targetKey } from '../core/target.ts';
import type { Actor } from '../ports/incoming.ts';
import type { Leave } from '../ports/pim.ts';
import type { Ports } from '../ports/ports.ts';

const attempts = 5;

export type Claim = {
  readonly kind: Step['kind'];
  readonly name: string;
  /** The action in the ledger. */
  readonly action: string;
};

/**
 * won: nobody else writes for this activation now; before is the cut-off step that it took the place of. lost: somebody does,
 * or it is past that; as it is stored.
 */
export type Claimed =
  | { readonly kind: 'won'; readonly activation: Activation; readonly step: Step; readonly before: Step | null }
  | { readonly kind: 'lost'; readonly activation: Activation };

/** As long as the step that was claimed is the one that stands. */
export function leaveOfStep({ store }: Ports, { id, step: claimed }: Activation): Leave {
  return {
    until: (claimed?.at ?? 0) + leaveMs,
    isOurs: async () => isSameStep((await store.activation(id))?.step ?? null, claimed),
  };
}

/**
 * Durable before the write: who does what, with its ledger line. A reading that the watch stored meanwhile is no reason
 * to lose: the claim is made again on top of it.
 */
export async function claimStep(ports: Ports, actor: Actor, known: Activation, claim: Claim): Promise<Claimed> {
  let stored = known;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const at = ports.clock.now();
    if (isUnderWay(stored, at) || !mayBegin(claim.kind, stored)) break;
    const step: Step = { kind: claim.kind, by: { oid: actor.oid, name: claim.name }, at };
    const activation = { ...stored, step, version: stored.version + 1 };
    const entry = {
      at,
      actor: identityOf(actor),
      action: claim.action,
      activationId: stored.id,
      target: targetKey(stored.target),
      // The version is what was on the card that was pressed, or what the sentence met.
      detail: { requestId: stored.requestId, version: stored.version },
    };
    const isWon = await ports.store.commit([
      { kind: 'activation', activation },
      { kind: 'audit', entry },
    ]);
    if (isWon) return { kind: 'won', activation, step, before: stored.step };
    stored = (await ports.store.activation(stored.id)) ?? stored;
  }
  return { kind: 'lost', activation: stored };
}
