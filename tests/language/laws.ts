/** What holds for every input whatever: shared by the fuzz target and by the replay of what once broke. */

import assert from 'node:assert/strict';
import { answerLine } from '../../src/language/machine.ts';
import { parse } from '../../src/language/parse.ts';
import type { Context } from '../../src/language/parse.ts';
import { print } from '../../src/language/print.ts';
import { known, moment } from './arbitraries.ts';

const contexts: readonly Context[] = [
  moment,
  { ...moment, names: known },
  { ...moment, names: known, openIds: ['1a2b3c4d', 'deadbeef-1111-2222-3333-444455556666'] },
];

export function expectLawful(text: string): void {
  for (const context of contexts) {
    const parsed = parse(text, context);
    if (parsed.kind === 'problem') {
      assert.notEqual(parsed.message, '');
      if (parsed.code !== 'unsupported') assert.notEqual(parse(parsed.example, moment).kind, 'problem');
      // The second of two orders may hold a third, or be wrong in its own way.
      for (const { sentence } of parsed.code === 'unsupported' ? [] : (parsed.choices ?? [])) {
        const chosen = parse(sentence, context);
        const again = chosen.kind === 'problem' && chosen.code === parsed.code && chosen.words === parsed.words;
        assert.ok(!again, `choosing "${sentence}" asks the same again`);
      }
    } else {
      assert.deepEqual(parse(print(parsed), context), parsed);
      const groups = 'groups' in parsed ? (parsed.groups ?? []) : [];
      assert.deepEqual(context.names ? groups.filter((name) => !known.includes(name)) : [], []);
    }
  }
  assert.notDeepEqual(JSON.parse(answerLine(JSON.stringify({ text }), () => moment.now)), {});
}
