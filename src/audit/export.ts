import { stringify } from 'csv-stringify/sync';
import type { AuditEntry, LedgerRow } from '../core/audit.ts';

export const formats = ['jsonl', 'csv', 'cef'] as const;
export type Format = (typeof formats)[number];

const columns = [
  'seq',
  'at',
  'tenant',
  'actor',
  'action',
  'activation',
  'target',
  'event',
  'conversation',
  'detail',
  'hash',
] as const;
type Line = Record<(typeof columns)[number], string>;

/** What stands above the lines. */
export function header(format: Format): string {
  return format === 'csv' ? `${columns.join(',')}\n` : '';
}

/**
 * One record as a line. Control characters and those that turn the reading direction are written as \\uXXXX, so that no
 * name forges a line; a spreadsheet takes no cell for a formula.
 */
export function line(format: Format, row: LedgerRow): string {
  const fields = lineOf(row);
  switch (format) {
    case 'jsonl': {
      const { detail } = JSON.parse(row.entry) as AuditEntry;
      return `${visible(JSON.stringify({ ...fields, seq: row.seq, detail }))}\n`;
    }
    case 'csv':
      return stringify([columns.map((name) => visible(fields[name]))], { escape_formulas: true });
    case 'cef':
      return `${cef(fields)}\n`;
  }
}

function lineOf(row: LedgerRow): Line {
  const entry = JSON.parse(row.entry) as AuditEntry;
  return {
    seq: String(row.seq),
    at: new Date(row.at).toISOString(),
    tenant: entry.actor?.tid ?? '',
    actor: entry.actor?.oid ?? '',
    action: entry.action,
    activation: entry.activationId ?? '',
    target: entry.target ?? '',
    event: entry.cause?.event ?? '',
    conversation: entry.cause?.conversation ?? '',
    detail: JSON.stringify(entry.detail),
    hash: row.hash,
  };
}

/** ArcSight Common Event Format 0: the header escapes | and \\, an extension = and \\. */
function cef(fields: Line): string {
  const head = ['CEF:0', 'Jitney', 'Jitney', '1', fields.action, fields.action, severity(fields.action)];
  const extension = {
    rt: String(Date.parse(fields.at)),
    externalId: fields.seq,
    suser: fields.actor,
    cs1Label: 'tenant',
    cs1: fields.tenant,
    cs2Label: 'activation',
    cs2: fields.activation,
    cs3Label: 'target',
    cs3: fields.target,
    cs4Label: 'detail',
    cs4: fields.detail,
    cs6Label: 'event',
    cs6: fields.event,
    cs5Label: 'hash',
    cs5: fields.hash,
  };
  const pairs = Object.entries(extension).map(([name, value]) => `${name}=${visible(value).replace(/[\\=]/g, '\\$&')}`);
  return `${head.map((part) => visible(part).replace(/[\\|]/g, '\\$&')).join('|')}|${pairs.join(' ')}`;
}

/** 0 to 10 by CEF; what was refused or removed is worth a look. */
function severity(action: string): string {
  return /refused|removed|mismatch/.test(action) ? '6' : '3';
}

const hidden = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Characters that move the cursor, end a line or turn the reading direction, as they are written in source. */
export function visible(text: string): string {
  return text.replace(hidden, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
