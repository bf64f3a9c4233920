import { expect, test } from '@jest/globals';
import { readArguments } from '../../scripts/audit-arguments.ts';

test.each([
  [['verify'], { kind: 'verify', anchors: null, oldKeys: null }],
  [['verify', '--anchors', 'a', '--old-keys', 'k'], { kind: 'verify', anchors: 'a', oldKeys: 'k' }],
  [['export'], { kind: 'export', format: 'jsonl', since: -Infinity }],
  [['export', '--format', 'cef', '--since', '1970-01-02'], { kind: 'export', format: 'cef', since: 86_400_000 }],
  [['reconcile'], { kind: 'reconcile', since: null }],
  [['reconcile', '--since', '1970-01-01T00:00:01+00:00'], { kind: 'reconcile', since: 1000 }],
  [['help'], { kind: 'help' }],
  [['export', '--help'], { kind: 'help' }],
])('%j is understood', (args, asked) => expect(readArguments(args)).toEqual(asked));

test.each([
  [[], 'Say what to do: verify, export or reconcile.'],
  [['frobnicate'], '“frobnicate” is none of verify, export and reconcile.'],
  [['export', 'everything'], '“everything” is one word too many.'],
  [['export', '--format', 'xml'], '“xml” is none of jsonl, csv and cef.'],
  [['export', '--since', 'soon'], '“soon” is no time: give a date such as 2026-11-01, or an ISO 8601 time.'],
  [['reconcile', '--since', ''], '“” is no time: give a date such as 2026-11-01, or an ISO 8601 time.'],
  [['verify', '--nope'], "Unknown option '--nope'"],
  [['verify', '--anchors'], "Option '--anchors <value>' argument missing"],
])('%j is told what is wrong with it', (args, why) => expect(() => readArguments(args)).toThrow(why));
