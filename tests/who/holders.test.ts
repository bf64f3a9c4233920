import { describe, expect, test } from '@jest/globals';
import type { Activation } from '../../src/core/activation.ts';
import type { Insider } from '../../src/ports/directory.ts';
import type { Holder } from '../../src/ports/pim.ts';
import { heldBy, sayHeld } from '../../src/who/holders.ts';
import { activation, adele, megan } from '../store/fixtures.ts';

const now = Date.UTC(2026, 10, 23, 13);
const hour = 3_600_000;
const zone = 'Europe/Berlin';
const target = { kind: 'group', groupId: 'g', access: 'member' } as const;

function holder(oid: string, more: Partial<Holder> = {}): Holder {
  return { oid, access: 'member', assignment: 'activated', endsAt: now + hour, ...more };
}

function insider(oid: string, name: string | null, more: Partial<Insider> = {}): Insider {
  return { oid, name, isPerson: true, access: 'member', ...more };
}

function lines(
  holders: readonly Holder[],
  inside: readonly Insider[] = [],
  activations: readonly Activation[] = [],
): readonly string[] {
  return heldBy('g', holders, inside, activations, now).map((held) => sayHeld(held, zone, now));
}

describe('who holds a group', () => {
  test('says how each came by it, those that end first in front', () => {
    const holders = [
      holder('c', { assignment: 'assigned', endsAt: null, access: 'owner' }),
      holder('b', { assignment: 'assigned', endsAt: now + 40 * hour }),
      holder('a'),
    ];
    const inside = [insider('a', 'Ada'), insider('b', 'Bob'), insider('c', 'Cleo', { access: 'owner' })];
    expect(lines(holders, inside)).toEqual([
      'Ada: member until 15:00, activated',
      'Bob: member until Wed 25 Nov 06:00, assigned',
      'Cleo: OWNER, assigned permanently',
    ]);
  });

  test('names who approved an activation that came through Jitney, for this access alone', () => {
    const ruling = { verdict: 'approve', by: { oid: megan.oid, name: 'Megan' }, at: now, reason: null } as const;
    const ours = activation('x', { person: adele, personName: 'Adele', target, ruling });
    const both = [holder(adele.oid), holder(adele.oid, { access: 'owner' })];
    expect(lines(both, [insider(adele.oid, 'Adele')], [ours])).toEqual([
      'Adele: member until 15:00, activated, approved by Megan',
      'Adele: OWNER until 15:00, activated',
    ]);
  });

  test('an approval that was given elsewhere is said to be so, and one that nobody had to give is not mentioned', () => {
    const ruling = { verdict: 'approve', by: null, at: now, reason: null } as const;
    const elsewhere = activation('x', { person: adele, personName: 'Adele', target, ruling });
    expect(lines([holder(adele.oid)], [], [elsewhere])[0]).toContain('approved by somebody outside Jitney');
    expect(lines([holder(adele.oid)], [], [{ ...elsewhere, ruling: null }])[0]).toBe(
      'Adele: member until 15:00, activated',
    );
  });

  test('leaves out what has ended although PIM still lists it, inside or not', () => {
    expect(lines([holder('a', { endsAt: now })], [insider('a', 'Ada')])).toEqual([]);
  });

  test('shows who is in the group without PIM, and groups as what they are', () => {
    expect(lines([], [insider('a', 'Ada'), insider('g2', 'Leads', { isPerson: false })])).toEqual([
      'Ada: member, not listed by PIM',
      'Leads (not a person): member, not listed by PIM',
    ]);
  });

  test('admits that a name cannot be read', () => {
    expect(lines([holder('a', { endsAt: null })])[0]).toBe('somebody whose name I cannot read: member, activated');
  });
});
