import { beforeEach, describe, expect, test } from '@jest/globals';
import { approvals, ruleByText } from '../../src/approve/approvals.ts';
import { noSuchRequest } from '../../src/approve/rule.ts';
import { shortId } from '../../src/core/activation.ts';
import type { Activation, Verdict } from '../../src/core/activation.ts';
import type { Message } from '../../src/core/message.ts';
import type { Actor } from '../../src/ports/incoming.ts';
import type { Job } from '../../src/ports/job.ts';
import type { Done, Stage, Staged } from '../../src/ports/pim.ts';
import type { Ports } from '../../src/ports/ports.ts';
import { chatOf, createDesk, person } from '../press/desk.ts';
import type { Desk } from '../press/desk.ts';
import { quickStore, takeDue } from '../press/quick-store.ts';

/** Decisions in words, and the list of what waits. */

const store = await quickStore();
let desk: Desk;
let megan: Actor;
let alex: Actor;
let request: Activation;
let round = 0;

beforeEach(async () => {
  desk = createDesk(store);
  // Whatever was due before is done with.
  desk.now += ++round * 60_000;
  await due();
  [megan, alex] = [person('Megan Bowen'), person('Alex Wilber')];
  request = await waiting([megan, alex]);
});

let made = 0;
function waiting(approvers: readonly Actor[], changes: Partial<Activation> = {}): Promise<Activation> {
  made += 1;
  const id = `5${String(made).padStart(7, '0')}-0000-4000-8000-000000000000`;
  const target = { kind: 'group', groupId: `texts-${made}`, access: 'member' } as const;
  const facts = { id, approvalId: `text-${made}`, requestId: `texts-${made}`, approverJustification: false, target };
  return desk.request(approvers, { ...facts, ...changes });
}

/** PIM takes every decision, unless it says something else. */
function pim(stage: Partial<Stage> | null = {}, done: Done = { kind: 'done' }): Ports['pim'] {
  const whole = { id: 's', open: true, mine: true, result: 'notReviewed', by: null, justification: null } as const;
  const staged: Staged =
    stage === null ? { kind: 'forbidden', message: '' } : { kind: 'stage', stage: { ...whole, ...stage } };
  return {
    ...desk.ports.pim,
    stage: () => Promise.resolve(staged),
    rule: () => Promise.resolve(done),
    read: () => Promise.resolve(new Map()),
  };
}

type Said = { readonly by?: Actor; readonly verdict?: Verdict; readonly reason?: string; readonly id?: string };

function say(said: Said = {}, ports: Partial<Ports> = { pim: pim() }): Promise<Message | null> {
  const { by = megan, verdict = 'approve', reason = 'ok', id = shortId(request.id) } = said;
  return ruleByText({ ...desk.ports, ...ports }, by, chatOf(by), id, verdict, reason);
}

function signedOut(): Pick<Ports, 'signIn' | 'ids'> {
  const signIn = {
    ...desk.ports.signIn,
    has: () => Promise.resolve(false),
    link: () => Promise.resolve('https://jitney.example/'),
  };
  return { signIn, ids: { id: () => `text-parked-${made}` } };
}

/** One message to each reader at a time. */
function due(): Promise<readonly Job[]> {
  return takeDue(store, desk.now);
}

function cardFor(reader: Actor, { id }: Activation = request): Job {
  return { kind: 'card', activationId: id, reader: { kind: 'approver', oid: reader.oid } };
}

