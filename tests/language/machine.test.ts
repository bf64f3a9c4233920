import { expect, test } from '@jest/globals';
import { answerLine } from '../../src/language/machine.ts';

const noon = Date.parse('2026-11-23T12:00:00Z');
const answer = (line: string): unknown => JSON.parse(answerLine(line, () => noon));

test.each([
  '',
  'not json',
  'null',
  '5',
  'true',
  '"status"',
  '[]',
  '["status"]',
  '{}',
  '{"text":null}',
  '{"text":5}',
  '{"text":["status"]}',
  '{"text":"status","now":5}',
  '{"text":"status","now":["2026-11-23T12:00:00Z"]}',
  '{"text":"status","now":"noon"}',
  '{"text":"status","now":"2026-11-23"}',
  '{"text":"status","timeZone":5}',
  '{"text":"status","timeZone":["UTC"]}',
  '{"text":"status","timeZone":"Mars/Olympus"}',
  '{"text":"status","timeZone":""}',
  '{"text":"status","locale":5}',
  '{"text":"status","scope":{}}',
  '{"text":"status","botName":false}',
  '{"text":"status","eligibleGroups":"A"}',
  '{"text":"status","eligibleGroups":[5]}',
  '{"text":"status","eligibleGroups":["A",null]}',
  '{"text":"status","eligibleGroups":{"0":"A"}}',
  '{"text":"status","openRequestIds":"1a2b3c4d"}',
  '{"text":"status","openRequestIds":["1a2b3c4d",1]}',
])('%s is no request', (line) => {
  expect(answer(line)).toEqual({ error: 'syntax' });
});

test.each([
  '{"text":"status"}',
  ' {"text":"status"} \r',
  '{"text":"status","more":1}',
  '{"text":"status","now":null,"timeZone":null,"locale":null,"scope":null,"botName":null}',
  '{"text":"status","eligibleGroups":null,"openRequestIds":null}',
  '{"text":"status","eligibleGroups":[],"openRequestIds":[]}',
  '{"text":"status","now":"2026-11-23T12:00:00+01:00","timeZone":"Europe/Berlin","locale":"de-DE","scope":"channel"}',
  '{"text":"<at>Jitney</at> status","botName":"Jitney"}',
])('%s is one', (line) => {
  expect(answer(line)).toEqual({ intent: 'status' });
});

test('the clock counts where no time is given, and UTC where no zone is', () => {
  expect(answer('{"text":"activate A until 13:00"}')).toMatchObject({ durationMinutes: 60 });
  expect(answer('{"text":"activate A until 13:00","now":"2026-11-23T12:30:00Z"}')).toMatchObject({
    durationMinutes: 30,
  });
  expect(answer('{"text":"activate A until 14:00","timeZone":"Europe/Berlin"}')).toMatchObject({ durationMinutes: 60 });
});

test('given names and requests are the only ones', () => {
  expect(answer('{"text":"activate A","eligibleGroups":["B"]}')).toEqual({ error: 'group_not_found' });
  expect(answer('{"text":"activate a","eligibleGroups":["A"]}')).toEqual({ intent: 'activate', groups: ['A'] });
  expect(answer('{"text":"approve 1a2b3c4d","openRequestIds":["2a2b3c4d"]}')).toEqual({ error: 'not_found' });
});

test('a problem names its intent only where a name is all that is missing; empty lists are left out', () => {
  expect(answer('{"text":"activate"}')).toEqual({ intent: 'activate', error: 'missing_group' });
  expect(answer('{"text":"approve"}')).toEqual({ error: 'missing_id' });
  expect(answer('{"text":"announce here"}')).toEqual({ intent: 'announce' });
});
