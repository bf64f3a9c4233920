import { describe, expect, test } from '@jest/globals';
import { render } from '../../src/cards/render.ts';
import { guard } from '../../src/cards/seal.ts';
import { anybody, contentOf, isDeciding, isPressedElsewhere } from '../../src/core/button.ts';
import { verbs } from '../../src/core/message.ts';
import type { Message } from '../../src/core/message.ts';
import { complaints } from '../support/adaptive-cards.ts';
import { buttons, nodes, ofType } from './reading.ts';
import { activation, adele, byPhase, chat, contextFor, key, megan, now, rows, samples, tid } from './samples.ts';

type Data = Readonly<Record<'verb' | 'id' | 'seal', string>>;

/** Whether the button works for this reader on the card of this message. */
function works({ verb, id, seal }: Data, reader: string, message?: Message): boolean {
  const content = isDeciding(verb) && message?.kind === 'approval' ? contentOf(message.activation) : '';
  const button = { verb, id, reader, chat: isPressedElsewhere(verb) ? '' : chat, content };
  return guard([key], tid)(button, seal, now) === 'good';
}

test('the official parser does complain about a card that is wrong', () => {
  const wrong = { type: 'Input.Text', id: 'a', isRequired: true };
  const card = { type: 'AdaptiveCard', version: '1.5', body: [{ type: 'Nonsense' }, wrong] };
  expect(complaints(card).length).toBeGreaterThanOrEqual(2);
});

test('samples hold every kind of message', () => {
  const kinds = new Set(samples.map(({ message }) => message.kind));
  expect(kinds.size).toBe(17);
});

