import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { startPostgres } from '../support/postgres.ts';
import { eventually } from '../support/processes.ts';
import type { TeamsPerson } from '../support/teams-client.ts';
import { pause, request, startWorld } from './world.ts';
import type { World } from './world.ts';

/** A database that takes nothing: whoever asks is told, and nothing is done that could not be written down before. */

let world: World;
let adele: TeamsPerson;
let server: Awaited<ReturnType<typeof startPostgres>> | null = null;

async function begin(env: Readonly<Record<string, string>> = {}, node: readonly string[] = []): Promise<void> {
  world = await startWorld(env, undefined, null, node);
  [adele] = await world.arrived('Adele Vance');
  await world.forget();
}
afterEach(async () => {
  await world.stop().finally(() => server?.stop());
  server = null;
});

const told = /I could not take this in[^]*Nothing was done, here or in PIM[^]*Say it again in a few minutes/;

async function isRefusedAndGoesOn(lose: () => Promise<void> | void, mend: () => Promise<void> | void): Promise<void> {
  await lose();
  const refused = await adele.say('activate RDP Servers Munich for 1h because the database is away');
  // A statement on PostgreSQL gives up after 30 seconds, and until then a line says that it takes its time.
  await refused.reply(/Working on it|I could not take this in/);
  await eventually(
    () => refused.replies().some(({ text }) => told.test(text)),
    () => 'nobody was told that it was not taken',
    45_000,
  );
  expect(await world.writes()).toEqual([]);
  expect((await fetch(`${world.bot.url}/healthz`)).status).toBe(200);
  await mend();
  await eventually(
    async () => (await fetch(`${world.bot.url}/readyz`)).ok,
    () => 'the bot did not get ready again',
  );
  const taken = await adele.say('activate RDP Servers Munich for 1h because it is back');
  await taken.reply(/RDP Servers Munich\nActive until/);
  expect(await world.writes()).toEqual(['activate 201']);
  expect(refused.replies().filter(({ text }) => told.test(text))).toHaveLength(1);
  expect(world.bot.printed).not.toMatch(/the database is away|eyJ/);
}

/** The other state of the disk; resolves when the bot's process has it. */
async function toldOf(state: string): Promise<void> {
  process.kill(world.bot.pid, 'SIGUSR2');
  await eventually(
    () => world.bot.printed.includes(state),
    () => world.bot.printed,
  );
}

describe('on SQLite', () => {
  test('a database that somebody else keeps locked: told, and taken again when it is free', async () => {
    await begin();
    const other = new DatabaseSync(join(world.bot.folder, 'jitney.db'), { timeout: 5_000 });
    await isRefusedAndGoesOn(
      () => other.exec('begin immediate'),
      () => other.exec('rollback'),
    );
    other.close();
  }, 60_000);

  test('a ledger alone that takes nothing: no order, no decision, no ending and no cancelling goes to PIM', async () => {
    await begin();
    const [megan] = await world.arrived('Megan Bowen');
    const waiting = await request(adele, megan, 'Azure Admins');
    const running = await (await adele.say('activate RDP Servers Munich for 1h because on')).reply(/Active until/);
    await world.later('PT6M');
    await world.forget();
    const database = new DatabaseSync(join(world.bot.folder, 'jitney.db'), { timeout: 5_000 });
    database.exec(`create trigger ledger_closed before insert on ledger begin select raise(abort, 'no room'); end`);
    const asked = [
      await adele.say('activate Intune Helpdesk for 1h because off'),
      await megan.press(waiting.task, 'Approve'),
      await adele.press(running, 'End now'),
      await adele.press(waiting.card, 'Cancel request'),
    ];
    for (const each of asked) await each.reply(/Something went wrong on my side/);
    expect(await world.writes()).toEqual([]);

    database.exec('drop trigger ledger_closed');
    database.close();
    await (await adele.say('activate Intune Helpdesk for 1h because on again')).reply(/Active until/);
    await (await megan.press(waiting.task, 'Approve')).reply(/Approved by you/);
    expect(await world.writes()).toEqual(['activate 201', 'decide 204']);
  }, 60_000);

  describe('on a full disk', () => {
    beforeEach(() => begin({}, ['--import', fileURLToPath(new URL('../support/small-disk.ts', import.meta.url))]));

    test('nothing is asked of PIM that cannot be written down; with room again everything goes on', async () => {
      await toldOf('the disk is full');
      // Until the pages that are there are full; from then on it stays so.
      for (let said = 0; said < 40 && !world.bot.printed.includes('turn.un'); said += 1) {
        await adele.say(`activate Nothing Of This Name for 1h because ${'x'.repeat(300)}`);
        await pause(50);
      }
      expect(world.bot.printed).toContain('database or disk is full');
      await world.forget();
      const groups = ['RDP Servers Munich', 'Intune Helpdesk', 'Azure Readers'];
      const asked = await Promise.all(groups.map((group) => adele.say(`activate ${group} for 1h because full`)));
      for (const each of asked) {
        const told = await each.reply(/I could not take this in|Something went wrong on my side/);
        expect(told.buttons).toEqual(['Open PIM']);
      }
      expect(await world.writes()).toEqual([]);

      await toldOf('the disk has room');
      const taken = await adele.say('activate RDP Servers Munich for 1h because there is room');
      await taken.reply(/RDP Servers Munich\nActive until/);
      expect(await world.writes()).toEqual(['activate 201']);
    }, 60_000);
  });
});

describe('on PostgreSQL', () => {
  test('a server that turns its clients away: told, and taken again when it does not', async () => {
    server = await startPostgres();
    const url = await server.database();
    const name = new URL(url).pathname.slice(1);
    const admin = new pg.Client({ connectionString: url.replace(name, 'postgres') });
    await admin.connect();
    await begin({ DATABASE_URL: url });
    await isRefusedAndGoesOn(
      async () => {
        await admin.query(`alter database ${name} allow_connections false`);
        await admin.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`);
      },
      async () => {
        await admin.query(`alter database ${name} allow_connections true`);
      },
    );
    await admin.end();
  }, 60_000);

  test('a table that somebody else keeps locked: told, and taken again when it is free', async () => {
    server = await startPostgres();
    const url = await server.database();
    const other = new pg.Client({ connectionString: url });
    await other.connect();
    await begin({ DATABASE_URL: url });
    await isRefusedAndGoesOn(
      async () => {
        await other.query('begin; lock table event in access exclusive mode');
      },
      async () => {
        await other.query('rollback');
      },
    );
    await other.end();
  }, 120_000);
});
