import { verify } from '../../src/audit/ledger.ts';
import type { LedgerRow } from '../../src/core/audit.ts';
import type { Activation } from '../../src/core/activation.ts';
import { loadConfig } from '../../src/config.ts';
import { saysSentAgain } from '../support/connector.ts';
import type { SandboxCall } from '../support/sandbox.ts';
import type { Lane, Row } from './lane.ts';
import type { Plot } from './plots.ts';

/** A dead bot’s lease lasts 10 s, and a send that may have arrived is tried again after 1 s and then after 5 s. */
const sendsMs = 30_000;

type Facts = { readonly why: string; readonly accepted: number; readonly deaths: number };

/** What each write is called in the ledger. */
const actions = {
  selfActivate: 'activation.order',
  selfDeactivate: 'activation.end',
  cancel: 'activation.cancel',
  decide: 'approval.approve',
} as const;

/** I2, at the moment of a death, before anybody could have made up for it: each write that took effect was written down. */
export async function unintended(lane: Lane, since: number): Promise<readonly string[]> {
  const { calls } = await lane.sandbox.state();
  const entries = entriesOf(await lane.left(`select entry from ledger where seq > ${since}`));
  const known = new Set((await lane.left('select id from activation')).map(({ id }) => id));
  const written = new Set(entries.filter(({ activationId }) => known.has(activationId)).map(({ action }) => action));
  const effects = new Set(calls.filter((call) => isWrite(call) && call.status < 300).map(kindOf));
  return [...effects].flatMap((kind) =>
    written.has(actions[kind]) ? [] : [`I2: ${kind} took effect, and what was left knew nothing of it`],
  );
}

function entriesOf(rows: readonly Row[]): readonly {
  readonly action: string;
  readonly activationId: string | null;
  readonly actor: { readonly oid: string };
}[] {
  return rows.map(({ entry }) => JSON.parse(String(entry)) as ReturnType<typeof entriesOf>[number]);
}

/** What must hold when the story is over, from PIM's state, what the connector took, and the ledger. */
export async function check(
  lane: Lane,
  plot: Plot,
  wish: Activation | null,
  { why, accepted, deaths }: Facts,
): Promise<readonly string[]> {
  const { sandbox, teams, adele, megan } = lane;
  const left = await leftInOutbox(lane);
  const state = await sandbox.state();
  const writes = state.calls.filter(isWrite);
  const done = writes.filter(({ status }) => status < 300);
  const entries = entriesOf(await lane.rows('select entry from ledger order by seq desc limit 40'));
  const told = [why, `${why} (ticket INC0012345)`];
  const orders = state.requests.filter(({ justification }) => told.includes(String(justification)));
  const sent = teams.connector.accepted
    .slice(accepted)
    .filter(({ method, activity }) => method === 'POST' && activity['type'] === 'message');
  const announced = sent.filter(({ conversationId }) => conversationId === teams.channel.id).length;
  // The one announcement, and each approver's one card; what comes again because it may have arrived says so.
  const once = sent.filter(
    ({ conversationId, activity }) =>
      conversationId === teams.channel.id ||
      (!conversationId.includes(adele.oid) && JSON.stringify(activity).includes(why)),
  );
  const unmarked = once.filter((one) => !saysSentAgain(one));
  const isTwice = new Set(unmarked.map(({ conversationId }) => conversationId)).size < unmarked.length;
  const ledger = await lane.rows('select * from ledger order by seq');
  const verified = verify(ledger.map(ledgerRow), ledgerKey);
  const running = state.assignments.some(
    (one) =>
      one['assignmentType'] === 'activated' &&
      one['principalId'] === adele.oid &&
      one['createdUsing'] === orders[0]?.['id'],
  );
  const effects = { selfActivate: 0, selfDeactivate: 0, cancel: 0, decide: 0 };
  for (const call of done) effects[kindOf(call)] += 1;
  const asked = writes.filter((call) => kindOf(call) === 'selfActivate');
  // PIM refuses a second one, so that this alone would do no harm; it is read back all the same.
  const isAskedAgain = asked.slice(asked.findIndex(({ status }) => status < 300) + 1).length > 0;
  const { counts } = plot;
  const isTold = (action: string, oid: string): boolean =>
    entries.some((one) => one.action === action && one.activationId === wish?.id && one.actor.oid === oid);
  const rules: readonly (readonly [boolean, string])[] = [
    [wish?.phase === plot.phase, `I12: the wish is ${wish?.phase ?? 'not there'}`],
    [orders.length === 1, `I1: PIM has ${orders.length} requests of this wish`],
    ...kinds.map((kind) => [effects[kind] === counts[kind], `I1: ${kind} took effect ${effects[kind]} times`] as const),
    [!isAskedAgain, 'I1: PIM had the order, and was asked again'],
    [isTold('activation.order', adele.oid), 'I2, I3: the order has no ledger line'],
    [counts.decide === 0 || isTold('approval.approve', megan.oid), 'I2, I3: the decision has no ledger line'],
    [counts.cancel === 0 || isTold('activation.cancel', adele.oid), 'I2, I3: taking it back has no ledger line'],
    [counts.selfDeactivate === 0 || isTold('activation.end', adele.oid), 'I2, I3: the ending has no ledger line'],
    [
      done.every((call) => call.token?.oid === (kindOf(call) === 'decide' ? megan : adele).oid),
      'I4, I5: somebody else’s token wrote',
    ],
    [announced >= 1 || !plot.isAnnounced, 'I6: it was not announced'],
    // A death makes one send ambiguous, and the minute after it another: what is being sent then loses its lease at once.
    [announced <= (plot.isAnnounced ? 1 + 2 * deaths : 0), `I6: it was announced ${announced} times`],
    [!isTwice, 'I6: the same was sent twice, and the second one does not say so'],
    [verified.ok, `I9: ${verified.ok ? '' : verified.why}`],
    [lane.bots.every(({ printed }) => !/eyJ[\w-]{8}|story \d/.test(printed)), 'I10: words or tokens are in the log'],
    [left.length === 0, `I11: in the outbox are ${left.join(', ')}`],
    [!running, 'I12: it still runs in PIM'],
  ];
  return rules.flatMap(([holds, what]) => (holds ? [] : [what]));
}

/** What is tried once more, or was left by a bot that has just come back, is waited for. */
async function leftInOutbox(lane: Lane): Promise<readonly string[]> {
  const until = performance.now() + sendsMs;
  for (;;) {
    const left = (await lane.rows('select id from job')).map(({ id }) => String(id));
    if (left.length === 0 || performance.now() > until) return left;
    await new Promise((done) => setTimeout(done, 100));
  }
}

function isWrite({ method, path, fault }: SandboxCall): boolean {
  return method !== 'GET' && path.includes('/privilegedAccess/') && fault === undefined;
}

const kinds = ['selfActivate', 'selfDeactivate', 'cancel', 'decide'] as const;

function kindOf({ method, path, body }: SandboxCall): (typeof kinds)[number] {
  if (method === 'PATCH') return 'decide';
  if (path.endsWith('/cancel')) return 'cancel';
  return (body as { readonly action: 'selfActivate' | 'selfDeactivate' }).action;
}

function ledgerRow(row: Row): LedgerRow {
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
