import type { ListRow, Message } from '../core/message.ts';
import { notice } from '../core/message.ts';
import type { Target } from '../core/target.ts';
import { targetKey } from '../core/target.ts';
import type { Actor } from '../ports/incoming.ts';
import type { Eligibility } from '../ports/pim.ts';
import type { Ports } from '../ports/ports.ts';
import type { Change } from '../ports/store.ts';
import type { Activation } from '../core/activation.ts';
import type { Place } from '../core/place.ts';
import { requesterCard } from '../watch/settle.ts';

const shownRows = 12;
/** More living cards than this would bury the chat; then one card lists them. */
const mostCards = 3;

/** What the person has running and waiting, as Jitney and PIM know it now. */
export async function status(
  ports: Ports,
  actor: Actor,
  place: Place,
  filter: 'pending' | 'active' | undefined,
): Promise<readonly Message[]> {
  const open = await ports.store.openActivations(actor);
  const wanted = open.filter(({ phase }) => filter === undefined || (filter === 'active') === (phase === 'active'));
  if (wanted.length > mostCards) return [{ kind: 'status', activations: wanted }];
  if (wanted.length > 0) {
    await showAgain(ports, place, wanted);
    return [];
  }
  const elsewhere = filter === 'pending' ? [] : await runningElsewhere(ports, actor);
  if (elsewhere.length > 0) {
    return [{ kind: 'list', rows: elsewhere, more: 0, total: elsewhere.length, query: null, next: null }];
  }
  const nothing = { pending: 'Nothing of yours is waiting.', active: 'Nothing of yours is active.' };
  const said = filter === undefined ? 'Nothing of yours is active or waiting.' : nothing[filter];
  return [notice('○', said, 'Say “list” to see what you may activate.')];
}

/** The living cards themselves, sent again to where the person is now: a chat that lost them has them back. */
async function showAgain(ports: Ports, place: Place, activations: readonly Activation[]): Promise<void> {
  const due = ports.clock.now();
  const reader = { kind: 'requester' } as const;
  for (const { id, batch } of activations) await ports.store.saveCard(batch ?? id, reader, { place, activityId: null });
  await ports.store.commit(activations.map((one): Change => ({ kind: 'job', job: requesterCard(one), due })));
}

/** Activated in PIM's own pages or by another tool: shown with a button to end it. */
async function runningElsewhere(ports: Ports, actor: Actor): Promise<readonly ListRow[]> {
  const [running, eligible] = await Promise.all([ports.pim.active(actor), ports.pim.eligibilities(actor)]);
  return running.flatMap(({ target, endsAt }) => {
    const known = eligible.find((one) => targetKey(one.target) === targetKey(target));
    return known ? [row(known, { state: 'active', endsAt })] : [];
  });
}

/** What the person may activate, what is active, and what each one asks for. */
export async function list(
  ports: Ports,
  actor: Actor,
  query: string | undefined,
  { offset = 0, count = shownRows, fresh = true } = {},
): Promise<Message> {
  const [eligible, running, open] = await Promise.all([
    ports.pim.eligibilities(actor, { fresh }),
    ports.pim.active(actor),
    ports.store.openActivations(actor),
  ]);
  const found = query === undefined ? eligible : eligible.filter(({ name }) => fold(name).includes(fold(query)));
  const states = new Map<string, Pick<ListRow, 'state' | 'endsAt'>>();
  for (const { target, endsAt } of running) states.set(targetKey(target), { state: 'active', endsAt });
  for (const { target, phase, endsAt } of open) {
    if (phase === 'waiting' || phase === 'scheduled' || phase === 'active')
      states.set(targetKey(target), { state: phase, endsAt });
    else states.set(targetKey(target), { state: 'starting', endsAt });
  }
  const sorted = [...found].sort(
    (a, b) => rank(states, a.target) - rank(states, b.target) || a.name.localeCompare(b.name),
  );
  const shown = sorted.slice(offset, offset + count);
  const policies = await ports.pim.policies(shown.map(({ target }) => target));
  const rows = shown.map((one, index) => {
    const policy = policies[index] ?? null;
    return {
      ...row(one, states.get(targetKey(one.target)) ?? { state: 'available', endsAt: null }),
      maximumMinutes: policy?.maximumMinutes ?? null,
      approval: policy?.approval != null,
      ticket: policy?.ticket ?? false,
      stepUp: policy?.authenticationContext != null,
    };
  });
  const more = Math.max(sorted.length - offset - shown.length, 0);
  const next = more > 0 ? `${offset + count}|${(query ?? '').slice(0, 100)}` : null;
  return { kind: 'list', rows, more, total: sorted.length, query: query ?? null, next };
}

function rank(states: ReadonlyMap<string, unknown>, target: Target): number {
  return states.has(targetKey(target)) ? 0 : 1;
}

function fold(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

function row(eligible: Eligibility, state: Pick<ListRow, 'state' | 'endsAt'>): ListRow {
  const access = eligible.target.kind === 'group' ? eligible.target.access : 'member';
  return {
    key: targetKey(eligible.target),
    name: eligible.name,
    mark: eligible.mark,
    access,
    ...state,
    maximumMinutes: null,
    approval: false,
    ticket: false,
    stepUp: false,
  };
}

/** The next rows of a list, as its `page` button names them. */
export async function page(ports: Ports, actor: Actor, id: string): Promise<Message> {
  const at = id.indexOf('|');
  const query = id.slice(at + 1);
  return list(ports, actor, query === '' ? undefined : query, { offset: Number(id.slice(0, at)) || 0 });
}
