import { beforeEach, describe, expect, test } from '@jest/globals';
import { noSuchRequest, rule } from '../../src/approve/rule.ts';
import type { Ruled } from '../../src/approve/rule.ts';
import type { Activation, Verdict } from '../../src/core/activation.ts';
import { explain } from '../../src/core/explain.ts';
import type { PimProblem } from '../../src/core/pim-problem.ts';
import type { Reading } from '../../src/core/observe.ts';
import type { Actor } from '../../src/ports/incoming.ts';
import type { Done, Stage, Staged } from '../../src/ports/pim.ts';
import type { Ports } from '../../src/ports/ports.ts';
import { chatOf, createDesk, hour, minute, person } from '../press/desk.ts';
import type { Desk } from '../press/desk.ts';
import { quickStore } from '../press/quick-store.ts';

/** One decision from its press to its card, answer by answer of PIM: what is asked of PIM, what is stored, what is said. */

const store = await quickStore();
let desk: Desk;
let megan: Actor;
let alex: Actor;
let request: Activation;
let round = 0;

beforeEach(async () => {
  desk = createDesk(store);
  [megan, alex] = [person('Megan Bowen'), person('Alex Wilber')];
  request = await waiting();
});

async function waiting(changes: Partial<Activation> = {}): Promise<Activation> {
  round += 1;
  const id = `4444${String(round).padStart(4, '0')}-0000-4000-8000-000000000000`;
  const target = { kind: 'group', groupId: `group-${round}`, access: 'member' } as const;
  return desk.request([megan, alex], {
    ...{ id, approvalId: `approval-${round}`, approverJustification: false, target },
    ...changes,
  });
}

/** What PIM answers, in turn; the last answer goes on. */
type Script = {
  readonly stage?: readonly (Partial<Stage> | PimProblem)[];
  readonly rule?: readonly Done[];
  readonly read?: Partial<Reading>;
  /** Before PIM answers the reading of the stage, or the decision. */
  readonly meanwhile?: { readonly stage?: () => Promise<unknown>; readonly rule?: () => Promise<unknown> };
};

type Run = { readonly ports: Ports; readonly asked: unknown[][] };

function pimSays({ stage = [{}], rule: decided = [{ kind: 'done' }], read, meanwhile = {} }: Script): Run {
  const asked: unknown[][] = [];
  const turns = { stage: 0, rule: 0 };
  const pim: Partial<Ports['pim']> = {
    stage: async (approver, approvalId) => {
      asked.push(['stage', approver.oid, approvalId]);
      await meanwhile.stage?.();
      const answer = stage[Math.min(turns.stage++, stage.length - 1)] ?? {};
      if ('kind' in answer) return answer satisfies Staged;
      const whole = { id: 's', open: true, mine: true, result: 'notReviewed', by: null, justification: null } as const;
      return { kind: 'stage', stage: { ...whole, ...answer } };
    },
    rule: async (approver, at, verdict, reason, challenge) => {
      asked.push(['rule', approver.oid, at, verdict, reason, challenge]);
      await meanwhile.rule?.();
      return decided[Math.min(turns.rule++, decided.length - 1)] ?? { kind: 'done' };
    },
    read: (all) => {
      asked.push(['read', ...all.map(({ id }) => id)]);
      const none = { createdAt: null, startsAt: null, endsAt: null, instance: 'unread', status: null } as const;
      return Promise.resolve(
        new Map(
          read === undefined
            ? []
            : all.map(({ id, requestId, approvalId }) => [id, { requestId, approvalId, ...none, ...read }]),
        ),
      );
    },
  };
  return { ports: { ...desk.ports, pim: { ...desk.ports.pim, ...pim } }, asked };
}

function decide(
  { ports }: Run,
  verdict: Verdict = 'approve',
  reason = 'ok',
  { by = megan, of = request, challenge = null }: { by?: Actor; of?: Activation; challenge?: string | null } = {},
): Promise<Ruled> {
  return rule(ports, by, chatOf(by), of.id, verdict, reason, challenge);
}

function stored({ id }: Activation = request): Promise<Activation | null> {
  return store.activation(id);
}

