import { expect, test } from '@jest/globals';
import { render } from '../../src/cards/render.ts';
import type { Message } from '../../src/core/message.ts';
import { contextFor, samples } from './samples.ts';

/** Every name that a card shows, whose it may be, is looked at: a strange letter in it is told in words. */

const strange = 'Mеgan';

/** The same message with the name of one person or group, wherever it stands as a name, replaced. */
function renamed<T>(value: T, from: string): T {
  if (Array.isArray(value)) return value.map((one: unknown) => renamed(one, from)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([field, inner]: [string, unknown]) => {
    const isName = /^(targetName|personName|name|stepUpFor)$/.test(field) && inner === from;
    return [field, isName ? strange : renamed(inner, from)] as const;
  });
  return Object.fromEntries(entries) as T;
}

function namesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(namesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([field, inner]: [string, unknown]) =>
    typeof inner === 'string'
      ? /^(targetName|personName|name|stepUpFor)$/.test(field)
        ? [inner]
        : []
      : namesIn(inner),
  );
}

const named = samples.flatMap(({ title, message, reader }) =>
  [...new Set(namesIn(message))].map((name) => ({ title, name, message, reader })),
);

test.each(named)('$title tells what is odd about $name, if it shows it', ({ name, message, reader }) => {
  const drawn = render(renamed<Message>(message, name), contextFor(reader)).card;
  // What is read, not what is read out.
  const card = JSON.stringify({ ...drawn, speak: '', fallbackText: '' });
  expect([card.includes(strange), card.includes('Look twice') && card.includes('“е” in')]).toEqual(
    card.includes(strange) ? [true, true] : [false, false],
  );
});
