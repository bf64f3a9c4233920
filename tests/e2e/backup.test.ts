import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { proveWrites, readLedger } from '../support/ledger.ts';
import { eventually } from '../support/processes.ts';
import { saysSentAgain } from '../support/connector.ts';
import type { Received } from '../support/connector.ts';
import type { TeamsPerson } from '../support/teams-client.ts';
import { outside } from './outside.ts';
import { pause, request, startWorld } from './world.ts';
import type { World } from './world.ts';

/** A copy is made in the middle of life, life goes on, and the copy comes back: the past stays past. */

let world: World;
let adele: TeamsPerson;
let grady: TeamsPerson;
let megan: TeamsPerson;

beforeAll(async () => {
  world = await startWorld();
  [adele, grady, megan] = await world.arrived('Adele Vance', 'Grady Archie', 'Megan Bowen');
  const where = { in: world.teams.channel };
  await (await adele.say('announce here', where)).reply(/announced here from now on/, where);
}, 60_000);
afterAll(() => world.stop());

type Ran = { readonly code: number; readonly said: string };

function run(command: 'backup' | 'restore', ...args: readonly string[]): Promise<Ran> {
  const env = {
    PATH: process.env['PATH'],
    SANDBOX: '1',
    DATABASE_URL: `sqlite:${database()}`,
    GRAPH_URL: world.sandbox.graph,
    AUTHORITY_URL: world.sandbox.authority,
  };
  return new Promise((done) => {
    const program = ['--disable-warning=ExperimentalWarning', `scripts/${command}.ts`, ...args];
    const cwd = fileURLToPath(new URL('../../', import.meta.url));
    execFile(process.execPath, program, { cwd, env }, (error, out, err) =>
      done({ code: error === null ? 0 : Number(error.code), said: out + err }),
    );
  });
}

function database(): string {
  return join(world.bot.folder, 'jitney.db');
}

/** New messages; an update in place tells nobody anything twice. */
function posted(): readonly Received[] {
  return world.teams.connector.accepted.filter(({ method }) => method === 'POST');
}

/** The bot looks at PIM, and as many messages as are wanted come of it, and what else it would say is said too. */
async function settled(before: number, messages: number): Promise<void> {
  await world.later('PT1M');
  await eventually(
    () => posted().length >= before + messages,
    () => `${posted().length - before} messages; the bot printed:\n${world.bot.printed}`,
  );
  await pause(1_000);
  await world.nothingIsDue();
}