async function change(changes: Partial<Activation>, of: Activation = request): Promise<void> {
  const now = (await stored(of)) ?? of;
  const activation = { ...now, ...changes, version: now.version + 1 };
  expect(await store.commit([{ kind: 'activation', activation }])).toBe(true);
}

async function ledgerOf({ id }: Activation): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const rows = await store.ledger(0, 100_000);
  return rows
    .map(({ entry }) => JSON.parse(entry) as Record<string, unknown>)
    .filter((line) => line['activationId'] === id);
}

const nobodys = { kind: 'said', message: noSuchRequest() };
const names = ({ oid, name }: Actor) => ({ oid, name: name ?? '' });

function noteOf(ruled: Ruled): string | null {
  if (ruled.message.kind !== 'approval') throw new Error(`a ${ruled.message.kind}`);
  expect(ruled.kind).toBe('card');
  return ruled.message.note;
}

function shown(ruled: Ruled): Activation {
  if (ruled.message.kind !== 'approval') throw new Error(`a ${ruled.message.kind}`);
  return ruled.message.activation;
}

function words(problem: PimProblem): string {
  const said = explain(problem, 'take your decision');
  return said.kind === 'problem' ? [said.what, said.why, said.next].filter((line) => line !== null).join(' ') : '';
}

describe('nothing is asked of PIM, and one sentence is said,', () => {
  test('of a request that is not there', async () => {
    const run = pimSays({});
    expect(await decide(run, 'approve', 'ok', { of: { ...request, id: 'none' } })).toEqual(nobodys);
    expect(run.asked).toEqual([]);
    expect(noSuchRequest()).toMatchObject({
      what: 'There is no such request waiting for you.',
      why: 'Only its approvers decide, and only once: it is decided or over, or it never was yours to decide. That is PIM’s own rule.',
      next: 'Say “approvals” to see what waits for you.',
    });
  });

  test('to an approver’s namesake in another tenant', async () => {
    const run = pimSays({});
    expect(await decide(run, 'approve', 'ok', { by: { ...megan, tid: 'another' } })).toEqual(nobodys);
    expect(run.asked).toEqual([]);
  });

  test('to the one who asked, even if PIM names them among the approvers', async () => {
    const own = { ...request.person, name: 'Adele', zone: null };
    await change({ approvers: [{ oid: own.oid, name: 'Adele', reached: true }] });
    const run = pimSays({});
    const ruled = await decide(run, 'approve', 'ok', { by: own });
    expect(ruled.kind).toBe('said');
    expect(ruled.message).toMatchObject({
      kind: 'problem',
      what: 'You cannot decide on your own request for Azure Admins.',
      why: 'Nobody approves their own access, whatever the group’s policy says. That is my own rule, for everybody.',
      next: 'One of the other approvers can.',
    });
    expect(run.asked).toEqual([]);
  });
});

describe('somebody who was no approver when it was asked', () => {
  let nestor: Actor;
  beforeEach(() => {
    nestor = person('Nestor Wilke');
  });

  test('decides when PIM says that they are one now', async () => {
    const run = pimSays({});
    const ruled = await decide(run, 'approve', 'ok', { by: nestor });
    expect(shown(ruled).ruling).toMatchObject({ verdict: 'approve', by: names(nestor) });
    expect(run.asked.slice(0, 2)).toEqual([
      ['stage', nestor.oid, request.approvalId],
      ['stage', nestor.oid, request.approvalId],
    ]);
  });

  test.each<[string, Partial<Stage> | PimProblem]>([
    ['says that they are none', { mine: false }],
    ['does not let them read it', { kind: 'forbidden', message: '' }],
    ['does not answer', { kind: 'unavailable', afterMs: null }],
  ])('hears that there is no such request when PIM %s', async (_what, answer) => {
    const run = pimSays({ stage: [answer] });
    expect(await decide(run, 'approve', 'ok', { by: nestor })).toEqual(nobodys);
    expect(run.asked).toHaveLength(1);
    expect(await stored()).toEqual(request);
  });

  test.each<[string, Partial<Activation>]>([
    ['is active', { phase: 'active' }],
    ['is decided', { ruling: { verdict: 'deny', by: null, at: 1, reason: null } }],
    ['wants no approval', { approvalId: null }],
  ])('hears that there is none, and PIM is not asked, when it %s', async (_what, changes) => {
    await change(changes);
    const run = pimSays({});
    expect(await decide(run, 'approve', 'ok', { by: nestor })).toEqual(nobodys);
    expect(run.asked).toEqual([]);
  });

  test('is not asked to sign in for it', async () => {
    const run = pimSays({});
    const ports = { ...run.ports, signIn: { ...run.ports.signIn, has: () => Promise.resolve(false) } };
    expect(await decide({ ...run, ports }, 'approve', 'ok', { by: nestor })).toEqual(nobodys);
    expect(run.asked).toEqual([]);
  });
});

