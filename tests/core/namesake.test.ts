import { expect, test } from '@jest/globals';
import { markAmong, marks, toldApart } from '../../src/core/namesake.ts';
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

test('of the groups of one name one is told apart, and one that is not among them not', () => {
  const found = [
    { id: 'bbbb0001', name: 'A', description: 'Production' },
    { id: 'bbbb0002', name: 'a', description: null },
  ];
  expect(markAmong('bbbb0001', found)).toBe('…bbbb0001 · Production');
  expect(markAmong('bbbb0003', found)).toBeNull();
  expect(markAmong('bbbb0001', found.slice(0, 1))).toBeNull();
});

test('two people of one name carry the end of their id, the same person twice does not', () => {
  const [one, other, third] = [
    { oid: 'aaaa-AAAA00000001', name: 'Adele Vance' },
    { oid: 'aaaa-AAAA00000002', name: 'adele  vance' },
    { oid: 'aaaa-AAAA00000003', name: 'Megan Bowen' },
  ];
  expect(toldApart([one, other, third])).toEqual(['Adele Vance …00000001', 'adele  vance …00000002', 'Megan Bowen']);
  expect(toldApart([one, third, one])).toEqual(['Adele Vance', 'Megan Bowen', 'Adele Vance']);
});
