import { beforeEach, describe, expect, test } from '@jest/globals';
import { tooLate } from '../src/activate/answers.ts';
import { noSuchRequest } from '../src/approve/rule.ts';
import { buttonOf, isVerb, press } from '../src/clicks.ts';
import type { Click, Clicked } from '../src/clicks.ts';
import type { Activation } from '../src/core/activation.ts';
import { anybody, contentOf } from '../src/core/button.ts';
import { verbs } from '../src/core/message.ts';
import type { Message, Verb } from '../src/core/message.ts';
import type { Policy } from '../src/core/policy.ts';
import { targetKey } from '../src/core/target.ts';
import type { Target } from '../src/core/target.ts';
import { notYours } from '../src/deactivate/end.ts';
import type { Actor } from '../src/ports/incoming.ts';
import type { Job } from '../src/ports/job.ts';
import type { ParkedAsk, ParkedBody } from '../src/ports/parked.ts';
import type { Done, Eligibility, Ordered, Pim } from '../src/ports/pim.ts';
import type { Ports } from '../src/ports/ports.ts';
import { redraw } from '../src/redraw.ts';
import { chatOf, createDesk, hour, minute, person } from './press/desk.ts';
import type { Desk } from './press/desk.ts';
import { quickStore, takeDue } from './press/quick-store.ts';

/** What each button does once its seal is good: to whom it belongs, what is asked of PIM, what is said and what becomes of its card. */

const store = await quickStore();
let desk: Desk;
let adele: Actor;
let megan: Actor;
let round = 0;

beforeEach(async () => {
  desk = createDesk(store);
  desk.now += ++round * hour;
  await due();
  [adele, megan] = [person('Adele Vance'), person('Megan Bowen')];
});

const plain: Policy = {
  ...{ maximumMinutes: 480, justification: false, ticket: false, mfa: false },
  ...{ authenticationContext: null, approval: null },
};
const noAsk: ParkedAsk = { minutes: 60, until: null, startAt: null, justification: null, ticket: null };

type Script = {
  readonly eligible?: readonly Eligibility[];
  readonly active?: Awaited<ReturnType<Pim['active']>>;
  readonly policy?: Partial<Policy>;
  readonly done?: Done;
  readonly signedIn?: boolean;
  readonly readOnly?: boolean;
};

type Run = { readonly ports: Ports; readonly asked: unknown[][] };

let ids = 0;

/** PIM takes every order and grants it at once. */
function pimWith({ eligible = [], active = [], policy = {}, done = { kind: 'done' }, ...more }: Script = {}): Run {
  const asked: unknown[][] = [];
  const ordered = (): Ordered => {
    const runs = { startsAt: desk.now, endsAt: desk.now + hour };
    const facts = { requestId: `ordered-${++ids}`, approvalId: null, createdAt: desk.now, status: 'Provisioned' };
    return { kind: 'accepted', reading: { ...facts, ...runs, instance: runs } };
  };
  const pim: Partial<Pim> = {
    eligibilities: () => Promise.resolve(eligible),
    active: () => Promise.resolve(active),
    policy: () => Promise.resolve({ ...plain, ...policy }),
    policies: (all) => Promise.resolve(all.map(() => plain)),
    order: (who, target, wish) => {
      asked.push(['order', who.oid, targetKey(target), wish.length, wish.justification]);
      return Promise.resolve(ordered());
    },
    end: (who, target, _marker, challenge) => {
      asked.push(['end', who.oid, targetKey(target), challenge]);
      return Promise.resolve(done);
    },
    cancel: (who, requestId, challenge) => {
      asked.push(['cancel', who.oid, requestId, challenge]);
      return Promise.resolve(done);
    },
    stage: (who) => {
      asked.push(['stage', who.oid]);
      const stage = { id: 's', open: true, mine: true, result: 'notReviewed', by: null, justification: null } as const;
      return Promise.resolve({ kind: 'stage', stage });
    },
    rule: (who, _at, verdict, reason, challenge) => {
      asked.push(['rule', who.oid, verdict, reason, challenge]);
      return Promise.resolve(done);
    },
    read: () => Promise.resolve(new Map()),
  };
  const { signedIn = true, readOnly = false } = more;
  const signIn = {
    ...desk.ports.signIn,
    has: () => Promise.resolve(signedIn),
    link: () => Promise.resolve('https://jitney.example/'),
  };
  const directory = { ...desk.ports.directory, mark: () => Promise.resolve(null) };
  const settings = { ...desk.ports.settings, readOnly };
  const own = { id: () => `${String(++ids).padStart(8, '0')}-0000-4000-8000-00000000cc00` };
  return { ports: { ...desk.ports, pim: { ...desk.ports.pim, ...pim }, signIn, directory, settings, ids: own }, asked };
}

