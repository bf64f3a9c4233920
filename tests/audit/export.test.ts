import { describe, expect, test } from '@jest/globals';
import fc from '../support/fast-check.ts';
import { formats, header, line } from '../../src/audit/export.ts';
import { sealer } from '../../src/audit/ledger.ts';
import type { AuditEntry, LedgerRow } from '../../src/core/audit.ts';

const at = Date.parse('2026-11-23T14:05:00Z');

function row(changes: Partial<AuditEntry>): LedgerRow {
  const entry = { at, actor: null, action: 'ask', activationId: null, target: null, detail: {}, ...changes };
  return sealer(new Uint8Array(32))(null, entry);
}

const full = row({
  actor: { tid: 'tenant', oid: 'adele' },
  action: 'activation.order',
  activationId: '1a2b3c4d',
  target: 'group:azure:member',
  detail: { minutes: 120, ticket: 'INC1' },
  cause: { event: 'f:1', conversation: 'a:1' },
});

describe('a record', () => {
  test('as JSON', () => {
    expect(JSON.parse(line('jsonl', full))).toEqual({
      seq: 1,
      at: '2026-11-23T14:05:00.000Z',
      tenant: 'tenant',
      actor: 'adele',
      action: 'activation.order',
      activation: '1a2b3c4d',
      target: 'group:azure:member',
      event: 'f:1',
      conversation: 'a:1',
      detail: { minutes: 120, ticket: 'INC1' },
      hash: full.hash,
    });
  });

  test('as CSV, below its header', () => {
    expect(header('csv')).toBe('seq,at,tenant,actor,action,activation,target,event,conversation,detail,hash\n');
    const detail = '"{""minutes"":120,""ticket"":""INC1""}"';
    expect(line('csv', full)).toBe(
      `1,2026-11-23T14:05:00.000Z,tenant,adele,activation.order,1a2b3c4d,group:azure:member,f:1,a:1,${detail},${full.hash}\n`,
    );
  });

  test('as CEF', () => {
    expect(line('cef', full)).toBe(
      `CEF:0|Jitney|Jitney|1|activation.order|activation.order|3|rt=${at} externalId=1 suser=adele cs1Label=tenant ` +
        'cs1=tenant cs2Label=activation cs2=1a2b3c4d cs3Label=target cs3=group:azure:member cs4Label=detail ' +
        `cs4={"minutes":120,"ticket":"INC1"} cs6Label=event cs6=f:1 cs5Label=hash cs5=${full.hash}\n`,
    );
    expect(line('cef', row({ action: 'card.refused' }))).toContain('|6|');
  });
});

describe('hostile text', () => {
  test.each(['=HYPERLINK("https://evil")', '+1', '-1', '@SUM(A1)'])('%s is no formula in CSV', (text) => {
    const cells = line('csv', row({ target: text }));
    expect(cells).toMatch(/,"?'[=+@-]/);
    expect(cells).not.toMatch(/,"?[=+@-]/);
  });

  test('escapes what CEF would read as its own', () => {
    const escaped = line('cef', row({ action: 'a|b\\c', target: 'x=y\\z' }));
    expect(escaped).toContain('|a\\|b\\\\c|');
    expect(escaped).toContain('cs3=x\\=y\\\\z ');
  });

  test('property: a record is one line, whatever stands in it, without a control or a direction mark', () => {
    const text = fc.string({
      unit: fc.oneof(fc.constantFrom('\r', '\n', '\t', '\u001b', '\u202e', '\u2028', '=', '|'), fc.string()),
    });
    const entry = fc.record({ action: text, target: text, detail: fc.dictionary(text, text) });
    fc.assert(
      fc.property(entry, fc.constantFrom(...formats), (changes, format) => {
        const written = line(format, row(changes));
        expect(written.endsWith('\n')).toBe(true);
        expect(written.slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/);
      }),
    );
  });
});
