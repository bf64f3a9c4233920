import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { expand } from '../../src/cards/template.ts';

const folder = new URL('../../cards/', import.meta.url);
const files = readdirSync(folder);

test('a placeholder without data is an error that names it', () => {
  expect(() => expand('notice', { shape: '○', lines: [], spoken: 'x' })).toThrow('Card notice lacks data: title');
});

test('an expression inside data is text', () => {
  const card = expand('notice', { shape: '○', title: '${1+1} ${$root} ${title}', lines: [], spoken: 'x' });
  expect(JSON.stringify(card)).toContain('○ ${1+1} ${$root} ${title}');
});

test.each(files)('%s is an Adaptive Card 1.5 that speaks and has no words of a user in a TextBlock', (file) => {
  const template = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Record<string, unknown>;
  expect(template).toMatchObject({ type: 'AdaptiveCard', version: '1.5', speak: '${spoken}' });
  expect(template['fallbackText']).toBe('${spoken}');
});