function by(actor: Actor, verb: Verb, id: string, more: Partial<Click> = {}): Click {
  return { actor, place: chatOf(actor), verb, id, inputs: {}, ...more };
}

let made = 0;
function group(): Target {
  made += 1;
  return { kind: 'group', groupId: `click-group-${made}`, access: 'member' };
}

function eligibleFor(target: Target, name = 'Azure Admins'): Eligibility {
  return { target, name, endsAt: null };
}

async function wish(of: Actor, changes: Partial<Activation> = {}): Promise<Activation> {
  made += 1;
  const id = `6${String(made).padStart(7, '0')}-0000-4000-8000-000000000000`;
  return desk.request([megan], {
    ...{ id, approvalId: `click-${made}`, requestId: `click-${made}`, approverJustification: false, target: group() },
    ...{ person: { tid: of.tid, oid: of.oid }, personName: of.name ?? '', place: chatOf(of) },
    ...changes,
  });
}

function running(of: Actor, changes: Partial<Activation> = {}): Promise<Activation> {
  const times = { startsAt: desk.now - 10 * minute, endsAt: desk.now + hour };
  return wish(of, { phase: 'active', approvalId: null, deadline: null, seenActive: true, ...times, ...changes });
}

async function park(of: Actor, body: ParkedBody): Promise<string> {
  made += 1;
  const id = `parked-${made}`;
  const parked = { id, person: { tid: of.tid, oid: of.oid }, place: chatOf(of), at: desk.now, body };
  await store.commit([{ kind: 'park', parked: { ...parked, expiresAt: desk.now + 15 * minute } }]);
  return id;
}

/** One message to each reader at a time. */
function due(until = desk.now): Promise<readonly Job[]> {
  return takeDue(store, until);
}

/** What is drawn once more, and when. */
async function lateCards(): Promise<readonly Job[]> {
  const early = await due(desk.now + 1_999);
  expect(early.filter((job) => 'late' in job)).toEqual([]);
  return (await due(desk.now + 2_000)).filter((job) => 'late' in job);
}

function parkedOf(actor: Actor): Promise<readonly ParkedBody[]> {
  return store.parkedFor(actor, desk.now).then((all) => all.map(({ body }) => body));
}

/** Whose what the one ending was that PIM was asked for. */
function ended(asked: readonly unknown[][]): readonly unknown[] {
  expect(asked.map(([what]) => what)).toEqual(['end']);
  return asked.flatMap(([, who, key]) => [who, key]);
}

const onlySaid = (...messages: readonly unknown[]): Clicked => ({ card: null, said: messages as readonly Message[] });
const onlyCard = (card: unknown): Clicked => ({ card: card as Message, said: [] });
const holding = (fields: Record<string, unknown>): unknown => expect.objectContaining(fields);
const notEligible = (what: string): unknown =>
  holding({ what, next: 'Nothing was asked of PIM. Say “list” to see yours.' });

test('a verb is one of the list, and nothing that an object is born with', () => {
  expect(verbs.every(isVerb)).toBe(true);
  expect(['', 'constructor', 'Approve', 'approve '].some(isVerb)).toBe(false);
});

describe('the seal has to cover', () => {
  const seen = (verb: string, id: string, actor = megan): ReturnType<typeof buttonOf> =>
    buttonOf(desk.ports, { actor, place: chatOf(actor), verb, id });

  test.each(['approve', 'deny', 'denyForm', 'decideForm'])('what an approver read: %s', async (verb) => {
    const activation = await wish(adele);
    expect(await seen(verb, activation.id)).toEqual({
      ...{ verb, id: activation.id, reader: megan.oid, chat: chatOf(megan).conversationId },
      content: contentOf(activation),
    });
    expect((await seen(verb, 'none')).content).toBe('');
  });

  test.each(['cancel', 'end', 'answer', 'nonsense'])('reader and chat alone: %s', async (verb) => {
    const { id } = await wish(adele);
    const chat = chatOf(megan).conversationId;
    expect(await seen(verb, id)).toEqual({ verb, id, reader: megan.oid, chat, content: '' });
  });

  test('nobody and nowhere for what anybody may press, and no chat for a form', async () => {
    expect(await seen('ask', 'k')).toEqual({ verb: 'ask', id: 'k', reader: anybody, chat: '', content: '' });
    expect(await seen('fill', 'k')).toEqual({ verb: 'fill', id: 'k', reader: megan.oid, chat: '', content: '' });
  });
});

