import { expect, test } from '@jest/globals';
import { startWorld } from './world.ts';

/** The program on a machine whose clock is wrong; the sandbox's `Date` header is always right. */

/** Moves the clock that the program reads, and nothing else of Node, until somebody sets it right. */
function wrongBy(ms: number): string {
  const code = `const right = Date.now; Date.now = () => right() + (${ms}); process.once('SIGUSR2', () => { Date.now = right; });`;
  return `data:text/javascript,${encodeURIComponent(code)}`;
}

type Alarm = { readonly msg: string; readonly aheadSeconds: number };

/** What the log had to say of it while the clock was wrong and when it is right; PIM's time moves in between. */
async function alarms(wrongMs: number, duration: string): Promise<readonly Alarm[]> {
  const world = await startWorld({}, undefined, null, ['--import', wrongBy(wrongMs)]);
  try {
    const [adele] = await world.arrived('Adele Vance');
    await (await adele.say('policy Azure Readers')).reply(/Azure Readers/);
    await world.later(duration);
    process.kill(world.bot.pid, 'SIGUSR2');
    await (await adele.say('policy Azure Admins')).reply(/Azure Admins/);
  } finally {
    await world.stop();
  }
  const lines = world.bot.printed.split('\n').filter((line) => line.includes('"clock.'));
  return lines.map((line) => JSON.parse(line) as Alarm);
}

test.each([90, -90])(
  'a clock that is %i seconds ahead of Graph’s is one alarm, and one line when it is right again',
  async (ahead) => {
    const said = await alarms(ahead * 1_000, 'PT1M');
    const events = said.map(({ msg }) => msg);
    // Set right, a clock that was ahead goes back.
    expect(events.filter((event) => event === 'clock.setBack')).toHaveLength(ahead > 0 ? 1 : 0);
    expect(events.filter((event) => event !== 'clock.setBack')).toEqual(['clock.skewed', 'clock.right']);
    expect(Math.abs(said[0]!.aheadSeconds - ahead)).toBeLessThan(10);
  },
);

test('the sandbox’s time, moved by days, is none', async () => {
  expect(await alarms(0, 'P3D')).toEqual([]);
});
