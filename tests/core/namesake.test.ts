import { expect, test } from '@jest/globals';
import { marks } from '../../src/core/namesake.ts';
import type { Access } from '../../src/core/target.ts';

function group(id: string, name: string, description: string | null = null, access: Access = 'member') {
  return { target: { kind: 'group' as const, groupId: id, access }, name, description };
}

test('of a name that only one group has nothing more is said', () => {
  expect(marks([group('aaaaaaaa-0001', 'Azure Admins'), group('aaaaaaaa-0002', 'SQL Prod')])).toEqual([null, null]);
});

test('two groups of one name are told apart by the end of the id and the description', () => {
  const first = group('bbbbbbbb-0000-4000-8000-0000AAAA0001', 'Azure Admins', 'Production');
  const second = group('bbbbbbbb-0000-4000-8000-0000aaaa0002', 'Azure Admins');
  expect(marks([first, second, group('x', 'SQL Prod')])).toEqual(['…aaaa0001 · Production', '…aaaa0002', null]);
});

test.each([
  ['Azure Admins', 'azure admins'],
  ['Azure Admins', 'Azure  Admins '],
  ['Azure\u00a0Admins', 'Azure Admins'],
  ['Équipe', 'E\u0301quipe'],
])('%p and %p are one name to a reader', (one, other) => {
  expect(marks([group('bbbb0001', one), group('bbbb0002', other)])).toEqual(['…bbbb0001', '…bbbb0002']);
});

test('member and owner of one group are no namesakes', () => {
  expect(marks([group('bbbb0001', 'Azure Admins'), group('BBBB0001', 'Azure Admins', null, 'owner')])).toEqual([
    null,
    null,
  ]);
});

test('a description of spaces says nothing', () => {
  expect(marks([group('bbbb0001', 'A', ' '), group('bbbb0002', 'A', '')])).toEqual(['…bbbb0001', '…bbbb0002']);
});

test('roles of one name are told apart by their own ids', () => {
  const role = (roleId: string) => ({
    target: { kind: 'entraRole' as const, roleId, scope: '/' },
    name: 'R',
    description: null,
  });
  expect(marks([role('cccc0001'), role('cccc0002')])).toEqual(['…cccc0001', '…cccc0002']);
});