describe('before anything else', () => {
  test('a bot that is read-only says so, and PIM hears nothing', async () => {
    const { id } = await running(adele);
    const { ports, asked } = pimWith({ readOnly: true });
    const { card, said } = await press(ports, by(adele, 'end', id));
    expect(card).toBeNull();
    expect(said).toEqual([holding({ why: expect.stringContaining('read-only') })]);
    expect(asked).toEqual([]);
  });

  test('what looks like a secret is asked about, and kept with what the card showed', async () => {
    const activation = await wish(adele);
    const inputs = { justification: 'password: hunter2' };
    const { ports, asked } = pimWith();
    const pressed = await press(ports, by(megan, 'approve', activation.id, { inputs }));
    const [message] = pressed.said;
    expect(pressed.card).toBeNull();
    if (message?.kind !== 'unsent') throw new Error('not asked');
    const content = contentOf(activation);
    expect((await store.parked(message.id))?.body).toEqual({
      ...{ kind: 'unsent', said: { verb: 'approve', id: activation.id, inputs, content } },
    });
    expect(asked).toEqual([]);
    await press(ports, by(megan, 'approve', activation.id, { inputs }), true);
    expect(asked.at(-1)).toEqual(['rule', megan.oid, 'approve', 'password: hunter2', null]);
  });

  const resumable: readonly Verb[] = [
    'cancel',
    'end',
    'endLater',
    'extend',
    'retry',
    'again',
    'activate',
    'endTarget',
    'ask',
  ];
  const again: readonly Verb[] = ['answer', 'pick'];

  test.each(resumable)('who is not signed in is asked to, and the press waits: %s', async (verb) => {
    const { ports, asked } = pimWith({ signedIn: false });
    expect(await press(ports, by(adele, verb, 'some-id'))).toEqual(onlySaid());
    expect(await parkedOf(adele)).toEqual([{ kind: 'action', verb, id: 'some-id', reason: '' }]);
    expect((await due()).map(({ kind }) => kind)).toEqual(['signInCard']);
    expect(asked).toEqual([]);
  });

  test.each(again)('a question keeps its answers, so it is pressed again after the sign-in: %s', async (verb) => {
    const { ports } = pimWith({ signedIn: false });
    expect(await press(ports, by(adele, verb, 'some-id'))).toEqual(
      onlySaid(holding({ kind: 'notice', shape: '⚠', title: 'Sign in first, then press the button again.' })),
    );
    expect(await parkedOf(adele)).toEqual([{ kind: 'sentence', text: '', scope: 'personal' }]);
  });

  test('where Teams can sign the person in, the card in place asks it to', async () => {
    const { ports } = pimWith({ signedIn: false });
    const { card, said } = await press(ports, by(adele, 'cancel', 'some-id', { isSilent: true }));
    const parkedId = (await store.parkedFor(adele, desk.now))[0]?.id;
    expect(said).toEqual([]);
    expect(card).toEqual({
      ...{ kind: 'signIn', url: 'https://jitney.example/', state: 'open', going: null, stepUpFor: null },
      exchange: parkedId,
    });
    expect(await parkedOf(adele)).toEqual([{ kind: 'action', verb: 'cancel', id: 'some-id', reason: '' }]);
    expect(await due()).toEqual([]);
  });

  test.each(verbs.filter((verb) => ![...resumable, ...again].includes(verb) && verb !== 'fill'))(
    'nobody is asked to sign in for what only shows or what asks for itself: %s',
    async (verb) => {
      const { ports } = pimWith({ signedIn: false });
      await press(ports, by(adele, verb, 'some-id'));
      expect(await parkedOf(adele)).toEqual([]);
    },
  );
});

