import { describe, expect, test } from '@jest/globals';
import { unzipSync } from 'fflate';
import { fillTemplate, readPlaceholders, zipPackage } from '../../scripts/app-package.ts';

const BOT_ID = '6f1d9c55-5f0e-4f7a-9a58-2b4ad0c4be01';
const GRAPH_ID = '0b7f3f0c-5a0d-4a7e-8e0e-9f3f2c1d5a02';
const COMPLETE = { MICROSOFT_APP_ID: BOT_ID, GRAPH_CLIENT_ID: GRAPH_ID, PUBLIC_URL: 'https://jitney.contoso.com/' };

describe('the values of the placeholders', () => {
  test('come from the configuration, and the bot lends the app its id', () => {
    expect(readPlaceholders(COMPLETE)).toEqual({
      kind: 'values',
      values: {
        MICROSOFT_APP_ID: BOT_ID,
        GRAPH_CLIENT_ID: GRAPH_ID,
        TEAMS_APP_ID: BOT_ID,
        PUBLIC_HOST: 'jitney.contoso.com',
      },
    });
  });

  test('keep the Teams app id that the catalog already knows', () => {
    const known = '3d2c7a10-1111-4222-8333-944455556666';

    expect(readPlaceholders({ ...COMPLETE, TEAMS_APP_ID: known })).toMatchObject({ values: { TEAMS_APP_ID: known } });
  });

  test.each(['MICROSOFT_APP_ID', 'GRAPH_CLIENT_ID', 'PUBLIC_URL'])('count an empty %s as missing', (name) => {
    const problems = [expect.stringMatching(new RegExp(`^${name} is not set: .+\\.$`))];

    expect(readPlaceholders({ ...COMPLETE, [name]: ' ' })).toEqual({ kind: 'problems', problems });
  });

  test.each([
    ['MICROSOFT_APP_ID', 'jitney'],
    ['GRAPH_CLIENT_ID', `{${GRAPH_ID}}`],
    ['TEAMS_APP_ID', '42'],
    ['PUBLIC_URL', 'http://jitney.contoso.com'],
    ['PUBLIC_URL', 'jitney.contoso.com'],
    ['PUBLIC_URL', 'javascript:alert(1)'],
  ])('never come from %s=%s, and the problem shows what was found', (name, value) => {
    const problems = [expect.stringContaining(`${name} is "${value}"`)];

    expect(readPlaceholders({ ...COMPLETE, [name]: value })).toEqual({ kind: 'problems', problems });
  });
});

describe('filling the template', () => {
  test('replaces every place of a name and leaves a name without a value to be seen', () => {
    expect(fillTemplate('${{A}} ${{A}} ${{B}}', { A: 'one' })).toBe('one one ${{B}}');
  });

  test('puts values in as they are, even where they look like a replacement pattern', () => {
    expect(fillTemplate('<${{A}}>', { A: '$&$1' })).toBe('<$&$1>');
  });
});

test('the zip gives its files back and carries a fixed date, so that the same input gives the same bytes', () => {
  const files = { 'manifest.json': Buffer.from('{}'), 'color.png': Buffer.from('c'), 'outline.png': Buffer.from('o') };
  const zip = zipPackage(files);
  const dateOfFirstEntry = Buffer.from(zip).readUInt32LE(10);

  expect(Object.keys(unzipSync(zip))).toEqual(Object.keys(files));
  expect(dateOfFirstEntry.toString(16)).toBe('210000'); // 1 January 1980, 00:00, as zip writes it
});
