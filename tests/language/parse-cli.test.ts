import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const program = fileURLToPath(new URL('../../src/language/parse-cli.ts', import.meta.url));

function run(input: string): {
  readonly lines: readonly string[];
  readonly stderr: string;
  readonly status: number | null;
} {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', program], {
    input,
    encoding: 'utf8',
  });
  return { lines: stdout.split('\n'), stderr, status };
}

test('answers each line with one line, in order, and writes nothing else', () => {
  const lines = [
    '{"text":"activate Azure Admins for 2h because fixing prod ticket ServiceNow INC0012345","now":"2026-11-23T09:00:00Z","timeZone":"Europe/Berlin","botName":"Jitney","scope":"personal","eligibleGroups":["Azure Admins"],"openRequestIds":[]}',
    'not json',
    '',
    '{"text":"status"}\r',
    '[]',
    'null',
    '{"text":5}',
    '{}',
    '{"text":"activate Ünit 🙂\u2028for 2h"}',
    '{"text":"\\ud800"}',
    '{"text":"activate"}',
  ];

  const { lines: answers, stderr, status } = run(lines.join('\n'));

  expect(answers.slice(0, -1).map((line) => JSON.parse(line) as unknown)).toEqual([
    {
      intent: 'activate',
      groups: ['Azure Admins'],
      durationMinutes: 120,
      justification: 'fixing prod',
      ticket: { system: 'ServiceNow', number: 'INC0012345' },
    },
    { error: 'syntax' },
    { error: 'syntax' },
    { intent: 'status' },
    { error: 'syntax' },
    { error: 'syntax' },
    { error: 'syntax' },
    { error: 'syntax' },
    { intent: 'activate', groups: ['Ünit 🙂'], durationMinutes: 120 },
    { error: 'unknown_command' },
    { intent: 'activate', error: 'missing_group' },
  ]);
  expect(answers.at(-1)).toBe('');
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
});

test('takes any number of lines in one process', () => {
  const { lines } = run('{"text":"sign out"}\n'.repeat(20_000));
  expect(lines).toHaveLength(20_001);
  expect(new Set(lines)).toEqual(new Set(['{"intent":"signout"}', '']));
});

test('says nothing to nothing', () => {
  expect(run('').lines).toEqual(['']);
});

test('counts from the clock when no time is given', () => {
  const tomorrow = new Date(performance.timeOrigin + performance.now() + 26 * 3_600_000).toISOString();
  const { lines } = run(JSON.stringify({ text: `activate A until ${tomorrow.slice(0, 19)}Z` }));
  const { durationMinutes } = JSON.parse(lines[0] ?? '') as { durationMinutes: number };
  expect(durationMinutes).toBeGreaterThan(25 * 60);
  expect(durationMinutes).toBeLessThanOrEqual(26 * 60);
});