describe('approve and deny', () => {
  test.each<[string, string | undefined, string]>([
    ['trimmed', '  agreed  ', 'agreed'],
    ['cut after 500 characters', 'x'.repeat(600), 'x'.repeat(500)],
    ['empty where there is none', undefined, ''],
  ])('take the reason %s', async (_how, justification, reason) => {
    const { id } = await wish(adele);
    const { ports, asked } = pimWith();
    const inputs: Record<string, string> = justification === undefined ? {} : { justification };
    const { card, said } = await press(ports, by(megan, 'approve', id, { inputs, challenge: 'c' }));
    expect(asked.at(-1)).toEqual(['rule', megan.oid, 'approve', reason, 'c']);
    expect(card).toMatchObject({ kind: 'approval', activation: { id, ruling: { verdict: 'approve' } } });
    expect(said).toEqual([]);
    expect(await lateCards()).toEqual([]);
  });

  test('deny denies', async () => {
    const { id } = await wish(adele);
    const { ports, asked } = pimWith();
    await press(ports, by(megan, 'deny', id, { inputs: { justification: 'no' } }));
    expect(asked.at(-1)).toEqual(['rule', megan.oid, 'deny', 'no', null]);
  });

  test('say it below the card to whom it is no approver’s card', async () => {
    const { id } = await wish(adele);
    expect(await press(pimWith().ports, by(adele, 'approve', id))).toEqual(
      onlySaid(holding({ what: expect.stringContaining('your own request') })),
    );
  });

  test('draw the approver’s card once more while somebody else decides, also of a request among several', async () => {
    const other = person('Alex Wilber');
    const step = { kind: 'decide', by: { oid: other.oid, name: 'Alex Wilber' }, at: desk.now } as const;
    const { id } = await wish(adele, { step, batch: 'a-batch' });
    await press(pimWith().ports, by(megan, 'approve', id));
    expect(await lateCards()).toEqual([
      { kind: 'card', activationId: id, reader: { kind: 'approver', oid: megan.oid }, late: true },
    ]);
  });

  test.each<[Verb, string]>([
    ['denyForm', 'deny'],
    ['decideForm', 'decide'],
  ])('change between their forms for an approver alone: %s', async (verb, form) => {
    const approvers = [megan, person()].map(({ oid, name }) => ({ oid, name: name ?? '', reached: false }));
    const activation = await wish(adele, { approvers });
    const { ports, asked } = pimWith();
    expect(await press(ports, by(megan, verb, activation.id))).toEqual(
      onlyCard({ kind: 'approval', activation, form, note: null }),
    );
    for (const stranger of [adele, person()])
      expect(await press(ports, by(stranger, verb, activation.id))).toEqual(onlySaid(noSuchRequest()));
    expect(await press(ports, by(megan, verb, 'none'))).toEqual(onlySaid(noSuchRequest()));
    expect(asked).toEqual([]);
  });

  test('show the request to its requester never, though the policy names them, nor when the button is too old', async () => {
    const own = [{ oid: adele.oid, name: 'Adele Vance', reached: true }];
    const { id } = await wish(adele, { approvers: own });
    expect(await press(pimWith().ports, by(adele, 'denyForm', id))).toEqual(onlySaid(noSuchRequest()));
    expect(await redraw(pimWith().ports, by(adele, 'approve', id))).toEqual(onlySaid(noSuchRequest()));
  });
});

