import { expect, test } from '@jest/globals';
import fc from '../support/fast-check.ts';
import { render } from '../../src/cards/render.ts';
import { plain } from '../../src/cards/text.ts';
import type { Message } from '../../src/core/message.ts';
import { nodes, words } from './reading.ts';
import { contextFor, samples } from './samples.ts';

/** Facts that are not a person's words: they decide what a card is, so they stay. */
const facts = new Set(
  'kind,id,tid,oid,groupId,access,phase,verdict,state,form,verb,url,shape,key,conversationId,serviceUrl,botId,needs'.split(
    ',',
  ),
);

/** The same message with every string that people or the directory write replaced. */
function withText<T>(value: T, text: string, field = ''): T {
  if (typeof value === 'string') return (facts.has(field) ? value : text) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => withText(item, text, field)) as T;
  if (typeof value !== 'object' || value === null) return value;
  // Why a choice is offered is one of a few reasons, and what comes next in a list is an id; elsewhere these are words.
  const kept = 'kind' in value ? { choice: 'why', list: 'next' }[String(value.kind)] : undefined;
  const entries = Object.entries(value).map(([name, inner]): [string, unknown] => [
    name,
    name === kept ? inner : withText(inner as unknown, text, name),
  ]);
  return Object.fromEntries(entries) as T;
}

/** A card without the places where user text belongs: everything that is left must not depend on it. */
function skeleton(card: unknown): string {
  const blank = (key: string, value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || !('type' in value)) {
      // The seal covers what is shown, so it changes with every word and is neither read nor drawn.
      return ['speak', 'fallbackText', 'seal'].includes(key) ? '' : value;
    }
    const node = value as Record<string, unknown>;
    if (node['type'] === 'TextRun') return { ...node, type: 'Run', text: '' };
    if (node['type'] === 'Input.ChoiceSet' && node['id'] === 'target') return { ...node, choices: [] };
    if (node['type'] === 'Input.Text') return { ...node, type: 'Field', value: '' };
    const named = ['pick', 'list'].includes(String((node['data'] as Record<string, unknown> | undefined)?.['verb']));
    return named || node['type'] === 'Action.OpenUrl'
      ? { ...node, type: `A.${String(node['type'])}`, title: '' }
      : node;
  };
  return JSON.stringify(card, blank);
}

function draw(message: Message, reader: string | null): Record<string, unknown> {
  return render(message, contextFor(reader)).card;
}

/** Short, just long enough for a longer button title to need a line of its own, and long; a name may be worth a second look or not. */
const plainWords = ['harmless', 'harmless harmless harmless', 'harmless '.repeat(10)];
const neutral = plainWords.flatMap((text) => [text, `✓${text}`]);
type Sample = (typeof samples)[number];
const harmless = new Map(
  samples.map(({ title, message, reader }) => [
    title,
    neutral.map((text) => skeleton(draw(withText(message, text), reader))),
  ]),
);

function holds(text: string, { title, message, reader }: Sample): void {
  const card = draw(withText(message, text), reader);
  expect(harmless.get(title)).toContain(skeleton(card));
  const runs = nodes(card).filter(({ type }) => type === 'TextRun');
  expect(runs.map((run) => run['text']).join('')).not.toMatch(/\{\{/);
  expect(JSON.stringify([card['speak'], card['fallbackText']])).not.toMatch(/[<>&]|\{\{/);
}

const corpus = [
  '[click](http://evil.example)',
  '[approve](javascript:alert(1))',
  '![](http://evil.example/x.png)',
  '**Approved**',
  '_x_ `code` ~~y~~ # title',
  '<at>CEO</at>',
  '<a href="http://evil.example">x</a><img src=x onerror=alert(1)>',
  '{{TIME(2026-11-23T15:05:00Z)}}',
  '{{DATE(2026-11-23T15:05:00Z, SHORT)}}',
  '${$root}',
  '${1+1}${spoken}',
  'fix\n\n- Approved by Megan Bowen',
  'fix\r\n✓ Approved',
  'Azure\u202e snimdA',
  'x","type":"Action.OpenUrl","url":"http://evil.example',
  '&lt;b&gt; &#x202e;',
  '__proto__',
  'а'.repeat(10_000),
  '\u0330'.repeat(10_000),
  'x\u200b{\u200b{TIME(2026-11-23T15:05:00Z)}}',
];

test.each(corpus)('text stays text and changes nothing around it: %p', (text) => {
  for (const sample of samples) holds(`x ${text}`, sample);
});

test.each(corpus.filter((text) => text.length < 100))('and is shown whole where it is decided upon: %p', (text) => {
  const asked = samples.find(({ title }) => title === 'approval-decide');
  const card = draw(withText(asked?.message as Message, text), asked?.reader ?? null);
  expect(words(card)).toContain(`“${plain(text, 500)}”`);
});

const sample = fc.constantFrom(...samples);
const syntax = ['{', '}', '$', '[', ']', '(', ')', '*', '_', '`', '<', '>', '&', '"', '\\', '\n', '\u202e', '{{TIME('];

test('any text does so', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), sample, (text, one) => holds(`x${text}`, one)));
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...syntax), { maxLength: 30 }), sample, (parts, one) => {
      holds(`x${parts.join('')}`, one);
    }),
  );
});
