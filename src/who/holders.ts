import type { Activation } from '../core/activation.ts';
import { sayMoment } from '../core/moment.ts';
import type { Moment } from '../core/moment.ts';
import { targetKey } from '../core/target.ts';
import type { Access } from '../core/target.ts';
import type { Insider } from '../ports/directory.ts';
import type { Holder } from '../ports/pim.ts';

/** One line of the answer. by: who approved it, when Jitney knows; elsewhere: in the group without an assignment in PIM. */
export type Held = {
  readonly oid: string;
  readonly name: string | null;
  readonly access: Access;
  readonly how: 'activated' | 'assigned' | 'elsewhere';
  readonly endsAt: Moment | null;
  readonly by: string | null;
};

/** PIM's running assignments with what the directory and Jitney know of them, those that end first in front. */
export function heldBy(
  groupId: string,
  holders: readonly Holder[],
  inside: readonly Insider[],
  activations: readonly Activation[],
  now: Moment,
): readonly Held[] {
  const keyOf = ({ oid, access }: { readonly oid: string; readonly access: Access }): string => `${oid}:${access}`;
  const insiders = new Map(inside.map((one) => [one.oid, one]));
  // PIM's list may lag behind an end that has come.
  const listed = holders.filter(({ endsAt }) => endsAt === null || endsAt > now);
  const byPim = listed.map(({ oid, access, assignment, endsAt }): Held => {
    const key = targetKey({ kind: 'group', groupId, access });
    const ours = activations.find(({ person, target }) => person.oid === oid && targetKey(target) === key);
    const approved = assignment === 'activated' && ours?.ruling?.verdict === 'approve' ? ours.ruling : null;
    return {
      oid,
      name: nameOf(insiders.get(oid)) ?? ours?.personName ?? null,
      access,
      how: assignment,
      endsAt,
      by: approved && (approved.by?.name ?? 'somebody outside Jitney'),
    };
  });
  const known = new Set(holders.map(keyOf));
  const others = inside.filter((one) => !known.has(keyOf(one)));
  const elsewhere = others.map((one): Held => ({
    oid: one.oid,
    name: nameOf(one),
    access: one.access,
    how: 'elsewhere',
    endsAt: null,
    by: null,
  }));
  return [...byPim, ...elsewhere].toSorted((a, b) => (a.endsAt ?? Infinity) - (b.endsAt ?? Infinity) || 0);
}

function nameOf(insider: Insider | undefined): string | null {
  if (!insider || insider.name === null) return null;
  return insider.isPerson ? insider.name : `${insider.name} (not a person)`;
}

/** "Adele Vance: member until 16:05, activated, approved by Megan Bowen" */
export function sayHeld({ name, access, how, endsAt, by }: Held, zone: string, now: Moment): string {
  const role = access === 'owner' ? 'OWNER' : 'member';
  const until = endsAt === null ? '' : ` until ${sayMoment(endsAt, zone, now)}`;
  const ways = {
    activated: 'activated',
    assigned: endsAt === null ? 'assigned permanently' : 'assigned',
    elsewhere: 'not listed by PIM',
  };
  const approved = by === null ? '' : `, approved by ${by}`;
  return `${name ?? 'somebody whose name I cannot read'}: ${role}${until}, ${ways[how]}${approved}`;
}