describe('one’s own activation', () => {
  const ownVerbs: readonly Verb[] = ['cancel', 'end', 'endLater', 'lengthen', 'again'];

  test.each(ownVerbs)('is nobody else’s, and one that is not there is answered alike: %s', async (verb) => {
    const activation = await running(adele);
    const { ports, asked } = pimWith();
    for (const [actor, id] of [
      [megan, activation.id],
      [adele, 'none'],
    ] as const)
      expect(await press(ports, by(actor, verb, id))).toEqual(onlySaid(notYours()));
    expect(asked).toEqual([]);
    expect(await store.activation(activation.id)).toEqual(activation);
  });

  test.each<Verb>(['lengthen'])('nor the namesake’s of another tenant: %s', async (verb) => {
    const { id } = await running(adele);
    expect(await press(pimWith().ports, by({ ...adele, tid: 'another' }, verb, id))).toEqual(onlySaid(notYours()));
  });

  test('is cancelled, with the check that was just passed, and its card says so', async () => {
    const { id, requestId } = await wish(adele);
    const { ports, asked } = pimWith();
    const { card, said } = await press(ports, by(adele, 'cancel', id, { challenge: 'c' }));
    expect(asked).toEqual([['cancel', adele.oid, requestId, 'c']]);
    expect(card).toEqual({ kind: 'activation', activation: await store.activation(id) });
    expect(card).toMatchObject({ activation: { phase: 'cancelled' } });
    expect(said).toEqual([]);
    expect(await lateCards()).toEqual([]);
  });

  test('is ended, and its card says so', async () => {
    const { id, target } = await running(adele);
    const { ports, asked } = pimWith();
    const { card, said } = await press(ports, by(adele, 'end', id, { challenge: 'c' }));
    expect(asked).toEqual([['end', adele.oid, targetKey(target), 'c']]);
    expect(card).toMatchObject({ kind: 'activation', activation: { phase: 'ended' } });
    expect(said).toEqual([]);
  });

  test.each<[string, string | null]>([
    ['its own card', null],
    ['the card it shares', 'a-batch'],
  ])('says that a change is under way, and %s is drawn once more', async (_which, batch) => {
    const step = { kind: 'end', by: { oid: adele.oid, name: 'Adele Vance' }, at: desk.now } as const;
    const { id } = await running(adele, { step, batch });
    const { card, said } = await press(pimWith().ports, by(adele, 'end', id));
    expect(said).toEqual([holding({ title: 'Azure Admins: a change is on its way to PIM already.' })]);
    expect(card).toMatchObject({ kind: 'activation', activation: { id, step } });
    expect(await lateCards()).toEqual([
      { kind: 'card', activationId: batch ?? id, reader: { kind: 'requester' }, late: true },
    ]);
  });

  test('ends later as soon as PIM allows it', async () => {
    const { id } = await running(adele, { startsAt: desk.now });
    expect(await press(pimWith().ports, by(adele, 'endLater', id))).toEqual(
      onlySaid(holding({ kind: 'notice', shape: '◷', title: expect.stringMatching(/^Azure Admins ends at/) })),
    );
    expect(await due(desk.now + 5 * minute)).toContainEqual({ kind: 'end', activationId: id });
  });

  test('is offered to be extended, and extended after a yes', async () => {
    const { id, target } = await running(adele);
    const { ports, asked } = pimWith();
    const offered = await press(ports, by(adele, 'lengthen', id));
    const [offer] = offered.said;
    expect(offered.card).toBeNull();
    if (offer?.kind !== 'problem' || offer.button === null) throw new Error('no offer');
    expect(offer.button).toMatchObject({ verb: 'extend', title: 'End and activate again' });
    expect(await press(ports, by(adele, 'extend', offer.button.id))).toEqual(onlySaid());
    expect(asked.map(([what, who, key]) => [what, who, key])).toEqual([
      ['end', adele.oid, targetKey(target)],
      ['order', adele.oid, targetKey(target)],
    ]);
    expect(await press(ports, by(adele, 'extend', offer.button.id))).toEqual(onlyCard(tooLate()));
  });

  test('is asked for again after its end, and that is taken back, by its owner alone', async () => {
    const { id } = await running(adele);
    const renewal = await park(adele, { kind: 'renewal', activationId: id, ask: noAsk });
    const { ports } = pimWith();
    expect(await press(ports, by(megan, 'renew', renewal))).toEqual(
      onlyCard(holding({ what: 'There is no such prepared request any more.' })),
    );
    expect(await press(ports, by(adele, 'renew', renewal))).toEqual(
      onlyCard(holding({ what: expect.stringContaining('will be asked for again') })),
    );
    expect(await press(ports, by(adele, 'noRenewal', renewal))).toEqual(
      onlyCard(holding({ title: 'It will not be asked for again.' })),
    );
  });

  test('is activated again with its length once it is over', async () => {
    const { id, target } = await running(adele, { phase: 'ended', readAt: null });
    const { ports, asked } = pimWith();
    expect(await press(ports, by(adele, 'again', id))).toEqual(onlySaid());
    expect(asked).toEqual([['order', adele.oid, targetKey(target), { kind: 'for', minutes: 60 }, null]]);
    expect(await press(ports, by(adele, 'again', id))).toEqual(onlySaid(holding({ shape: '✓' })));
  });

  test('what failed of a sentence is retried, one’s own alone', async () => {
    const batch = `batch-${++made}`;
    const { target } = await wish(adele, { batch, phase: 'failed', readAt: null });
    const { ports, asked } = pimWith();
    expect(await press(ports, by(megan, 'retry', batch))).toEqual(onlySaid());
    expect(asked).toEqual([]);
    expect(await press(ports, by(adele, 'retry', batch))).toEqual(onlySaid());
    expect(asked).toEqual([['order', adele.oid, targetKey(target), { kind: 'for', minutes: 60 }, 'fixing']]);
  });
});

