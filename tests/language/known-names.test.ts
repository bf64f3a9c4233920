import { describe, expect, test } from '@jest/globals';
import { knownNames, longestAt } from '../../src/language/known-names.ts';

function found(text: string, names: readonly string[], at = 0): string | undefined {
  const stop = longestAt(knownNames(names, text), text, at);
  return stop === undefined ? undefined : text.slice(at, stop);
}

describe('the longest known name at a place', () => {
  test('wins, whichever was given first', () => {
    const names = ['Azure', 'Azure Admins', 'Azure Admins Prod'];
    expect(found('azure admins prod for 2h', names)).toBe('azure admins prod');
    expect(found('azure admins prod for 2h', names.toReversed())).toBe('azure admins prod');
  });

  test('is found at the place asked for and nowhere else', () => {
    expect(found('x SQL Prod', ['SQL Prod'], 2)).toBe('SQL Prod');
    expect(found('x SQL Prod', ['SQL Prod'], 1)).toBeUndefined();
    expect(found('x SQL Prod', ['SQL Prod'], 40)).toBeUndefined();
  });

  test('is found behind letters that grow when their case is folded', () => {
    expect(found('Straße SQL', ['SQL'], 7)).toBe('SQL');
    expect(found('STRASSE for', ['Straße'])).toBe('STRASSE');
    expect(found('😀 SQL', ['SQL'], 3)).toBe('SQL');
  });

  test.each([
    ['SQL', 'SQL'],
    ['SQL, x', 'SQL'],
    ['SQL;', 'SQL'],
    ['SQL&x', 'SQL'],
    ['SQL+x', 'SQL'],
    ['SQL. Thanks', 'SQL'],
    ['SQL?!', 'SQL'],
    ['SQL-2', undefined],
    ['SQLs', undefined],
    ['SQL’s', undefined],
    ['SQL.local', undefined],
    ['SQL-2. x', undefined],
  ])('%s: %s', (text, name) => {
    expect(found(text, ['SQL'])).toBe(name);
  });

  test('falls back to a shorter one where the longer may not end', () => {
    expect(found('SQL Prods', ['SQL', 'SQL Prod'])).toBe('SQL');
  });

  test('an empty name is none', () => {
    expect(found(' for 2h', [''])).toBeUndefined();
    expect(knownNames(['', ' '], 'x').byKey.size).toBe(0);
  });
});
