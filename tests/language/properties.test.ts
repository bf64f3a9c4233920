import { describe, expect, test } from '@jest/globals';
import fc from '../support/fast-check.ts';
import type { Command, Parsed } from '../../src/language/command.ts';
import { parse } from '../../src/language/parse.ts';
import type { Context } from '../../src/language/parse.ts';
import { print } from '../../src/language/print.ts';
import { anything, group, known, moment, order, say, sentence } from './arbitraries.ts';

const withNames: Context = { ...moment, names: known };
const runs = { numRuns: 400 };

/** A reply, a forwarded message, and what a client or somebody who types can make of their tags. */
const quotations: readonly ((text: string) => string)[] = [
  (text) => `<blockquote itemtype="http://schema.skype.com/Reply">${text}</blockquote>`,
  (text) => `<blockquote itemscope itemtype="http://schema.skype.com/Forward">${text}</blockquote>`,
  (text) => `<blockquote>${text}</blockquote>`,
  (text) => `<BLOCKQUOTE>${text}</BLOCKQUOTE>`,
  (text) => `<blockquote><blockquote>before</blockquote>${text}</blockquote>`,
  (text) => `</blockquote><blockquote>${text}</blockquote>`,
  (text) => `<blockquote>${text}`,
];

function commandOf(parsed: Parsed): Command {
  if (parsed.kind === 'problem') throw new Error(`${parsed.code}: ${parsed.words}`);
  return parsed;
}

/** Changing how a sentence looks must not change what it means. */
function expectSame(variantOf: (text: string, seed: number) => string): void {
  fc.assert(
    fc.property(order, fc.nat(), (one, seed) => {
      const text = say(one);
      const meant = commandOf(parse(text, withNames));

      const again = parse(variantOf(text, seed), withNames);

      expect(again).toEqual(meant);
    }),
    runs,
  );
}

describe('a command that was understood', () => {
  test('is printed as a sentence that means the same, names as typed', () => {
    fc.assert(
      fc.property(sentence, (text) => {
        const parsed = parse(text, moment);
        fc.pre(parsed.kind !== 'problem');
        expect(parse(print(parsed), moment)).toEqual(parsed);
      }),
      runs,
    );
  });

  test('is printed as a sentence that means the same, names resolved', () => {
    fc.assert(
      fc.property(sentence, (text) => {
        const parsed = parse(text, withNames);
        fc.pre(parsed.kind !== 'problem');
        expect(parse(print(parsed), withNames)).toEqual(parsed);
      }),
      runs,
    );
  });

  test('names every group that was said, and nothing else', () => {
    fc.assert(
      fc.property(order, (one) => {
        const parsed = parse(say(one), withNames);
        expect(parsed).toMatchObject({ kind: 'activate', groups: one.groups });
      }),
      runs,
    );
  });
});

describe('the meaning stays the same', () => {
  test('with added spaces', () => {
    expectSame((text, seed) => `  ${text.replaceAll(' ', ' '.repeat(1 + (seed % 4)))} `);
  });

  test('with line breaks for spaces', () => {
    expectSame((text) => text.replaceAll(' ', '\n'));
  });

  test('in any letter case', () => {
    expectSame((text, seed) =>
      seed % 2 === 0 ? text.toUpperCase().replace('SERVICENOW', 'ServiceNow') : text.replace('activate', 'AcTiVaTe'),
    );
  });

  test('wrapped in <p>', () => {
    expectSame((text) => `<p>${text.replaceAll('&', '&amp;')}</p>`);
  });

  test('with a mention in front', () => {
    expectSame((text, seed) => (seed % 2 === 0 ? `<at>Jitney</at> ${text}` : `@jitney ${text}`));
  });

  test('with a final full stop', () => {
    expectSame((text) => `${text}.`);
  });

  test('with names in any pair of quotes', () => {
    const pairs = ['""', "''", '“”', '‘’', '„“', '«»', '»«'];
    fc.assert(
      fc.property(order, fc.constantFrom(...pairs), (one, pair) => {
        const [open = '', close = ''] = Array.from(pair);
        const quoted = { ...one, groups: one.groups.map((name) => open + name + close) };

        expect(parse(say(quoted), withNames)).toEqual(parse(say(one), withNames));
      }),
      runs,
    );
  });

  test('with a reason behind everything, kept as typed', () => {
    fc.assert(
      fc.property(order, (one) => {
        const without = commandOf(parse(say(one), withNames));
        expect(parse(`${say(one)} because Fixing PROD, for 3h.`, withNames)).toEqual({
          ...without,
          justification: 'Fixing PROD, for 3h.',
        });
      }),
      runs,
    );
  });
});

