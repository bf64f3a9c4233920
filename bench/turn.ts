import { startSandbox } from '../tests/support/sandbox.ts';
import { listen, speak } from './load.ts';
import type { Load } from './load.ts';
import { median, print, round } from './measure.ts';
import { run } from './programs.ts';
import type { Running } from './programs.ts';
import { speakers, tenantOf } from './speakers.ts';

/**
 * What Jitney adds to a turn: `aliases`, which reads the database and asks Graph nothing, against a bot that says again
 * what was said, both on botbuilder and restify, each asked on eight connections in turns.
 */

const rounds = 5;
const warmUpMs = 8_000;
const roundMs = 3_000;

type Row = Load & { readonly cpuMsPerTurn: number | null };

const connections = 8;
const sandbox = await startSandbox({ tenant: tenantOf(speakers) });
const answers = await listen();
const bots = { echo: await run('echo', sandbox, null), jitney: await run('jitney-unpaced', sandbox, null) };

async function ask(bot: Running, milliseconds: number): Promise<Row> {
  const before = bot.used().cpuMs;
  const load = await speak(
    { url: bot.url, tenantId: sandbox.tenantId, answers, speakers, connections, text: 'aliases' },
    milliseconds,
  );
  const after = bot.used().cpuMs;
  return { ...load, cpuMsPerTurn: before === null || after === null ? null : round((after - before) / load.turns, 3) };
}

const measured: Record<keyof typeof bots, Row[]> = { echo: [], jitney: [] };
await ask(bots.echo, warmUpMs);
await ask(bots.jitney, warmUpMs);
const callsBefore = (await sandbox.calls()).length;
for (let at = 0; at < rounds; at += 1) {
  measured.echo.push(await ask(bots.echo, roundMs));
  measured.jitney.push(await ask(bots.jitney, roundMs));
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

const [echo, jitney] = [middle(measured.echo), middle(measured.jitney)];
print({
  bench: 'turn',
  connections,
  rounds,
  echo: { ...echo, residentMb: bots.echo.used().residentMb },
  jitney: {
    ...jitney,
    residentMb: bots.jitney.used().residentMb,
    graphCallsPerTurn: round(graphCalls / jitney.turns, 4),
  },
  jitneyToEcho: {
    turnsPerSecond: round(jitney.turnsPerSecond / echo.turnsPerSecond),
    p99: round(jitney.p99Ms / echo.p99Ms),
    cpuPerTurn: round(jitney.cpuMsPerTurn / echo.cpuMsPerTurn),
  },
});
answers.close();
await Promise.all([bots.echo.stop(), bots.jitney.stop(), sandbox.stop()]);
