import type { Activation, Verdict } from '../../src/core/activation.ts';
import type { NamedPerson } from '../../src/core/person.ts';
import type { Done, Pim, Staged } from '../../src/ports/pim.ts';

/** A decision as PIM took it. */
export type Write = {
  readonly approvalId: string;
  readonly by: string;
  readonly verdict: Verdict;
  readonly reason: string;
};

export type PimModel = {
  readonly pim: Pim;
  /** Every call that reached it, by name: a press that is refused makes none. */
  readonly calls: readonly string[];
  readonly writes: readonly Write[];
  /** A request that waits for one of these. */
  waits(activation: Activation, approvers: readonly NamedPerson[]): void;
};

type Request = { readonly approvers: readonly NamedPerson[]; decided: Write | null };

/**
 * PIM's rules for approvals and nothing else, in memory, for thousands of races a minute; the same rules over HTTP are the
 * sandbox's. One decision counts, only of those the policy names now, and what was decided takes effect when it is read.
 */
export function createPimModel(length: number): PimModel {
  const requests = new Map<string, Request>();
  const calls: string[] = [];
  const writes: Write[] = [];

  function find(approvalId: string): Request {
    const found = requests.get(approvalId);
    if (!found) throw new Error(`no approval ${approvalId}`);
    return found;
  }

  function stage(oid: string, approvalId: string): Staged {
    calls.push('stage');
    if (!requests.has(approvalId)) return { kind: 'notFound' };
    const { approvers, decided } = find(approvalId);
    const mine = approvers.some((one) => one.oid === oid);
    if (!mine) return { kind: 'forbidden', message: 'not an approver' };
    const by = decided === null ? null : (approvers.find((one) => one.oid === decided.by) ?? null);
    const result = decided === null ? 'notReviewed' : decided.verdict === 'approve' ? 'approved' : 'denied';
    const justification = decided?.reason ?? null;
    return { kind: 'stage', stage: { id: approvalId, open: decided === null, mine, result, by, justification } };
  }

  function decide(write: Write): Done {
    calls.push('rule');
    const request = find(write.approvalId);
    if (!request.approvers.some(({ oid }) => oid === write.by))
      return { kind: 'forbidden', message: 'not an approver' };
    if (request.decided !== null) return { kind: 'conflict' };
    request.decided = write;
    writes.push(write);
    return { kind: 'done' };
  }

  const known: Partial<Pim> = {
    stage: (approver, approvalId) => Promise.resolve(stage(approver.oid, approvalId)),
    rule: ({ oid }, { approvalId }, verdict, reason) =>
      Promise.resolve(decide({ approvalId, by: oid, verdict, reason })),
    read: (activations) => {
      calls.push('read');
      return Promise.resolve(new Map(activations.map((one) => [one.id, reading(one)])));
    },
  };

  function reading({
    approvalId,
    requestId,
    askedAt,
  }: Activation): ReturnType<Pim['read']> extends Promise<ReadonlyMap<string, infer R>> ? R : never {
    const decided = approvalId === null ? null : find(approvalId).decided;
    const status = decided === null ? 'PendingApproval' : decided.verdict === 'approve' ? 'Provisioned' : 'Denied';
    const runs = status === 'Provisioned' ? { startsAt: askedAt, endsAt: askedAt + length } : null;
    const times = { createdAt: askedAt, startsAt: runs?.startsAt ?? null, endsAt: runs?.endsAt ?? null };
    return { requestId, approvalId, status, ...times, instance: runs };
  }

  const pim = new Proxy(known, {
    get: (target, name: keyof Pim) =>
      target[name] ??
      (() => {
        calls.push(name);
        throw new Error(`the model knows no ${name}`);
      }),
  }) as Pim;

  return {
    pim,
    calls,
    writes,
    waits: ({ approvalId }, approvers) => void requests.set(approvalId ?? '', { approvers, decided: null }),
  };
}