describe('a row', () => {
  test('activates what the presser may activate now', async () => {
    const target = group();
    const { ports, asked } = pimWith({ eligible: [eligibleFor(group(), 'Other'), eligibleFor(target)] });
    expect(await press(ports, by(adele, 'activate', targetKey(target)))).toEqual(onlySaid());
    expect(asked).toEqual([['order', adele.oid, targetKey(target), { kind: 'for', minutes: 60 }, null]]);
  });

  test('activates nothing that they may not', async () => {
    const { ports, asked } = pimWith({ eligible: [eligibleFor(group())] });
    expect(await press(ports, by(adele, 'activate', targetKey(group())))).toEqual(
      onlySaid(notEligible('You cannot activate this any more.')),
    );
    expect(asked).toEqual([]);
  });

  test('of a card in a room asks the presser, and never orders', async () => {
    const target = group();
    const { ports, asked } = pimWith({ eligible: [eligibleFor(group()), eligibleFor(target, 'Mine')] });
    expect(await press(ports, by(adele, 'ask', targetKey(target)))).toEqual(
      onlySaid(holding({ kind: 'question', targetName: 'Mine' })),
    );
    expect(await press(ports, by(adele, 'ask', targetKey(group())))).toEqual(
      onlySaid(notEligible('The group on that card is not among those you can activate.')),
    );
    expect(asked).toEqual([]);
  });

  test('ends what runs through Jitney', async () => {
    const { id, target } = await running(adele);
    const { ports, asked } = pimWith();
    expect(await press(ports, by(adele, 'endTarget', targetKey(target)))).toEqual(onlySaid());
    expect(ended(asked)).toEqual([adele.oid, targetKey(target)]);
    expect(await store.activation(id)).toMatchObject({ phase: 'ended' });
  });

  test('ends what was activated elsewhere, as an activation like any other', async () => {
    const target = group();
    const active = [
      { target: group(), endsAt: null },
      { target, endsAt: desk.now + hour },
    ];
    const { ports, asked } = pimWith({ active, eligible: [eligibleFor(group()), eligibleFor(target, 'Mine')] });
    expect(await press(ports, by(adele, 'endTarget', targetKey(target)))).toEqual(onlySaid());
    expect(ended(asked)).toEqual([adele.oid, targetKey(target)]);
    expect(await store.lastActivation(adele)).toMatchObject({
      ...{ targetName: 'Mine', phase: 'ended', wish: { length: { kind: 'until', at: desk.now + hour } } },
    });
  });

  test.each<[string, (target: Target) => Script, boolean]>([
    [
      'does not run',
      (target) => ({ active: [{ target: group(), endsAt: null }], eligible: [eligibleFor(target)] }),
      true,
    ],
    ['is not theirs', (target) => ({ active: [{ target, endsAt: null }] }), true],
    ['is no target', (target) => ({ active: [{ target, endsAt: null }], eligible: [eligibleFor(target)] }), false],
  ])('ends nothing that %s', async (_what, script, known) => {
    const target = group();
    const { ports, asked } = pimWith(script(target));
    expect(await press(ports, by(adele, 'endTarget', known ? targetKey(target) : 'nonsense'))).toEqual(
      onlySaid(notYours()),
    );
    expect(asked).toEqual([]);
  });

  test('pages on, and lists', async () => {
    const all = Array.from({ length: 14 }, (_, at) => eligibleFor(group(), `Group ${String(at).padStart(2, '0')}`));
    const { ports } = pimWith({ eligible: all });
    const next = await press(ports, by(adele, 'page', '12|'));
    expect(next).toEqual(onlyCard(holding({ kind: 'list', total: 14, query: null, next: null })));
    expect(next.card).toMatchObject({ rows: [{ name: 'Group 12' }, { name: 'Group 13' }] });
    expect(await press(ports, by(adele, 'list', 'all'))).toEqual(
      onlySaid(holding({ kind: 'list', total: 14, query: null })),
    );
  });
});

describe('a question', () => {
  function asks(target: Target, more: object = {}): Promise<string> {
    const body = { kind: 'question', targetKey: targetKey(target), targetName: 'Azure Admins', ask: noAsk } as const;
    return park(adele, { ...body, ...more });
  }

  test('answered orders, once, and its card says so', async () => {
    const target = group();
    const id = await asks(target);
    const { ports, asked } = pimWith();
    const inputs = { justification: 'fixing', duration: '30' };
    expect(await press(ports, by(adele, 'answer', id, { inputs }))).toEqual(
      onlyCard(holding({ kind: 'notice', title: 'Asked PIM for Azure Admins.' })),
    );
    expect(asked).toEqual([['order', adele.oid, targetKey(target), { kind: 'for', minutes: 30 }, 'fixing']]);
    expect(await press(ports, by(adele, 'answer', id, { inputs }))).toEqual(onlyCard(tooLate()));
  });

  test('answered wrongly stays as it is', async () => {
    const id = await asks(group());
    const { ports, asked } = pimWith();
    expect(await press(ports, by(adele, 'answer', id, { inputs: { duration: 'x' } }))).toEqual(
      onlySaid(holding({ what: 'The length is not one of the card’s.' })),
    );
    expect(asked).toEqual([]);
  });

  test('about a longer time offers that, and only to whom it runs', async () => {
    const { id: runs, target } = await running(adele);
    const { ports } = pimWith();
    const own = await asks(target, { extending: runs });
    expect(await press(ports, by(adele, 'answer', own, { inputs: { duration: '30' } }))).toEqual(
      onlyCard(holding({ what: expect.stringMatching(/^Extending Azure Admins until/) })),
    );
    const { id: others } = await running(megan);
    const theirs = await asks(target, { extending: others });
    expect(await press(ports, by(adele, 'answer', theirs))).toEqual(onlyCard(notYours()));
  });

  test('dismissed asks nothing of PIM', async () => {
    const { ports } = pimWith();
    const id = await asks(group());
    expect(await press(ports, by(adele, 'dismiss', id))).toEqual(
      onlyCard(holding({ title: 'Nothing was asked of PIM.' })),
    );
    expect(await press(ports, by(adele, 'dismiss', id))).toEqual(onlyCard(tooLate()));
  });
});

