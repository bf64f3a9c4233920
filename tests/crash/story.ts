import { isOver } from '../../src/core/activation.ts';
import type { Activation } from '../../src/core/activation.ts';
import { unkeep } from '../../src/store/kept.ts';
import type { Done, TeamsPerson } from '../support/teams-client.ts';
import { check, unintended } from './invariants.ts';
import type { Armed, Cut, Lane } from './lane.ts';
import type { Plot, View } from './plots.ts';

export type Told = {
  readonly plot: Plot;
  readonly cut: Cut | null;
  /** The edge was come to and the process died there. */
  readonly isCut: boolean;
  readonly seen: readonly string[];
  /** Which of the invariants broke, in words. */
  readonly broken: readonly string[];
};

/** On a busy machine a start alone takes seconds; who waits so long waits for what never comes. */
const patienceMs = 180_000;
/** From when the program is there again, and its clock a minute further. */
const unheardMs = 60_000;
/** Whoever sees the same thing for so long does the same again. */
const impatienceMs = 5_000;
let stories = 0;

/**
 * One wish from the first word to its end, as the people of the plot and the clock would have it, whatever dies on the way:
 * they act on what they see. A killed bot is started again, Teams sends again what it did not get rid of, and a minute passes.
 */
export async function tell(lane: Lane, plot: Plot, cut: Cut | null): Promise<Told> {
  stories += 1;
  const why = `story ${process.pid}-${stories}`;
  const { sandbox, adele, teams } = lane;
  await plot.before?.(lane);
  await sandbox.ask('calls', undefined, 'DELETE');
  const accepted = teams.connector.accepted.length;
  const old = new Map([lane.adele, lane.megan].map((person) => [person, newest(person)]));
  const shown = (person: TeamsPerson) => person.cards().filter(({ changed }) => changed > (old.get(person) ?? -1));
  const broken: string[] = [];
  /** When each deed was done last. */
  const done = new Map<string, number>();
  const missed = new Set<Armed>();
  const [{ seq: since = 0 } = {}] = await lane.rows('select max(seq) as seq from ledger');
  let last: Done | null = null;
  let deaths = 0;
  let isArmed = plot.from === undefined;
  await lane.arm(isArmed ? cut : null);
  const until = performance.now() + patienceMs;

  async function look(): Promise<View> {
    const rows = await lane.rows('select body from activation order by asked_at desc limit 3');
    const all = rows.map(({ body }) => unkeep<Activation>(String(body)));
    const wish = all.find(({ wish: { justification } }) => justification === why) ?? null;
    const { offsetMs } = (await sandbox.ask('clock')) as { readonly offsetMs: number };
    const now = Date.now() + offsetMs;
    const due = await lane.rows(`select id from job where due <= ${now}`);
    return { lane, why, wish, shown, isQuiet: due.length === 0, now };
  }

  async function revive(): Promise<boolean> {
    const killed = lane.bots.find((bot) => !bot.isAlive && !missed.has(bot));
    if (!killed) return false;
    missed.add(killed);
    broken.push(...(await unintended(lane, Number(since))));
    const again = deaths === 0 ? cut?.again : undefined;
    deaths += 1;
    const survivor = lane.bots.find(({ isAlive }) => isAlive);
    if (lane.bots.length === 1) {
      if (again !== undefined && (await lane.dieAgain(killed, again))) deaths += 1;
      if (!killed.isAlive) await killed.startAgain();
      missed.delete(killed);
    }
    // The other replica goes on without it; it comes back when the wish is through, or when the other one dies as well.
    else if (survivor === undefined) {
      const [first] = missed;
      await first!.startAgain();
      missed.delete(first!);
    } else if (again !== undefined) await lane.dieToo(survivor, again);
    if (last) {
      // Before the redelivery: what was taken in by whoever died is over with it.
      const isTaken =
        (await lane.rows(`select id from event where id like '%${String(last.activity['id'])}'`)).length > 0;
      const sent = await adele.redeliver(last);
      if (isTaken && sent.card !== null) broken.push('I1: what was taken in was taken up a second time');
      if (last.status === 0) last = sent;
    }
    await lane.aMinutePasses();
    if (!(await isHeard(lane, last, isNewlyDead))) broken.push('I7: nobody heard of what was done last');
    return true;
  }
  const isNewlyDead = (): boolean => lane.bots.some((bot) => !bot.isAlive && !missed.has(bot));

  for (;;) {
    if (performance.now() > until) {
      broken.push(await stuck(lane, (await look()).wish));
      break;
    }
    if (await revive()) {
      // What was under way may be lost, and then people do it again.
      done.clear();
      continue;
    }
    const view = await look();
    if (view.wish !== null && isOver(view.wish.phase) && view.isQuiet) break;
    if (!isArmed && plot.from?.(view) === true) {
      isArmed = true;
      await lane.arm(cut);
    }
    const next = plot.next(view);
    if (next && performance.now() - (done.get(next.key) ?? -Infinity) > impatienceMs) {
      done.set(next.key, performance.now());
      last = (await next.act()) ?? last;
    } else await pause(40);
  }
  const seen = lane.seen();
  await lane.arm(null);
  for (const bot of lane.bots) if (!bot.isAlive) await bot.startAgain();
  broken.push(...(await check(lane, plot, (await look()).wish, { why, accepted, deaths })));
  return { plot, cut, isCut: deaths > 0, seen, broken };
}

function newest(person: TeamsPerson): number {
  return Math.max(-1, ...person.cards().map(({ changed }) => changed));
}

/** I7: an answer, or after the start a word about the interruption. Who dies meanwhile is asked when it is there again. */
async function isHeard({ adele, megan }: Lane, last: Done | null, isOff: () => boolean): Promise<boolean> {
  if (!last) return true;
  const oid = (last.activity['from'] as { readonly aadObjectId: string }).aadObjectId;
  const person = oid === adele.oid ? adele : megan;
  const before = performance.now();
  while (performance.now() - before < unheardMs) {
    if (isOff()) return true;
    if (last.card || last.line !== null || last.replies().length > 0 || person.cards().length === 0) return true;
    await pause(25);
  }
  return false;
}

async function stuck(lane: Lane, wish: Activation | null): Promise<string> {
  const jobs = (await lane.rows('select * from job')).map((row) => JSON.stringify({ ...row, body: undefined }));
  const cards = lane.adele.cards().slice(-3);
  const seen = cards.map(({ text, buttons }) => `${text.replaceAll('\n', ' / ')} [${buttons.join('] [')}]`);
  const printed = lane.bots.map((bot) => bot.printed.slice(-1_000));
  return ['the wish did not come to its end', JSON.stringify(wish), ...jobs, ...seen, ...printed].join('\n    ');
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
