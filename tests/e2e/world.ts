import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import type { Activation } from '../../src/core/activation.ts';
import { unkeep } from '../../src/store/kept.ts';
import type { Kept } from '../../src/store/kept.ts';
import { startBot } from '../support/bot.ts';
import type { StartedBot } from '../support/bot.ts';
import { proveWrites } from '../support/ledger.ts';
import { placesOf, readIssued } from '../support/leftovers.ts';
import { eventually } from '../support/processes.ts';
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
  /** Moves PIM's clock; resolves when the bot has followed. */
  later(duration: string): Promise<void>;
  /**
   * Resolves when nothing is left that the bot has to send or to do now. A card is seen before the bot has written down that
   * it was sent and where it stands, so whoever kills the bot, copies its database or changes it waits for this.
   */
  nothingIsDue(): Promise<void>;
  /** What the bot has written down of the activation that this card shows. */
  stored(card: Card): Activation;
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

  function read(sql: string, ...values: readonly (number | string)[]): Readonly<Record<string, unknown>> | undefined {
    const database = new DatabaseSync(join(bot.folder, 'jitney.db'), { timeout: 5000, readOnly: true });
    try {
      return database.prepare(sql).get(...values);
    } finally {
      database.close();
    }
  }

  async function nothingIsDue(): Promise<void> {
    const { now } = await askClock(sandbox);
    await eventually(
      () => read('select 1 from job where due <= ?', Date.parse(now)) === undefined,
      () => `something is left to be done; the bot printed:\n${bot.printed}`,
    );
  }

  async function later(duration: string): Promise<void> {
    await sandbox.advance(duration);
    await Promise.all([followed(sandbox, bot), pause(400)]);
  }

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
    later,
    nothingIsDue,
    stored: (card) =>
      unkeep(read('select body from activation where short_id = ?', idOn(card))?.['body'] as Kept<Activation>),
    untilOver: async () => {
      const open = (): boolean => read('select 1 from activation where is_over = 0') !== undefined;
      await later('P2D');
      while (open()) await later('PT5M');
      // What is told about it stands among the jobs from the moment that it is over.
      await nothingIsDue();
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

async function askClock(sandbox: StartedSandbox): Promise<{ readonly now: string; readonly asked: number }> {
  return (await sandbox.ask('clock')) as { readonly now: string; readonly asked: number };
}

/** It asks for the time again only when it has taken in the answer before, so the second question shows that it followed. */
export async function followed(sandbox: StartedSandbox, bot: StartedBot): Promise<void> {
  let own = 0;
  await eventually(
    async () => {
      own += 1;
      return (await askClock(sandbox)).asked - own >= 2 || !bot.isAlive;
    },
    () => `the bot did not follow PIM's clock; it printed:\n${bot.printed}`,
  );
}

/** Resolves when the call that a fault waits for is there, so that whoever ends the bot then meets it on its way. */
export async function reached(sandbox: StartedSandbox, method: string, path: string): Promise<void> {
  await eventually(
    async () => {
      const faults = (await sandbox.ask('faults')) as readonly {
        readonly match: { readonly method?: string; readonly path?: string };
      }[];
      return !faults.some(({ match }) => match.method === method && match.path === path);
    },
    () => `${method} ${path} was not called`,
  );
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
