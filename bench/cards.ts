import { readdirSync, readFileSync } from 'node:fs';
import { Template } from 'adaptivecards-templating/lib/template-engine.js';
import { contextFor, samples } from '../tests/cards/samples.ts';
import { median, percentile, print, round } from './measure.ts';

/**
 * A message to a card, in microseconds for each kind of message. Texts with an expression are counted as the library
 * parses them: as many as the templates hold in the first round, and none afterwards, or a template is parsed twice.
 */

type Engine = { parseInterpolatedString: (text: string) => unknown };
const engine = Template as unknown as Engine;
const parse = engine.parseInterpolatedString;
let parsed = 0;
engine.parseInterpolatedString = (text) => {
  parsed += 1;
  return parse(text);
};
const { render } = await import('../src/cards/render.ts');

function texts(node: unknown): number {
  if (typeof node === 'string') return 1;
  if (typeof node !== 'object' || node === null) return 0;
  return Object.values(node).reduce((sum: number, inner: unknown) => sum + texts(inner), 0);
}
const folder = new URL('../cards/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
const inTemplates = files.reduce(
  (sum, name) => sum + texts(JSON.parse(readFileSync(new URL(name, folder), 'utf8'))),
  0,
);

const rounds = 30;
const times = new Map<string, { readonly us: number[]; bytes: number }>();
let parsedInFirstRound = 0;
for (let at = -3; at < rounds; at += 1) {
  if (at === -2) parsedInFirstRound = parsed;
  for (const { message, reader } of samples) {
    const context = contextFor(reader);
    const start = performance.now();
    const { card } = render(message, context);
    const us = (performance.now() - start) * 1000;
    const row = times.get(message.kind) ?? { us: [], bytes: 0 };
    times.set(message.kind, row);
    // The first rounds warm the code up.
    if (at < 0) continue;
    row.us.push(us);
    row.bytes = Math.max(row.bytes, JSON.stringify(card).length);
  }
}

print({
  bench: 'cards',
  templates: files.length,
  texts: { inTemplates, parsedInFirstRound, parsedAfterwards: parsed - parsedInFirstRound },
  unit: 'microseconds',
  kinds: Object.fromEntries(
    [...times].map(([kind, { us, bytes }]) => [
      kind,
      { median: round(median(us), 0), p99: round(percentile(us, 0.99), 0), largestBytes: bytes, measured: us.length },
    ]),
  ),
});
