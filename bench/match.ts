import { readFileSync } from 'node:fs';
import { matchName } from '../src/language/names.ts';
import { median, percentile, print, round } from './measure.ts';

/** A name among 1,000, in microseconds: with the list seen before (warm) and with a list that is new (cold). */

const { names, queries } = JSON.parse(
  readFileSync(new URL('../tests/language/names.json', import.meta.url), 'utf8'),
) as { readonly names: readonly string[]; readonly queries: readonly { readonly typed: string }[] };
const many = Array.from(
  { length: 1000 },
  (_, at) => `${names[at % names.length] ?? ''} ${Math.floor(at / names.length)}`,
);
const rounds = 10;

function microseconds(typed: string, list: readonly string[]): number {
  const start = performance.now();
  matchName(typed, list);
  return (performance.now() - start) * 1000;
}

const exact: number[] = [];
const near: number[] = [];
const coldExact: number[] = [];
const coldNear: number[] = [];
for (let at = 0; at <= rounds; at += 1) {
  const takes = {
    exact: many.filter((_, index) => index % 5 === 0).map((name) => microseconds(name.toUpperCase(), many)),
    near: queries.map(({ typed }) => microseconds(typed, many)),
    coldExact: many.filter((_, index) => index % 50 === 0).map((name) => microseconds(name.toUpperCase(), [...many])),
    coldNear: queries.filter((_, index) => index % 20 === 0).map(({ typed }) => microseconds(typed, [...many])),
  };
  // The first round warms the code up.
  if (at === 0) continue;
  exact.push(...takes.exact);
  near.push(...takes.near);
  coldExact.push(...takes.coldExact);
  coldNear.push(...takes.coldNear);
}

const row = (values: readonly number[]): Readonly<Record<string, number>> => ({
  median: round(median(values), 1),
  p99: round(percentile(values, 0.99), 1),
  measured: values.length,
});
print({
  bench: 'match',
  names: many.length,
  unit: 'microseconds',
  warm: { exact: row(exact), nearOrNone: row(near) },
  cold: { exact: row(coldExact), nearOrNone: row(coldNear) },
});
