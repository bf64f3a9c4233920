import { describe, expect, test } from '@jest/globals';
import { render } from '../../src/cards/render.ts';
import { words } from './reading.ts';
import { activation, adele, contextFor } from './samples.ts';

/** A start to come, as its card says it: each client's own clock in the text, the reader's zone where no client helps. */

function scheduled(zone: string, now: string, startsAt: string): { readonly text: string; readonly spoken: string } {
  const { reader, ...context } = contextFor(adele.oid);
  const start = Date.parse(startsAt);
  const message = {
    kind: 'activation',
    activation: activation({
      phase: 'scheduled',
      wish: { length: { kind: 'for', minutes: 60 }, startAt: start, justification: null, ticket: null },
      startsAt: start,
      endsAt: start + 3_600_000,
    }),
  } as const;
  const { card } = render(message, { ...context, now: Date.parse(now), reader: { ...reader, zone } });
  return { text: words(card), spoken: String(card['speak']) };
}

describe('a scheduled activation', () => {
  test.each([
    ['Europe/Berlin', '2027-03-27T12:00:00Z', '2027-03-28T01:30:00Z', 'tomorrow 03:30'],
    ['Europe/Berlin', '2026-10-24T12:00:00Z', '2026-10-25T00:30:00Z', 'tomorrow 02:30'],
    ['America/New_York', '2026-10-31T12:00:00Z', '2026-11-01T06:30:00Z', 'tomorrow 01:30'],
    ['Asia/Kolkata', '2026-11-23T09:00:00Z', '2026-11-23T11:30:00Z', '17:00'],
    ['Pacific/Chatham', '2026-11-23T09:00:00Z', '2026-11-23T20:00:00Z', 'tomorrow 09:45'],
    ['Australia/Lord_Howe', '2026-11-23T09:00:00Z', '2026-11-24T00:00:00Z', 'tomorrow 11:00'],
    ['Europe/Berlin', '2026-12-31T22:59:00Z', '2026-12-31T23:30:00Z', 'tomorrow 00:30'],
    ['Europe/Berlin', '2028-02-28T12:00:00Z', '2028-02-29T11:00:00Z', 'tomorrow 12:00'],
    ['Europe/Berlin', '2027-02-28T12:00:00Z', '2027-03-02T11:00:00Z', 'Tue 2 Mar 12:00'],
    ['Mars/Olympus', '2026-11-23T09:00:00Z', '2026-11-23T11:30:00Z', '11:30'],
  ])('%s, %s: starts %s', (zone, now, start, said) => {
    const { text, spoken } = scheduled(zone, now, start);
    expect(spoken).toContain(`scheduled for ${said}`);
    // The client writes it by its own clock, so the instant is what counts.
    expect(text).toMatch(new RegExp(`Scheduled for .*\\{\\{TIME\\(${start}\\)\\}\\}`));
  });
});