describe('a copy', () => {
  test('made while the bot runs brings back what is open, and sends and orders nothing of the past again', async () => {
    const copy = join(world.bot.folder, 'copy.db');
    const rdp = await adele.say('activate RDP Servers Munich for 1h because before the copy');
    await rdp.reply(/RDP Servers Munich\nActive until/);
    await adele.waitForCard(/Adele Vance is in RDP Servers Munich/, { in: world.teams.channel });
    const azure = await request(grady, megan, 'Azure Admins');
    const portal = await request(adele, megan, 'Azure Admins');
    // What was sent is written down, so that the copy knows of it.
    await world.nothingIsDue();
    expect(await run('backup', copy)).toEqual({ code: 0, said: expect.stringContaining(copy) });

    await world.later('PT2H');
    await rdp.reply(/RDP Servers Munich has ended/);
    await megan.press(azure.task, 'Approve');
    await azure.said.reply(/Azure Admins is active. Approved by Megan Bowen/);
    await adele.waitForCard(/Grady Archie is in Azure Admins/, { in: world.teams.channel });
    await (await adele.say('activate Intune Helpdesk for 4h because after the copy')).reply(/Active until/);
    await world.nothingIsDue();

    await world.bot.stop();
    await proveWrites(world.bot, await world.calls());
    await (await outside(world.sandbox, 'Megan Bowen')).decide('Approve', 'while it was down');
    await world.sandbox.ask('calls', undefined, 'DELETE');
    const before = posted().length;
    expect((await run('restore', copy)).said).toContain('is there already');
    const lost = join(world.bot.folder, 'lost');
    mkdirSync(lost);
    for (const name of readdirSync(world.bot.folder).filter((one) => /^jitney\.db(-wal|-shm)?$/.test(one)))
      renameSync(join(world.bot.folder, name), join(lost, name));
    expect((await run('restore', copy)).code).toBe(0);
    await world.bot.startAgain();
    await settled(before, 2);

    // Of what the copy did not know to be active the channel hears, or nobody might have; of everything else nothing is new.
    const where = { in: world.teams.channel };
    const told = posted().slice(before);
    expect(told.map(({ conversationId }) => conversationId)).toEqual([where.in.id, where.in.id]);
    expect(told.map(saysSentAgain)).toEqual([true, true]);
    await portal.said.reply(/Azure Admins\nActive until/);
    await adele.waitForCard(({ text }) => text.includes('Adele Vance is in Azure Admins'), where);
    await adele.waitForCard(({ text }) => text.includes('Grady Archie is in Azure Admins'), where);
    expect(await world.writes()).toEqual([]);
    const known = new DatabaseSync(database(), { readOnly: true });
    expect(known.prepare('select count(*) as n from job').get()).toEqual({ n: 0 });
    expect(known.prepare('select count(*) as n from event where settled = 0').get()).toEqual({ n: 0 });
    known.close();
    const restored = (await readLedger(world.bot)).filter(({ action }) => action === 'database.restored');
    expect(restored).toHaveLength(1);
    expect(restored[0]?.detail).toMatchObject({ open: 3 });

    // What was approved after the copy is known to be active, and the old card of it tells so.
    await Promise.all([grady.arrive(), adele.arrive()]);
    await (await grady.say('status')).reply(/Azure Admins[^]*until/);
    expect((await megan.press(azure.task, 'Approve')).card?.text).toContain('Grady Archie has Azure Admins');
    await (await adele.say('list Intune')).reply(/Intune Helpdesk[^]*until/);
    expect(await world.writes()).toEqual([]);

    await world.bot.stop();
    await world.bot.startAgain();
    expect((await readLedger(world.bot)).filter(({ action }) => action === 'database.restored')).toHaveLength(1);
  }, 90_000);

  test('is never written over anything, and nobody else can read it', async () => {
    const taken = join(world.bot.folder, 'taken.db');
    writeFileSync(taken, 'somebody’s work');
    const { code, said } = await run('backup', taken);
    expect([code, said]).toEqual([1, expect.stringContaining('is there already')]);
    const fresh = join(world.bot.folder, 'fresh.db');
    await run('backup', fresh);
    expect(statSync(fresh).mode & 0o077).toBe(0);
    expect(existsSync(`${fresh}-wal`)).toBe(false);
  });

  test('holds nobody’s sign-in', async () => {
    const copy = join(world.bot.folder, 'signed-out.db');
    const live = new DatabaseSync(database(), { readOnly: true });
    const sealed = 'select count(*) as n from token where sealed is not null';
    expect(live.prepare(sealed).get()?.['n']).toBeGreaterThan(0);
    live.close();
    await run('backup', copy);
    const copied = new DatabaseSync(copy, { readOnly: true });
    expect(copied.prepare(sealed).get()).toEqual({ n: 0 });
    copied.close();
  });

  test.each(['backup', 'restore'] as const)('%s without a file says how it is used', async (command) => {
    const { code, said } = await run(command);
    expect(code).toBe(2);
    expect(said).toContain(`npm run ${command} -- FILE`);
  });

  test('that is no database is not put in the place of one', async () => {
    const nonsense = join(world.bot.folder, 'nonsense.db');
    writeFileSync(nonsense, 'this is not a database, but something that somebody put there');
    await world.bot.stop();
    renameSync(database(), `${database()}.kept`);
    const { code } = await run('restore', nonsense);
    expect(code).toBe(1);
    expect(existsSync(database())).toBe(false);
    renameSync(`${database()}.kept`, database());
    await world.bot.startAgain();
  });
});
