import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { startBot } from '../support/bot.ts';
import type { StartedBot } from '../support/bot.ts';
import { proveWrites } from '../support/ledger.ts';
import { startPostgres } from '../support/postgres.ts';
import type { PostgresServer } from '../support/postgres.ts';
import { eventually } from '../support/processes.ts';
import { startSandbox } from '../support/sandbox.ts';
import type { SandboxCall, StartedSandbox } from '../support/sandbox.ts';
import { startTeams } from '../support/teams-client.ts';
import type { Done, Teams, TeamsPerson } from '../support/teams-client.ts';
import { followed, pause } from './world.ts';

/**
 * Two processes on one PostgreSQL. The first one is stopped (SIGSTOP) between the durable intent and the write to PIM, for
 * longer than a write may take to leave; the second one goes on with the wish; then the first one wakes up.
 */

const group = 'RDP Servers Munich';
const standStill = fileURLToPath(new URL('../support/stand-still.ts', import.meta.url));
/** More than the twenty seconds in which a write leaves, or never. */
const stopMs = 21_000;

let folder: string;
let server: PostgresServer;
let sandbox: StartedSandbox;
let first: StartedBot;
let second: StartedBot;
let talkingTo: StartedBot;
let teams: Teams;
let adele: TeamsPerson;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'jitney-standstill-'));
  [server, sandbox] = await Promise.all([startPostgres(), startSandbox()]);
  const env = { DATABASE_URL: await server.database() };
  // One after the other: the first one makes the tables.
  first = await startBot({ sandbox, env: { ...env, STAND_STILL: trigger() }, node: ['--import', standStill] });
  second = await startBot({ sandbox, env });
  talkingTo = second;
  const either = Object.create(second, { url: { get: () => talkingTo.url } }) as StartedBot;
  teams = await startTeams(either, sandbox);
  adele = teams.person('Adele Vance');
  await adele.arrive();
}, 120_000);
afterAll(async () => {
  process.kill(first.pid, 'SIGCONT');
  await Promise.all([first.stop(), second.stop()]);
  await teams.close();
  await Promise.all([sandbox.stop(), server.stop()]);
  for (const bot of [first, second]) bot.forget();
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  await sandbox.ask('calls', undefined, 'DELETE');
});

function trigger(): string {
  return join(folder, 'trigger');
}

async function writes(): Promise<readonly SandboxCall[]> {
  return (await sandbox.calls()).filter(
    ({ method, path }) => method === 'POST' && path.endsWith('/assignmentScheduleRequests'),
  );
}

function said(calls: readonly SandboxCall[]): readonly string[] {
  return calls.map(({ body, status }) => `${(body as { readonly action: string }).action} ${status}`);
}

async function running(): Promise<number> {
  return (await sandbox.state()).assignments.filter(({ assignmentType }) => assignmentType === 'activated').length;
}

function timesLate(): number {
  return first.printed.split('"msg":"pim.late"').length - 1;
}

/** Moves PIM's clock and lets the second one follow. */
async function later(duration: string): Promise<void> {
  await sandbox.advance(duration);
  await Promise.all([followed(sandbox, second), pause(600)]);
}

/** Says it to the first one, which stands still when that action is in the ledger. */
async function saidToTheFirst(sentence: string, action: string): Promise<{ readonly wake: () => Promise<Done> }> {
  writeFileSync(trigger(), action);
  talkingTo = first;
  const saying = adele.say(sentence);
  talkingTo = second;
  await eventually(
    () => !existsSync(trigger()),
    () => `${action} was not written down`,
  );
  const wakeAt = performance.now() + stopMs;
  return {
    wake: async () => {
      await pause(Math.max(0, wakeAt - performance.now()));
      const before = (await writes()).length;
      const lateBefore = timesLate();
      process.kill(first.pid, 'SIGCONT');
      const done = await saying;
      // Either it finds out that it is late, or its write arrives.
      while (timesLate() === lateBefore && (await writes()).length === before) await pause(50);
      await pause(500);
      return done;
    },
  };
}

test('an order that stood still is not sent when the other replica has made it, and it has ended since', async () => {
  const { wake } = await saidToTheFirst(`activate ${group} for 1h because stood still`, 'activation.order');
  await later('PT2M');
  await adele.waitForCard(/RDP Servers Munich\nActive until/);
  await later('PT10M');
  await (await adele.say(`deactivate ${group}`)).reply(/RDP Servers Munich\nEnded/);
  await wake();
  const made = await writes();
  expect(said(made)).toEqual(['selfActivate 201', 'selfDeactivate 201']);
  expect(await running()).toBe(0);
  await proveWrites(second, made);
}, 90_000);

test('an ending that stood still does not end what was activated since', async () => {
  await (await adele.say(`activate ${group} for 2h because it ends twice`)).reply(/RDP Servers Munich\nActive until/);
  await later('PT10M');
  const { wake } = await saidToTheFirst(`deactivate ${group}`, 'activation.end');
  await later('PT2M');
  await (await adele.say(`deactivate ${group}`)).reply(/RDP Servers Munich\nEnded/);
  await (await adele.say(`activate ${group} for 2h because once more`)).reply(/Active until[^]*“once more”/);
  await later('PT10M');
  const done = await wake();
  const made = await writes();
  expect(said(made)).toEqual(['selfActivate 201', 'selfDeactivate 201', 'selfActivate 201']);
  expect(await running()).toBe(1);
  await done.reply(/PIM did not end RDP Servers Munich/);
  await proveWrites(second, made);
}, 90_000);