describe('a choice', () => {
  function choice(verb: 'activate' | 'deactivate', ...targets: readonly (Target | string)[]): Promise<string> {
    const options = targets.map((target, at) => ({
      ...{ targetKey: typeof target === 'string' ? target : targetKey(target), name: `Option ${at}`, mark: `…${at}` },
    }));
    return park(adele, { kind: 'choice', verb, options, ask: { ...noAsk, minutes: 45 } });
  }

  test('activates the picked one, and its card says which', async () => {
    const target = group();
    const id = await choice('activate', group(), target);
    const { ports, asked } = pimWith();
    expect(await press(ports, by(adele, 'pick', `${id}:1`))).toEqual(
      onlyCard({ kind: 'notice', shape: '✓', title: 'Option 1 it is.', lines: ['Its card tells how it goes.'] }),
    );
    expect(asked).toEqual([['order', adele.oid, targetKey(target), { kind: 'for', minutes: 45 }, null]]);
    expect(await store.lastActivation(adele)).toMatchObject({ targetName: 'Option 1' });
    expect(await press(ports, by(adele, 'pick', `${id}:1`))).toEqual(onlyCard(tooLate()));
  });

  test('asks what the picked one wants, with its mark', async () => {
    const id = await choice('activate', group());
    const { ports } = pimWith({ policy: { justification: true } });
    expect(await press(ports, by(adele, 'pick', `${id}:0`))).toEqual(
      onlyCard(holding({ kind: 'question', targetName: 'Option 0', mark: '…0' })),
    );
  });

  test('ends the picked one where it runs', async () => {
    const { target } = await running(adele);
    const id = await choice('deactivate', target);
    const { ports, asked } = pimWith();
    expect(await press(ports, by(adele, 'pick', `${id}:0`))).toEqual(
      onlyCard({ kind: 'notice', shape: '✓', title: 'Option 0', lines: [] }),
    );
    expect(ended(asked)).toEqual([adele.oid, targetKey(target)]);
  });

  test('says how it stands where it cannot end', async () => {
    const { ports } = pimWith();
    const gone = await choice('deactivate', group());
    expect((await press(ports, by(adele, 'pick', `${gone}:0`))).said).toEqual([notYours()]);
    const { target } = await wish(adele);
    const waits = await choice('deactivate', target);
    expect((await press(ports, by(adele, 'pick', `${waits}:0`))).said).toEqual([
      holding({ what: 'Azure Admins is not active yet.' }),
    ]);
  });

  test.each<[string, (id: string) => string, string | null]>([
    ['an option that it does not have', (id) => `${id}:1`, null],
    ['no option', (id) => id, null],
    ['a target that is none', (id) => `${id}:0`, 'nonsense'],
    ['a choice that is not there', () => 'none:0', null],
  ])('does nothing for %s', async (_what, button, key) => {
    const id = await choice('activate', key ?? group());
    const { ports, asked } = pimWith();
    expect(await press(ports, by(adele, 'pick', button(id)))).toEqual(onlyCard(tooLate()));
    expect(asked).toEqual([]);
  });

  test('of somebody else does nothing', async () => {
    const id = await choice('activate', group());
    expect(await press(pimWith().ports, by(megan, 'pick', `${id}:0`))).toEqual(onlyCard(tooLate()));
  });

  test('among sentences obeys the picked one', async () => {
    const options = [{ label: 'What is mine', text: 'list' }];
    const { ports } = pimWith();
    const id = await park(adele, { kind: 'sentences', options, scope: 'personal' });
    expect(await press(ports, by(adele, 'pick', `${id}:0`))).toEqual({
      card: { kind: 'notice', shape: '✓', title: 'What is mine', lines: ['That is how I took it.'] },
      said: [holding({ kind: 'list' })],
    });
    const other = await park(adele, { kind: 'sentences', options, scope: 'personal' });
    expect(await press(ports, by(adele, 'pick', `${other}:1`))).toEqual(onlyCard(tooLate()));
  });
});

