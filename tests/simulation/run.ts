import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import useMemoryDisk from '../memory-disk.ts';
import type { Kind } from './database.ts';
import type { History } from './history.ts';
import { metInHistories, metInLosses } from './met.ts';

/**
 * `npm run histories -- --seeds 300` runs the seeds 1 to 300 in as many processes as there are cores; `-- --seed 7` runs
 * that one again and prints what happened in it; `-- --database postgres` has a PostgreSQL under them, `-- --losses` two
 * programs whose answers from PIM are lost. Ends with 1 when an invariant broke or a fault met nothing.
 */

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '300' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    steps: { type: 'string' },
    database: { type: 'string', default: 'sqlite' },
    losses: { type: 'boolean', default: false },
    processes: { type: 'string', default: String(availableParallelism()) },
    worker: { type: 'boolean', default: false },
  },
});

useMemoryDisk();
const kind = values.database === 'postgres' ? 'postgres' : 'sqlite';
if (values.worker) await work();
else if (values.seed !== undefined) await replay(Number(values.seed));
else await all(Number(values.from), Number(values.seeds), Number(values.processes));

async function life(): Promise<(seed: number, kind: Kind, steps?: number) => Promise<History>> {
  return values.losses ? (await import('./losses.ts')).runLosses : (await import('./history.ts')).runHistory;
}

async function work(): Promise<void> {
  const live = await life();
  let current = 0;
  process.on('unhandledRejection', (error) => {
    say(verdict(failed(current, error)));
    process.exit(1);
  });
  process.on('message', (seed: number | 'end') => {
    if (seed === 'end') process.exit();
    current = seed;
    void live(seed, kind)
      .catch((error: unknown) => failed(seed, error))
      .then((history) => process.send?.({ ...history, lines: [] }));
  });
  process.send?.('ready');
}

function failed(seed: number, error: unknown): History {
  const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { seed, broken: [`the history could not be run: ${why}`], lines: [], met: {}, deeds: 0, effects: 0 };
}

async function replay(seed: number): Promise<void> {
  const history = await (await life())(seed, kind, values.steps === undefined ? Infinity : Number(values.steps));
  say([...history.lines, '', ...verdict(history)]);
  process.exitCode = history.broken.length > 0 ? 1 : 0;
  process.exit();
}

async function all(from: number, count: number, processes: number): Promise<void> {
  const started = performance.now();
  const seeds = Array.from({ length: count }, (_, at) => from + at);
  const histories: History[] = [];
  await Promise.all(
    Array.from({ length: Math.min(processes, count) }, async () => {
      const child = fork(
        fileURLToPath(import.meta.url),
        ['--worker', '--database', kind, ...(values.losses ? ['--losses'] : [])],
        {
          execArgv: ['--disable-warning=ExperimentalWarning'],
        },
      );
      await new Promise<void>((done, fail) => {
        child.once('error', fail);
        child.once('exit', (code) =>
          code === 0 ? done() : fail(new Error(`a worker ended with ${code ?? 'a signal'}`)),
        );
        child.on('message', (history: History | 'ready') => {
          if (history !== 'ready') {
            histories.push(history);
            if (history.broken.length > 0) say(verdict(history));
          }
          const next = seeds.shift();
          child.send(next ?? 'end');
        });
      });
    }),
  );
  const met = new Map<string, number>();
  for (const history of histories)
    for (const [number, times] of Object.entries(history.met)) met.set(number, (met.get(number) ?? 0) + times);
  const broken = histories.filter((history) => history.broken.length > 0);
  const expected = values.losses ? metInLosses : metInHistories;
  const missed = expected.filter((number) => !met.has(number));
  const sum = (of: (history: History) => number): number => histories.reduce((total, one) => total + of(one), 0);
  say([
    `Faults met: ${expected.map((number) => `${number} ${met.get(number) ?? 0}`).join(', ')}.`,
    ...(missed.length > 0 ? [`No seed met ${missed.join(', ')}.`] : []),
    ...(broken.length > 0
      ? [
          `Broken: seeds ${broken.map(({ seed }) => seed).join(', ')}; each again with -- ${values.losses ? '--losses ' : ''}--seed N.`,
        ]
      : []),
    `Histories on ${kind === 'postgres' ? 'PostgreSQL' : 'SQLite'}: ${histories.length - broken.length} passed, ${broken.length} failed, ${histories.length} total; ` +
      `${sum(({ deeds }) => deeds)} deeds, ${sum(({ effects }) => effects)} effects at PIM, ` +
      `${Math.round((performance.now() - started) / 1000)} s.`,
  ]);
  // A few seeds cannot meet everything; the usual number has to.
  process.exitCode = broken.length > 0 || (count >= 300 && missed.length > 0) ? 1 : 0;
}

function verdict({ seed, broken }: History): readonly string[] {
  if (broken.length === 0) return [`Seed ${seed}: everything holds.`];
  return [`Seed ${seed} broke:`, ...broken.map((what) => `  ${what}`)];
}

function say(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}
