import { naming, notice } from '../core/message.ts';
import type { Message } from '../core/message.ts';
import type { Place } from '../core/place.ts';
import { refusal } from '../core/refusal.ts';
import type { Ports } from '../ports/ports.ts';
import type { Change, Route } from '../ports/store.ts';

export type Groups = NonNullable<Route['targets']>;

/** What is said of the groups that a change is about; null stands for all. */
export function wordsFor(groups: Groups | null): string {
  return groups === null ? 'all groups' : groups.map(nameAndMark).join(', ');
}

function nameAndMark({ name, mark }: Groups[number]): string {
  return mark === undefined ? name : `${name} ${mark}`;
}

/** What a message about these groups names. */
export function namesOf(groups: Groups | 'all' | null): readonly string[] {
  return groups === null || groups === 'all' ? [] : groups.map(({ name }) => name);
}

/** Of the groups that this channel stops hearing of, those that no other one hears of; 'all' when only this one hears all. */
export function unheard(others: readonly Route[], lost: Groups | null): Groups | 'all' {
  if (others.some(({ targets }) => targets === null)) return [];
  if (lost === null) return 'all';
  const heard = new Set(others.flatMap(({ targets }) => targets?.map(({ groupId }) => groupId) ?? []));
  return lost.filter(({ groupId }) => !heard.has(groupId));
}

/** The last channel cannot fall silent: whoever wants to act unseen would silence it first. */
export function lastChannel(silent: Groups | 'all'): Message {
  const said = refusal(`This is the last channel that hears of ${wordsFor(silent === 'all' ? null : silent)}.`, {
    rule: 'Somebody always hears of activations, so the last channel cannot fall silent.',
    owner: 'jitney',
    next: 'Say “announce here” in another channel first, then stop it here.',
  });
  return naming(said, ...namesOf(silent));
}

/** Every other channel with announcements hears that they changed, and by whom; it learns no more names than it hears anyway. */
export async function tellOthers(
  ports: Ports,
  place: Place,
  groups: Groups | null,
  by: string | null,
  say: (what: string, where: string) => string,
): Promise<readonly Change[]> {
  const others = (await ports.store.routes()).filter((route) => route.place.conversationId !== place.conversationId);
  const where = place.name === null ? 'a channel' : `the channel “${place.name}”`;
  return others.map((route): Change => {
    const known = knownTo(route, groups);
    const text = say(namedFor(known, groups), where);
    const key = `routes:${ports.ids.id()}`;
    const said = notice('⚠', text, 'This channel goes on as before.');
    const message = naming(said, place.name, by, ...namesOf(known));
    return { kind: 'job', job: { kind: 'notice', key, to: route.place, oid: null, message }, due: ports.clock.now() };
  });
}

/** Of the groups those that this channel hears of anyway. */
function knownTo({ targets }: Route, groups: Groups | null): Groups | null {
  if (targets === null || groups === null) return groups;
  const own = new Set(targets.map(({ groupId }) => groupId));
  return groups.filter(({ groupId }) => own.has(groupId));
}

function namedFor(known: Groups | null, groups: Groups | null): string {
  if (known === null || groups === null || known.length === groups.length) return wordsFor(groups);
  return known.length === 0 ? 'other groups' : `${wordsFor(known)} and others`;
}
