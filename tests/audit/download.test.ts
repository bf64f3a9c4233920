import { describe, expect, test } from '@jest/globals';
import { isAbout } from '../../src/audit/download.ts';
import type { AuditEntry } from '../../src/core/audit.ts';

function entry(changes: Partial<AuditEntry>): AuditEntry {
  return { at: 0, actor: null, action: 'x', activationId: null, target: null, detail: {}, ...changes };
}
const by = (oid: string) => ({ tid: 't', oid });

describe('an export about', () => {
  test('nobody and nothing in particular has every record', () => {
    expect([entry({}), entry({ actor: by('adele') })].filter(isAbout({ oids: [], targetKeys: [] }))).toHaveLength(2);
  });

  test('a person has what they did, who decided on it and what PIM answered, and nothing of others', () => {
    const order = entry({ actor: by('adele'), activationId: 'a1', target: 'group:1:member' });
    const decision = entry({ actor: by('megan'), activationId: 'a1', detail: { requestId: 'r1' } });
    const written = entry({ actor: by('megan'), detail: { requestId: 'r1' } });
    const theirs = entry({
      actor: by('lee'),
      activationId: 'a2',
      target: 'group:1:member',
      detail: { requestId: 'r2' },
    });
    const found = [order, decision, written, theirs].filter(isAbout({ oids: ['adele'], targetKeys: [] }));
    expect(found).toEqual([order, decision, written]);
  });

  test('a group has what was done with it, whoever did it, and not the rest of what they did', () => {
    const order = entry({ actor: by('adele'), activationId: 'a1', target: 'group:1:owner' });
    const other = entry({ actor: by('adele'), activationId: 'a2', target: 'group:2:member' });
    const refused = entry({ actor: by('adele'), action: 'activation.refused', activationId: 'a1' });
    const found = [order, other, refused].filter(
      isAbout({ oids: [], targetKeys: ['group:1:member', 'group:1:owner'] }),
    );
    expect(found).toEqual([order, refused]);
  });
});
