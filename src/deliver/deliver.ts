import type { Moment } from '../core/moment.ts';
import type { LeasedJob } from '../ports/job.ts';
import type { Ports } from '../ports/ports.ts';
import { run } from './jobs.ts';
import type { Work } from './jobs.ts';

/** Short, so that what a killed replica held is soon sent by another; whoever still works renews it. */
const leaseMs = 10_000;
const renewMs = 3_000;
/** A clock that is set back by less holds nothing up that anybody would notice. */
const noticedMs = 1_000;
/** At the start the clocks of the other replicas are all there is to compare with, and some messages are due in a moment. */
const noticedAtStartMs = 10_000;
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
  /** Sends what is due, and resolves when nothing more can be sent now. Never throws. isDue: it is known that there is such. */
  readonly flush: (isDue?: boolean) => Promise<void>;
  /** Begins nothing new; resolves when what is under way has ended. */
  readonly drain: () => Promise<void>;
  /** Says in the log when messages do not get out. */
  readonly watchDelay: () => Promise<void>;
};

/** One sender of this replica. Each reader gets one message at a time, and a slow one holds up nobody else. */
export function createOutbox(ports: Ports, work: Work, worker: string): Outbox {
  const underWay = new Map<LeasedJob, Promise<void>>();
  /** Done with, and not yet written down; still leased, so that nobody else does it again. */
  const finished = new Set<LeasedJob>();
  let running: Promise<void> | null = null;
  let isDraining = false;
  const look = { wanted: false, isDue: false };
  let wake = (): void => undefined;
  let renewedAt = 0;
  let seenAt = -Infinity;
  let alarmedAt = -Infinity;

  function flush(isDue = false): Promise<void> {
    look.wanted = true;
    look.isDue ||= isDue;
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
        // One reading of the clock: should it jump now, what is under way keeps its lease until the next round renews it.
        const now = ports.clock.now();
        await noticeSetBack(now);
        await renew(now);
        await goOn(now);
      } catch (error) {
        ports.log.error('deliver.failed', { error });
      }
      if (underWay.size > 0) await change();
    }
  }

  /** Before anything else, so that nothing waits until a clock that was set back has caught up. */
  async function noticeSetBack(now: Moment): Promise<void> {
    const isStart = seenAt === -Infinity;
    const newest = isStart ? await ports.store.newestMoment(now) : seenAt;
    if (newest - now > (isStart ? noticedAtStartMs : noticedMs)) {
      ports.log.warn('clock.setBack', { seconds: Math.round((newest - now) / 1_000) });
      await ports.store.clockSetBack(newest, now, leaseMs);
      renewedAt = 0;
    }
    seenAt = now;
  }

  /**
   * Writes down what ended at the same moment, and leases as much as there is room for; whatever ends frees its reader for
   * the next message, and then it looks again. When it fails it is tried again, and nothing is sent twice.
   */
  async function goOn(now: Moment): Promise<void> {
    const done = [...finished];
    const room = isDraining ? 0 : mostAtOnce - underWay.size + done.length;
    const { isDue } = look;
    look.isDue = false;
    const leased = await ports.store.leaseJobs(now, worker, room, leaseMs, done, isDue);
    for (const job of done) {
      finished.delete(job);
      underWay.delete(job);
    }
    for (const job of leased) {
      const delivery = deliverOne(ports, work, job).then((isFinished) => {
        if (isFinished) finished.add(job);
        else underWay.delete(job);
        look.wanted = true;
        wake();
      });
      underWay.set(job, delivery);
    }
  }

  /** By the clock that leases go by, so that a jump of it does not end those that are held here. */
  async function renew(now: Moment): Promise<void> {
    if (now - renewedAt < renewMs) return;
    renewedAt = now;
    await ports.store.renewJobs([...underWay.keys()], now + leaseMs);
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
      await ports.store
        .finishJobs([...finished])
        .catch((error: unknown) => ports.log.error('deliver.failed', { error }));
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

/** True when nothing is left to be done about it. Never throws. */
async function deliverOne(ports: Ports, work: Work, leased: LeasedJob): Promise<boolean> {
  try {
    return await settleOne(ports, work, leased);
  } catch (error) {
    ports.log.error('delivery.failed', { job: leased.id, error });
    return again(ports, work, leased, 1_000, 'an exception').catch((second: unknown) => {
      // The lease runs out by itself.
      ports.log.error('delivery.failed', { job: leased.id, error: second });
      return false;
    });
  }
}

async function settleOne(ports: Ports, work: Work, leased: LeasedJob): Promise<boolean> {
  const { store, log, clock } = ports;
  const outcome = await run(ports, work, leased);
  if (leased.tries === alarmingTries && outcome.kind !== 'delivered')
    log.error('delivery.late', { job: leased.id, why: outcome.why });
  switch (outcome.kind) {
    case 'delivered':
      if (leased.doubt) log.warn('delivery.maybeTwice', { job: leased.id });
      return true;
    case 'busy':
      if (leased.tries >= mostTries) return giveUp(ports, work, leased, outcome.why);
      await store.holdJob(leased, clock.now() + Math.max(outcome.afterMs, patience(leased.tries)));
      return false;
    case 'retry':
      return again(ports, work, leased, outcome.afterMs, outcome.why);
    case 'unclear': {
      const wait = unclearWaitsMs[leased.tries - 1];
      if (wait === undefined) return giveUp(ports, work, leased, outcome.why);
      await store.postponeJob({ ...leased, doubt: true }, clock.now() + wait);
      return false;
    }
    case 'refused':
      return giveUp(ports, work, leased, outcome.why);
    case 'gone':
      log.warn('delivery.lost', { job: leased.id, kind: outcome.kind, why: outcome.why });
      await work.unreachable(leased.job, 'place' in outcome ? outcome.place : null);
      return true;
  }
}

async function again(ports: Ports, work: Work, leased: LeasedJob, afterMs: number, why: string): Promise<boolean> {
  if (leased.tries >= mostTries) return giveUp(ports, work, leased, why);
  await ports.store.postponeJob(leased, ports.clock.now() + Math.max(afterMs, backOff(leased.tries)));
  return false;
}

function backOff(tries: number): number {
  return Math.min(1_000 * 2 ** tries, longestBackOffMs);
}

/** A burst is over when the connector says; one that goes on and on is no burst, and must not use the tries up in minutes. */
function patience(tries: number): number {
  return tries < alarmingTries ? 0 : backOff(tries - alarmingTries);
}

async function giveUp(ports: Ports, work: Work, leased: LeasedJob, why: string): Promise<true> {
  const { job } = leased;
  ports.log.error('delivery.givenUp', { job: leased.id, tries: leased.tries, why });
  // Whoever waits for a decision must know that this approver was not asked; one who has the card was.
  const isAsked = job.kind === 'card' && job.reader.kind === 'approver';
  if (isAsked && (await ports.store.card(job.activationId, job.reader)) === null) await work.unreachable(job, null);
  return true;
}
