import { naming, notice } from '../core/message.ts';
import type { Message } from '../core/message.ts';
import type { NamedGroup } from '../core/named-group.ts';
import { toldApart } from '../core/namesake.ts';
import { targetKey } from '../core/target.ts';
import type { Actor } from '../ports/incoming.ts';
import type { Ports } from '../ports/ports.ts';
import { heldBy, sayHeld } from './holders.ts';
import type { Held } from './holders.ts';

/** As many lines as one answer shows beside its last two. */
const mostLines = 10;

/** `who has X`: who holds it now, as what, until when, how, and approved by whom when Jitney knows. One answer a group. */
export function who(ports: Ports, actor: Actor, groups: readonly NamedGroup[]): Promise<readonly Message[]> {
  return Promise.all(groups.map((group) => whoHas(ports, actor, group)));
}

async function whoHas(ports: Ports, actor: Actor, { groupId, name }: NamedGroup): Promise<Message> {
  const keys = (['member', 'owner'] as const).map((access) => targetKey({ kind: 'group', groupId, access }));
  const [holders, inside, activations, mark] = await Promise.all([
    ports.pim.holders(groupId),
    ports.directory.inside(groupId),
    ports.store.openActivationsOf(actor.tid, keys),
    ports.directory.mark({ groupId, name }),
  ]);
  const now = ports.clock.now();
  const held = heldBy(groupId, holders, inside, activations, now);
  const group = mark === null ? name : `${name} ${mark}`;
  if (held.length === 0) return naming(notice('○', `Nobody has ${group} now.`), name);
  const zone = actor.zone ?? ports.settings.defaultTimeZone;
  const shown = apart(await withNames(ports, held.slice(0, mostLines)));
  const lines = shown.map((one) => sayHeld(one, zone, now));
  const more = held.length - shown.length;
  const said = notice(
    '✓',
    `${group}: ${held.length} ${held.length === 1 ? 'has' : 'have'} it now`,
    ...lines,
    ...(more > 0 ? [`… and ${more} more`] : []),
    ...(shown.some(({ endsAt }) => endsAt !== null) ? [`Times are those of ${zone}.`] : []),
  );
  return naming(said, name, ...shown.flatMap((one) => [one.name, one.by]));
}

/** Of two people of one name each with the end of their id. */
function apart(held: readonly Held[]): readonly Held[] {
  const names = toldApart(held.map(({ oid, name }) => ({ oid, name: name ?? oid })));
  return held.map((one, at) => (one.name === null ? one : { ...one, name: names[at] ?? one.name }));
}

/** Somebody whom PIM lists already and the group does not yet. */
function withNames(ports: Ports, held: readonly Held[]): Promise<readonly Held[]> {
  return Promise.all(
    held.map(async (one) => {
      if (one.name !== null) return one;
      return { ...one, name: (await ports.directory.person(one.oid))?.name ?? null };
    }),
  );
}
