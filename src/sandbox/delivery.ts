import type { Fault, FaultAnswer } from './faults.ts';
import { delayOf } from './faults.ts';
import type { Reply } from './reply.ts';

/** How an answer leaves: whole, broken off in the middle, or as a broken connection. */
export type Delivery = { readonly kind: 'whole' | 'truncated'; readonly reply: Reply } | { readonly kind: 'broken' };

export type Served = {
  /** Does what was asked and returns the true answer, or 'broken' when the connection is to break after it. */
  readonly act: () => Promise<Reply | 'broken'>;
  /** An answer that a rule names, worded as the side that was asked words its errors. */
  readonly faultReply: (answer: FaultAnswer) => Reply;
  /** Called once, when it is known what arrives (0: nothing whole) and what was truly answered (0: nothing done). */
  readonly note: (arrived: number, answered: number) => void;
};

/** The one place where a fault meets a call: before the effect, instead of it, or on the way back. */
export async function serveWithFault(fault: Fault | undefined, { act, faultReply, note }: Served): Promise<Delivery> {
  await delayOf(fault);
  if (fault?.kind === 'reset') {
    note(0, 0);
    return { kind: 'broken' };
  }
  if (fault?.kind === 'answer') {
    note(fault.answer.status, 0);
    return { kind: 'whole', reply: faultReply(fault.answer) };
  }
  const reply = await act();
  if (reply === 'broken') {
    note(0, 0);
    return { kind: 'broken' };
  }
  if (fault?.kind === 'truncated') {
    note(0, reply.status);
    return { kind: 'truncated', reply };
  }
  if (fault?.kind !== 'lost') {
    note(reply.status, reply.status);
    return { kind: 'whole', reply };
  }
  note(fault.instead?.status ?? 0, reply.status);
  return fault.instead ? { kind: 'whole', reply: faultReply(fault.instead) } : { kind: 'broken' };
}