describe('what looked like a secret, sent as it is,', () => {
  const sent = { kind: 'notice', shape: '✓', title: 'Sent as it is.', lines: [] };

  test('is a sentence like any other, and not asked about again', async () => {
    const target = group();
    const text = 'activate Azure Admins for 1h because password: hunter2';
    const id = await park(adele, { kind: 'unsent', said: { text, scope: 'personal' } });
    const { ports, asked } = pimWith({ eligible: [eligibleFor(target)] });
    const { card, said } = await press(ports, by(adele, 'pick', `${id}:0`));
    expect([card, said]).toEqual([sent, []]);
    expect(asked.map((call) => call.at(-1))).toEqual(['password: hunter2']);
  });

  async function unsent(verb: string, of: Activation, content: string): Promise<string> {
    const inputs = { justification: 'password: hunter2' };
    return park(megan, { kind: 'unsent', said: { verb, id: of.id, inputs, content } });
  }

  test('is a press like any other, whose card follows', async () => {
    const activation = await wish(adele);
    const id = await unsent('approve', activation, contentOf(activation));
    const { ports, asked } = pimWith();
    const { card } = await press(ports, by(megan, 'pick', `${id}:0`));
    expect(card).toMatchObject({ kind: 'approval', activation: { id: activation.id } });
    expect(asked.at(-1)).toEqual(['rule', megan.oid, 'approve', 'password: hunter2', null]);
  });

  test('is confirmed where the press itself has no card', async () => {
    const own = { ...(await wish(megan)) };
    const id = await unsent('approve', own, contentOf(own));
    const { card, said } = await press(pimWith().ports, by(megan, 'pick', `${id}:0`));
    expect(card).toEqual(sent);
    expect(said).toEqual([holding({ what: expect.stringContaining('your own request') })]);
  });

  test.each<[string, string, (of: Activation) => string]>([
    ['what was read has changed', 'approve', () => 'something else'],
    ['the verb is none', 'constructor', () => ''],
  ])('does nothing when %s', async (_when, verb, content) => {
    const activation = await wish(adele);
    const id = await unsent(verb, activation, content(activation));
    const { ports, asked } = pimWith();
    expect(await press(ports, by(megan, 'pick', `${id}:0`))).toEqual(onlyCard(tooLate()));
    expect(asked).toEqual([]);
  });
});

describe('a form', () => {
  const inputs = (target: Target): Record<string, string> => ({ target: targetKey(target), duration: '60' });

  test('orders like a sentence', async () => {
    const target = group();
    const { ports, asked } = pimWith({ eligible: [eligibleFor(target)] });
    const click = by(adele, 'fill', String(desk.now), { inputs: inputs(target) });
    expect(await press(ports, click)).toEqual(onlySaid());
    expect(asked).toEqual([['order', adele.oid, targetKey(target), { kind: 'for', minutes: 60 }, null]]);
  });

  test('waits for the sign-in', async () => {
    const target = group();
    const { ports, asked } = pimWith({ eligible: [eligibleFor(target)], signedIn: false });
    const click = by(adele, 'fill', String(desk.now), { inputs: inputs(target) });
    expect(await press(ports, click)).toEqual(onlySaid());
    expect(await parkedOf(adele)).toMatchObject([{ kind: 'wish', targetKey: targetKey(target), ask: { minutes: 60 } }]);
    expect(asked).toEqual([]);
  });

  test('that is filled in wrongly says so', async () => {
    const { ports, asked } = pimWith();
    const click = by(adele, 'fill', String(desk.now), { inputs: inputs(group()) });
    expect(await press(ports, click)).toEqual(
      onlySaid(holding({ what: 'This is not among the groups you can activate.' })),
    );
    expect(asked).toEqual([]);
  });
});

describe('while PIM does not answer', () => {
  test('a held wish is kept, and let go', async () => {
    const held = { kept: false, until: desk.now + hour, trying: null };
    const { id } = await wish(adele, { phase: 'ordering', requestId: null, approvalId: null, deadline: null, held });
    const { ports } = pimWith();
    expect((await press(ports, by(adele, 'keepTrying', id))).card).toMatchObject({
      activation: { held: { kept: true } },
    });
    expect((await press(ports, by(adele, 'letGo', id))).card).toMatchObject({ activation: { phase: 'cancelled' } });
  });

  test('a sentence that could not be read is kept, and let go', async () => {
    const going = { kind: 'sentence', text: 'activate x', scope: 'personal' } as const;
    const id = await park(adele, { kind: 'outage', going, saidAt: desk.now });
    const { ports } = pimWith();
    expect(await press(ports, by(adele, 'keepTrying', id))).toEqual(onlyCard(holding({ kind: 'outage', id })));
    expect(await press(ports, by(adele, 'letGo', id))).toEqual(onlyCard(holding({ title: 'I let it go.' })));
  });

  test.each<Verb>(['keepTrying', 'letGo'])('what is not there is too late: %s', async (verb) => {
    expect(await press(pimWith().ports, by(adele, verb, 'none'))).toEqual(onlyCard(tooLate()));
  });
});
