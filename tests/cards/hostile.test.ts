import { expect, test } from '@jest/globals';
import { render } from '../../src/cards/render.ts';
import type { Activation } from '../../src/core/activation.ts';
import type { Message } from '../../src/core/message.ts';
import { activation, adele, contextFor, hour, megan, now } from './samples.ts';

/**
 * Whole cards with hostile text in every place, as they were looked at by a person: a link, an image, a mention, a template,
 * a heading and a verdict stay words. What was looked at is in __snapshots__; `npm test -- tests/cards/hostile.test.ts -u`
 * writes it anew, to be looked at again.
 */

const deceiver = { ...megan, name: '<at>CEO</at> **Approved ✅**' };
const wish: Activation['wish'] = {
  length: { kind: 'for', minutes: 120 },
  startAt: null,
  justification:
    'fix [click](https://evil.example)\n\n- Approved by Megan Bowen\n# Done ![](https://evil.example/x.png)',
  ticket: { system: '[ServiceNow](javascript:alert(1))', number: 'INC1 <img src=x onerror=alert(1)>' },
};
const hostile = activation({
  targetName: 'Azure\u202e snimdA ${$root} {{TIME(2026-11-23T15:05:00Z)}}',
  personName: '_Adele_ <a href="https://evil.example">Vance</a>',
  wish,
  approvers: [{ ...deceiver, reached: true }],
});
const ruling = (verdict: 'approve' | 'deny') =>
  ({
    verdict,
    by: deceiver,
    at: now - 60_000,
    reason: '~~no~~ `code` https://evil.example "}],"type":"Action.OpenUrl"',
  }) as const;
const active = {
  ...hostile,
  phase: 'active',
  startsAt: now,
  endsAt: now + 2 * hour,
  ruling: ruling('approve'),
} as const;

const cards: readonly (readonly [string, Message, string | null])[] = [
  ['an approver is asked', { kind: 'approval', activation: hostile, form: 'decide', note: null }, megan.oid],
  ['who asked waits', { kind: 'activation', activation: hostile }, adele.oid],
  [
    'who asked was denied',
    { kind: 'activation', activation: { ...hostile, phase: 'denied', ruling: ruling('deny') } },
    adele.oid,
  ],
  ['who asked has it', { kind: 'activation', activation: active }, adele.oid],
  ['a room is told', { kind: 'announcement', activation: active, showJustification: true }, null],
];

test.each(cards)('%s', (_what, message, reader) => {
  const { card, summary } = render(message, contextFor(reader));
  expect({ card, summary }).toMatchSnapshot();
});
