import { verify } from '../../src/audit/ledger.ts';
import type { LedgerRow } from '../../src/core/audit.ts';
import { isOver } from '../../src/core/activation.ts';
import type { Activation } from '../../src/core/activation.ts';
import { loadConfig } from '../../src/config.ts';
import { unkeep } from '../../src/store/kept.ts';
import type { SandboxCall } from '../support/sandbox.ts';
import type { Card, Done } from '../support/teams-client.ts';
import type { Cut, Lane } from './lane.ts';

export type Told = {
  readonly cut: Cut | null;
  /** The edge was come to and the process died there. */
  readonly isCut: boolean;
  readonly seen: readonly string[];
  /** Which of the invariants broke, in words. */
  readonly broken: readonly string[];
};

const group = 'Azure Admins';
/** On a busy machine a start alone takes seconds. */
const patienceMs = 60_000;
let stories = 0;

/**
 * One wish from the first word to its end, as Adele, Megan and the clock would have it, whatever dies on the way: they act
 * on what they see. A killed bot is started again, Teams sends again what it did not get rid of, and a minute passes.
 */
export async function tell(lane: Lane, cut: Cut | null): Promise<Told> {
  stories += 1;
  const why = `story ${process.pid}-${stories}`;
  const { sandbox, adele, megan, teams } = lane;
  await sandbox.ask('calls', undefined, 'DELETE');
  const accepted = teams.connector.accepted.length;
  const deeds: Done[] = [];
  const broken: string[] = [];
  let deaths = 0;
  const gone = new Set<object>();
  await lane.arm(cut);
  const until = performance.now() + patienceMs;

  async function own(): Promise<Activation | null> {
    const rows = await lane.rows('select body from activation order by asked_at desc limit 3');
    const all = rows.map(({ body }) => unkeep<Activation>(String(body)));
    return all.find(({ wish }) => wish.justification === why) ?? null;
  }

  async function act(doing: Promise<Done>): Promise<void> {
    deeds.push(await doing);
  }

  async function revive(): Promise<boolean> {
    const killed = lane.bots.find((bot) => !bot.isAlive && !gone.has(bot));
    if (!killed) return false;
    gone.add(killed);
    // The other replica goes on without it; it comes back when the wish is through, or when somebody misses it.
    if (lane.bots.length === 1) {
      await killed.startAgain();
      gone.delete(killed);
    }
    deaths += 1;
    const last = deeds.at(-1);
    if (last?.status === 0) deeds.push(await adele.redeliver(last));
    await lane.aMinutePasses();
    await pause(lane.bots.length === 1 ? 400 : 100);
    if (!(await isHeard(lane, last))) broken.push(`I7: nobody heard of what was done last`);
    return true;
  }

  let isAsked = false;
  let pressed = '';
  let isEnding = false;
  for (;;) {
    if (performance.now() > until) {
      const jobs = (await lane.rows('select * from job')).map((row) => JSON.stringify({ ...row, body: undefined }));
      const printed = lane.bots.map((bot) => bot.printed.slice(-1_000));
      const wishes = JSON.stringify(await own());
      broken.push(['the wish did not come to its end', wishes, ...jobs, ...printed].join('\n    '));
      break;
    }
    if (await revive()) {
      // What was under way may be lost, and then people do it again.
      isAsked = false;
      pressed = '';
      continue;
    }
    const wish = await own();
    if (wish === null) {
      const question = questionOf(adele.cards());
      if (question && question.id !== pressed) {
        pressed = question.id;
        await act(adele.press(question, 'Activate', { justification: why }));
      } else if (!isAsked) {
        isAsked = true;
        await act(adele.say(`activate ${group} for 1h`));
      }
    } else if (wish.phase === 'waiting' && wish.ruling === null) {
      const task = megan.cards().findLast(({ text, buttons }) => text.includes(why) && buttons.includes('Approve'));
      if (task && `${task.id} decided` !== pressed) {
        pressed = `${task.id} decided`;
        await act(megan.press(task, 'Approve'));
      }
    } else if (wish.phase === 'active' && !isEnding && (await isQuiet(lane))) {
      isEnding = true;
      await sandbox.advance('PT1H');
    } else if (isOver(wish.phase) && (await isQuiet(lane))) break;
    await pause(60);
  }
  const seen = lane.seen();
  for (const bot of lane.bots) if (!bot.isAlive) await bot.startAgain();
  broken.push(...(await check(lane, await own(), { why, accepted, deaths })));
  return { cut, isCut: seen.some((line) => line.startsWith('killed')) || deaths > 0, seen, broken };
}

function questionOf(cards: readonly Card[]): Card | undefined {
  const last = cards.findLast(({ text }) => text.includes(group));
  return last?.buttons.includes('Activate') === true && !last.text.includes('Ended') ? last : undefined;
}

/** Nothing is left to be sent. */
async function isQuiet(lane: Lane): Promise<boolean> {
  return (await lane.rows('select id from job')).length === 0;
}

