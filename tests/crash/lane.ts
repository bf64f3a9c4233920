import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { startBot } from '../support/bot.ts';
import type { StartedBot } from '../support/bot.ts';
import { startSandbox } from '../support/sandbox.ts';
import type { StartedSandbox } from '../support/sandbox.ts';
import { startBalancer } from './balancer.ts';
import { startTeams } from '../support/teams-client.ts';
import type { Teams, TeamsPerson } from '../support/teams-client.ts';

/** Kill the process at the nth time that it comes to this edge, before or after it. */
export type Cut = {
  readonly label: string;
  readonly nth: number;
  readonly side: 'before' | 'after';
  /** And once more, before so many edges of its recovery are behind it. */
  readonly again?: number;
};

export type Row = Readonly<Record<string, string | number | null>>;

/** One world of its own: sandbox, Teams, and one bot on SQLite or two on one PostgreSQL. */
export type Lane = {
  readonly sandbox: StartedSandbox;
  readonly teams: Teams;
  readonly adele: TeamsPerson;
  readonly megan: TeamsPerson;
  readonly bots: readonly Armed[];
  /** Every bot begins anew, with nothing in memory of what it has read. */
  cool(): Promise<void>;
  /** The next story counts from here; null: nobody is killed. */
  arm(cut: Cut | null): Promise<void>;
  /** After a death: begins with the same data, and dies again at the nth edge that it comes to. False: it came to fewer at its start. */
  dieAgain(bot: Armed, nth: number): Promise<boolean>;
  /** After the death of the other one: this one dies at the nth edge that it comes to from now on. */
  dieToo(bot: Armed, nth: number): Promise<void>;
  /** What the bots came by since then. */
  seen(): readonly string[];
  rows(sql: string): Promise<readonly Row[]>;
  /** The same of what the dead left behind: nothing is mended by looking. */
  left(sql: string): Promise<readonly Row[]>;
  /** On the clock on the wall, by which activities age, and on PIM's. */
  aMinutePasses(): Promise<void>;
  stop(): Promise<void>;
};

export type Armed = StartedBot & { readonly seenFile: string };

/** Most of a start is compiling: once for all starts. */
const compiled = join(tmpdir(), 'jitney-cut-compiled');
const cutter = fileURLToPath(new URL('cut.ts', import.meta.url));

function linesOf(file: string): readonly string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
}

/** False when it died instead. */
async function hears(bot: Armed): Promise<boolean> {
  const isUp = (): boolean => bot.isAlive;
  if (!isUp()) return false;
  writeFileSync(bot.seenFile, '');
  process.kill(bot.pid, 'SIGUSR2');
  while (isUp() && !linesOf(bot.seenFile).includes('armed')) await new Promise((done) => setTimeout(done, 5));
  return isUp();
}

async function untilGone(bot: StartedBot): Promise<boolean> {
  for (const until = performance.now() + 3_000; performance.now() < until;) {
    if (!bot.isAlive) return true;
    await new Promise((done) => setTimeout(done, 20));
  }
  return false;
}

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
      PUBLIC_URL: balancer.url,
      NODE_COMPILE_CACHE: compiled,
      ...(postgres === null ? {} : { DATABASE_URL: postgres }),
    };
    const started = await startBot({ sandbox, env, node: ['--import', cutter] });
    return Object.defineProperties({ seenFile } as Armed, Object.getOwnPropertyDescriptors(started));
  }
  const balancer = await startBalancer(() => bots.flatMap(({ isAlive, url }) => (isAlive ? [url] : [])));
  const bots: Armed[] = [];
  for (const name of postgres === null ? ['one'] : ['one', 'two']) bots.push(await bot(name));
  const front = Object.defineProperty({ ...bots[0]! }, 'url', { value: balancer.url });
  const teams = await startTeams(front, sandbox);
  const [adele, megan, alex] = ['Adele Vance', 'Megan Bowen', 'Alex Wilber'].map((name) => teams.person(name));
  await alex!.open();
  await adele!.arrive();
  await megan!.arrive();
  const announced = await adele!.say('announce here', { in: teams.channel });
  await announced.reply(/announced here from now on/, { in: teams.channel });
  const pool = postgres === null ? null : new pg.Pool({ connectionString: postgres });

  const file = join(bots[0]!.folder, 'jitney.db');

  async function rows(sql: string, of = file): Promise<readonly Row[]> {
    if (pool) return (await pool.query<Row>(sql)).rows;
    const database = new DatabaseSync(of, { timeout: 30_000 });
    try {
      return database.prepare(sql).all() as readonly Row[];
    } finally {
      database.close();
    }
  }

  /** Opening the file itself would take in its log of writes, which is for the bot to do when it begins again. */
  async function left(sql: string): Promise<readonly Row[]> {
    const copy = join(folder, 'left.db');
    if (pool === null) for (const end of ['', '-wal']) if (existsSync(file + end)) copyFileSync(file + end, copy + end);
    try {
      return await rows(sql, copy);
    } finally {
      for (const end of ['', '-wal', '-shm']) rmSync(copy + end, { force: true });
    }
  }

  function plan(next: object | null): void {
    writeFileSync(planFile, JSON.stringify(next));
    rmSync(`${planFile}.done`, { force: true });
    rmSync(`${planFile}.times`, { force: true, recursive: true });
  }

  return {
    sandbox,
    teams,
    adele: adele!,
    megan: megan!,
    bots,
    rows: (sql) => rows(sql),
    left,
    async cool() {
      for (const one of bots) {
        if (one.isAlive) await one.stop();
        await one.startAgain();
      }
    },
    async arm(cut) {
      plan(cut);
      // The cut before may have come when nobody waited for it any more.
      for (const one of bots) {
        while (!(await hears(one))) if (!one.isAlive) await one.startAgain();
      }
    },
    async dieAgain(dead, nth) {
      plan({ label: null, nth, side: 'before', isAtStart: true });
      const died = await dead.startAgain().then(
        () => untilGone(dead),
        (error: unknown) => {
          if (dead.isAlive) throw error;
          return true;
        },
      );
      writeFileSync(planFile, 'null');
      return died;
    },
    async dieToo(bot, nth) {
      plan({ label: null, nth, side: 'before' });
      await hears(bot);
    },
    // What a bot still had to do for the story before stands in front of that.
    seen: () => bots.flatMap(({ seenFile }) => linesOf(seenFile).slice(linesOf(seenFile).indexOf('armed') + 1)),
    async aMinutePasses() {
      await rows('update event set at = at - 61000');
      await sandbox.advance('PT1M');
    },
    async stop() {
      await pool?.end();
      await Promise.all(bots.filter(({ isAlive }) => isAlive).map((one) => one.stop()));
      for (const one of bots) one.forget();
      balancer.close();
      await teams.close();
      await sandbox.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
