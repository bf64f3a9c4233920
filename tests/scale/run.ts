import { parseArgs } from 'node:util';
import { print } from '../../bench/measure.ts';
import { approvers, groups } from './crowd.ts';
import { day24 } from './day.ts';
import { ends } from './ends.ts';
import type { Figures } from './figures.ts';

/**
 * `npm run scale` runs every part in full size and prints JSON, `-- groups ends` only these, `-- --small` sizes that fit
 * into `npm test`. Ends with 1 when something was lost, doubled or without bound.
 */

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { small: { type: 'boolean', default: false } },
});

const parts: Readonly<Record<string, readonly (() => Promise<Figures>)[]>> = values.small
  ? {
      groups: [() => groups(150)],
      approvers: [() => approvers(12)],
      ends: [() => ends(150)],
      day: [() => day24(1_500, 40)],
    }
  : {
      groups: [() => groups(1_000), () => groups(10_000)],
      approvers: [() => approvers(50), () => approvers(61)],
      ends: [() => ends(5_000)],
      day: [() => day24(100_000, 500)],
    };

const wanted = positionals.length > 0 ? positionals : Object.keys(parts);
for (const name of wanted) {
  for (const run of parts[name] ?? []) print({ scale: name, ...(await run()) });
}
