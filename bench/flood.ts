import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { startSandbox } from '../tests/support/sandbox.ts';
import { goodClaims, makeKey, sign, startChannel } from '../tests/teams/channel.ts';
import { chat, listen, message, post } from './load.ts';
import type { Bot, Speaker } from './load.ts';
import { median, percentile, print, round } from './measure.ts';
import { run } from './programs.ts';
import { people, tenantOf } from './speakers.ts';

/**
 * What floods do to the bot, and to somebody else who speaks meanwhile. Everything is signed, as Teams does it, and Teams'
 * own pace is kept; each kind of flood comes alone, in two rounds, so that what memory the second one leaves is told apart
 * from what the first one warms up. Nothing is waited for without a limit: what does not come in time counts as lost.
 */

const share = process.argv.includes('--short') ? 0.1 : 1;
const floodMs = 60_000 * share;
const activities = 5_000 * share;
const strangers = 10_000 * share;
const long = 200 * share;
const slow = 400 * share;
const longBytes = 10_000_000;
/** Of the crowd's activities each tenth comes twice, as Teams sends again what it is not sure of; and what found no connection. */
const redelivered = 10;
/** Whoever is not answered by then is not answered. */
const lostMs = 60_000;
/** Nobody of the flood was answered for so long: no answer is on its way any more. */
const quietMs = 5_000;
const settleMs = 10_000;
/** At the pace that Teams allows, 30 a second, each of the crowd has had an answer by then. */
const allSpokeMs = 20_000;

/** One for each round, since nobody in a crowd has said anything for a while; and another for the warm-up. */
const crowds = [people('e', 500), people('f', 500)];
const warming = people('8', 500);
const hurried = people('d', 5);
/** Each says a sentence a minute. */
const others = people('c', 120);
/** Each says their first sentence, and no other. */
const newcomers = people('9', 4_000);
const otherMs = 500;
const newcomerMs = 1_000;

const appId = '8d2b7f14-6a35-4c9d-8e21-0f9b6c7d8e91';
const key = await makeKey('channel-1');
const [channel, answers, sandbox] = await Promise.all([
  startChannel(key),
  listen(),
  startSandbox({ tenant: tenantOf([...crowds.flat(), ...warming, ...hurried, ...others, ...newcomers]) }),
]);
const jitney = await run('jitney', sandbox, null, null, {
  MICROSOFT_APP_ID: appId,
  MICROSOFT_APP_PASSWORD: 'sandbox-bot-secret-not-a-secret',
  BOT_OPENID_METADATA_URL: channel.metadataUrl,
});
const authorization = `Bearer ${await sign(key, { ...goodClaims(answers.serviceUrl), aud: appId })}`;
const bot: Bot = {
  url: jitney.url,
  tenantId: sandbox.tenantId,
  answers,
  speakers: others,
  connections: 64,
  text: 'aliases',
  authorization,
};
const agent = new Agent({ keepAlive: true, maxSockets: bot.connections });
const messages = `${jitney.url}/api/messages`;

type Facts = Readonly<Record<string, unknown>>;

/** When, since the flood began, and how long the answer took; null where none came. */
type Asked = { readonly at: number; readonly ms: number | null };

/** Somebody else says a sentence from time to time until the flood is over. */
async function meanwhile(over: Promise<unknown>, next: () => Speaker, eachMs: number): Promise<readonly Asked[]> {
  const state = { isOver: false };
  void over.finally(() => (state.isOver = true));
  const own = new Agent({ keepAlive: true });
  const start = performance.now();
  const asked: Promise<Asked>[] = [];
  while (!state.isOver) {
    const speaker = next();
    const from = performance.now();
    const answered = answers.next(chat(speaker)).then(() => performance.now() - from);
    const took = Promise.race([answered, wait(lostMs, null, { ref: false })]);
    asked.push(took.then((ms) => ({ at: from - start, ms })));
    post(own, messages, message(bot, speaker), authorization).catch(() => undefined);
    await wait(eachMs);
  }
  const all = await Promise.all(asked);
  own.destroy();
  return all;
}
let said = 0;
let came = 0;
const nextOther = (): Speaker => others[(said += 1) % others.length]!;
function nextNewcomer(): Speaker {
  const newcomer = newcomers[(came += 1)];
  if (newcomer === undefined) throw new Error('there are not enough newcomers');
  return newcomer;
}

type Sent = { readonly statuses: Readonly<Record<string, number>>; readonly slowestMs: number };

/** Evenly over the time, whether or not the bot keeps up. Status 0: the connection ended without one. */
async function spread(many: number, overMs: number, send: (at: number) => Promise<number>): Promise<Sent> {
  const start = performance.now();
  const under: Promise<number>[] = [];
  let slowestMs = 0;
  for (let at = 0; at < many; at += 1) {
    const ahead = start + (at * overMs) / many - performance.now();
    if (ahead > 1) await wait(ahead);
    const from = performance.now();
    const status = send(at)
      .catch(() => 0)
      .finally(() => (slowestMs = Math.max(slowestMs, performance.now() - from)));
    under.push(status);
  }
  const statuses: Record<string, number> = {};
  for (const status of await Promise.all(under)) statuses[status] = (statuses[status] ?? 0) + 1;
  return { statuses, slowestMs: round(slowestMs, 0) };
}

