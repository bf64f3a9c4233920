import { decide } from '../core/decide.ts';
import type { Ask } from '../core/decide.ts';
import { sayMinutes } from '../core/duration.ts';
import { explain, refusalFacts } from '../core/explain.ts';
import { notice } from '../core/message.ts';
import type { Message } from '../core/message.ts';
import type { Policy } from '../core/policy.ts';
import type { NamedTarget } from '../core/target.ts';
import type { Actor } from '../ports/incoming.ts';
import type { Ports } from '../ports/ports.ts';

const needs = {
  justification: 'a reason (“because …”)',
  ticket: 'a ticket (“ticket INC0012345”)',
  duration: 'a shorter time',
};

/** What would happen, and who would have to approve: PIM itself judges it (isValidationOnly), and nothing comes of it. */
export async function dryRun(ports: Ports, actor: Actor, named: NamedTarget, ask: Ask): Promise<Message> {
  const policy = await ports.pim.policy(named.target);
  const now = ports.clock.now();
  const decision = decide(ask, policy, { now, defaultMinutes: ports.settings.defaultMinutes, open: null });
  if (decision.kind === 'refused')
    return notice('✕', `Dry run: ${named.name} would be refused.`, 'Its time is over or too short.');
  if (decision.kind === 'question') {
    const missing = decision.needs.map((need) => needs[need]).join(' and ');
    return notice('⚠', `Dry run: ${named.name} still needs ${missing}.`, 'Nothing was asked of PIM.');
  }
  const judged = await ports.pim.validate(actor, named.target, decision.wish);
  if (judged.kind !== 'done') {
    const reference = ports.ids.id().slice(0, 8);
    ports.log.warn('pim.refused', { reference, ...refusalFacts(judged) });
    return explain(judged, `accept this dry run of ${named.name}`, reference);
  }
  const { length } = decision.wish;
  const how = length.kind === 'for' ? `For ${sayMinutes(length.minutes)}.` : 'Until the time you said.';
  const lines = [how, await whoDecides(ports, actor, policy), 'This was a dry run: nothing was asked for.'];
  return notice('○', `Dry run: PIM would take ${named.name}.`, ...lines);
}

async function whoDecides(ports: Ports, actor: Actor, policy: Policy): Promise<string> {
  if (policy.approval === null) return 'It would be active at once; nobody has to approve.';
  const people = await ports.directory.approvers(actor.tid, policy.approval.approvers);
  const names = people.filter(({ oid }) => oid !== actor.oid).map(({ name }) => name);
  return names.length === 0
    ? 'It would wait for approval, and its policy names nobody but you.'
    : `It would wait for approval by one of: ${names.join(', ')}.`;
}
