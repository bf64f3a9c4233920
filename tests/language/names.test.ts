import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { matchName } from '../../src/language/names.ts';

/** `want`: the one name meant, all of several, or none. */
type Query = { readonly typed: string; readonly want: string | readonly string[] | null };
const { names, queries } = JSON.parse(readFileSync(new URL('names.json', import.meta.url), 'utf8')) as {
  readonly names: readonly string[];
  readonly queries: readonly Query[];
};

function hits(typed: string): readonly string[] {
  const match = matchName(typed, names);
  return match.kind === 'several' ? match.names : match.kind === 'none' ? [] : [match.name];
}

describe('the tuning set', () => {
  const one = queries.filter(({ want }) => typeof want === 'string');
  const several = queries.filter(({ want }) => Array.isArray(want));
  const none = queries.filter(({ want }) => want === null);

  test('has at least two hundred queries, each once', () => {
    expect(new Set(queries.map(({ typed }) => typed)).size).toBe(queries.length);
    expect(queries.length).toBeGreaterThanOrEqual(200);
  });

  test('never matches exactly what was not typed exactly', () => {
    expect(queries.filter(({ typed }) => matchName(typed, names).kind === 'exact')).toEqual([]);
  });

  test('finds the name meant first, in 99 of 100', () => {
    const missed = one.filter(({ typed, want }) => hits(typed)[0] !== want);
    expect(missed.length / one.length).toBeLessThan(0.01);
  });

  test('asks about that name alone, in 95 of 100', () => {
    const alone = one.filter(({ typed, want }) => {
      const match = matchName(typed, names);
      return match.kind === 'near' && match.name === want;
    });
    expect(alone.length / one.length).toBeGreaterThan(0.95);
  });

  test('offers every name that a part was said of', () => {
    const offered = several.filter(({ typed, want }) =>
      (want as readonly string[]).every((name) => hits(typed).includes(name)),
    );
    expect(offered.length / several.length).toBeGreaterThan(0.9);
  });

  test('says so when nothing is close', () => {
    expect(none.filter(({ typed }) => hits(typed).length > 0)).toEqual([]);
  });
});

describe('exact', () => {
  test.each([
    ['azure admins', 'Azure Admins'],
    ['  AZURE \t ADMINS ', 'Azure Admins'],
    ['Cafe\u0301', 'Café'],
    ['STRASSE', 'Straße'],
    ['ΟΔΟΣ', 'οδος'],
    ['Bob’s “Team”', 'Bob\'s "Team"'],
    ['Azure\u00a0Admins', 'Azure Admins'],
    ['Az\u200bure Admins', 'Azure Admins'],
    ['Azure Admins', 'Azure\u2003Admins'],
    ['группа admins', 'Группа Admins'],
    ['azure admins', ' Azure\tAdmins\n'],
  ])('%j is %j', (typed, name) => {
    expect(matchName(typed, [name, 'Another'])).toEqual({ kind: 'exact', name });
  });

  test('wins over a look-alike beside it', () => {
    expect(matchName('Azure Admins', ['\u0410zure Admins', 'Azure\u200b Admins', 'Azure Admins'])).toEqual({
      kind: 'exact',
      name: 'Azure Admins',
    });
  });

  test('is several when two names read the same', () => {
    expect(matchName('sql prod', ['SQL Prod', 'sql prod'])).toEqual({
      kind: 'several',
      names: ['SQL Prod', 'sql prod'],
    });
    expect(matchName('SQL Prod', ['SQL Prod', 'SQL Prod'])).toMatchObject({ kind: 'several' });
  });
});

describe('never without a question', () => {
  test.each([
    ['an eligible name that holds a zero-width space', 'Azure Admins', 'Azure\u200b Admins'],
    ['the same, pasted', 'Azure\u200b Admins', 'Azure\u200b Admins'],
    ['an eligible name that turns the writing direction', 'Azure Admins', 'Azure \u202eAdmins'],
    ['an eligible name with a soft hyphen', 'Azure Admins', 'Azure Ad\u00admins'],
    ['a Cyrillic letter in a Latin word, typed', '\u0410zure Admins', 'Azure Admins'],
    ['a Cyrillic letter in a Latin word, eligible', 'Azure Admins', '\u0410zure Admins'],
    ['a mixed word on both sides', '\u0410zure Admins', '\u0410zure Admins'],
    ['a Greek letter in a Latin word', '\u0391zure Admins', 'Azure Admins'],
    ['a whole word in another script', '\u0421\u041e\u0420', 'COP'],
    ['full-width letters', '\uff21zure Admins', 'Azure Admins'],
    ['a dotless i', 'Azure Adm\u0131ns', 'Azure Admins'],
    ['a missing accent', 'Zurich', 'Zürich'],
    ['another dash', 'Team–7', 'Team-7'],
  ])('%s', (_, typed, name) => {
    expect(matchName(typed, [name, 'Another'])).toEqual({ kind: 'near', name });
  });
});

describe('a disguise', () => {
  // Four of each, so that no slip of the pen explains it.
  test.each([
    ['Cyrillic', 'авеёкмнорстухѕіїјԁԛԝһьгпӏү', 'abeekmhopctyxsiijdqwhbrnly'],
    ['Greek', 'αβεζηικμνοροτυχγω', 'abeznikmvopotuxyw'],
    ['Armenian', 'ոսօհցզ', 'nuohgq'],
    ['Latin', 'ıſɑɡɩʟℓⅼłøđħ', 'isagillllodh'],
    ['dashes and figures', '–—‐‑−０', '-----0'],
  ])('by %s letters is asked about', (_, disguised, plain) => {
    for (const [at, letter] of Array.from(disguised).entries()) {
      const name = `Team ${(plain[at] ?? '').repeat(4)}`;
      expect([letter, matchName(`Team ${letter.repeat(4)}`, [name, 'Another'])]).toEqual([
        letter,
        { kind: 'near', name },
      ]);
    }
  });
});

describe('none', () => {
  test.each([[''], [' '], ['\u200b'], ['?'], ['a'], ['x'.repeat(5000)], ['-'.repeat(5000)]])('%j', (typed) => {
    expect(matchName(typed, names)).toEqual({ kind: 'none' });
  });

  test('among no names', () => {
    expect(matchName('Azure Admins', [])).toEqual({ kind: 'none' });
  });
});

test('what looks like a search operator is only a name', () => {
  expect(hits('"SQL" -Prod')).toEqual(hits('SQL Prod.'));
  expect(hits('Azure -Admins')).toEqual(['Azure Admins']);
});
