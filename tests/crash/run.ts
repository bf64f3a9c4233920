import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { startPostgres } from '../support/postgres.ts';
import { ladder } from './ladder.ts';
import { startLane } from './lane.ts';
import type { Cut } from './lane.ts';
import { tell } from './story.ts';
import type { Told } from './story.ts';

/**
 * `npm run crashes`: kills the bot with SIGKILL between every two steps of a wish, on SQLite, and one of two bots on
 * PostgreSQL, and checks what must hold. `-- --sample 6` takes that many cuts of each. Ends with 1 when something broke or
 * a step of the ladder was never cut.
 */

const { values } = parseArgs({
  options: {
    sample: { type: 'string' },
    lanes: { type: 'string', default: String(availableParallelism()) },
    only: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
});
const started = performance.now();
const lanes = Number(values.lanes);
const kinds = (['sqlite', 'postgres'] as const).filter((kind) => values.only === undefined || values.only === kind);
const server = kinds.includes('postgres') ? await startPostgres() : null;
let failed = 0;
let total = 0;

for (const kind of kinds) {
  const open = async () => startLane(kind === 'sqlite' ? null : await server!.database());
  const first = await open();
  const whole = await tell(first, null);
  report(kind, whole);
  // Two replicas share the edges between them in an order that no run repeats, so there each is cut where it first comes.
  const cuts = chosen(cutsOf(whole.seen).filter(({ nth }) => kind === 'sqlite' || nth === 1));
  const missed: Told[] = [];
  const reached = new Set<string>();
  await Promise.all(
    Array.from({ length: Math.min(lanes, cuts.length) }, async (_, at) => {
      const lane = at === 0 ? first : await open();
      for (let cut = cuts.shift(); cut; cut = cuts.shift()) {
        const told = await tell(lane, cut);
        report(kind, told);
        if (told.isCut) reached.add(cut.label);
        else missed.push(told);
      }
      await lane.stop();
    }),
  );
  const uncut = ladder.filter(({ edges }) => ![...reached].some((label) => edges.test(label)));
  if (values.sample === undefined && uncut.length > 0) {
    failed += 1;
    say(`${kind}: never cut: ${uncut.map(({ step }) => step).join('; ')}.`);
  }
  if (missed.length > 0)
    say(`${kind}: ${missed.length} edges were not come to again: ${missed.map(({ cut }) => cut?.label).join(', ')}.`);
}
await server?.stop();
say(
  `Crashes: ${total - failed} passed, ${failed} failed, ${total} total; ${Math.round((performance.now() - started) / 1000)} s.`,
);
process.exit(failed > 0 ? 1 : 0);

/** Before every edge of the whole story, and after each call whose answer may be lost with the process. */
function cutsOf(seen: readonly string[]): Cut[] {
  const times = new Map<string, number>();
  return seen.flatMap((label): Cut[] => {
    const nth = (times.get(label) ?? 0) + 1;
    times.set(label, nth);
    const isCommit = label.startsWith('commit');
    const isWrite = /^(POST .*self|PATCH|send)/.test(label);
    if (isCommit || !isWrite) return [{ label, nth, side: 'before' }];
    return [
      { label, nth, side: 'before' },
      { label, nth, side: 'after' },
    ];
  });
}

/** All, or so many spread evenly over the story. */
function chosen(cuts: readonly Cut[]): Cut[] {
  const wanted = Number(values.sample ?? cuts.length);
  return Array.from(
    { length: Math.min(wanted, cuts.length) },
    (_, at) => cuts[Math.floor((at * cuts.length) / wanted)]!,
  );
}

function report(kind: string, { cut, isCut, seen, broken }: Told): void {
  total += 1;
  if (values.verbose && cut === null) say(seen.join('\n'));
  if (values.verbose && cut) say(`${kind}: ${cut.side} ${cut.label} (${cut.nth})${isCut ? '' : ', not come to'}`);
  if (broken.length === 0) return;
  failed += 1;
  const where = cut ? `killed ${cut.side} “${cut.label}”, time ${cut.nth}` : 'nobody killed';
  say(`${kind}, ${where}:\n${broken.map((what) => `  ${what}`).join('\n')}`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
