import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { replay } from '../../src/sandbox/replay/replay.ts';
import { ids, PIM } from '../support/tenant.ts';

const GRAPH = 'https://graph.microsoft.com/v1.0';
const group = '5b1f0c1e-7a34-4a6c-9f5e-0d2c6a7b8c90';
const person = ids.adele;

function file(method: string, path: string, status: number, body: unknown, asked: unknown = null): string {
  return JSON.stringify({ request: { method, path, body: asked }, response: { status, body } });
}

const instance = {
  id: `${group}_member_1`,
  startDateTime: '2024-05-01T08:00:00Z',
  endDateTime: null,
  accessId: 'member',
  principalId: person,
  groupId: group,
  memberType: 'Direct',
};
const list = `${GRAPH}${PIM}/eligibilityScheduleInstances?$filter=groupId eq '${group}'`;
const order = {
  accessId: 'member',
  principalId: person,
  groupId: group,
  action: 'selfActivate',
  scheduleInfo: { startDateTime: '2024-05-01T08:00:00Z', expiration: { type: 'afterDuration', duration: 'PT2H' } },
};
const placed = {
  id: 'x',
  status: 'Provisioned',
  approvalId: null,
  createdBy: { user: { id: person } },
  isValidationOnly: false,
  ticketInfo: { ticketNumber: null },
};

describe('an example is ok', () => {
  test.each<[string, string]>([
    ['with the documented fields, whatever their values', file('GET', list, 200, { value: [instance] })],
    [
      'when null stands where we have a value, or we have null',
      file('GET', list, 200, { value: [{ ...instance, memberType: null, endDateTime: '2025-01-01T00:00:00Z' }] }),
    ],
    [
      'when the page carries annotations and its known slips',
      file('GET', list, 200, {
        '@odata.count': 'x',
        '@microsoft.graph.tips': 1,
        value: [{ ...instance, createdDateTIme: 1 }],
      }),
    ],
    [
      'when the page filters by one group and shows another',
      file('GET', list.replace(group, ids.sql), 200, { value: [instance] }),
    ],
    ['with a selected part', file('GET', `${list}&$select=groupId`, 200, { value: [{ groupId: group }] })],
    [
      'without a host',
      file('GET', `${PIM}/assignmentApprovals/${ids.sql}`, 200, { id: 'x', stages: [{ id: 'y', assignedToMe: true }] }),
    ],
    ['of a write', file('POST', `${GRAPH}${PIM}/assignmentScheduleRequests`, 201, placed, order)],
    [
      'of a write that is refused',
      file(
        'POST',
        `${GRAPH}${PIM}/assignmentScheduleRequests`,
        400,
        { error: { code: 'x', message: 'y' } },
        { ...order, action: 'selfExtend' },
      ),
    ],
    [
      'of a decision',
      file('PATCH', `${GRAPH}${PIM}/assignmentApprovals/a/stages/b`, 204, null, { reviewResult: 'Deny' }),
    ],
    [
      'of a batch',
      file(
        'POST',
        `${GRAPH}/$batch`,
        200,
        { responses: [{ id: '1', status: 200, body: { id: person } }] },
        { requests: [{ id: '1', method: 'GET', url: '/me' }] },
      ),
    ],
  ])('%s', (_, text) => {
    expect(replay(text)).toEqual({ kind: 'ok' });
  });
});

describe('an example differs', () => {
  test.each<[string, string, RegExp]>([
    [
      'in its status',
      file('GET', `${GRAPH}${PIM}/eligibilityScheduleInstances`, 200, { value: [] }),
      /^status 400, documented as 200/,
    ],
    [
      'in a type',
      file('GET', list, 200, { value: [{ ...instance, accessId: 5 }] }),
      /^body\.value\[0\]\.accessId is string, documented as number$/,
    ],
    ['in a field we lack', file('GET', list, 200, { value: [{ ...instance, colour: 'red' }] }), /colour is missing/],
    [
      'in a list for an object',
      file('GET', list, 200, { value: [{ ...instance, groupId: [] }] }),
      /documented as array/,
    ],
    [
      'in a list that is empty here',
      file('GET', `${GRAPH}${PIM}/assignmentApprovals/${group}`, 200, { id: 'x', stages: [{ reviewedBy: 7, id: 5 }] }),
      /documented as number/,
    ],
    [
      'inside a batch',
      file(
        'POST',
        `${GRAPH}/$batch`,
        200,
        { responses: [{ id: '1', status: 200, body: { age: 7 } }] },
        { requests: [{ id: '1', method: 'GET', url: '/me' }] },
      ),
      /^part "1": body\.age is missing$/,
    ],
  ])('%s', (_, text, what) => {
    expect(replay(text)).toMatchObject({ kind: 'differs', what: expect.stringMatching(what) });
  });
});

describe('an example is not covered', () => {
  test.each<[string, string]>([
    ['without a response', JSON.stringify({ request: { method: 'GET', path: list }, response: null })],
    ['without a request', JSON.stringify({ response: { status: 200 } })],
    ['without a status', JSON.stringify({ request: { method: 'GET', path: list }, response: { status: null } })],
    ['with a placeholder in the path', file('GET', `${GRAPH}${PIM}/assignmentApprovals/{id}`, 200, {})],
    [
      'with a placeholder in the body',
      file('POST', `${GRAPH}${PIM}/assignmentScheduleRequests`, 201, {}, { ...order, groupId: '<group>' }),
    ],
    ['for another host', file('GET', 'https://login.microsoftonline.com/common/oauth2/v2.0/authorize', 200, {})],
    ['for a route outside the sandbox', file('GET', `${GRAPH}/sites/root`, 200, {})],
    ['that is no JSON', 'GET /me'],
  ])('%s', (_, text) => {
    expect(replay(text).kind).toBe('notCovered');
  });
});

describe('the command', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'contract-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const command = (...args: string[]): { lines: string[]; status: number | null } => {
    const script = fileURLToPath(new URL('../../src/sandbox/contract.ts', import.meta.url));
    const ran = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', script, ...args], {
      encoding: 'utf8',
    });
    return { lines: ran.stdout.trim().split('\n'), status: ran.status };
  };

  test('prints a line a file, then the sums, and fails on a difference', () => {
    writeFileSync(join(folder, 'a.json'), file('GET', list, 200, { value: [instance] }));
    writeFileSync(join(folder, 'b.json'), '{}');
    const before = command(folder);
    writeFileSync(join(folder, 'c.json'), file('GET', list, 404, {}));

    const after = command(folder);

    expect(before).toEqual({
      lines: ['a.json: ok', 'b.json: not covered (no request or no response)', '{"ok":1,"differs":0,"notCovered":1}'],
      status: 0,
    });
    expect(after).toMatchObject({ status: 1 });
    expect(after.lines.at(-1)).toBe('{"ok":1,"differs":1,"notCovered":1}');
  });

  test('says what it wants when it cannot read', () => {
    expect([command().status, command(join(folder, 'nowhere')).status]).toEqual([2, 2]);
  });
});