function counts(speakers: readonly Speaker[]): readonly number[] {
  return speakers.map((speaker) => answers.counts.get(chat(speaker)) ?? 0);
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** How many answers each had since `before`, once no more come. */
async function answersOf(speakers: readonly Speaker[], before: readonly number[]): Promise<readonly number[]> {
  for (let last = -1; last !== sum(counts(speakers)); await wait(quietMs)) last = sum(counts(speakers));
  return counts(speakers).map((count, at) => count - before[at]!);
}

async function flooded(what: string, flood: () => Promise<Facts>): Promise<Facts> {
  const start = performance.now();
  const [workingBefore, memoryBefore] = [answers.working(), jitney.used().residentMb];
  const flooding = flood();
  const [asked, askedFirst] = await Promise.all([
    meanwhile(flooding, nextOther, otherMs),
    meanwhile(flooding, nextNewcomer, newcomerMs),
  ]);
  const atItsEnd = jitney.used().residentMb;
  const facts = await flooding;
  await wait(settleMs);
  const anotherPerson = times(asked);
  const somebodyNew = { ...times(askedFirst), sinceAllSpoke: times(askedFirst.filter(({ at }) => at > allSpokeMs)) };
  const residentMb = { before: memoryBefore, atItsEnd, afterwards: jitney.used().residentMb };
  const seconds = round((performance.now() - start) / 1000, 0);
  return {
    what,
    ...facts,
    saidWorking: answers.working() - workingBefore,
    seconds,
    anotherPerson,
    somebodyNew,
    residentMb,
  };
}

function times(asked: readonly Asked[]): Facts {
  const heard = asked.flatMap(({ ms }) => (ms === null ? [] : [ms]));
  const unanswered = asked.length - heard.length;
  return {
    asked: asked.length,
    unanswered,
    medianMs: round(median(heard), 0),
    p95Ms: round(percentile(heard, 0.95), 0),
    slowestMs: round(Math.max(...heard), 0),
  };
}

/** Five people, each a thousand times: they are slowed down, and hear so. */
async function fromFew(): Promise<Facts> {
  const before = counts(hurried);
  const sent = await spread(activities, floodMs, (at) =>
    post(agent, messages, message(bot, hurried[at % hurried.length]!), authorization),
  );
  return { ...sent, answers: await answersOf(hurried, before) };
}

/** 500 people, ten times each; nobody is slowed down, so each activity has its one answer. */
async function fromMany(crowd: readonly Speaker[]): Promise<Facts> {
  const before = counts(crowd);
  const start = performance.now();
  const sent = await spread(activities, floodMs, async (at) => {
    const body = message(bot, crowd[at % crowd.length]!);
    const sent = () => post(agent, messages, body, authorization);
    const [status] = await Promise.all([sent().catch(sent), at % redelivered === 0 ? sent() : null]);
    return status;
  });
  const answered = await answersOf(crowd, before);
  const wanted = activities / crowd.length;
  return {
    ...sent,
    redelivered: Math.ceil(activities / redelivered),
    lost: sum(answered.map((count) => Math.max(0, wanted - count))),
    doubled: sum(answered.map((count) => Math.max(0, count - wanted))),
    allAnsweredAfterSeconds: round((performance.now() - start - quietMs) / 1000, 0),
  };
}

async function fromStrangers(): Promise<Facts> {
  return spread(strangers, 0, () => post(agent, messages, '{}'));
}

/** Half of them with a good token, half of them without saying how long they are; answered before they have sent it all. */
async function tooLong(): Promise<Facts> {
  const body = Buffer.alloc(longBytes, 'a');
  return spread(long, 5_000, (at) => {
    const signed = at % 2 === 0 ? { Authorization: authorization } : {};
    const length = at % 4 < 2 ? { 'Content-Length': longBytes } : { 'Transfer-Encoding': 'chunked' };
    const headers = { 'Content-Type': 'application/json', ...length, ...signed };
    return new Promise((resolve, reject) => {
      const sending = request(messages, { method: 'POST', headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
        sending.destroy();
      });
      sending.once('error', reject).end(body);
    });
  });
}

/** A byte each half second: a third within the headers, a third in a body, a third in a body without a token. */
async function tooSlow(): Promise<Facts> {
  const beginnings = [
    'X-Slow: ',
    `Authorization: ${authorization}\r\nContent-Length: 100000\r\n\r\n{`,
    'Content-Length: 100000\r\n\r\n{',
  ];
  const head = 'POST /api/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
  return spread(slow, 2_000, (at) => {
    const socket = connect(Number(new URL(jitney.url).port), '127.0.0.1');
    socket.setTimeout(lostMs, () => socket.destroy());
    socket.write(`${head}${beginnings[at % beginnings.length]!}`);
    const dripping = setInterval(() => socket.writable && socket.write('a'), 500);
    let status = 0;
    socket.once('data', (data) => (status = Number(data.toString('latin1').split(' ')[1])));
    socket.on('error', () => socket.destroy());
    return new Promise((resolve) => {
      socket.once('close', () => {
        clearInterval(dripping);
        resolve(status);
      });
    });
  });
}

const warmUp = [...warming, ...hurried, ...others];
const warm = await flooded('warm-up', async () => {
  const before = counts(warming);
  const sent = await spread(warmUp.length, warmUp.length * 40, (at) =>
    post(agent, messages, message(bot, warmUp[at]!), authorization),
  );
  return { ...sent, answers: sum(await answersOf(warming, before)) };
});
const measured: Facts[] = [];
for (const [at, crowd] of crowds.entries()) {
  const floods = [
    await flooded('5 people', fromFew),
    await flooded('500 people', () => fromMany(crowd)),
    await flooded('10 MB bodies', tooLong),
    await flooded('slow headers and bodies', tooSlow),
    await flooded('without a token', fromStrangers),
  ];
  measured.push({ round: at + 1, residentMb: jitney.used().residentMb, floods });
}
print({
  bench: 'flood',
  activities,
  overSeconds: floodMs / 1000,
  strangers,
  longBodies: long,
  slowClients: slow,
  warm,
  rounds: measured,
});
agent.destroy();
answers.close();
await jitney.stop();
await Promise.all([sandbox.stop(), channel.close()]);
