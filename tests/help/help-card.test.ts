import { expect, test } from '@jest/globals';
import { render } from '../../src/cards/render.ts';
import { usage } from '../../src/language/usage.ts';
import { words } from '../cards/reading.ts';
import { adele, contextFor } from '../cards/samples.ts';

const forms = usage.map(({ forms: [form = ''], says }) => ({ form, says }));
const { card } = render({ kind: 'help', examples: ['list'], forms }, contextFor(adele.oid));

test.each(forms)('the card of help shows “$form” and what it does', ({ form, says }) => {
  expect(words(card)).toContain(form);
  expect(words(card)).toContain(says);
});
