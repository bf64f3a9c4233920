import type { Guard } from './core/button.ts';
import { isRoundDue } from './core/moment.ts';
import type { Person } from './core/person.ts';
import { createOutbox } from './deliver/deliver.ts';
import { endDue, keepTrying, renew, takeUp } from './go-on.ts';
import { tellInterrupted } from './interrupted.ts';
import type { Brought } from './ports/incoming.ts';
import type { Ports } from './ports/ports.ts';
import { expireSignIns, signedIn as signedInAs } from './sign-in/sign-in.ts';
import { askByLink, patienceMs, takeSignOn } from './sign-in/sign-on.ts';
import { createTurns } from './turn.ts';
import type { Turns } from './turn.ts';
import { unreachable } from './watch/unreachable.ts';
import { watch } from './watch/watch.ts';

export type App = Pick<Turns, 'handle' | 'compose'> & {
  /** Everything that time does: deliveries, readings of PIM, expiries, answers that a crash swallowed. Never throws. */
  readonly tick: () => Promise<void>;
  /** Before the end: what was begun is finished, its answers are sent, nothing new is begun. */
  readonly drain: () => Promise<void>;
  /** Somebody finished a sign-in, here: what waited for it goes on. */
  readonly signedIn: (person: Person, parkedId: string) => Promise<void>;
  /** Teams brought a token for what waits; false when only the person can help. Never throws. */
  readonly signOn: (brought: Brought) => Promise<boolean>;
};

const sweepMs = 10 * 60_000;
const sweepRows = 200;

/** What comes in, what goes on after a sign-in, and what time does: the three ways into the features. */
export function createApp(ports: Ports, guard: Guard): App {
  const worker = ports.ids.id();
  const outbox = createOutbox(
    ports,
    {
      resume: (id) => takeUp(ports, id),
      end: (id) => endDue(ports, id),
      renew: (id) => renew(ports, id),
      keepTrying: (job) => keepTrying(ports, job),
      unreachable: (job, place) => unreachable(ports, job, place),
      linkLater: (id) => askByLink(ports, id, patienceMs),
    },
    worker,
  );
  const { flush } = outbox;
  const turns = createTurns(ports, guard, flush);
  const goingOn = new Set<Promise<void>>();

  async function drain(): Promise<void> {
    await Promise.all([turns.over(), ...goingOn]);
    await flush();
    await outbox.drain();
  }

  let sweepAt = 0;

  /** A few rows at a time, and again at once while there are more. */
  async function sweep(): Promise<void> {
    const now = ports.clock.wall();
    if (!isRoundDue(now, sweepAt, sweepMs)) return;
    // First, so that one that fails is not tried again at once: it can wait, and a locked database keeps everybody waiting.
    sweepAt = now + sweepMs;
    const gone = await ports.store.sweep(now, sweepRows);
    if (gone > 0) sweepAt = now;
  }

  async function tick(): Promise<void> {
    // Not awaited: a chat that answers slowly must not hold up the reading of PIM.
    void flush();
    const rounds = [
      () => watch(ports),
      () => expireSignIns(ports),
      () => ports.store.deleteExpiredTokens(ports.clock.wall()),
      () => tellInterrupted(ports),
      () => outbox.watchDelay(),
      () => sweep(),
    ];
    for (const round of rounds) {
      try {
        await round();
      } catch (error) {
        ports.log.error('tick.failed', { error });
      }
    }
    void flush();
  }

  async function signedIn(person: Person, parkedId: string): Promise<void> {
    const here = goOnHere(await signedInAs(ports, person, parkedId));
    goingOn.add(here);
    void here.finally(() => goingOn.delete(here));
    void flush();
  }

  /** One after the other: a check may be good for one write only, and the next one has to know. Never throws. */
  async function goOnHere(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      try {
        await takeUp(ports, id);
      } catch (error) {
        ports.log.error('resume.failed', { error });
      }
    }
    if (ids.length > 0) await flush();
  }

  async function signOn(brought: Brought): Promise<boolean> {
    try {
      return await takeSignOn(ports, brought);
    } catch (error) {
      ports.log.error('signOn.failed', { error });
      return false;
    } finally {
      void flush();
    }
  }

  return { handle: turns.handle, compose: turns.compose, signedIn, signOn, tick, drain };
}