describe('approvals', () => {
  test('says that nothing waits, and sends nothing', async () => {
    const nestor = person('Nestor Wilke');
    expect(await approvals(desk.ports, nestor, chatOf(nestor))).toEqual({
      ...{ kind: 'notice', shape: '○', lines: [] },
      title: 'Nothing waits for your approval.',
    });
    expect(await due()).toEqual([]);
  });

  test('sends the card of one request again, as a new message where the approver is now', async () => {
    await store.saveCard(request.id, { kind: 'approver', oid: megan.oid }, { place: chatOf(alex), activityId: 'old' });
    expect(await approvals(desk.ports, megan, chatOf(megan))).toEqual({
      ...{ kind: 'notice', shape: '⚠', lines: [] },
      title: `${request.personName}’s request waits for you.`,
    });
    expect(await due()).toEqual([cardFor(megan)]);
    const kept = await store.card(request.id, { kind: 'approver', oid: megan.oid });
    expect(kept).toMatchObject({ place: chatOf(megan), activityId: null });
  });

  test('sends each of several', async () => {
    const second = await waiting([megan]);
    expect(await approvals(desk.ports, megan, chatOf(megan))).toMatchObject({ title: '2 requests wait for you.' });
    expect(new Set((await due()).map((job) => JSON.stringify(job)))).toEqual(
      new Set([cardFor(megan), cardFor(megan, second)].map((job) => JSON.stringify(job))),
    );
  });
});

describe('a decision in words', () => {
  test.each<[Verdict, string, string]>([
    ['approve', '✓', 'Approved'],
    ['deny', '✕', 'Denied'],
  ])('%s gets a line, and the card changes', async (verdict, shape, word) => {
    expect(await say({ verdict })).toEqual({
      ...{ kind: 'notice', shape, lines: [] },
      title: `${word}: ${request.personName}, Azure Admins.`,
    });
    expect(await store.activation(request.id)).toMatchObject({ ruling: { verdict, by: { oid: megan.oid } } });
    expect(await due()).toContainEqual(cardFor(megan));
  });

  test('needs no reason to approve where the policy wants none', async () => {
    expect(await say({ reason: '' })).toMatchObject({ shape: '✓' });
  });

  test('says what the card notes', async () => {
    const busy = { kind: 'decide', by: { oid: alex.oid, name: 'Alex Wilber' }, at: desk.now } as const;
    await store.commit([{ kind: 'activation', activation: { ...request, step: busy, version: request.version + 1 } }]);
    expect(await say()).toEqual({
      ...{ kind: 'notice', shape: '⚠', lines: [] },
      title: 'Alex Wilber is deciding; it is on its way to PIM.',
    });
  });

  const late = { kind: 'notice', shape: '■', title: 'It is decided already, or over.', lines: ['Its card says how.'] };

  test.each<[string, Partial<Activation>]>([
    ['decided', { ruling: { verdict: 'approve', by: null, at: 1, reason: null } }],
    ['over', { phase: 'cancelled', readAt: null }],
  ])('of what is %s says so', async (_how, changes) => {
    const activation = { ...request, ...changes, version: request.version + 1 };
    await store.commit([{ kind: 'activation', activation }]);
    expect(await say()).toEqual(late);
  });

  test('that denies wants a reason, whoever says it of those who know of the request', async () => {
    const asked = { verdict: 'deny', reason: '' } as const;
    const wanted = {
      kind: 'problem',
      what: 'A denial needs a reason.',
      why: 'The requester reads it, and the record keeps it. That is my own rule, for everybody.',
      next: 'Say it again with one:',
      examples: [`deny ${shortId(request.id)} because …`],
    };
    expect(await say(asked)).toMatchObject(wanted);
    expect(await say({ ...asked, by: person() })).toEqual(noSuchRequest());
  });

  test('on one’s own request is refused, signed in or not', async () => {
    const own = { ...request.person, name: null, zone: null };
    const refused = expect.objectContaining({ what: 'You cannot decide on your own request for Azure Admins.' });
    expect(await say({ by: own })).toEqual(refused);
    expect(await say({ by: own }, signedOut())).toEqual(refused);
    expect(await due()).not.toContainEqual(cardFor(own));
  });

  test('waits for a sign-in, with its words, and its card asks for that', async () => {
    const out = signedOut();
    expect(await say({ verdict: 'deny', reason: 'not now' }, { pim: pim(), ...out })).toBeNull();
    const parkedId = out.ids.id();
    expect((await store.parked(parkedId))?.body).toEqual({
      ...{ kind: 'action', verb: 'deny', id: request.id, reason: 'not now' },
    });
    expect(await due()).toContainEqual({ kind: 'signInCard', parkedId, state: 'open' });
    expect((await store.activation(request.id))?.ruling).toBeNull();
  });

  test('waits for the check that PIM wants, and the card of that asks', async () => {
    const { ids, signIn } = signedOut();
    const ports = {
      pim: pim({}, { kind: 'stepUp', claims: '{"c":1}' }),
      ids,
      signIn: { ...signIn, has: () => Promise.resolve(true) },
    };
    expect(await say({}, ports)).toBeNull();
    expect((await store.parked(ids.id()))?.check?.claims).toBe('{"c":1}');
    const jobs = await due();
    expect(jobs).toContainEqual({ kind: 'signInCard', parkedId: ids.id(), state: 'open' });
    expect(jobs).not.toContainEqual(cardFor(megan));
  });
});