describe('the card alone answers, and PIM is not asked,', () => {
  test.each<[string, Partial<Activation>]>([
    ['when it is active already', { phase: 'active', readAt: null }],
    ['when it is decided', { ruling: { verdict: 'deny', by: null, at: 1, reason: null } }],
    ['when PIM has no approval of it', { approvalId: null }],
  ])('%s', async (_when, changes) => {
    await change(changes);
    const run = pimSays({});
    const ruled = await decide(run);
    expect(noteOf(ruled)).toBeNull();
    expect(ruled.message).toMatchObject({ form: 'decide' });
    expect(run.asked).toEqual([]);
  });

  test.each([
    ['oneself', () => megan, 'Your decision is on its way to PIM.'],
    ['somebody else', () => alex, 'Alex Wilber is deciding; it is on its way to PIM.'],
  ])('while a decision of %s is under way', async (_whose, who, note) => {
    await change({ step: { kind: 'decide', by: names(who()), at: desk.now } });
    const run = pimSays({});
    expect(noteOf(await decide(run))).toBe(note);
    expect(run.asked).toEqual([]);
  });

  test('but a step of half a minute ago was cut off, and keeps nobody', async () => {
    await change({ step: { kind: 'decide', by: names(alex), at: desk.now - 30_000 } });
    expect(shown(await decide(pimSays({}))).ruling).toMatchObject({ by: names(megan) });
  });

  test.each<[Verdict, boolean, 'deny' | 'decide']>([
    ['deny', false, 'deny'],
    ['deny', true, 'deny'],
    ['approve', true, 'decide'],
  ])('when %s wants a reason (approver’s reason required: %s)', async (verdict, approverJustification, form) => {
    await change({ approverJustification });
    const run = pimSays({});
    const ruled = await decide(run, verdict, '');
    expect(noteOf(ruled)).toBe('Its policy wants your reason: write it and press again.');
    expect(ruled.message).toMatchObject({ form });
    expect(run.asked).toEqual([]);
  });
});

describe('a decision', () => {
  test.each<[Verdict, string, string | null]>([
    ['approve', 'agreed', 'agreed'],
    ['approve', '', null],
    ['deny', 'not now', 'not now'],
  ])('%s with “%s” reaches PIM once, as it was made, and is kept', async (verdict, reason, kept) => {
    const run = pimSays({});
    const ruled = await decide(run, verdict, reason, { challenge: '{"a":1}' });
    const { approvalId } = request;
    expect(run.asked).toEqual([
      ['stage', megan.oid, approvalId],
      ['rule', megan.oid, { approvalId, stageId: 's' }, verdict, reason, '{"a":1}'],
    ]);
    const ruling = { verdict, by: names(megan), at: desk.now, reason: kept };
    expect(noteOf(ruled)).toBeNull();
    expect(shown(ruled)).toMatchObject({ ruling, step: null, phase: 'waiting' });
    expect(await stored()).toMatchObject({ ruling, step: null, phase: 'waiting' });
    expect(await ledgerOf(request)).toMatchObject([
      {
        action: `approval.${verdict}`,
        actor: { oid: megan.oid, tid: megan.tid },
        detail: { version: request.version },
      },
    ]);
  });

  test.each([
    ['as the policy names the approver', () => megan, 'Megan Bowen'],
    ['as an approver, of whom no name is known', () => person('x'), 'An approver'],
  ])('of somebody whose activity brought no name is told %s', async (_how, who, name) => {
    const nameless = { ...who(), name: null };
    let during: Activation | null = null;
    const run = pimSays({ meanwhile: { rule: async () => (during = await stored()) } });
    expect(shown(await decide(run, 'approve', 'ok', { by: nameless })).ruling?.by).toEqual({ oid: nameless.oid, name });
    expect(during).toMatchObject({ step: { kind: 'decide', by: { oid: nameless.oid, name }, at: desk.now } });
  });

  test('of which PIM says that it is not theirs is none, and nothing is claimed', async () => {
    const run = pimSays({ stage: [{ mine: false }] });
    expect(await decide(run)).toEqual(nobodys);
    expect(await stored()).toEqual(request);
    expect(await ledgerOf(request)).toEqual([]);
  });
});

