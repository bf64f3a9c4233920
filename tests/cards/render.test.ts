import { describe, expect, test } from '@jest/globals';
import { render } from '../../src/cards/render.ts';
import { complaints } from '../support/adaptive-cards.ts';
import { contextFor, samples } from './samples.ts';

describe.each(samples)('$title', ({ message, reader }) => {
  const { card, summary } = render(message, contextFor(reader));

  test('is a valid card of schema 1.5 for the official parser', () => {
    expect(complaints(card)).toEqual([]);
  });

  test('says itself to a screen reader and to a client that cannot show it', () => {
    expect(card['speak']).toEqual(expect.stringMatching(/^\S.{10,}/));
    expect(card['fallbackText']).toBe(card['speak']);
    expect(summary).not.toBe('');
  });

  test('leaves no placeholder and no hole', () => {
    expect(JSON.stringify(card)).not.toMatch(/\$\{|:null|undefined|"text":""|"title":""/);
  });
});
