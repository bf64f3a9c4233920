import type { Target } from './target.ts';

type Thing = { readonly target: Target; readonly name: string; readonly description: string | null };

/**
 * What tells a target from others that have one and the same name for a reader: the end of its id and its description.
 * Null where no other has it.
 */
export function marks(things: readonly Thing[]): readonly (string | null)[] {
  const ids = new Map<string, Set<string>>();
  for (const { target, name } of things) {
    const key = readAs(name);
    ids.set(key, (ids.get(key) ?? new Set()).add(idOf(target)));
  }
  return things.map((thing) => ((ids.get(readAs(thing.name))?.size ?? 0) > 1 ? markOf(thing) : null));
}

/** Of the groups that have one name, what tells this one apart; null where there is no other. */
export function markAmong(
  groupId: string,
  found: readonly { readonly id: string; readonly name: string; readonly description: string | null }[],
): string | null {
  const named = found.map(({ id, name, description }) => {
    return { target: { kind: 'group', groupId: id, access: 'member' } as const, name, description };
  });
  return marks(named)[found.findIndex(({ id }) => id === groupId)] ?? null;
}

/** The names of people; of two who have one name each with the end of their id. */
export function toldApart(people: readonly { readonly oid: string; readonly name: string }[]): readonly string[] {
  return people.map(({ oid, name }) => {
    const others = people.some((one) => one.oid !== oid && readAs(one.name) === readAs(name));
    return others ? `${name} …${oid.slice(-8).toLowerCase()}` : name;
  });
}

function markOf({ target, description }: Thing): string {
  const tail = `…${idOf(target).slice(-8)}`;
  return description === null || description.trim() === '' ? tail : `${tail} · ${description}`;
}

/** Member and owner of one group are two targets of one thing. */
function idOf(target: Target): string {
  return (target.kind === 'group' ? target.groupId : target.roleId).toLowerCase();
}

function readAs(name: string): string {
  return name.normalize('NFC').replace(/\s+/g, ' ').trim().toLowerCase();
}