describe('whoever loses the claim reads why:', () => {
  test('somebody else decides', async () => {
    const step = { kind: 'decide', by: names(alex), at: desk.now } as const;
    const run = pimSays({ meanwhile: { stage: () => change({ step }) } });
    expect(noteOf(await decide(run))).toBe('Alex Wilber is deciding; it is on its way to PIM.');
    expect(run.asked.filter(([call]) => call === 'rule')).toEqual([]);
  });

  test('it was decided, which the card itself tells', async () => {
    const ruling = { verdict: 'deny', by: names(alex), at: desk.now, reason: null } as const;
    const run = pimSays({ meanwhile: { stage: () => change({ ruling }) } });
    const ruled = await decide(run);
    expect(noteOf(ruled)).toBeNull();
    expect(shown(ruled).ruling).toEqual(ruling);
  });

  test('it is over, which the card tells too', async () => {
    const run = pimSays({ meanwhile: { stage: () => change({ phase: 'cancelled', readAt: null }) } });
    expect(noteOf(await decide(run))).toBeNull();
  });

  test('it kept changing', async () => {
    const run = pimSays({});
    const never = { ...run.ports, store: { ...run.ports.store, commit: () => Promise.resolve(false) } };
    expect(noteOf(await decide({ ...run, ports: never }))).toBe('It changed at this moment: press again.');
  });
});

describe('a decision that PIM has already is shown', () => {
  const closed = (more: Partial<Stage>): Script => ({ stage: [{ open: false, ...more }] });

  test.each<['approved' | 'denied', Verdict]>([
    ['approved', 'approve'],
    ['denied', 'deny'],
  ])('as PIM has it: %s', async (result, verdict) => {
    const run = pimSays(closed({ result, by: names(alex), justification: 'seen' }));
    const ruled = await decide(run);
    expect(noteOf(ruled)).toBe('Alex Wilber was first.');
    const ruling = { verdict, by: names(alex), at: desk.now, reason: 'seen' };
    expect(shown(ruled)).toMatchObject({ ruling, step: null });
    expect(await stored()).toMatchObject({ ruling });
    expect(run.asked.map(([call]) => call)).toEqual(['stage', 'read']);
  });

  test('without a reason where there is none, and without a name where PIM gives none', async () => {
    const ruled = await decide(pimSays(closed({ result: 'approved', by: null, justification: '' })));
    expect(noteOf(ruled)).toBe('It was decided before your click.');
    expect(shown(ruled).ruling).toMatchObject({ by: null, reason: null });
  });

  test('and is one’s own when it is, whose answer was lost', async () => {
    expect(noteOf(await decide(pimSays(closed({ result: 'approved', by: names(megan) }))))).toBeNull();
  });

  test('as Jitney knew it before', async () => {
    const ruling = { verdict: 'deny', by: names(alex), at: 7, reason: 'known' } as const;
    const run = pimSays({
      ...closed({ result: 'approved', by: null }),
      meanwhile: { stage: () => change({ ruling }) },
    });
    expect(shown(await decide(run)).ruling).toEqual(ruling);
  });

  test.each<[string, Script['read'], string | null]>([
    ['closed without one', undefined, 'PIM takes no decision on it any more.'],
    ['still open by its request', { status: 'PendingApproval' }, 'PIM takes no decision on it any more.'],
    ['over, as the request says', { status: 'Canceled' }, null],
  ])('as none, when the approval is %s', async (_how, read, note) => {
    const run = pimSays({ ...closed({ result: 'notReviewed' }), ...(read === undefined ? {} : { read }) });
    const ruled = await decide(run);
    expect(noteOf(ruled)).toBe(note);
    expect(shown(ruled)).toMatchObject({ ruling: null, phase: note === null ? 'cancelled' : 'waiting' });
  });

  test('with its outcome, when the request tells it', async () => {
    const running = { startsAt: desk.now, endsAt: desk.now + hour };
    const read = { status: 'Provisioned', instance: running, ...running };
    const ruled = await decide(pimSays({ ...closed({ result: 'approved', by: names(alex) }), read }));
    expect(shown(ruled)).toMatchObject({ phase: 'active', ruling: { by: names(alex) } });
  });
});

