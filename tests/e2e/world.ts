import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { startBot } from '../support/bot.ts';
import type { StartedBot } from '../support/bot.ts';
import { proveWrites } from '../support/ledger.ts';
import { placesOf, readIssued } from '../support/leftovers.ts';
import { startSandbox } from '../support/sandbox.ts';
import type { SandboxCall, StartedSandbox } from '../support/sandbox.ts';
import { startTeams } from '../support/teams-client.ts';
import type { Card, Done, Sign, Teams, TeamsPerson } from '../support/teams-client.ts';
import { goodClaims, makeKey, sign, startChannel } from '../teams/channel.ts';

/** Bot and sandbox as processes, and people in front of them. */
export type World = {
  readonly sandbox: StartedSandbox;
  readonly bot: StartedBot;
  readonly teams: Teams;
  person(name: string): TeamsPerson;
  /** These people, each with a chat with the bot and signed in. */
  arrived<const Names extends readonly string[]>(...names: Names): Promise<{ [At in keyof Names]: TeamsPerson }>;
  /** What was written to PIM since the last forget(), in words: "activate 201", "decide 204". */
  writes(): Promise<readonly string[]>;
  calls(): Promise<readonly SandboxCall[]>;
  forget(): Promise<void>;
  /** Moves PIM's clock and lets the bot follow. */
  later(duration: string): Promise<void>;
  /** Lets days go by until nothing that somebody asked for is open any more. */
  untilOver(): Promise<void>;
  stop(): Promise<void>;
};

/** node: more arguments for the bot's Node. */
export async function startWorld(
  env: Readonly<Record<string, string>> = {},
  tenant?: string,
  signActivity: Sign | null = null,
  node: readonly string[] = [],
): Promise<World> {
  const sandbox = await startSandbox(tenant === undefined ? {} : { tenant });
  const bot = await startBot({ sandbox, env, node });
  const ofChannel: string[] = [];
  const signNoted: Sign = async (serviceUrl) => {
    const token = (await signActivity?.(serviceUrl)) ?? '';
    ofChannel.push(token);
    return token;
  };
  const teams = await startTeams(bot, sandbox, signActivity && signNoted);
  const forgotten: SandboxCall[] = [];
  return {
    sandbox,
    bot,
    teams,
    person: (name) => teams.person(name),
    arrived: async <const Names extends readonly string[]>(...names: Names) => {
      const people = names.map((name) => teams.person(name));
      await Promise.all(people.map((person) => person.arrive()));
      return people as { [At in keyof Names]: TeamsPerson };
    },
    writes: async () => (await sandbox.calls()).filter(isWrite).map(sayWrite),
    calls: () => sandbox.calls(),
    forget: async () => {
      forgotten.push(...(await sandbox.calls()));
      await sandbox.ask('calls', undefined, 'DELETE');
    },
    later: async (duration) => {
      await sandbox.advance(duration);
      await pause(400);
    },
    untilOver: async () => {
      const database = new DatabaseSync(join(bot.folder, 'jitney.db'), { timeout: 5000 });
      const open = database.prepare('select count(*) as n from activation where is_over = 0');
      const due = database.prepare('select count(*) as n from job where due <= ?');
      let now = await sandbox.advance('P2D');
      await pause(400);
      while (open.get()?.['n'] !== 0) {
        now = await sandbox.advance('PT5M');
        await pause(400);
      }
      // What is told about it stands among the jobs from the moment that it is over.
      while (due.get(Date.parse(now))?.['n'] !== 0) await pause(20);
      database.close();
    },
    stop: async () => {
      const calls = [...forgotten, ...(await sandbox.calls())];
      const chats = JSON.stringify(teams.connector.accepted.map(({ activity }) => activity));
      try {
        // Every test of the whole bot ends with this, whatever it was about.
        await bot.stop();
        const places = placesOf([...readIssued(sandbox.folder), ...ofChannel], bot.folder, { log: bot.printed, chats });
        if (places.length > 0) throw new Error(`a token stands in ${places.join(', ')}`);
        await proveWrites(bot, calls);
      } finally {
        await Promise.all([teams.close(), sandbox.stop()]);
        bot.forget();
      }
    },
  };
}

/** As with a real tenant: what Teams sends is signed, and what the bot sends carries a token of its own. */
export async function startSignedWorld(env: Readonly<Record<string, string>> = {}): Promise<World> {
  const appId = '8d2b7f14-6a35-4c9d-8e21-0f9b6c7d8e91';
  const key = await makeKey('channel-1');
  const channel = await startChannel(key);
  const registration = {
    MICROSOFT_APP_ID: appId,
    MICROSOFT_APP_PASSWORD: 'sandbox-bot-secret-not-a-secret',
    BOT_OPENID_METADATA_URL: channel.metadataUrl,
  };
  const world = await startWorld({ ...registration, ...env }, undefined, (serviceUrl) =>
    sign(key, { ...goodClaims(serviceUrl), aud: appId }),
  );
  const stop = (): Promise<void> => world.stop().finally(() => channel.close());
  return { ...world, stop };
}

export function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

function isWrite({ method, path }: SandboxCall): boolean {
  return method !== 'GET' && path.includes('/privilegedAccess/');
}

const verbs: Readonly<Record<string, string>> = { selfActivate: 'activate', selfDeactivate: 'deactivate' };

function sayWrite({ method, path, body, status }: SandboxCall): string {
  const { action } = (body ?? {}) as { readonly action?: string };
  const what = path.endsWith('/cancel') ? 'cancel' : method === 'PATCH' ? 'decide' : (verbs[action ?? ''] ?? path);
  return `${what} ${status}`;
}

/** A request that waits, with what its requester and one approver see of it. */
export type Waiting = { readonly said: Done; readonly card: Card; readonly task: Card };

let requests = 0;

export async function request(requester: TeamsPerson, approver: TeamsPerson, group: string): Promise<Waiting> {
  requests += 1;
  const why = `reason number ${requests}`;
  const said = await requester.say(`activate ${group} for 1h because ${why}`);
  const card = await said.reply(/Waiting for approval/);
  const task = await approver.waitForCard(
    ({ text, buttons }) => text.includes(`“${why}”`) && buttons.includes('Deny…'),
  );
  return { said, card, task };
}

export function idOn(card: Card): string {
  return /Request (\w{8})/.exec(card.text)?.[1] ?? '';
}
