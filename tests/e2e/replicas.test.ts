import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { contoso } from '../support/contoso.ts';
import { startBot } from '../support/bot.ts';
import type { StartedBot } from '../support/bot.ts';
import { readLedger } from '../support/ledger.ts';
import { startPostgres } from '../support/postgres.ts';
import type { PostgresServer } from '../support/postgres.ts';
import { startSandbox } from '../support/sandbox.ts';
import type { SandboxCall, StartedSandbox } from '../support/sandbox.ts';
import { startTeams } from '../support/teams-client.ts';
import type { Card, Done, Teams, TeamsPerson } from '../support/teams-client.ts';
import { idOn, pause, request } from './world.ts';

/** Two processes on one PostgreSQL, in turn for each activity; six approvers who approve and deny at once. */

const approvers = ['Megan Bowen', 'Alex Wilber', 'Nestor Wilke', 'Lee Gu', 'Isaiah Langer', 'Lynne Robbins'] as const;
const group = 'Azure Admins';

let server: PostgresServer;
let sandbox: StartedSandbox;
let bots: readonly [StartedBot, StartedBot];
let teams: Teams;
let adele: TeamsPerson;
let people: readonly TeamsPerson[];

beforeAll(async () => {
  [server, sandbox] = await Promise.all([startPostgres(), startSandbox({ tenant: tenant() })]);
  const env = { DATABASE_URL: await server.database() };
  // One after the other: the first one makes the tables.
  bots = [await startBot({ sandbox, env }), await startBot({ sandbox, env })];
  let turn = 0;
  const inTurn = Object.create(bots[0], { url: { get: () => bots[turn++ % 2]!.url } }) as StartedBot;
  teams = await startTeams(inTurn, sandbox);
  adele = teams.person('Adele Vance');
  people = approvers.map((name) => teams.person(name));
  for (const person of [adele, ...people]) await person.arrive();
}, 120_000);
afterAll(async () => {
  await Promise.all(bots.map((bot) => bot.stop()));
  await teams.close();
  await Promise.all([sandbox.stop(), server.stop()]);
  for (const bot of bots) bot.forget();
});
beforeEach(async () => {
  await sandbox.ask('calls', undefined, 'DELETE');
});

function tenant(): string {
  return contoso.replace('people: [megan, alex], j', 'people: [megan, alex, nestor, lee, isaiah, lynne], j');
}

type Press = { readonly by: TeamsPerson; readonly verdict: 'Approve' | 'Deny'; readonly on: Card };

async function pressed({ by, verdict, on }: Press): Promise<Done> {
  return by.press(on, verdict, verdict === 'Deny' ? { justification: `no, says ${by.name}` } : {});
}

/** The card of this request as each approver has it; who is to deny has opened the form that asks why. */
async function ready(task: Card): Promise<readonly Press[]> {
  return Promise.all(
    people.map(async (by, at): Promise<Press> => {
      const on = await by.waitForCard(({ text, buttons }) => text.includes(idOn(task)) && buttons.includes('Approve'));
      if (at % 2 === 0) return { by, verdict: 'Approve', on };
      return { by, verdict: 'Deny', on: (await by.press(on, 'Deny…')).card ?? on };
    }),
  );
}

function decisions(calls: readonly SandboxCall[]): readonly SandboxCall[] {
  return calls.filter(({ method, path }) => method === 'PATCH' && path.includes('/assignmentApprovals/'));
}

test.each([1, 2, 3, 4, 5])(
  'who approve and deny at once, twice each, make one decision, and the others read whose it is (%i)',
  async (round) => {
    const { said, task, card } = await request(adele, people[0]!, group);
    const presses = await ready(task);
    // Another one begins each time; the last of one half meets the first of the other.
    const order = [...presses.slice(round), ...presses.slice(0, round)];
    const done = await Promise.all([...order, ...order].map(pressed));
    expect(done.map(({ status }) => status)).toEqual(done.map(() => 200));

    const patches = decisions(await sandbox.calls());
    expect(patches.map(({ status }) => status)).toEqual([204]);
    const winner = people.find(({ oid }) => oid === patches[0]?.token?.oid)!;
    const verdict = presses.find(({ by }) => by === winner)!.verdict;
    const word = verdict === 'Approve' ? 'Approved' : 'Denied';

    const own = `${word} by you|our decision is on its way`;
    const others = `${word} by ${winner.name}|${winner.name} (is deciding|was first)|decision of ${winner.name} is on its way`;
    for (const [at, answer] of done.entries()) {
      const { by } = order[at % order.length]!;
      expect([answer.card?.text, ...answer.replies().map(({ text }) => text)].join('\n')).toMatch(
        new RegExp(by === winner ? own : others),
      );
    }
    // In the end each card says it, on whichever replica it was pressed.
    for (const by of people) {
      const final = await by.waitForCard(
        ({ text }) => text.includes(idOn(task)) && text.includes(`${word} by ${by === winner ? 'you' : winner.name}`),
      );
      expect(final.buttons.filter((title) => /^(Approve|Deny)/.test(title))).toEqual([]);
    }
    const told = verdict === 'Approve' ? 'is active. Approved by' : 'was denied by';
    await said.reply(new RegExp(`${told} ${winner.name}`));
    const ruled = (await readLedger(bots[0])).filter(({ action, detail }) => {
      return action.startsWith('approval.') && detail['requestId'] === requestOf(patches[0]!);
    });
    expect(ruled.map(({ action, actor }) => [action, actor?.oid])).toEqual([
      [`approval.${verdict.toLowerCase()}`, winner.oid],
    ]);
    if (verdict === 'Approve') {
      await sandbox.advance('PT2H');
      await adele.waitForCard(({ id, text }) => id === card.id && text.includes('Ended'));
    }
    await pause(50);
  },
  60_000,
);

function requestOf({ path }: SandboxCall): string {
  return /assignmentApprovals\/([^/]+)/.exec(path)?.[1] ?? '';
}
