import { describe, expect, test } from '@jest/globals';
import { expandAliases, usableAliases } from '../../src/alias/expand.ts';
import type { Alias } from '../../src/ports/store.ts';

function alias(name: string, groups: readonly string[], owner: string | null = 'me'): Alias {
  return { tid: 't', owner, key: name.toLowerCase(), name, groups, by: { tid: 't', oid: 'me' }, at: 0 };
}

describe('which aliases a person can say', () => {
  test('their own hides a shared one, in whatever order they come', () => {
    const [own, shared] = [alias('Night', ['A']), alias('night', ['B'], null)];
    expect(usableAliases([own, shared], [])).toEqual([own]);
    expect(usableAliases([shared, own], [])).toEqual([own]);
  });

  test('none that has the name of a target or looks like it: the target is meant', () => {
    const all = [alias('sql prod', ['A'], null), alias('ЅQL Prod', ['A'], null), alias('sql', ['A'], null)];
    expect(usableAliases(all, ['SQL Prod'])).toEqual([all[2]]);
  });
});

describe('a command with aliases', () => {
  const known = [alias('Night', ['Azure Admins', 'SQL Prod'])];

  test('gets the groups in the alias’s place, in order, each once', () => {
    const command = { kind: 'activate', groups: ['sql prod', 'NIGHT', 'Intune'], durationMinutes: 60 } as const;
    expect(expandAliases(command, known)).toEqual({
      kind: 'activate',
      groups: ['sql prod', 'Azure Admins', 'Intune'],
      durationMinutes: 60,
    });
  });

  test('that names no group stays as it is', () => {
    const command = { kind: 'cancel', id: '1a2b3c4d' } as const;
    expect(expandAliases(command, known)).toBe(command);
  });

  test('is expanded once: an alias inside an alias is only a name', () => {
    const nested = [...known, alias('week', ['Night'])];
    expect(expandAliases({ kind: 'deactivate', groups: ['week'] }, nested)).toMatchObject({ groups: ['Night'] });
  });
});
