import { sealer } from '../../src/audit/ledger.ts';
import type { Message } from '../../src/core/message.ts';
import type { Ports } from '../../src/ports/ports.ts';
import { openStore } from '../../src/store/open.ts';
import type { LedgerReader } from '../../src/store/ledger.ts';
import type { Connector } from '../../src/teams/connector.ts';
import { startConnector } from '../support/connector.ts';
import type { Fault, RecordingConnector } from '../support/connector.ts';
import { createConversations } from '../support/conversations.ts';
import type { Conversations } from '../support/conversations.ts';
import { createCloud } from './cloud.ts';
import type { Cloud, Reply, Request } from './cloud.ts';
import { historyDatabase } from './database.ts';
import type { HistoryDatabase, Kind } from './database.ts';
import {
  chatFaults,
  graphFaults,
  isPimRead,
  isPimWrite,
  isUnclear,
  lagging,
  lostRead,
  lostWrite,
  staleMs,
} from './faults.ts';
import type { Met } from './faults.ts';
import { chance as seeded } from './random.ts';
import type { Chance } from './random.ts';
import { createReplica } from './replica.ts';
import type { Replica } from './replica.ts';
import { time } from './time.ts';
import { createWire } from './wire.ts';
import type { Outcome, Process, Wire } from './wire.ts';

export const ledgerKey = new Uint8Array(32).fill(3);

/** A program on the common database; `program` is null while it is down. */
export type Host = { readonly name: string; program: Program | null };
export type Program = {
  readonly process: Process;
  readonly replica: Replica;
  /** So many calls of the store from now it dies; below zero: never. */
  dieAfter: number;
  ticking: Promise<void> | null;
};

/** What a seed has in store. */
export type Weather = {
  /** Of 100 exchanges, this many meet a fault. */
  readonly share: number;
  readonly kinds: readonly string[];
  readonly lagMs: number;
  readonly hosts: number;
  readonly skewMs: number;
  /** Of 100 writes to PIM so many get no answer, and of the first readings after one so many lie or are lost. */
  readonly losses?: { readonly writes: number; readonly reads: number };
};

type Said = {
  readonly label: string;
  readonly to: string;
  readonly isUpdate: boolean;
  readonly activity: Parameters<Connector['send']>[1];
};

export type Shown = { readonly at: number; readonly message: Message };

export type World = {
  readonly chance: Chance;
  readonly wire: Wire;
  readonly cloud: Cloud;
  readonly connector: RecordingConnector;
  readonly conversations: Conversations;
  readonly hosts: readonly Host[];
  /** Everything that any program made a card of. */
  readonly shown: readonly Shown[];
  readonly logged: readonly string[];
  /** How often each fault met something. */
  readonly met: Map<string, number>;
  /** Conversations that refused something for good: nobody there can be told anything. */
  readonly deaf: ReadonlySet<string>;
  deafen(conversation: string, forMs: number, fault: Fault, number: string): void;
  /** The programs' clock before PIM's. */
  readonly skewMs: number;
  /** The ids of the events that a claim of is durable. */
  readonly claimed: ReadonlySet<string>;
  /** How often the database told a program that an event is new, by its id. */
  readonly takenUp: ReadonlyMap<string, number>;
  /** How many programs died at work. */
  deaths(): number;
  /** Ambiguous sends, by conversation: so many messages may be there twice. */
  readonly unclear: Map<string, number>;
  readonly rows: HistoryDatabase['rows'];
  calm: boolean;
  /** How many answers to writes and to readings were lost, or were of before. */
  readonly lost: { writes: number; reads: number };
  /** How often the operator has changed the key of sign-ins and cards; a program has the one of its start, and the one before. */
  keysMade: number;
  told(line: string): void;
  readonly lines: readonly string[];
  count(number: string): void;
  store(): Ports['store'] & LedgerReader;
  /** Starts it unless it runs. */
  boot(host: Host): Promise<void>;
  kill(host: Host): void;
  stop(): Promise<void>;
};

