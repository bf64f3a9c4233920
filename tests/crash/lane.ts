import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { startBot } from '../support/bot.ts';
import type { StartedBot } from '../support/bot.ts';
import { startSandbox } from '../support/sandbox.ts';
import type { StartedSandbox } from '../support/sandbox.ts';
import { startTeams } from '../support/teams-client.ts';
import type { Teams, TeamsPerson } from '../support/teams-client.ts';

/** Kill the process at the nth time that it comes to this edge, before or after it. */
export type Cut = { readonly label: string; readonly nth: number; readonly side: 'before' | 'after' };

export type Row = Readonly<Record<string, string | number | null>>;

/** One world of its own: sandbox, Teams, and one bot on SQLite or two on one PostgreSQL. */
export type Lane = {
  readonly sandbox: StartedSandbox;
  readonly teams: Teams;
  readonly adele: TeamsPerson;
  readonly megan: TeamsPerson;
  readonly bots: readonly Armed[];
  /** The next story counts from here; null: nobody is killed. */
  arm(cut: Cut | null): Promise<void>;
  /** What the bots came by since then. */
  seen(): readonly string[];
  rows(sql: string): Promise<readonly Row[]>;
  /** On the clock on the wall, by which activities age, and on PIM's. */
  aMinutePasses(): Promise<void>;
  stop(): Promise<void>;
};

export type Armed = StartedBot & { readonly seenFile: string };

const cutter = fileURLToPath(new URL('cut.ts', import.meta.url));

/** postgres: the DATABASE_URL of an empty database; null: a file of SQLite. */
export async function startLane(postgres: string | null): Promise<Lane> {
  const folder = mkdtempSync(join(tmpdir(), 'jitney-cut-'));
  const planFile = join(folder, 'plan.json');
  const sandbox = await startSandbox();
  async function bot(name: string): Promise<Armed> {
    const seenFile = join(folder, `${name}.txt`);
    const env = {
      CRASH_PLAN: planFile,
      CRASH_SEEN: seenFile,
      ...(postgres === null ? {} : { DATABASE_URL: postgres }),
    };
    const started = await startBot({ sandbox, env, node: ['--import', cutter] });
    return Object.defineProperties({ seenFile } as Armed, Object.getOwnPropertyDescriptors(started));
  }
  const bots = postgres === null ? [await bot('one')] : [await bot('one'), await bot('two')];
  let turn = 0;
  /** Any balancer: the next one that runs. */
  const front = Object.defineProperty({ ...bots[0]! }, 'url', {
    get: () => {
      const up = bots.filter(({ isAlive }) => isAlive);
      turn += 1;
      return (up[turn % Math.max(1, up.length)] ?? bots[0]!).url;
    },
  });
  const teams = await startTeams(front, sandbox);
  const [adele, megan, alex] = ['Adele Vance', 'Megan Bowen', 'Alex Wilber'].map((name) => teams.person(name));
  await alex!.open();
  await adele!.arrive();
  await megan!.arrive();
  const announced = await adele!.say('announce here', { in: teams.channel });
  await announced.reply(/announced here from now on/, { in: teams.channel });
  const client = postgres === null ? null : new pg.Client({ connectionString: postgres });
  await client?.connect();

  async function rows(sql: string): Promise<readonly Row[]> {
    if (client) return (await client.query<Row>(sql)).rows;
    const database = new DatabaseSync(join(bots[0]!.folder, 'jitney.db'), { timeout: 5_000 });
    try {
      return database.prepare(sql).all() as readonly Row[];
    } finally {
      database.close();
    }
  }

  return {
    sandbox,
    teams,
    adele: adele!,
    megan: megan!,
    bots,
    rows,
    async arm(cut) {
      writeFileSync(planFile, JSON.stringify(cut));
      rmSync(`${planFile}.done`, { force: true });
      for (const { seenFile, pid } of bots) {
        writeFileSync(seenFile, '');
        process.kill(pid, 'SIGUSR2');
      }
      while (!bots.every(({ seenFile }) => readFileSync(seenFile, 'utf8').startsWith('armed')))
        await new Promise((done) => setTimeout(done, 5));
    },
    seen: () =>
      bots.flatMap(({ seenFile }) =>
        existsSync(seenFile) ? readFileSync(seenFile, 'utf8').split('\n').slice(1, -1) : [],
      ),
    async aMinutePasses() {
      await rows('update event set at = at - 61000');
      await sandbox.advance('PT1M');
    },
    async stop() {
      await client?.end();
      await Promise.all(bots.filter(({ isAlive }) => isAlive).map((one) => one.stop()));
      for (const one of bots) one.forget();
      await teams.close();
      await sandbox.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
