import { startPostgres } from '../tests/support/postgres.ts';
import { startSandbox } from '../tests/support/sandbox.ts';
import { listen, speak } from './load.ts';
import { median, print, round } from './measure.ts';
import { run } from './programs.ts';
import type { Running } from './programs.ts';
import { speakers, tenantOf } from './speakers.ts';

/**
 * Turns a second of one process and of three on one PostgreSQL, which runs here without fsync, asked on as many
 * connections altogether and without the pace, which they keep together. More processes than processors only show what
 * sharing the database costs.
 */

const rounds = 3;
const roundMs = 5_000;
const connections = 12;

const sandbox = await startSandbox({ tenant: tenantOf(speakers) });
const answers = await listen();
const server = await startPostgres();

async function start(count: number): Promise<readonly Running[]> {
  const database = await server.database();
  const first = await run('jitney-unpaced', sandbox, null, database);
  const others = Array.from({ length: count - 1 }, () => run('jitney-unpaced', sandbox, null, database));
  return [first, ...(await Promise.all(others))];
}

/** All replicas together. */
async function turnsPerSecond(replicas: readonly Running[]): Promise<number> {
  const loads = await Promise.all(
    replicas.map(({ url }, replica) => {
      const own = speakers.filter((_speaker, at) => at % replicas.length === replica);
      const bot = { url, tenantId: sandbox.tenantId, answers, text: 'aliases' };
      return speak({ ...bot, speakers: own, connections: connections / replicas.length }, roundMs);
    }),
  );
  return loads.reduce((sum, load) => sum + load.turnsPerSecond, 0);
}

const one = { replicas: await start(1), rates: [] as number[] };
const three = { replicas: await start(3), rates: [] as number[] };
for (let at = -1; at < rounds; at += 1) {
  for (const { replicas, rates } of [one, three]) {
    const rate = await turnsPerSecond(replicas);
    // The first round warms the code up.
    if (at >= 0) rates.push(rate);
  }
}

const [single, triple] = [median(one.rates), median(three.rates)];
print({
  bench: 'replicas',
  unit: 'turns a second',
  rounds,
  connections,
  one: round(single, 1),
  three: round(triple, 1),
  threeToOne: round(triple / single),
});
answers.close();
await Promise.all([...one.replicas, ...three.replicas].map((replica) => replica.stop()));
await Promise.all([server.stop(), sandbox.stop()]);