/** I7: an answer, or after the start a word about the interruption. */
async function isHeard({ adele, megan }: Lane, last: Done | undefined): Promise<boolean> {
  if (!last) return true;
  const oid = (last.activity['from'] as { readonly aadObjectId: string }).aadObjectId;
  const person = oid === adele.oid ? adele : megan;
  const before = performance.now();
  while (performance.now() - before < 15_000) {
    if (last.card || last.line !== null || last.replies().length > 0 || person.cards().length === 0) return true;
    await pause(25);
  }
  return false;
}

type Facts = { readonly why: string; readonly accepted: number; readonly deaths: number };

async function check(
  lane: Lane,
  wish: Activation | null,
  { why, accepted, deaths }: Facts,
): Promise<readonly string[]> {
  const { sandbox, teams, adele } = lane;
  const state = await sandbox.state();
  const writes = state.calls.filter(isWrite);
  const done = writes.filter(({ status }) => status < 300);
  const entries = (await lane.rows('select entry from ledger order by seq desc limit 40')).map(
    ({ entry }) => JSON.parse(String(entry)) as { action: string; activationId: string | null; actor: { oid: string } },
  );
  const orders = state.requests.filter(({ justification }) => justification === why);
  const shows = (text: string): number =>
    teams.connector.accepted
      .slice(accepted)
      .filter(
        ({ method, conversationId, activity }) =>
          method === 'POST' && conversationId.includes(text) && activity['type'] === 'message',
      ).length;
  const announced = shows(teams.channel.id);
  const ledger = await lane.rows('select * from ledger order by seq');
  const verified = verify(ledger.map(ledgerRow), ledgerKey);
  const running = state.assignments.some(
    (one) =>
      one['assignmentType'] === 'activated' &&
      one['principalId'] === adele.oid &&
      one['createdUsing'] === orders[0]?.['id'],
  );
  const rules: readonly (readonly [boolean, string])[] = [
    [wish?.phase === 'ended', `I12: the wish is ${wish?.phase ?? 'not there'}`],
    [orders.length === 1, `I1: PIM has ${orders.length} requests of this wish`],
    [ofKind(done, 'POST').length <= 1, `I1: ${ofKind(done, 'POST').length} orders took effect`],
    [ofKind(done, 'PATCH').length === 1, `I1: ${ofKind(done, 'PATCH').length} decisions took effect`],
    [
      entries.some(
        (one) =>
          one.action === 'activation.order' &&
          one.activationId === orders[0]?.['customData'] &&
          one.actor.oid === adele.oid,
      ),
      'I2, I3: the order has no ledger line',
    ],
    [
      entries.some(
        (one) => one.action === 'approval.approve' && one.activationId === wish?.id && one.actor.oid === lane.megan.oid,
      ),
      'I2, I3: the decision has no ledger line',
    ],
    [
      ofKind(done, 'PATCH').every(({ token }) => token?.oid === lane.megan.oid),
      'I4, I5: somebody else’s token decided',
    ],
    [ofKind(done, 'POST').every(({ token }) => token?.oid === adele.oid), 'I5: somebody else’s token ordered'],
    [announced >= 1, 'I6: it was not announced'],
    [announced <= 1 + deaths, `I6: it was announced ${announced} times`],
    [verified.ok, `I9: ${verified.ok ? '' : verified.why}`],
    [lane.bots.every(({ printed }) => !/eyJ[\w-]{8}|story \d/.test(printed)), 'I10: words or tokens are in the log'],
    [(await lane.rows('select id from job')).length === 0, 'I11: the outbox is not empty'],
    [!running, 'I12: it still runs in PIM'],
  ];
  return rules.flatMap(([holds, what]) => (holds ? [] : [what]));
}

function isWrite({ method, path, fault }: SandboxCall): boolean {
  return method !== 'GET' && path.includes('/privilegedAccess/') && fault === undefined;
}

function ofKind(calls: readonly SandboxCall[], method: string): readonly SandboxCall[] {
  return calls.filter((call) => call.method === method);
}

function ledgerRow(row: Readonly<Record<string, string | number | null>>): LedgerRow {
  const text = (name: string): string => String(row[name]);
  const [seq, at] = [Number(row['seq']), Number(row['at'])];
  return { seq, at, entry: text('entry'), previousHash: text('previous_hash'), hash: text('hash'), mac: text('mac') };
}

/** The sandbox's public key for the ledger, as the bot derives it. */
const ledgerKey = await readLedgerKey();

async function readLedgerKey(): Promise<Uint8Array> {
  const { readFileSync } = await import('node:fs');
  const { parseEnv } = await import('node:util');
  const env = parseEnv(readFileSync(new URL('../../env/.env.sandbox', import.meta.url), 'utf8'));
  const loaded = loadConfig({
    ...env,
    SANDBOX: '1',
    GRAPH_URL: 'https://localhost:1',
    AUTHORITY_URL: 'https://localhost:1',
  });
  if (loaded.kind !== 'config') throw new Error('the sandbox has no configuration');
  return loaded.config.keys.ledger;
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