describe('when somebody else was first at the last moment', () => {
  test('their decision is shown', async () => {
    const run = pimSays({
      stage: [{}, { open: false, result: 'denied', by: names(alex) }],
      rule: [{ kind: 'conflict' }],
    });
    const ruled = await decide(run);
    expect(noteOf(ruled)).toBe('Alex Wilber was first.');
    expect(shown(ruled)).toMatchObject({ ruling: { verdict: 'deny' }, step: null });
    expect(run.asked.map(([call]) => call)).toEqual(['stage', 'rule', 'stage', 'read']);
  });

  test('that is said, and the step is given back, when PIM does not tell whose it is', async () => {
    const run = pimSays({ stage: [{}, { kind: 'forbidden', message: '' }], rule: [{ kind: 'conflict' }] });
    expect(noteOf(await decide(run))).toBe(words({ kind: 'conflict' }));
    expect(await stored()).toMatchObject({ step: null, ruling: null });
  });
});

describe('when the answer to a decision was lost PIM is read:', () => {
  const lost = [{ kind: 'unclear' }] as const;

  test('it was taken', async () => {
    const run = pimSays({ stage: [{}, { open: false, result: 'approved', by: names(megan) }], rule: lost });
    const ruled = await decide(run);
    expect(noteOf(ruled)).toBeNull();
    expect(shown(ruled)).toMatchObject({ ruling: { verdict: 'approve', by: names(megan) }, step: null });
  });

  test('it was not, so the next press may', async () => {
    const run = pimSays({ rule: lost });
    expect(noteOf(await decide(run))).toBe(words({ kind: 'unavailable', afterMs: null }));
    // It may still be carried out, and then it is theirs.
    expect(await stored()).toMatchObject({ step: null, ruling: null, unanswered: { by: names(megan) } });
  });

  test('it was not, and what somebody else has claimed since stays theirs', async () => {
    let reads = 0;
    const stage = async (): Promise<void> => {
      reads += 1;
      if (reads === 2) await change({ step: { kind: 'decide', by: names(alex), at: desk.now + minute } });
    };
    await decide(pimSays({ rule: lost, meanwhile: { stage } }));
    expect(await stored()).toMatchObject({ step: { by: names(alex) } });
  });

  test('nobody knows, so the step stays with whoever began it', async () => {
    const run = pimSays({ stage: [{}, { kind: 'unavailable', afterMs: 5 }], rule: lost });
    const ruled = await decide(run);
    expect(noteOf(ruled)).toBe(words({ kind: 'unclear' }));
    expect(shown(ruled).step).toMatchObject({ by: names(megan) });
    expect(await stored()).toMatchObject({ step: { by: names(megan) }, ruling: null });
  });
});

describe('a refusal of PIM is told on the card,', () => {
  const refusals: readonly PimProblem[] = [
    { kind: 'forbidden', message: 'no right' },
    { kind: 'unavailable', afterMs: null },
    { kind: 'policy', rules: ['JustificationRule'] },
    { kind: 'other', status: 400, code: 'Odd', message: 'odd' },
    { kind: 'stepUp', claims: null },
  ];

  test.each(refusals)('of the decision, and the step is given back: %o', async (problem) => {
    const run = pimSays({ rule: [problem] });
    const ruled = await decide(run);
    expect(noteOf(ruled)).toBe(words(problem));
    expect(shown(ruled).step).toBeNull();
    expect(await stored()).toMatchObject({ step: null, ruling: null });
    const pimCode = problem.kind === 'other' ? 'Odd' : null;
    expect(desk.logged).toEqual([
      JSON.stringify(['pim.refused', { activation: request.id, kind: problem.kind, pimCode }]),
    ]);
    expect(run.asked.filter(([call]) => call === 'rule')).toHaveLength(1);
  });

  test.each(refusals)('of the reading before it, and nothing was claimed: %o', async (problem) => {
    const run = pimSays({ stage: [problem] });
    expect(noteOf(await decide(run))).toBe(words(problem));
    expect(await stored()).toEqual(request);
    expect(run.asked).toHaveLength(1);
  });

  test('and a step that somebody else has given back stays as it is', async () => {
    const run = pimSays({
      rule: [{ kind: 'forbidden', message: '' }],
      meanwhile: { rule: () => change({ step: null }) },
    });
    await decide(run);
    expect((await stored())?.version).toBe(request.version + 2);
  });
});