describe.each(samples)('$title', ({ message, reader }) => {
  const { card, summary } = render(message, contextFor(reader));

  test('is a valid card of schema 1.5 for the official parser', () => {
    expect(card['version']).toBe('1.5');
    expect(complaints(card)).toEqual([]);
  });

  test('says itself to a screen reader and to a client that cannot show it', () => {
    expect(card['speak']).toEqual(expect.stringMatching(/^\S.{10,}/));
    expect(card['fallbackText']).toBe(card['speak']);
    expect(card['speak']).not.toContain('{{');
    expect(summary).not.toBe('');
    expect(summary).not.toContain('{{');
  });

  test('leaves no placeholder and no hole', () => {
    expect(JSON.stringify(card)).not.toMatch(/\$\{|\$when|\$data|:null|undefined|"text":"\s*"|"title":""/);
  });

  test('has buttons that carry a verb, an id and a seal for this reader, and nothing else', () => {
    for (const button of buttons(card)) {
      const data = button['data'] as Data;
      expect(Object.keys(data).sort()).toEqual(['id', 'seal', 'verb']);
      expect(verbs).toContain(data.verb);
      expect(button['verb']).toBe(data.verb);
      expect(works(data, message.kind === 'offer' ? anybody : (reader ?? ''), message)).toBe(true);
      const { title, associatedInputs, style } = button;
      expect(button['fallback']).toEqual({ type: 'Action.Submit', title, associatedInputs, style, data });
    }
  });

  test('offers at most three buttons at a time', () => {
    for (const set of ofType(card, 'ActionSet')) {
      expect((set['actions'] as unknown[]).length).toBeLessThanOrEqual(3);
    }
  });

  test('labels every input and says what is missing', () => {
    for (const input of nodes(card).filter(({ type }) => type.startsWith('Input.'))) {
      expect(input['label']).toEqual(expect.stringMatching(/\S/));
      // A form is opened before anybody knows what the picked group wants; it alone has inputs that may stay empty.
      const optional = message.kind === 'form' && ['justification', 'ticket'].includes(String(input['id']));
      expect(input['isRequired'] ?? false).toBe(!optional);
      if (!optional || 'regex' in input) expect(input['errorMessage']).toEqual(expect.stringMatching(/\S/));
    }
  });

  test('holds required inputs against no button but the one that needs them', () => {
    const needing = ['approve', 'deny', 'answer'];
    const hasInput = nodes(card).some(({ type }) => type.startsWith('Input.'));
    for (const button of buttons(card)) {
      const wants = hasInput && needing.includes(String(button['verb']));
      expect([button['verb'], button['associatedInputs']]).toEqual([button['verb'], wants ? 'auto' : 'none']);
    }
  });

  test('wraps every line and names no colour of its own', () => {
    for (const block of ofType(card, 'TextBlock')) expect(block['wrap']).toBe(true);
    expect(JSON.stringify(card)).not.toMatch(/#[0-9a-f]{6}/i);
  });
});

test('a room gets no buttons but the one that opens a question of one’s own', () => {
  for (const { message } of samples) {
    const room = render(message, contextFor(null)).card;
    expect(buttons(room).map((button) => button['verb'])).toEqual(message.kind === 'offer' ? ['ask'] : []);
    expect(ofType(room, 'Action.Submit')).toEqual([]);
    expect(complaints(room)).toEqual([]);
  }
});

test('the button for everybody is sealed for nobody in particular, also on a card that one person sees', () => {
  for (const reader of [null, adele.oid]) {
    const [ask] = buttons(render({ kind: 'offer', row: rows[1] as (typeof rows)[number] }, contextFor(reader)).card);
    expect(works(ask?.['data'] as Data, anybody)).toBe(true);
    expect(works(ask?.['data'] as Data, adele.oid)).toBe(false);
  }
});

test('the card for a room tells nothing of how things stand for the person who puts it there', () => {
  const cards = rows.map((row) => {
    const { card, summary, aside } = render({ kind: 'offer', row: { ...row, name: 'X', key: 'k' } }, contextFor(null));
    expect([summary, aside]).toEqual([expect.stringMatching(/^X/), expect.stringMatching(/\w/)]);
    return JSON.stringify(card).replaceAll(' (OWNER)', '');
  });
  const plainCard = JSON.parse(cards[0] ?? '') as unknown;
  const asMember = rows.flatMap(({ access }, index) => (access === 'member' ? [cards[index]] : []));
  expect(new Set(asMember).size).toBe(1);
  expect(JSON.stringify(plainCard)).not.toMatch(/until|waiting|scheduled|approval|ticket/i);
});

test('a button sealed for one reader is not valid for another', () => {
  const message: Message = { kind: 'approval', activation: activation(), form: 'decide', note: null };
  const [approve] = buttons(render(message, contextFor(megan.oid)).card);
  expect(works(approve?.['data'] as Data, megan.oid, message)).toBe(true);
  expect(works(approve?.['data'] as Data, adele.oid, message)).toBe(false);
});

const flood = 'W̷̢̛'.repeat(10_000);
const [firstRow] = rows;
const floods: Message[] = [
  {
    kind: 'list',
    rows: Array.from({ length: 200 }, () => ({ ...(firstRow as (typeof rows)[number]), name: flood })),
    more: 800,
    total: 1000,
    query: flood,
    next: '12|',
  },
  {
    kind: 'batch',
    id: 'b',
    activations: Array.from({ length: 50 }, () => ({ ...byPhase.failed, failure: flood, targetName: flood })),
  },
  {
    kind: 'form',
    id: '1',
    targets: Array.from({ length: 60 }, () => ({ ...(firstRow as (typeof rows)[number]), name: flood })),
    more: 940,
    minutes: 60,
  },
  { kind: 'offer', row: { ...(firstRow as (typeof rows)[number]), name: flood } },
  { kind: 'status', activations: Array.from({ length: 50 }, () => ({ ...byPhase.active, targetName: flood })) },
  {
    kind: 'activation',
    activation: activation({
      targetName: flood,
      wish: { length: { kind: 'for', minutes: 60 }, startAt: null, justification: flood, ticket: { number: flood } },
      approvers: Array.from({ length: 61 }, (_, n) => ({ oid: String(n), name: flood, reached: n % 2 === 0 })),
    }),
  },
  {
    kind: 'approval',
    form: 'decide',
    note: flood,
    activation: {
      ...byPhase.active,
      ruling: { verdict: 'approve', by: { oid: 'x', name: flood }, at: 0, reason: flood },
      wish: { length: { kind: 'for', minutes: 60 }, startAt: null, justification: flood, ticket: { number: flood } },
    },
  },
  {
    kind: 'choice',
    id: 'dddddddd-0000-4000-8000-000000000001',
    typed: flood,
    verb: 'activate',
    why: 'several',
    options: Array.from({ length: 100 }, () => ({ name: flood, access: 'owner' as const })),
  },
  { kind: 'help', examples: Array<string>(100).fill(flood), forms: Array(100).fill({ form: flood, says: flood }) },
  { kind: 'notice', shape: '○', title: flood, lines: Array<string>(100).fill(flood) },
];

test.each(floods)('a $kind of long texts and many rows stays below 25 KB', (message) => {
  const { card, summary } = render(message, contextFor(adele.oid));
  expect(Buffer.byteLength(JSON.stringify(card))).toBeLessThan(25 * 1024);
  expect(Buffer.byteLength(summary)).toBeLessThan(2048);
});
