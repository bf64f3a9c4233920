import type { LeasedJob } from '../ports/job.ts';
import type { Ports } from '../ports/ports.ts';
import { run } from './jobs.ts';
import type { Work } from './jobs.ts';

/** Short, so that what a killed replica held is soon sent by another; whoever still works renews it. */
const leaseMs = 10_000;
const renewMs = 3_000;
/** A reader whose connector is slow takes one of these, and everybody else has the rest. */
const mostAtOnce = 40;
/** Over about five hours; then a delivery is given up and logged as an alarm. */
const mostTries = 40;
const longestBackOffMs = 10 * 60_000;
/** When a message that may have arrived is sent again, marked as such: twice is better than never. */
const unclearWaitsMs = [1_000, 5_000, 60_000, 15 * 60_000, 60 * 60_000];
/** A delivery that failed so often is an alarm, long before it is given up: after some minutes. */
const alarmingTries = 8;
/** So is one that nobody even began in this time. */
const lateMs = 5 * 60_000;

export type Outbox = {
  /** Sends what is due, and resolves when nothing more can be sent now. Never throws. */
  readonly flush: () => Promise<void>;
  /** Begins nothing new; resolves when what is under way has ended. */
  readonly drain: () => Promise<void>;
  /** Says in the log when messages do not get out. */
  readonly watchDelay: () => Promise<void>;
};

/** One sender of this replica. Each reader gets one message at a time, and a slow one holds up nobody else. */
export function createOutbox(ports: Ports, work: Work, worker: string): Outbox {
  const underWay = new Map<LeasedJob, Promise<void>>();
  let running: Promise<void> | null = null;
  let isDraining = false;
  const look = { wanted: false };
  let wake = (): void => undefined;
  let renewedAt = 0;
  let alarmedAt = -Infinity;

  function flush(): Promise<void> {
    look.wanted = true;
    wake();
    running ??= loop().finally(() => {
      running = null;
    });
    return running;
  }

  async function loop(): Promise<void> {
    while (look.wanted || underWay.size > 0) {
      // What comes in at the same moment is leased together: one transaction for all of it.
      await new Promise((done) => setImmediate(done));
      look.wanted = false;
      try {
        await renew();
        await begin();
      } catch (error) {
        ports.log.error('deliver.failed', { error });
      }
      if (underWay.size > 0) await change();
    }
  }

  /** Leases as much as there is room for; whatever ends frees its reader for the next message, and then it looks again. */
  async function begin(): Promise<void> {
    if (isDraining) return;
    const now = ports.clock.now();
    const leased = await ports.store.leaseJobs(now, worker, mostAtOnce - underWay.size, leaseMs);
    for (const job of leased) {
      const done = deliverOne(ports, work, job).finally(() => {
        underWay.delete(job);
        look.wanted = true;
        wake();
      });
      underWay.set(job, done);
    }
  }

  async function renew(): Promise<void> {
    const now = ports.clock.wall();
    if (now - renewedAt < renewMs) return;
    renewedAt = now;
    await ports.store.renewJobs([...underWay.keys()], ports.clock.now() + leaseMs);
  }

  /** Something ended or came in, or the leases have to be renewed. */
  function change(): Promise<void> {
    if (look.wanted) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, renewMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  return {
    flush,
    async drain() {
      isDraining = true;
      await Promise.all(underWay.values());
    },
    async watchDelay() {
      const now = ports.clock.now();
      if (now - alarmedAt < lateMs) return;
      const due = await ports.store.nextJobDue();
      if (due === null || now - due < lateMs) return;
      alarmedAt = now;
      ports.log.error('outbox.behind', { oldestSeconds: Math.round((now - due) / 1_000) });
    },
  };
}

async function deliverOne(ports: Ports, work: Work, leased: LeasedJob): Promise<void> {
  try {
    await settleOne(ports, work, leased);
  } catch (error) {
    ports.log.error('delivery.failed', { job: leased.id, error });
    await again(ports, leased, 1_000, 'an exception').catch((second: unknown) => {
      // The lease runs out by itself.
      ports.log.error('delivery.failed', { job: leased.id, error: second });
    });
  }
}

async function settleOne(ports: Ports, work: Work, leased: LeasedJob): Promise<void> {
  const { store, log, clock } = ports;
  const outcome = await run(ports, work, leased);
  if (leased.tries === alarmingTries && outcome.kind !== 'delivered')
    log.error('delivery.late', { job: leased.id, why: outcome.why });
  switch (outcome.kind) {
    case 'delivered':
      if (leased.doubt) log.warn('delivery.maybeTwice', { job: leased.id });
      return store.finishJob(leased);
    case 'busy':
      if (leased.tries >= mostTries) return giveUp(ports, leased, outcome.why);
      return store.holdJob(leased, clock.now() + Math.max(outcome.afterMs, patience(leased.tries)));
    case 'retry':
      return again(ports, leased, outcome.afterMs, outcome.why);
    case 'unclear': {
      const wait = unclearWaitsMs[leased.tries - 1];
      if (wait === undefined) return giveUp(ports, leased, outcome.why);
      return store.postponeJob({ ...leased, doubt: true }, clock.now() + wait);
    }
    case 'refused':
      return giveUp(ports, leased, outcome.why);
    case 'gone':
      log.warn('delivery.lost', { job: leased.id, kind: outcome.kind, why: outcome.why });
      await work.unreachable(leased.job, 'place' in outcome ? outcome.place : null);
      return store.finishJob(leased);
  }
}

async function again(ports: Ports, leased: LeasedJob, afterMs: number, why: string): Promise<void> {
  if (leased.tries >= mostTries) return giveUp(ports, leased, why);
  await ports.store.postponeJob(leased, ports.clock.now() + Math.max(afterMs, backOff(leased.tries)));
}

function backOff(tries: number): number {
  return Math.min(1_000 * 2 ** tries, longestBackOffMs);
}

/** A burst is over when the connector says; one that goes on and on is no burst, and must not use the tries up in minutes. */
function patience(tries: number): number {
  return tries < alarmingTries ? 0 : backOff(tries - alarmingTries);
}

async function giveUp(ports: Ports, leased: LeasedJob, why: string): Promise<void> {
  ports.log.error('delivery.givenUp', { job: leased.id, tries: leased.tries, why });
  await ports.store.finishJob(leased);
}
