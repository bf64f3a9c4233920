import { parse } from '../src/language/parse.ts';
import { growing } from './growing-input.ts';

/** How long reading takes as the input grows, in milliseconds (the quickest of five): a linear reader grows with the size. */

const context = { now: Date.parse('2026-11-23T09:00:00Z'), timeZone: 'Europe/Berlin', botName: 'Jitney' };
const names = Array.from({ length: 1000 }, (_, at) => `Azure Team ${at} and Friends`);
const sizes = [1_000, 10_000, 100_000, 1_000_000];

function quickest(text: string, known: boolean): number {
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now();
    parse(text, known ? { ...context, names } : context);
    return performance.now() - start;
  });
  return Number(Math.min(...times).toFixed(3));
}

const rows = growing.map(([input, make]) => ({
  input,
  ms: Object.fromEntries(sizes.map((size) => [size, quickest(make(size), false)])),
  msWithThousandNames: quickest(make(10_000), true),
}));
const slowest = Math.max(...rows.map((row) => Math.max(row.ms[10_000] ?? 0, row.msWithThousandNames)));
process.stdout.write(`${JSON.stringify({ bench: 'parse', slowestAt10000: slowest, rows }, null, 2)}\n`);