describe('a decision waits', () => {
  type Asking = { readonly signedIn?: boolean; readonly silent?: boolean };

  function asking(run: Run, { signedIn = true, silent = false }: Asking = {}): Run & { readonly links: unknown[][] } {
    const links: unknown[][] = [];
    const signIn: Ports['signIn'] = {
      ...run.ports.signIn,
      silent,
      has: () => Promise.resolve(signedIn),
      link: (...all) => {
        links.push(all);
        return Promise.resolve('https://jitney.example/auth/start');
      },
    };
    return { ...run, ports: { ...run.ports, signIn, ids: { id: () => `parked-${round}` } }, links };
  }

  const url = 'https://jitney.example/auth/start';

  test.each<[Verdict, string]>([
    ['approve', 'approve'],
    ['deny', 'deny'],
  ])('for the sign-in, before PIM is asked: %s', async (verdict, doing) => {
    const run = asking(pimSays({}), { signedIn: false });
    const ruled = await decide(run, verdict, 'agreed');
    if (ruled.kind !== 'signIn') throw new Error(ruled.kind);
    const going = `${doing} ${request.personName}’s Azure Admins`;
    expect(ruled.message).toEqual({ kind: 'signIn', url, state: 'open', going, stepUpFor: null });
    const identity = { tid: megan.tid, oid: megan.oid };
    expect(run.links).toEqual([[identity, ruled.parkedId, null]]);
    expect(await store.parked(ruled.parkedId)).toEqual({
      ...{
        id: ruled.parkedId,
        person: identity,
        place: chatOf(megan),
        at: desk.now,
        expiresAt: desk.now + 10 * minute,
      },
      body: { kind: 'action', verb: verdict, id: request.id, reason: 'agreed' },
    });
    expect(run.asked).toEqual([]);
    expect(await stored()).toEqual(request);
  });

  test('for a sign-in that Teams may make by itself, where it is set up', async () => {
    const ruled = await decide(asking(pimSays({}), { signedIn: false, silent: true }));
    if (ruled.kind !== 'signIn') throw new Error(ruled.kind);
    expect(ruled.message).toMatchObject({ exchange: ruled.parkedId, url });
  });

  test('for a sign-in that PIM finds missing', async () => {
    const run = asking(pimSays({ stage: [{ kind: 'signIn' }] }));
    const ruled = await decide(run);
    expect(ruled).toMatchObject({ kind: 'signIn', message: { stepUpFor: null } });
    expect(await stored()).toEqual(request);
  });

  test.each<[string, Script, string[]]>([
    ['before it', { stage: [{ kind: 'stepUp', claims: '{"c":1}' }] }, ['stage']],
    ['at it, and the step is given back', { rule: [{ kind: 'stepUp', claims: '{"c":1}' }] }, ['stage', 'rule']],
  ])('for the check that PIM wants %s', async (_when, script, calls) => {
    const run = asking(pimSays(script), { silent: true });
    const ruled = await decide(run);
    if (ruled.kind !== 'signIn') throw new Error(ruled.kind);
    // Never by itself: the check is what the person has to do.
    expect(ruled.message).toEqual({
      ...{ kind: 'signIn', url, state: 'open', stepUpFor: 'Azure Admins' },
      going: `approve ${request.personName}’s Azure Admins`,
    });
    expect(run.links).toEqual([[{ tid: megan.tid, oid: megan.oid }, ruled.parkedId, '{"c":1}']]);
    expect(await store.parked(ruled.parkedId)).toMatchObject({
      check: { claims: '{"c":1}', targetName: 'Azure Admins' },
    });
    expect(run.asked.map(([call]) => call)).toEqual(calls);
    expect(await stored()).toMatchObject({ step: null, ruling: null });
  });
});
