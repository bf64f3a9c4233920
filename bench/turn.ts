import { startSandbox } from '../tests/support/sandbox.ts';
import { listen, speak } from './load.ts';
import type { Load } from './load.ts';
import { median, print, round } from './measure.ts';
import { run } from './programs.ts';
import type { Running } from './programs.ts';
import { speakers, tenantOf } from './speakers.ts';

/**
 * What Jitney adds to a turn: `aliases`, which reads the database and asks Graph nothing, against a bot that says again
 * what was said, both on botbuilder and restify, each asked on eight connections in turns. The echo that keeps one durable
 * row a turn tells what of it is the disk's.
 */

const rounds = 5;
const warmUpMs = 8_000;
const roundMs = 3_000;

type Row = Load & { readonly cpuMsPerTurn: number | null };

const connections = 8;
const sandbox = await startSandbox({ tenant: tenantOf(speakers) });
const answers = await listen();
const bots = {
  echo: await run('echo', sandbox, null),
  keeping: await run('echo-keeping', sandbox, null),
  jitney: await run('jitney-unpaced', sandbox, null),
};
const names = ['echo', 'keeping', 'jitney'] as const;

async function ask(bot: Running, milliseconds: number): Promise<Row> {
  const before = bot.used().cpuMs;
  const load = await speak(
    { url: bot.url, tenantId: sandbox.tenantId, answers, speakers, connections, text: 'aliases' },
    milliseconds,
  );
  const after = bot.used().cpuMs;
  return { ...load, cpuMsPerTurn: before === null || after === null ? null : round((after - before) / load.turns, 3) };
}

const measured: Record<keyof typeof bots, Row[]> = { echo: [], keeping: [], jitney: [] };
for (const name of names) await ask(bots[name], warmUpMs);
const callsBefore = (await sandbox.calls()).length;
for (let at = 0; at < rounds; at += 1) {
  for (const name of names) measured[name].push(await ask(bots[name], roundMs));
}
const graphCalls = (await sandbox.calls()).length - callsBefore;

function middle(rows: readonly Row[]): Record<keyof Row, number> {
  const of = (name: keyof Row): number => round(median(rows.map((row) => row[name] ?? NaN)), 3);
  return {
    turnsPerSecond: of('turnsPerSecond'),
    p50Ms: of('p50Ms'),
    p99Ms: of('p99Ms'),
    cpuMsPerTurn: of('cpuMsPerTurn'),
    turns: rows.reduce((sum, { turns }) => sum + turns, 0),
  };
}

function toEcho(row: Record<keyof Row, number>): Record<string, number> {
  return {
    turnsPerSecond: round(row.turnsPerSecond / echo.turnsPerSecond),
    p99: round(row.p99Ms / echo.p99Ms),
    cpuPerTurn: round(row.cpuMsPerTurn / echo.cpuMsPerTurn),
  };
}

const [echo, keeping, jitney] = [middle(measured.echo), middle(measured.keeping), middle(measured.jitney)];
print({
  bench: 'turn',
  connections,
  rounds,
  echo: { ...echo, residentMb: bots.echo.used().residentMb },
  echoKeeping: { ...keeping, residentMb: bots.keeping.used().residentMb },
  jitney: {
    ...jitney,
    residentMb: bots.jitney.used().residentMb,
    graphCallsPerTurn: round(graphCalls / jitney.turns, 4),
  },
  keepingToEcho: toEcho(keeping),
  jitneyToEcho: toEcho(jitney),
});
answers.close();
await Promise.all([...names.map((name) => bots[name].stop()), sandbox.stop()]);
