import { readFileSync } from 'node:fs';
import { parse } from '../src/language/parse.ts';
import { growing } from './growing-input.ts';
import { median, percentile, print, round } from './measure.ts';

/**
 * How long reading takes: of everyday sentences, in microseconds; and as the input grows, in milliseconds (the quickest of
 * five), where a linear reader grows with the size.
 */

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

const { sentences } = JSON.parse(
  readFileSync(new URL('../tests/language/sentences.json', import.meta.url), 'utf8'),
) as {
  readonly sentences: readonly { readonly text: string }[];
};
const everyday: number[] = [];
for (let at = -1; at < 5; at += 1) {
  for (const { text } of sentences) {
    const start = performance.now();
    parse(text, { ...context, names });
    // The first round warms the code up.
    if (at >= 0) everyday.push((performance.now() - start) * 1000);
  }
}

print({
  bench: 'parse',
  everydayMicroseconds: {
    sentences: sentences.length,
    names: names.length,
    median: round(median(everyday), 1),
    p99: round(percentile(everyday, 0.99), 1),
  },
  slowestMsAt10000: slowest,
  rows,
});
