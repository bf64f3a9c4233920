import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox } from '../tests/support/sandbox.ts';
import { median, print, round } from './measure.ts';
import { run } from './programs.ts';
import type { Program } from './programs.ts';

/**
 * From the start of the process until it is ready, and the resident memory then: Jitney (its database open, its token for
 * Graph at hand) against an echo on botbuilder, restify and teams-ai, and one without teams-ai. Each without Node's cache
 * of compiled code and with it, as `npm start` has it.
 */

const rounds = 7;
const programs: readonly Program[] = ['echo', 'echo-teams-ai', 'jitney'];

type Row = { readonly readyMs: number; readonly cpuMs: number; readonly residentMb: number };

const sandbox = await startSandbox();
const cache = mkdtempSync(join(tmpdir(), 'jitney-bench-cache-'));
const kinds = programs.flatMap((program) => [
  { program, cache: null, rows: [] as Row[] },
  { program, cache, rows: [] as Row[] },
]);

for (let at = -1; at < rounds; at += 1) {
  for (const kind of kinds) {
    const running = await run(kind.program, sandbox, kind.cache);
    const { cpuMs, residentMb } = running.used();
    await running.stop();
    // The first round fills the caches of Node and of the disk.
    if (at >= 0) kind.rows.push({ readyMs: running.readyMs, cpuMs: cpuMs ?? NaN, residentMb: residentMb ?? NaN });
  }
}

function middle(program: Program, isCached: boolean): Row {
  const rows = kinds.find((kind) => kind.program === program && (kind.cache !== null) === isCached)?.rows ?? [];
  const of = (name: keyof Row): number => round(median(rows.map((row) => row[name])), 0);
  return { readyMs: of('readyMs'), cpuMs: of('cpuMs'), residentMb: of('residentMb') };
}

function table(isCached: boolean): Record<string, unknown> {
  const [echo, bare, jitney] = [
    middle('echo', isCached),
    middle('echo-teams-ai', isCached),
    middle('jitney', isCached),
  ];
  return {
    echo,
    echoOnTeamsAi: bare,
    jitney,
    jitneyToEchoOnTeamsAi: {
      ready: round(jitney.readyMs / bare.readyMs),
      cpu: round(jitney.cpuMs / bare.cpuMs),
      resident: round(jitney.residentMb / bare.residentMb),
    },
  };
}

print({ bench: 'start', rounds, withoutCache: table(false), withCache: table(true) });
rmSync(cache, { recursive: true, force: true });
await sandbox.stop();
