import { AsyncLocalStorage } from 'node:async_hooks';
import type { Chance } from './random.ts';
import { time } from './time.ts';

/** One running program. Dead: nothing that it began goes on, and nobody hears from it. Stopped: it hangs for a while. */
export type Process = { alive: boolean; stoppedUntil: number; readonly name: string };

/** What an exchange over the network came to: an answer, or a break with the code that Node gives it. */
export type Outcome<T> =
  { readonly kind: 'answer'; readonly value: T } | { readonly kind: 'break'; readonly error: Error };

type Exchange = {
  readonly process: Process;
  readonly label: string;
  /** What happens at the other end; null when that is over and the answer is on its way. */
  perform: (() => Promise<{ readonly deliver: () => void; readonly afterMs: number }>) | null;
  deliver: () => void;
  readyAt: number;
};

/**
 * Everything between the program and the world passes here, one thing at a time and in an order that chance decides. What
 * happens at the other end and the answer to it are two events, so that a program can die between them.
 */
export type Wire = {
  /** Runs something as this process; what it asks of the network is known to come from it. */
  as<T>(process: Process, work: () => T): T;
  current(): Process | undefined;
  ask<T>(label: string, other: () => Promise<Outcome<T> & { readonly afterMs?: number }>): Promise<T>;
  /**
   * Asks something whose answer comes when it comes, a server outside this process: when nothing else goes on, and one thing
   * after the other, so that the same seed stays the same history.
   */
  outside<T>(work: () => Promise<T>): Promise<T>;
  /** Time waits for it. */
  hold<T>(work: Promise<T>): Promise<T>;
  /** Lets this much time pass, and everything happen that happens in it. */
  pass(ms: number): Promise<void>;
  readonly waiting: () => readonly { readonly process: Process; readonly label: string }[];
};

export function createWire(chance: Chance, told: (line: string) => void): Wire {
  const processes = new AsyncLocalStorage<Process>();
  const exchanges: Exchange[] = [];
  const asked: (() => Promise<void>)[] = [];
  let held = 0;
  const longestMs = 250;

  async function ask<T>(label: string, other: () => Promise<Outcome<T> & { readonly afterMs?: number }>): Promise<T> {
    const process = processes.getStore();
    if (!process) throw new Error(`${label} was asked by nobody`);
    if (!process.alive) return new Promise<T>(() => undefined);
    return new Promise<T>((resolve, reject) => {
      exchanges.push({
        process,
        label,
        readyAt: time.now() + chance.below(chance.percent(10) ? 900 : 60),
        deliver: () => undefined,
        perform: async () => {
          const outcome = await other();
          return {
            afterMs: outcome.afterMs ?? chance.below(chance.percent(10) ? 900 : 60),
            deliver: () => (outcome.kind === 'answer' ? resolve(outcome.value) : reject(outcome.error)),
          };
        },
      });
    });
  }

  function isReady({ process, readyAt }: Exchange): boolean {
    return process.alive && process.stoppedUntil <= time.now() && readyAt <= time.now();
  }

  async function step(): Promise<boolean> {
    const ready = exchanges.filter(isReady);
    if (ready.length === 0) return false;
    const one = chance.pick(ready);
    if (one.perform) {
      const { deliver, afterMs } = await one.perform();
      told(`${one.process.name} asked ${one.label}`);
      Object.assign(one, { perform: null, deliver, readyAt: time.now() + afterMs });
    } else {
      exchanges.splice(exchanges.indexOf(one), 1);
      one.deliver();
    }
    return true;
  }

  /** Until nothing in this process goes on by itself: all that is left waits for the wire or for time. */
  async function quiet(): Promise<void> {
    for (;;) {
      for (let turn = 0; turn < 4 || held > 0 || isBusy(); turn += 1) await new Promise((done) => setImmediate(done));
      const next = asked.shift();
      if (!next) return;
      await next();
    }
  }

  async function pass(ms: number): Promise<void> {
    const until = time.now() + ms;
    await quiet();
    for (;;) {
      while (await step()) await quiet();
      const left = until - time.now();
      if (left <= 0) return;
      const next = Math.min(...exchanges.filter(({ process }) => process.alive).map(({ readyAt }) => readyAt));
      time.pass(Math.max(1, Math.min(left, longestMs, next - time.now())));
      await quiet();
    }
  }

  return {
    as: (process, work) => processes.run(process, work),
    current: () => processes.getStore(),
    ask,
    outside: (work) =>
      new Promise((resolve, reject) => {
        asked.push(() => work().then(resolve, reject));
      }),
    hold: (work) => {
      held += 1;
      return work.finally(() => (held -= 1));
    },
    pass,
    waiting: () => exchanges.filter(({ process }) => process.alive),
  };
}

/** What is to be written down waits for a turn of its own, often several times in a row. */
function isBusy(): boolean {
  return process.getActiveResourcesInfo().includes('Immediate');
}
