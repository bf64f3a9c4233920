import { StatementSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { isPressedElsewhere } from '../../src/core/button.ts';
import { shortId } from '../../src/core/activation.ts';
import type { Activation } from '../../src/core/activation.ts';
import { verbs } from '../../src/core/message.ts';
import type { Actor, Incoming } from '../../src/ports/incoming.ts';
import { chatOf, createDesk, person } from './desk.ts';
import type { Desk } from './desk.ts';
import { quickStore } from './quick-store.ts';

/**
 * What is somebody else's and what is not there: one answer, to the letter, and the same work for it, in calls of PIM and
 * in statements of the database, so that neither words nor a clock tell which it was.
 */

const store = await quickStore();
let stranger: Actor;
let desk: Desk;
let waiting: Activation;
let over: Activation;
let round = 0;
let statements: string[];

beforeEach(async () => {
  round += 1;
  desk = createDesk(store);
  // Each at a time of its own, as the chat's pace is one for all.
  desk.now += round * 600_000;
  Object.assign(desk.ports.pim, { eligibilities: () => Promise.resolve([]) });
  stranger = person('Isaiah Langer');
  const number = String(round).padStart(3, '0');
  waiting = await desk.request([person('Megan Bowen')], { id: `a1${number}aaa-0000-4000-8000-000000000000` });
  over = await desk.request([person('Megan Bowen')], {
    id: `b2${number}bbb-0000-4000-8000-000000000000`,
    phase: 'denied',
    ruling: { verdict: 'deny', by: null, at: desk.now, reason: null },
    readAt: null,
  });
  statements = [];
  for (const way of ['all', 'get', 'run', 'iterate'] as const) {
    const real = (StatementSync.prototype as unknown as Record<string, Way>)[way] as Way;
    jest.spyOn(StatementSync.prototype, way).mockImplementation(function (this: StatementSync, ...given: unknown[]) {
      statements.push(this.sourceSQL);
      return real.apply(this, given);
    } as never);
  }
});
afterEach(() => {
  jest.restoreAllMocks();
});

type Way = (this: StatementSync, ...given: unknown[]) => unknown;

type Cost = {
  readonly said: readonly unknown[];
  readonly calls: readonly string[];
  readonly statements: readonly string[];
};

/** How transactions are shared, and when what was said is sent, is a matter of the moment. */
const ofTheMoment = /^(begin|commit|savepoint|release|rollback)|"(job|pace)"/;

let events = 0;

/** One turn of the stranger's, with everything that follows from it; the id that was named reads ID in it. */
async function costOf(incoming: Record<string, unknown>, id: string): Promise<Cost> {
  const before = { sent: desk.sent.length, calls: desk.model.calls.length };
  desk.now += 10_000;
  statements = [];
  events += 1;
  const place = chatOf(stranger);
  await desk.app.handle({ eventId: `alike-${events}`, actor: stranger, place, ...incoming } as unknown as Incoming);
  const turn = statements.filter((text) => !ofTheMoment.test(text));
  await desk.quiet();
  const said = desk.sent.slice(before.sent).map(({ message }) => message);
  return {
    said: JSON.parse(JSON.stringify(said).replaceAll(id, 'ID')) as unknown[],
    calls: desk.model.calls.slice(before.calls),
    statements: turn.toSorted(),
  };
}

const sayCost = (text: string, id: string): Promise<Cost> =>
  costOf({ kind: 'message', scope: 'personal', text: text.replace('ID', id) }, id);

async function alike(cost: (id: string) => Promise<Cost>, ids: readonly string[]): Promise<void> {
  // The first turn of a person also remembers them.
  await cost('d4dddddd');
  const missing = await cost('c3cccccc');
  expect(missing.said).toHaveLength(1);
  expect(missing.statements).not.toEqual([]);
  for (const id of ids) expect(await cost(id)).toEqual(missing);
}

describe('in words', () => {
  const sentences = ['approve ID', 'approve ID because ok', 'deny ID', 'deny ID because no', 'cancel ID'];

  test.each(sentences)(
    '%s: a request of others that waits, one that is over, and one that is not there',
    async (text) => {
      await alike((id) => sayCost(text, id), [shortId(waiting.id), shortId(over.id)]);
    },
  );

  test.each(sentences.slice(0, 4))('%s: the same of somebody who is not signed in', async (text) => {
    desk.ports.signIn.has = () => Promise.resolve(false);
    await alike((id) => sayCost(text, id), [shortId(waiting.id), shortId(over.id)]);
    expect(desk.model.calls).toEqual([]);
  });
});

test.each(verbs.filter((verb) => !isPressedElsewhere(verb)))(
  'pressed, %s: what is sealed for somebody else, and what is not there',
  async (verb) => {
    const seal = `AAAAAA.zzzzzzzz.AAAAAAAAAAAA.${'A'.repeat(43)}`;
    const press = { kind: 'action', verb, seal, inputs: {}, activityId: null };
    await alike((id) => costOf({ ...press, id }, id), [waiting.id, over.id]);
    expect(desk.model.calls).toEqual([]);
  },
);
