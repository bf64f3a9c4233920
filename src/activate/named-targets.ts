import { identityOf } from '../core/person.ts';
import { matchName } from '../language/names.ts';
import type { Message } from '../core/message.ts';
import type { Access, NamedTarget } from '../core/target.ts';
import { targetKey } from '../core/target.ts';
import type { Place } from '../core/place.ts';
import { refusal } from '../core/refusal.ts';
import type { Actor } from '../ports/incoming.ts';
import type { ParkedAsk } from '../ports/parked.ts';
import type { Eligibility } from '../ports/pim.ts';
import type { Ports } from '../ports/ports.ts';

export type Found =
  { readonly kind: 'target'; readonly named: NamedTarget } | { readonly kind: 'ask'; readonly message: Message };

const choiceMs = 15 * 60_000;

/**
 * The one thing that a typed name means among those the person may use. Exact or ask: a near name, several groups of one
 * name, or a name that is only there as owner (unsaid) opens a picker; nothing near says so.
 */
export async function findTarget(
  ports: Ports,
  actor: Actor,
  place: Place,
  typed: string,
  access: Access | undefined,
  among: readonly Eligibility[],
  verb: 'activate' | 'deactivate',
  ask: ParkedAsk,
): Promise<Found> {
  const named = among.filter(
    ({ target }) => access === undefined || (target.kind === 'group' && target.access === access),
  );
  const match = matchName(typed, [...new Set(named.map(({ name }) => name))]);
  if (match.kind === 'none') return { kind: 'ask', message: unknownName(typed, access, among, verb) };
  const names = match.kind === 'several' ? match.names : [match.name];
  // One by its name of before and its name of now is one.
  const hits = [
    ...new Map(named.filter(({ name }) => names.includes(name)).map((one) => [targetKey(one.target), one])).values(),
  ];
  const exact = match.kind === 'exact' ? preferMember(hits, access) : [];
  const [only] = exact;
  if (only && exact.length === 1) return { kind: 'target', named: only };
  return { kind: 'ask', message: await offer(ports, actor, place, typed, hits, match.kind === 'exact', verb, ask) };
}

/** Said or not, the plain meaning of a group's name is membership; ownership alone is asked about, never assumed. */
function preferMember(hits: readonly Eligibility[], access: Access | undefined): readonly Eligibility[] {
  if (access !== undefined) return hits;
  const members = hits.filter(({ target }) => target.kind !== 'group' || target.access === 'member');
  return members.length > 0 ? members : [];
}

async function offer(
  ports: Ports,
  actor: Actor,
  place: Place,
  typed: string,
  hits: readonly Eligibility[],
  exactName: boolean,
  verb: 'activate' | 'deactivate',
  ask: ParkedAsk,
): Promise<Message> {
  const id = ports.ids.id();
  const now = ports.clock.now();
  const shown = hits.slice(0, 5);
  const options = shown.map(({ target, name, mark }) => ({ targetKey: targetKey(target), name, mark }));
  await ports.store.commit([
    {
      kind: 'park',
      parked: {
        id,
        person: identityOf(actor),
        place,
        at: now,
        expiresAt: now + choiceMs,
        body: { kind: 'choice', verb, options, ask },
      },
    },
  ]);
  return {
    kind: 'choice',
    id,
    typed,
    verb,
    why: !exactName ? 'near' : hits.length === 1 ? 'ownerOnly' : 'several',
    options: shown.map(({ target, name, mark }) => ({
      name,
      mark,
      access: target.kind === 'group' ? target.access : 'member',
    })),
  };
}

export function notEligible(what: string): Message {
  return refusal(what, {
    rule: 'You can activate what you are eligible for.',
    owner: 'group',
    next: 'Nothing was asked of PIM. Say “list” to see yours.',
  });
}

export function unknownName(
  typed: string,
  access: Access | undefined,
  among: readonly Eligibility[],
  verb: string,
): Message {
  const [first] = among;
  const as = access === 'owner' ? ' as owner' : '';
  const what = `No group “${typed}” that you can ${verb}${as}.`;
  if (verb === 'activate') {
    return refusal(what, {
      rule: 'It is not among the groups you are eligible for, or it has another name.',
      owner: 'group',
      next: 'Say “list” to see them all.',
      examples: first ? [`activate ${first.name} for 1h`] : [],
      button: { verb: 'list', id: 'all', title: 'What can I activate?' },
    });
  }
  const rule =
    verb === 'cancel'
      ? 'Only a request that waits can be cancelled, and it is not among yours.'
      : `Only what is active can ${verb === 'extend' ? 'be extended' : 'end'}, and it is not among what you have active now.`;
  return refusal(what, { rule, owner: 'pim', next: 'Say “status” to see what is active or waiting.' });
}
