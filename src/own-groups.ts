import { activate, keep } from './activate/activate.ts';
import { askOf } from './activate/ask.ts';
import { dryRun } from './activate/dry-run.ts';
import { findTarget } from './activate/named-targets.ts';
import type { Found } from './activate/named-targets.ts';
import type { Activation } from './core/activation.ts';
import type { Message } from './core/message.ts';
import type { Place } from './core/place.ts';
import { targetKey } from './core/target.ts';
import type { Access, NamedTarget } from './core/target.ts';
import { adoptRunning, cancel, end, notYours } from './deactivate/end.ts';
import { extend } from './extend/extend.ts';
import type { Activate, Cancel, Deactivate, Extend } from './language/command.ts';
import type { Actor } from './ports/incoming.ts';
import type { ParkedAsk } from './ports/parked.ts';
import type { Eligibility } from './ports/pim.ts';
import type { Ports } from './ports/ports.ts';
import type { Change } from './ports/store.ts';

/** Sentences that name groups of the person's own, one or several. */
type Speaker = { readonly actor: Actor; readonly place: Place };

/** One at a time: each is ended and asked for again, and each wants its own yes. */
export async function extendAll(
  ports: Ports,
  { actor, place }: Speaker,
  command: Extend,
  eligible: readonly Eligibility[],
): Promise<readonly Message[]> {
  const said = askOf(command);
  const replies: Message[] = [];
  for (const found of await findEach(ports, { actor, place }, command, eligible, 'activate', keep(said))) {
    if (found.kind === 'ask') {
      replies.push(found.message);
      continue;
    }
    const running = await ports.store.openActivation(actor, targetKey(found.named.target));
    replies.push(running ? await extend(ports, actor, place, running, said) : notYours());
  }
  return replies;
}

/** What each typed name means, in the order of the sentence. */
function findEach(
  ports: Ports,
  { actor, place }: Speaker,
  { groups = [], role }: { readonly groups?: readonly string[]; readonly role?: Access },
  among: readonly Eligibility[],
  verb: 'activate' | 'deactivate',
  ask: ParkedAsk = keep({}),
): Promise<readonly Found[]> {
  return Promise.all(groups.map((typed) => findTarget(ports, actor, place, typed, role, among, verb, ask)));
}

export async function activateAll(
  ports: Ports,
  { actor, place }: Speaker,
  command: Activate,
  eligible: readonly Eligibility[],
): Promise<readonly Message[]> {
  const ask = askOf(command);
  const found = await findEach(ports, { actor, place }, command, eligible, 'activate', keep(ask));
  const clear = found.flatMap((one) => (one.kind === 'target' ? [one.named] : []));
  const asked = found.flatMap((one) => (one.kind === 'ask' ? [one.message] : []));
  // Asked before anything is ordered: what is begun shows itself after a crash, and a question does not.
  if (clear.length > 0 && asked.length > 0) await tell(ports, actor, place, asked);
  const batch = clear.length > 1 ? ports.ids.id() : null;
  const replies = await Promise.all(
    clear.map((named) =>
      command.dryRun ? dryRun(ports, actor, named, ask) : activate(ports, actor, place, named, ask, batch),
    ),
  );
  return [...(clear.length > 0 ? [] : asked), ...replies.filter((reply) => reply !== null)];
}

/** Durable at once, whatever becomes of the rest of the sentence. */
async function tell(ports: Ports, { oid }: Actor, to: Place, messages: readonly Message[]): Promise<void> {
  const due = ports.clock.now();
  await ports.store.commit(
    messages.map((message) => ({
      kind: 'job',
      job: { kind: 'notice', key: ports.ids.id(), to, oid, message },
      due,
    })),
  );
}

/** Among what runs, by PIM's own list, so that an activation made elsewhere can be ended here too. */
export async function endAll(
  ports: Ports,
  { actor, place }: Speaker,
  command: Deactivate,
  own: readonly Eligibility[],
): Promise<readonly Message[]> {
  const [running, open] = await Promise.all([ports.pim.active(actor), ports.store.openActivations(actor)]);
  const ends = new Map([...running, ...open].map(({ target, endsAt }) => [targetKey(target), endsAt]));
  const candidates = own.filter(({ target }) => ends.has(targetKey(target)));
  const found = await findEach(ports, { actor, place }, command, candidates, 'deactivate');
  return eachOwn(
    ports,
    { actor, place },
    found,
    async (named) => {
      const key = targetKey(named.target);
      return (
        (await ports.store.openActivation(actor, key)) ??
        (await adoptRunning(ports, actor, place, named, ends.get(key) ?? null))
      );
    },
    (activation) => end(ports, actor, activation),
  );
}

export async function cancelAll(
  ports: Ports,
  { actor, place }: Speaker,
  command: Cancel,
  eligible: readonly Eligibility[],
): Promise<readonly Message[]> {
  if (command.id !== undefined) {
    const own = (await ports.store.activationsByShortId(command.id)).filter(({ person }) => person.oid === actor.oid);
    const [activation] = own;
    return one(activation && own.length === 1 ? await cancel(ports, actor, activation) : notYours());
  }
  const found = await findEach(ports, { actor, place }, command, eligible, 'deactivate');
  return eachOwn(
    ports,
    { actor, place },
    found,
    ({ target }) => ports.store.openActivation(actor, targetKey(target)),
    (activation) => cancel(ports, actor, activation),
  );
}

/** One write after the other; all are marked before the first, so that what a crash leaves undone is missed. */
async function eachOwn(
  ports: Ports,
  { actor, place }: Speaker,
  found: readonly Found[],
  own: (named: NamedTarget) => Promise<Activation | null>,
  write: (activation: Activation) => Promise<Message | null>,
): Promise<readonly Message[]> {
  const named = found.flatMap((one) => (one.kind === 'target' ? [one.named] : []));
  const asked = found.flatMap((one) => (one.kind === 'ask' ? [one.message] : []));
  const owned: (Activation | null)[] = [];
  for (const target of named) owned.push(await own(target));
  if (asked.length > 0 && owned.length > 0) await tell(ports, actor, place, asked);
  const marked = owned.flatMap((activation): Change[] =>
    activation ? [{ kind: 'activation', activation: { ...activation, version: activation.version + 1 } }] : [],
  );
  // Somebody else's change in between is no reason not to go on.
  if (marked.length > 1) await ports.store.commit(marked);
  const replies: Message[] = [];
  for (const activation of owned) replies.push(...(activation ? one(await write(activation)) : [notYours()]));
  return owned.length > 0 ? replies : asked;
}

function one(message: Message | null): readonly Message[] {
  return message ? [message] : [];
}
