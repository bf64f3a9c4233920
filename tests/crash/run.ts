import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import useMemoryDisk from '../memory-disk.ts';
import { startPostgres } from '../support/postgres.ts';
import { againOf, cutsOf, furtherOf, oneOfEqual, spread } from './cuts.ts';
import type { Planned } from './cuts.ts';
import { ladder } from './ladder.ts';
import { startLane } from './lane.ts';
import type { Cut, Lane } from './lane.ts';
import { plots } from './plots.ts';
import type { Plot } from './plots.ts';
import { tell } from './story.ts';
import type { Told } from './story.ts';

/**
 * `npm run crashes`: kills the bot with SIGKILL between every two steps of a wish, on SQLite, and one of two bots on
 * PostgreSQL, and checks what must hold. `-- --sample 6` takes that many cuts of each, `-- --only postgres
 * --plot checked` those of one database and one way of a wish, `--edge 'send to channel'` those
 * at edges whose name has that in it. `-- --seed 7` takes one of the edges that
 * have the same name in a story, another with each seed and on each database. Ends with 1 when something broke or
 * a step of the ladder was never cut.
 */

const { values } = parseArgs({
  options: {
    sample: { type: 'string' },
    lanes: { type: 'string', default: String(availableParallelism() + 1) },
    only: { type: 'string' },
    plot: { type: 'string' },
    edge: { type: 'string', default: '' },
    seed: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
});
useMemoryDisk();
// What was started is ended when this process exits, which a signal alone does not make it do.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));

type Reached = { readonly plot: Plot; readonly label: string };

const started = performance.now();
const kinds = (['sqlite', 'postgres'] as const).filter((kind) => values.only === undefined || values.only === kind);
const told = plots.filter(({ name }) => values.plot === undefined || values.plot === name);
const server = kinds.includes('postgres') ? await startPostgres() : null;
let failed = 0;
let total = 0;

for (const kind of kinds) await run(kind);
await server?.stop();
say(
  `Crashes: ${total - failed} passed, ${failed} failed, ${total} total; ${Math.round((performance.now() - started) / 1000)} s.`,
);
process.exit(failed > 0 ? 1 : 0);

async function run(kind: 'sqlite' | 'postgres'): Promise<void> {
  const open = async () => startLane(kind === 'sqlite' ? null : await server!.database());
  const lanes = await Promise.all(Array.from({ length: Number(values.lanes) }, open));
  const all = (await planned(kind, lanes[0]!)).filter(({ cut }) => cut.label.includes(values.edge));
  const cuts = spread(all, Number(values.sample ?? Infinity));
  const reached: Reached[] = [];
  const missed: Cut[] = [];
  await Promise.all(
    lanes.map(async (first) => {
      let lane = first;
      for (let next = cuts.shift(); next; next = cuts.shift()) {
        const { plot, cut, isCold } = next;
        if (isCold) await lane.cool();
        const story = await tell(lane, plot, cut);
        report(kind, story);
        if (story.isCut) reached.push({ plot, label: cut.label });
        else if (next.isSecond) missed.push(cut);
        // What happens at the same moment is one commit today and two tomorrow, so it is tried twice.
        else cuts.push({ ...next, isSecond: true });
        if (story.broken.length === 0) continue;
        // What it left behind is nobody else's fault.
        await lane.stop();
        lane = await open();
      }
      await lane.stop();
    }),
  );
  if (missed.length > 0)
    say(`${kind}: ${missed.length} edges were not come to again: ${missed.map(({ label }) => label).join(', ')}.`);
  if (values.sample === undefined && values.edge === '') await cutTheRest(kind, await open(), reached);
}

/** A step that shared its commit with another in its own story is looked for in further ones. */
async function cutTheRest(kind: string, lane: Lane, reached: readonly Reached[]): Promise<void> {
  for (const [plot, steps] of ladder) {
    if (!told.includes(plot)) continue;
    const labels = reached.filter((one) => one.plot === plot).map(({ label }) => label);
    const uncut = steps.filter(({ edges }) => !labels.some((label) => edges(label)));
    for (let attempt = 0; attempt < 4 && uncut.length > 0; attempt += 1) {
      await lane.cool();
      const { seen } = await tell(lane, plot, null);
      for (const one of [...uncut]) {
        const label = seen.find((name) => one.edges(name));
        if (label === undefined) continue;
        await lane.cool();
        const story = await tell(lane, plot, { label, nth: 1, side: 'before' });
        report(kind, story);
        if (story.isCut) uncut.splice(uncut.indexOf(one), 1);
      }
    }
    if (uncut.length === 0) continue;
    failed += 1;
    say(`${kind}, ${plot.name}: never cut: ${uncut.map(({ step }) => step).join('; ')}.`);
  }
  await lane.stop();
}

/** Each plot is told twice without a kill: what only a bot does that has read nothing yet is cut in such a bot. */
async function planned(kind: string, lane: Lane): Promise<readonly Planned[]> {
  const cuts: Planned[] = [];
  for (const plot of told) {
    await lane.cool();
    const cold = await tell(lane, plot, null);
    const warm = await tell(lane, plot, null);
    report(kind, cold);
    report(kind, warm);
    cuts.push(...furtherOf(cutsOf(plot, cold.seen, warm.seen), new Set(cuts.map(({ cut }) => cut.label))));
  }
  const all = [...cuts, ...againOf(cuts)];
  return values.seed === undefined ? all : oneOfEqual(all, Number(values.seed) + (kind === 'sqlite' ? 0 : 1));
}

function report(kind: string, { plot, cut, isCut, seen, broken }: Told): void {
  total += 1;
  if (values.verbose && cut === null) say(seen.join('\n'));
  const again = cut?.again === undefined ? '' : `, and again at step ${cut.again} of the recovery`;
  const where = cut ? `killed ${cut.side} “${cut.label}”, time ${cut.nth}${again}` : 'nobody killed';
  const what = `${kind}, ${plot.name}, ${where}`;
  if (values.verbose) say(`${what}${cut === null || isCut ? '' : ': not come to'}`);
  if (broken.length === 0) return;
  failed += 1;
  say(`${what}:\n${broken.map((one) => `  ${one}`).join('\n')}`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
