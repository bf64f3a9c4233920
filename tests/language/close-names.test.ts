import { describe, expect, test } from '@jest/globals';
import { closeIndex, closeNames } from '../../src/language/close-names.ts';

function close(look: string, names: readonly string[]): readonly (string | undefined)[] {
  return closeNames(look, closeIndex(names)).map((at) => names[at]);
}

describe('a slip of the pen', () => {
  test.each([
    ['one letter of four', 'abcd', 'abce', true],
    ['two letters of four', 'abcd', 'abef', false],
    ['two letters of five', 'abcde', 'abcxy', true],
    ['two letters of eleven', 'abcdefghijk', 'abcdefghixy', true],
    ['three letters of eleven', 'abcdefghijk', 'abcdefghxyz', false],
    ['three letters of twelve', 'abcdefghijkl', 'abcdefghixyz', true],
    ['four letters of twelve', 'abcdefghijkl', 'abcdefghwxyz', false],
    ['a letter too few', 'azure admin', 'azure admins', true],
    ['spaces apart', 'help desk', 'helpdesk', true],
    ['signs between the words', 'help-desk', 'help (desk)', true],
    ['a sign at the end', 'sql prd!', 'sql prod', true],
    ['nothing alike', 'zz', 'azure', false],
    ['nothing at all', '', 'azure', false],
  ])('%s', (_, typed, name, isClose) => {
    expect(close(typed, [name])).toEqual(isClose ? [name] : []);
  });

  test('counts only for a name of about its length; a much longer one is there for its parts', () => {
    expect(close('azure', ['azures', 'azuress'])).toEqual(['azures']);
    expect(close('azurq', ['azurqxy'])).toEqual(['azurqxy']);
  });

  test('with the fewest slips wins alone', () => {
    const one = ['sql prids', 'sql prod', 'sql grid', 'sql paid'];
    expect(close('sql prid', [...one, 'sql pods'])).toEqual(one);
    expect(close('sql prods', ['sql prod', 'sql brods x'])).toEqual(['sql prod']);
  });

  test('offers ten names at most', () => {
    const many = Array.from({ length: 14 }, (_, at) => `readers ${String.fromCharCode(97 + at)}`);
    expect(close('readers z', many)).toHaveLength(10);
    expect(close('readers', many)).toHaveLength(10);
  });
});

describe('a part of a name', () => {
  test.each([
    ['in its order', 'azure admins', ['azure admins prod']],
    ['in any order', 'prod azure', ['azure admins prod']],
    ['with a slip', 'azuer', ['azure admins', 'azure readers']],
    ['of two letters, at the start of a word', 'az', ['azure admins']],
    ['in letters that are not Latin', 'команда ночи', ['ночи команда один']],
    ['with an umlaut', 'büro team', ['büro müller team']],
  ])('%s', (_, typed, names) => {
    expect(close(typed, names)).toEqual(names);
  });

  test('is looked for in six words at most', () => {
    const words = 'one two three four five six';
    expect(close(words, [`zero ${words} seven`])).toEqual([`zero ${words} seven`]);
    expect(close(`zero ${words}`, [`zero ${words} eight nine ten`])).toEqual([]);
  });

  test('in the order said comes before any other order', () => {
    expect(close('prod sql', ['sql prod east', 'prod sql west'])).toEqual(['prod sql west']);
  });
});

describe('three words or more of which one is in no name', () => {
  test('find the names with the others', () => {
    expect(close('aks production operators', ['aks operators', 'aks readers'])).toEqual(['aks operators']);
  });

  test('two words do not', () => {
    expect(close('operators zzz', ['aks operators x'])).toEqual([]);
  });

  test('nor does what is left of three short ones', () => {
    expect(close('ab xq cd', ['ab cd ef gh ij'])).toEqual([]);
  });

  test('nor when more than three names have the others', () => {
    const names = ['east', 'west', 'north', 'south'].map((side) => `operators ${side} production`);
    expect(close('operators xyz production', names.slice(0, 3))).toHaveLength(3);
    expect(close('operators xyz production', names)).toEqual([]);
  });

  test('nor more than six', () => {
    expect(close('a1 b2 c3 d4 e5 operators production', ['operators production east'])).toEqual([]);
  });
});

describe('long texts', () => {
  test('are compared by their first eighty characters', () => {
    const name = 'abcdefghij'.repeat(8);
    expect(close(`${name}${'z'.repeat(500)}`, [name])).toEqual([name]);
  });

  test('of names by their first 256', () => {
    const long = `${'x'.repeat(256)} azure admins`;
    expect(close('azure admins', [long])).toEqual([]);
  });

  test('the forty names that share most are looked at', () => {
    const crowd = Array.from({ length: 60 }, (_, at) => `azure reader ${at}`);
    expect(close('azure readers team nord', [...crowd, 'azure readers team nord 1'])).toEqual([
      'azure readers team nord 1',
    ]);
  });
});
