import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { chatOf, createDesk, hour, person, quickFolder } from '../press/desk.ts';
import { open } from '../store/fixtures.ts';
import { heldMb, must, residentMb, seconds, settle } from './figures.ts';
import type { Figures } from './figures.ts';

const day = 24 * hour;
const tables = ['event', 'job', 'pace', 'person', 'parked', 'activation', 'card', 'ledger'];
const sentences = ['aliases', 'approvals', 'what is this', 'sign in'];

/** A day in which so many messages come in from so many people, and the days after it: nothing lost, nothing kept. */
export async function day24(messages: number, people: number): Promise<Figures> {
  const folder = quickFolder();
  const file = join(folder, 'jitney.db');
  const store = await open(`sqlite:${file}`);
  const desk = createDesk(store);
  const crowd = Array.from({ length: people }, () => person());
  const step = day / messages;
  const start = desk.now;
  const from = performance.now();
  let answered = 0;
  let handles = 0;
  let heldEarly = 0;
  const resident: number[] = [];

  /** The harness keeps what it is shown; the program is what is measured. */
  function forget(): void {
    answered += desk.sent.length;
    desk.sent.length = 0;
    desk.logged.length = 0;
  }
  function rows(): Readonly<Record<string, number>> {
    const database = new DatabaseSync(file, { readOnly: true });
    const counted = tables.map((table) => [
      table,
      Number(database.prepare(`select count(*) as n from ${table}`).get()?.['n']),
    ]);
    database.close();
    return Object.fromEntries(counted) as Readonly<Record<string, number>>;
  }

  for (let at = 0; at < messages; at += 1) {
    const actor = crowd[at % people]!;
    desk.now = Math.round(start + at * step);
    const said = { kind: 'message', eventId: `e${at}`, actor, place: chatOf(actor), scope: 'personal' } as const;
    await desk.app.handle({ ...said, text: sentences[at % sentences.length]! });
    if (at % 20 !== 0) continue;
    await desk.app.tick();
    await settle();
    if (at % Math.ceil(messages / 10) === 0) resident.push(residentMb());
    if (at === Math.ceil(messages / 50) * 20) handles = process.getActiveResourcesInfo().length;
    forget();
    if (at === Math.ceil(messages / 50) * 20) heldEarly = await heldMb();
  }
  for (let quiet = 0; quiet < 40; quiet += 1) {
    desk.now += 1_000;
    await desk.app.tick();
    await settle();
  }
  forget();
  const after = rows();
  const held = await heldMb();

  must(held < heldEarly + 2, `${heldEarly} MB held became ${held}`);
  must(answered === messages, `${messages} messages had ${answered} answers`);
  must(after['job'] === 0, `${after['job'] ?? 0} jobs are left over`);
  must((await store.unanswered(Infinity)).length === 0, 'a message is without its answer');
  // What is kept for a week is gone after it; a round of the sweep takes some hundred rows.
  desk.now += 8 * day;
  for (let round = 0; round < messages / 200 + 20; round += 1) {
    desk.now += 1_000;
    await desk.app.tick();
  }
  const later = rows();
  must((later['event'] ?? 0) === 0, `${later['event'] ?? 0} events are kept for ever`);
  must((later['pace'] ?? 0) <= 1, `${later['pace'] ?? 0} lanes are kept for ever`);
  const left = process.getActiveResourcesInfo().length;
  must(left <= handles + 2, `${handles} handles became ${left}`);
  await store.close();
  rmSync(folder, { recursive: true, force: true });
  return {
    messages,
    people,
    seconds: seconds(from),
    'resident MB, ten times over the day': resident.join(' '),
    'MB held after two fifths of the day, and after it': `${heldEarly}, ${held}`,
    'rows after the day': after,
    'rows eight days later': later,
  };
}