describe('nothing is guessed into an effect', () => {
  test('one letter of a name replaced never acts', () => {
    fc.assert(
      fc.property(group, fc.nat(), fc.constantFrom(...Array.from('abcxyz019éаı')), (name, at, letter) => {
        const letters = Array.from(name);
        const position = at % letters.length;
        fc.pre(/[\p{L}\p{N}]/u.test(letters[position] ?? ''));
        letters[position] = letter;
        const typed = letters.join('');
        fc.pre(!known.some((one) => one.toLowerCase() === typed.toLowerCase()));

        expect(parse(`activate ${typed} for 2h`, withNames).kind).toBe('problem');
        expect(parse(`activate "${typed}" for 2h`, withNames).kind).toBe('problem');
      }),
      { numRuns: 2000 },
    );
  });

  test('negations, requests and quotations never act', () => {
    const fronts = [
      "don't ",
      'do not ',
      'never ',
      'please ',
      'can you ',
      'how do I ',
      'should I ',
      'why ',
      '> ',
      '"',
      '“',
      'Fwd: ',
      'no, ',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...fronts), order, (front, one) => {
        expect(parse(front + say(one), withNames)).toMatchObject({ kind: 'problem', code: 'unknown_command' });
        expect(parse(front + say(one), moment)).toMatchObject({ kind: 'problem', code: 'unknown_command' });
      }),
      runs,
    );
  });

  test('questions never act', () => {
    fc.assert(
      fc.property(order, fc.constantFrom('?', ' ?', '??', '?!', '?.'), (one, mark) => {
        expect(parse(say(one) + mark, withNames)).toMatchObject({ kind: 'problem', code: 'unknown_command' });
      }),
      runs,
    );
  });

  test('a quoted message never acts', () => {
    fc.assert(
      fc.property(order, fc.constantFrom(...quotations), (one, quotation) => {
        const parsed = parse(quotation(`<p>${say(one)}</p>`), withNames);
        expect(parsed).toMatchObject({ kind: 'problem', code: 'unknown_command' });
      }),
      runs,
    );
  });

  test('a dry run is never read as an effect', () => {
    fc.assert(
      fc.property(order, (one) => {
        const parsed = parse(`activate ${one.groups.join(', ')} dry run because y`, withNames);
        expect(parsed).toMatchObject({ kind: 'activate', dryRun: true });
      }),
      runs,
    );
  });

  test('with names given, only given names come out', () => {
    fc.assert(
      fc.property(sentence, (text) => {
        const parsed = parse(text, withNames);
        const groups = parsed.kind !== 'problem' && 'groups' in parsed ? (parsed.groups ?? []) : [];
        expect(groups.filter((name) => !known.includes(name))).toEqual([]);
      }),
      runs,
    );
  });
});

describe('any input', () => {
  test('is answered and never throws', () => {
    fc.assert(
      fc.property(anything, (text) => {
        expect(parse(text, moment).kind).toBeTruthy();
        expect(parse(text, { ...withNames, openIds: ['1a2b3c4d'] }).kind).toBeTruthy();
      }),
      { numRuns: 1500 },
    );
  });

  test('that is a problem shows words that were typed and an example that works', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const parsed = parse(text, moment);
        fc.pre(parsed.kind === 'problem');
        expect(parsed.message).toMatch(/[.?]$/);
        if (parsed.code !== 'unsupported') expect(parse(parsed.example, moment).kind).not.toBe('problem');
      }),
      runs,
    );
  });

  test('may carry any names and any zone', () => {
    fc.assert(
      fc.property(
        sentence,
        fc.array(fc.string({ unit: 'binary', maxLength: 20 }), { maxLength: 5 }),
        fc.string(),
        (text, names, timeZone) => {
          expect(parse(text, { ...moment, names, timeZone }).kind).toBeTruthy();
        },
      ),
      runs,
    );
  });
});