describe('there is no such request', () => {
  test('when nothing has this id, or only something of another tenant', async () => {
    expect(await say({ id: 'ffffffff' })).toEqual(noSuchRequest());
    expect(await say({ by: { ...megan, tid: 'another' } })).toEqual(noSuchRequest());
  });

  test('when two of one’s own begin alike', async () => {
    await waiting([megan], { id: `${shortId(request.id)}-0000-4000-8000-000000000001` });
    expect(await say()).toEqual(noSuchRequest());
    expect((await store.activation(request.id))?.ruling).toBeNull();
  });

  test('but one of one’s own beside one of others means one’s own', async () => {
    await waiting([alex], { id: `${shortId(request.id)}-0000-4000-8000-000000000001` });
    expect(await say()).toMatchObject({ shape: '✓' });
  });

  test('to a stranger whom PIM does not know as an approver either', async () => {
    expect(await say({ by: person() }, { pim: pim(null) })).toEqual(noSuchRequest());
    expect(await say({ by: person() }, { pim: pim({ mine: false }) })).toEqual(noSuchRequest());
  });

  test('to a stranger who is not signed in, and nothing waits for them', async () => {
    const out = signedOut();
    expect(await say({ by: person() }, { pim: pim(), ...out })).toEqual(noSuchRequest());
    expect(await store.parked(out.ids.id())).toBeNull();
    expect(await due()).toEqual([]);
  });

  test('to a stranger for whom two begin alike', async () => {
    await waiting([alex], { id: `${shortId(request.id)}-0000-4000-8000-000000000001` });
    expect(await say({ by: person() })).toEqual(noSuchRequest());
  });
});

describe('who became an approver since', () => {
  test('decides, and hears it in a line', async () => {
    const nestor = person('Nestor Wilke');
    expect(await say({ by: nestor })).toMatchObject({
      shape: '✓',
      title: `Approved: ${request.personName}, Azure Admins.`,
    });
    expect((await store.activation(request.id))?.ruling?.by).toEqual({ oid: nestor.oid, name: 'Nestor Wilke' });
  });

  test('hears that there is none when it was decided before, since then PIM is not asked who they are', async () => {
    const ruling = { verdict: 'deny', by: null, at: 1, reason: null } as const;
    await store.commit([{ kind: 'activation', activation: { ...request, ruling, version: request.version + 1 } }]);
    expect(await say({ by: person() })).toEqual(noSuchRequest());
  });

  test('who denies with a reason does so', async () => {
    expect(await say({ by: person('Nestor Wilke'), verdict: 'deny', reason: 'no' })).toMatchObject({ shape: '✕' });
  });

  test('who approves needs none where the policy wants none', async () => {
    expect(await say({ by: person('Nestor Wilke'), reason: '' })).toMatchObject({ shape: '✓' });
  });
});