/** Whoever hangs or is about to die goes on, and whoever does not run is started. */
export async function endFaults(world: World): Promise<void> {
  world.calm = true;
  world.told('the faults are over');
  for (const host of world.hosts) {
    if (host.program) {
      host.program.dieAfter = -1;
      host.program.process.stoppedUntil = 0;
    }
    await world.boot(host);
  }
}

export async function createWorld(chance: Chance, weather: Weather, kind: Kind = 'sqlite'): Promise<World> {
  const database = await historyDatabase(kind);
  time.start(Date.UTC(2027, 2, 1, 9));
  // Libraries that wait a random while, such as between tries, draw from the seed too.
  Math.random = seeded(chance.below(1_000_000));
  const lines: string[] = [];
  const started = time.now();
  const told = (line: string): void => void lines.push(`${((time.now() - started) / 1000).toFixed(1)} s  ${line}`);
  const wire = createWire(chance, told);
  const cloud = createCloud(chance.pick([0, 50, 1_500]));
  const connector = await startConnector();
  const met = new Map<string, number>();
  const count = (number: string): void => void met.set(number, (met.get(number) ?? 0) + 1);
  const deafUntil = new Map<string, { readonly until: number; readonly fault: Fault; readonly number: string }>();
  const deaf = new Set<string>();
  const claimed = new Set<string>();
  const takenUp = new Map<string, number>();
  let deaths = 0;
  const unclear = new Map<string, number>();
  const shown: Shown[] = [];
  const logged: string[] = [];
  const write = (level: string) => (event: string, facts?: Readonly<Record<string, unknown>>) => {
    logged.push(`${level} ${event} ${JSON.stringify(facts ?? {}, plainError)}`);
    if (level !== 'info') told(`  ${logged.at(-1)?.slice(0, 300) ?? ''}`);
  };
  const log = { info: write('info'), warn: write('warn'), error: write('error') };
  const open = (): Promise<Ports['store'] & LedgerReader> => openStore(database.url, { seal: sealer(ledgerKey) });
  let store = await open();

  function faultFor(request: Request): { readonly number: string; readonly met: Met } | null {
    // Writes are few and matter most.
    const share = weather.share * (/"self|PATCH/.test(`${request.method} ${request.body}`) ? 3 : 1);
    if (world.calm || !chance.percent(share)) return null;
    const fitting = graphFaults.filter(({ number, fits }) => weather.kinds.includes(number) && fits(request));
    if (fitting.length === 0) return null;
    const fault = chance.pick(fitting);
    return { number: fault.number, met: fault.meet(chance) };
  }

  /** What PIM last answered to the same question. */
  const before = new Map<string, { readonly at: number; readonly reply: Reply }>();
  const lost = { writes: 0, reads: 0 };
  let lostAt = -Infinity;
  let more = 0;

  function lossFor(request: Request): { readonly number: string; readonly met: Met } | null {
    const { losses } = weather;
    if (losses === undefined || world.calm) return null;
    if (isPimWrite(request)) {
      if (!chance.percent(losses.writes)) return null;
      lostAt = time.now();
      more = chance.pick([0, 1, 2, 6]);
      lost.writes += 1;
      return { number: 'F6', met: lostWrite(chance) };
    }
    if (more === 0 || !isPimRead(request) || time.now() - lostAt > 60_000 || !chance.percent(losses.reads)) return null;
    more -= 1;
    lost.reads += 1;
    const known = before.get(keyOf(request));
    return { number: 'F7', met: lostRead(chance, known && time.now() - known.at <= staleMs ? known.reply : null) };
  }

  async function answerOf(request: Request): Promise<Reply> {
    const reply = await cloud.answer(request);
    if (weather.losses !== undefined && isPimRead(request)) before.set(keyOf(request), { at: time.now(), reply });
    return reply;
  }

  async function overHttp(request: Request): Promise<Outcome<Reply> & { readonly afterMs?: number }> {
    const fault = lossFor(request) ?? faultFor(request);
    if (fault === null) return { kind: 'answer', value: late(request, await answerOf(request)) };
    count(fault.number);
    const { effect, reply, error, afterMs, effectAfterMs } = fault.met;
    if (effectAfterMs !== undefined) {
      setTimeout(() => {
        told(`PIM carries out, ${effectAfterMs / 1_000} s late, ${request.method} ${nameless(request.url)}`);
        void cloud.answer(request);
      }, effectAfterMs);
    }
    const truth = effect ? await answerOf(request) : null;
    const seen = reply?.(truth);
    const how = error ? (error.cause instanceof Error ? error.cause.message : error.name) : String(seen!.status);
    told(`${fault.number} (${how}) meets ${request.method} ${nameless(request.url)}${effect ? ', carried out' : ''}`);
    const delay = afterMs === undefined ? {} : { afterMs };
    return error ? { kind: 'break', error, ...delay } : { kind: 'answer', value: seen!, ...delay };
  }

  function late(request: Request, reply: Reply): Reply {
    if (weather.lagMs === 0 || world.calm || request.method !== 'GET' || reply.status !== 200) return reply;
    if (!/assignmentScheduleRequests/i.test(request.url.pathname)) return reply;
    const body = lagging(reply.body, weather.lagMs);
    if (body !== reply.body && body.length < reply.body.length - 40) count('F7');
    return { ...reply, body };
  }

  globalThis.fetch = async (input, init) => {
    const asked = new Request(input, init);
    const url = new URL(asked.url);
    const body = await asked.text();
    const request = { method: asked.method, url, headers: Object.fromEntries(asked.headers), body };
    const short = `${asked.method} ${nameless(url)}${writeOf(body)}`;
    const reply = wire.current() ? await wire.ask(short, () => overHttp(request)) : await cloud.answer(request);
    const empty = [101, 204, 205, 304].includes(reply.status);
    return new Response(empty ? null : reply.body, { status: reply.status, headers: reply.headers });
  };

  function meetChat(conversation: string, isUpdate: boolean, isCard: boolean): void {
    if (world.calm) return;
    const meets = deafUntil.get(conversation);
    if (meets && meets.until > time.now()) {
      count(meets.number);
      if (meets.number === 'F19') deaf.add(conversation);
      told(`${meets.number} meets ${conversation}`);
      return fail(meets.fault, conversation, isUpdate);
    }
    if (!chance.percent(weather.share)) return;
    const fitting = chatFaults.filter(({ number, fits }) => weather.kinds.includes(number) && fits(isUpdate, isCard));
    if (fitting.length === 0) return;
    const { number, fault } = chance.pick(fitting);
    count(number);
    told(`${number} meets ${isUpdate ? 'an update in' : 'a message to'} ${conversation}`);
    fail(fault, conversation, isUpdate);
  }

  function fail(fault: Fault, conversation: string, isUpdate: boolean): void {
    if (!isUpdate && isUnclear(fault)) unclear.set(conversation, (unclear.get(conversation) ?? 0) + 1);
    connector.fail(fault);
  }

  function between(connectorOf: (serviceUrl: string) => Promise<Connector | null>) {
    return async (serviceUrl: string): Promise<Connector | null> => {
      const real = await connectorOf(serviceUrl);
      if (real === null) return null;
      const through = <T>({ label, to, isUpdate, activity }: Said, call: () => Promise<T>): Promise<T> =>
        wire.ask(label, async (): Promise<Outcome<T>> => {
          // Words without a card are never too long for Teams.
          meetChat(to, isUpdate, (activity.attachments ?? []).length > 0);
          return call().then(
            (value) => ({ kind: 'answer', value }) as const,
            (error: unknown) => ({ kind: 'break', error: error as Error }) as const,
          );
        });
      return {
        send: (to, activity) =>
          through({ label: `a message to ${to}`, to, isUpdate: false, activity }, () => real.send(to, activity)),
        update: (to, id, activity) =>
          through({ label: `an update in ${to}`, to, isUpdate: true, activity }, () => real.update(to, id, activity)),
        team: (id) => real.team(id),
        members: (of, from) =>
          wire.ask(`who is in ${of}`, async () => ({ kind: 'answer', value: await real.members(of, from) }) as const),
      };
    };
  }

  /** The store as one program has it: the program can die at any of its calls, before it or after it. */
  function storeOf(program: { readonly process: Process; dieAfter: number }): Ports['store'] {
    const never = (): Promise<never> => new Promise<never>(() => undefined);
    return new Proxy(store, {
      get:
        (_, name: keyof Ports['store']) =>
        (...given: unknown[]) => {
          const { process } = program;
          if (!process.alive) return never();
          program.dieAfter -= 1;
          const dies = program.dieAfter === 0;
          if (dies) {
            process.alive = false;
            deaths += 1;
            told(`${process.name} dies at ${name}`);
          }
          const isDone = !dies || chance.percent(50);
          if (!isDone) return never();
          if (name === 'claim') claimed.add(String(given[0]));
          const call = Reflect.get(store, name) as (...given: unknown[]) => Promise<unknown>;
          const asked = kind === 'sqlite' ? call(...given) : wire.outside(() => call(...given));
          return asked.then((value) => {
            if (name === 'claim' && value === true)
              takenUp.set(String(given[0]), (takenUp.get(String(given[0])) ?? 0) + 1);
            return process.alive ? value : never();
          });
        },
    });
  }

  const hosts: Host[] = Array.from({ length: weather.hosts }, (_, at) => ({
    name: `replica ${at + 1}`,
    program: null,
  }));

  const world: World = {
    chance,
    wire,
    cloud,
    connector,
    conversations: createConversations(connector),
    hosts,
    shown,
    logged,
    met,
    deaf,
    deafen: (conversation, forMs, fault, number) => {
      told(`${conversation} takes nothing (${number})`);
      deafUntil.set(conversation, { until: time.now() + forMs, fault, number });
    },
    skewMs: weather.skewMs,
    claimed,
    takenUp,
    deaths: () => deaths,
    unclear,
    rows: (...asked) => database.rows(...asked),
    calm: true,
    lost,
    keysMade: 0,
    told,
    lines,
    count,
    store: () => store,
    boot(host) {
      booting = wire.hold(booting.then(() => start(host)));
      return booting;
    },
    kill(host) {
      if (!host.program) return;
      host.program.process.alive = false;
      deaths += 1;
      told(`${host.name} is killed`);
    },
    async stop() {
      for (const { program } of hosts) if (program) program.process.alive = false;
      await store.close();
      await connector.close();
      await database.close();
    },
  };

  /** One after the other, since the first one opens the database for all. */
  let booting = Promise.resolve();
  async function start(host: Host): Promise<void> {
    if (host.program?.process.alive === true) return;
    if (hosts.every(({ program }) => !program?.process.alive)) {
      await store.close();
      store = await open();
    }
    const process: Process = { alive: true, stoppedUntil: 0, name: host.name };
    const program: Omit<Program, 'replica'> = { process, dieAfter: -1, ticking: null };
    const now = (): number => time.now() + weather.skewMs;
    const replica = createReplica({
      store: storeOf(program),
      clock: { now, wall: now },
      chance,
      tid: cloud.world().tenantId,
      cloudOrigin: cloud.origin,
      keys: world.keysMade === 0 ? [0] : [world.keysMade, world.keysMade - 1],
      between,
      saw: (message) => void shown.push({ at: time.now(), message }),
      log,
    });
    host.program = Object.assign(program, { replica });
    told(`${host.name} starts`);
  }
  return world;
}

function keyOf({ method, url, body }: Request): string {
  return `${method} ${url.href} ${body}`;
}

/** PIM's own ids are new in every run of a seed. */
function nameless({ pathname }: URL): string {
  return decodeURIComponent(pathname).replaceAll(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, '{id}');
}

function writeOf(body: string): string {
  const action = /"action":"(\w+)"/.exec(body)?.[1];
  return action === undefined ? '' : ` ${action}`;
}

function plainError(_: string, value: unknown): unknown {
  return value instanceof Error ? { name: value.name, message: value.message, cause: value.cause } : value;
}
