import { describe, expect, test } from '@jest/globals';
import type { Activation, Phase, Step } from '../../src/core/activation.ts';
import { naming, notice, problem } from '../../src/core/message.ts';
import type { Message } from '../../src/core/message.ts';
import { render } from '../../src/cards/render.ts';
import { buttons, nodes, ofType, titles, words } from './reading.ts';
import { activation, adele, byPhase, contextFor, hour, megan, nestor, now, question, rows } from './samples.ts';

const at1605 = '{{TIME(2026-11-23T15:05:00Z)}}';
const at1405 = '{{TIME(2026-11-23T13:05:00Z)}}';
const tomorrow1405 = '{{DATE(2026-11-24T13:05:00Z, SHORT)}} {{TIME(2026-11-24T13:05:00Z)}}';

type Read = { readonly text: string; readonly titles: string[]; readonly summary: string; readonly spoken: string };

function read(message: Message, reader: string | null): Read {
  const { card, summary } = render(message, contextFor(reader));
  return { text: words(card), titles: titles(card), summary, spoken: String(card['speak']) };
}
function requester(changed: Activation): Read {
  return read({ kind: 'activation', activation: changed }, adele.oid);
}
function approver(changed: Activation, form: 'decide' | 'deny' = 'decide', note: string | null = null): Read {
  return read({ kind: 'approval', activation: changed, form, note }, megan.oid);
}
function room(changed: Activation, showJustification = false): Read {
  return read({ kind: 'announcement', activation: changed, showJustification }, null);
}
const owner = { kind: 'group', groupId: 'bbbbbbbb-0000-4000-8000-000000000001', access: 'owner' } as const;
const phases = Object.keys(byPhase) as Phase[];
const notActive = phases.filter((phase) => phase !== 'active');

/** How the requester's card begins, and its buttons. */
const begins: readonly (readonly [phase: Phase, text: string, offered: readonly string[]])[] = [
  ['ordering', '◷ Azure Admins\nAsking PIM…', []],
  ['waiting', '◷ Azure Admins\nWaiting for approval', ['Cancel request', 'More', 'Open PIM']],
  ['starting', '◷ Azure Admins\nPIM is making it active…', []],
  [
    'scheduled',
    '◷ Azure Admins\nScheduled for {{DATE(2026-11-24T09:05:00Z, SHORT)}} {{TIME(2026-11-24T09:05:00Z)}}',
    ['Open PIM'],
  ],
  ['active', `✓ Azure Admins\nActive until ${at1605}`, ['End now', 'Extend…']],
  ['ended', `■ Azure Admins\nEnded at ${at1405}`, ['Again']],
  ['denied', '✕ Azure Admins\nDenied', ['Again']],
  ['lapsed', '■ Azure Admins\nNobody decided in time', ['Again']],
  ['cancelled', '■ Azure Admins\nCancelled', ['Again']],
  ['failed', '✕ Azure Admins\nFailed', ['Again', 'Open PIM']],
];

const underWay: readonly (readonly [kind: Step['kind'], known: Activation, says: string])[] = [
  ['end', byPhase.active, 'Ending…'],
  ['cancel', activation(), 'Cancelling…'],
  ['decide', activation(), 'A decision is on its way to PIM…'],
];

describe("the requester's card", () => {
  test('while PIM wants a check first says that it waits for the person, not for PIM', () => {
    const card = requester({ ...byPhase.ordering, unverified: true });
    expect(card.text).toContain('Waiting for your sign-in');
    expect(card.text).not.toContain('PIM');
  });

  test.each(begins)('when %s says so first and offers what helps then', (phase, text, offered) => {
    const card = requester(byPhase[phase]);
    expect(card.text.startsWith(`${text}\n`)).toBe(true);
    expect(card.titles).toEqual(offered);
  });

  test.each(notActive)('never says active until when %s', (phase) => {
    const card = requester(byPhase[phase]);
    expect(`${card.text} ${card.spoken} ${card.summary}`).not.toMatch(/active until/i);
  });

  test('names who was asked, who was not reached and until when they can decide', () => {
    const card = requester(
      activation({
        approvers: [
          { ...megan, reached: true },
          { ...nestor, reached: false },
        ],
      }),
    );
    expect(card.text).toContain('Asked: Megan Bowen\nNot reached here: Nestor Wilke');
    expect(card.text).toContain(`open until ${tomorrow1405}`);
    expect(card.text).toContain('Since ');
    expect(card.spoken).toContain('Open until tomorrow 14:05');
  });

  test('says loudly when no approver could be reached, with the way into PIM', () => {
    const nobody = activation({ approvers: [{ ...megan, reached: false }] });
    expect(requester(nobody).text).toContain('I could not reach any approver here.');
    expect(requester(nobody).titles).toEqual(['Cancel request', 'Open PIM']);
    expect(requester(activation()).text).not.toContain('I could not reach');
  });

  test('tells who approved and why, and that it takes a minute only while it does', () => {
    expect(requester(byPhase.active).text).toContain('Approved by Megan Bowen — “ok”');
    expect(requester(byPhase.active).text).toContain('Usable in about a minute');
    expect(requester({ ...byPhase.active, startsAt: now - hour }).text).not.toContain('Usable');
  });

  test('does not ask for patience with approval once somebody has ruled', () => {
    const ruled = requester({ ...byPhase.starting, phase: 'waiting' });
    expect(ruled.text).toContain('PIM is making it active…');
    expect(ruled.text).not.toContain('Waiting');
    expect(ruled.titles).toEqual([]);
  });

  test('gives the reason of a denial and the failure of a failed one', () => {
    expect(requester(byPhase.denied).text).toContain('Denied by Megan Bowen — “not without a change ticket”');
    expect(requester(byPhase.failed).text).toContain('PIM answered “AdminDenied”.');
  });

  test('tells apart an end by the person, by another, by time and outside', () => {
    const early = { ...byPhase.ended, startsAt: now - hour };
    expect(requester({ ...early, endedBy: adele }).text).toContain('You ended it');
    expect(requester({ ...early, endedBy: megan }).text).toContain('Megan Bowen ended it');
    expect(requester(byPhase.ended).text).toContain('Its time ran out');
    expect(requester(early).text).toContain('It was ended outside Jitney');
  });

  test.each(underWay)('while a write to %s is under way says so and offers nothing', (kind, known, says) => {
    const card = requester({ ...known, step: { kind, by: megan, at: now } });
    expect(card.text).toContain(says);
    expect(card.titles).toEqual([]);
  });

  test.each(phases)('says OWNER loudly when %s', (phase) => {
    expect(requester({ ...byPhase[phase], target: owner }).text).toContain('As OWNER: may change the group');
    expect(requester({ ...byPhase[phase], target: owner }).spoken).toContain('(OWNER)');
    expect(requester(byPhase[phase]).text).not.toContain('OWNER');
  });
});

describe("the approver's card", () => {
  test('holds everything that is needed to decide', () => {
    expect(approver(activation()).text.split('\n')).toEqual([
      '⚠ Adele Vance asks for Azure Admins',
      'As a member, for 2 hours from your approval',
      '“fixing prod”',
      'Ticket ServiceNow INC0012345',
      'Policy: up to 4 hours, one approval of 2 people',
      `Open until ${tomorrow1405}`,
      'Request 1a2b3c4d',
    ]);
  });

  test('says the start and the end when they were asked for', () => {
    const wish = { ...activation().wish, length: { kind: 'until', at: now + 2 * hour }, startAt: now + hour } as const;
    expect(approver(activation({ wish })).text).toContain(
      `As a member, until ${at1605}, from {{TIME(2026-11-23T14:05:00Z)}}`,
    );
  });

  test('carries the decision in one sentence for a notification', () => {
    expect(approver(activation()).summary).toBe(
      'Adele Vance asks for Azure Admins for 2 hours from your approval: “fixing prod”',
    );
  });

  test('approves with one click where the policy allows it and asks for a reason where it wants one', () => {
    const inputs = (changed: Activation) => {
      const message: Message = { kind: 'approval', activation: changed, form: 'decide', note: null };
      return ofType(render(message, contextFor(megan.oid)).card, 'Input.Text').map(({ id }) => id);
    };
    expect(inputs(activation())).toEqual([]);
    expect(inputs(activation({ approverJustification: true }))).toEqual(['justification']);
    expect(approver(activation()).titles).toEqual(['Approve', 'Deny…', 'More', 'Decide in PIM']);
  });

  test('asks why on the deny form, whose way back needs no answer', () => {
    const form = approver(activation(), 'deny');
    expect(form.text).toContain('Deny Azure Admins to Adele Vance?');
    expect(form.titles).toEqual(['Deny', 'Back']);
  });

  test.each(phases.filter((phase) => phase !== 'waiting'))('offers no decision when %s', (phase) => {
    expect(approver(byPhase[phase]).titles).toEqual([]);
    expect(approver(byPhase[phase], 'deny').titles).toEqual([]);
  });

  test('offers no decision while one is under way or made', () => {
    const deciding = approver(activation({ step: { kind: 'decide', by: nestor, at: now } }));
    expect(deciding.text).toContain('The decision of Nestor Wilke is on its way to PIM…');
    expect(deciding.titles).toEqual([]);
    expect(approver({ ...byPhase.starting, phase: 'waiting' }).titles).toEqual([]);
  });

  test.each(notActive)('never says that the requester has it when %s', (phase) => {
    const card = approver({ ...byPhase[phase], ruling: byPhase.active.ruling });
    expect(`${card.text} ${card.spoken}`).not.toContain('Adele Vance has');
  });

  test('says who approved, when and why, and what holds once PIM says active', () => {
    expect(approver(byPhase.active).text.split('\n').slice(0, 5)).toEqual([
      '✓ Approved by you',
      '“ok”',
      'at {{TIME(2026-11-23T13:04:00Z)}}',
      'Adele Vance has Azure Admins',
      `until ${at1605}`,
    ]);
    expect(approver(byPhase.starting).text).toContain('PIM is making it active…');
    expect(
      read({ kind: 'approval', activation: byPhase.active, form: 'decide', note: null }, nestor.oid).text,
    ).toContain('✓ Approved by Megan Bowen');
  });

  test('tells of decisions made elsewhere and of requests that closed without one', () => {
    expect(approver({ ...byPhase.active, ruling: null }).text).toContain('✓ Approved in PIM');
    expect(approver({ ...byPhase.denied, ruling: null }).text).toContain('✕ Denied in PIM');
    expect(approver(byPhase.lapsed).text).toContain('■ Nobody decided in time');
    expect(approver(byPhase.cancelled).text).toContain('■ The request was cancelled');
  });

  test('shows the note of a click in every form', () => {
    for (const form of ['decide', 'deny'] as const) {
      expect(approver(activation(), form, 'Try again').text).toContain('Try again');
    }
    expect(approver(byPhase.active, 'decide', 'Nestor Wilke was first').text).toContain('Nestor Wilke was first');
  });
});

describe("the channel's card", () => {
  test('says who holds what until when and on whose word', () => {
    expect(room(byPhase.active).text.split('\n')).toEqual([
      '✓ Adele Vance is in Azure Admins',
      `until ${at1605}`,
      'Approved by Megan Bowen · ticket ServiceNow INC0012345',
    ]);
  });

  test('names the zone where words have to do, because several people read it', () => {
    expect(room(byPhase.active).summary).toBe('Adele Vance is in Azure Admins, until 16:05 Europe/Berlin');
  });

  test('shows the reason only where the route says so', () => {
    expect(room(byPhase.active).text).not.toContain('fixing prod');
    expect(room(byPhase.active).spoken).not.toContain('fixing prod');
    expect(room(byPhase.active, true).text).toContain('“fixing prod”');
  });

  test('says OWNER', () => {
    expect(room({ ...byPhase.active, target: owner }).text).toContain('Adele Vance is OWNER of Azure Admins');
  });

  test('becomes the end in place, with who ended it', () => {
    expect(room({ ...byPhase.ended, endedBy: adele }).text).toContain(
      `■ Adele Vance was in Azure Admins\nended at ${at1405}\nby Adele Vance`,
    );
  });

  test.each(['ordering', 'waiting', 'starting', 'scheduled'] as const)('is refused while %s', (phase) => {
    expect(() => room(byPhase[phase])).toThrow('before PIM says active');
  });
});

describe('the question', () => {
  function draw(changes: Partial<typeof question>): Record<string, unknown> {
    return render({ ...question, ...changes }, contextFor(adele.oid)).card;
  }
  function inputs(card: unknown): unknown[] {
    return nodes(card)
      .filter(({ type }) => type.startsWith('Input.'))
      .map(({ id }) => id);
  }
  function choices(card: unknown): { readonly title: string; readonly value: string }[] {
    return ofType(card, 'Input.ChoiceSet')[0]?.['choices'] as { title: string; value: string }[];
  }

  test('asks only for what is missing, and always how long', () => {
    expect(inputs(draw({}))).toEqual(['justification', 'ticket', 'duration']);
    expect(inputs(draw({ needs: ['ticket'] }))).toEqual(['ticket', 'duration']);
    expect(inputs(draw({ needs: ['duration'] }))).toEqual(['duration']);
  });

  test('offers lengths up to the longest allowed and has the asked one selected', () => {
    const card = draw({ minutes: 90, maximumMinutes: 150 });
    expect(choices(card).map(({ value }) => value)).toEqual(['15', '30', '60', '90', '120', '150']);
    expect(choices(card).at(-1)?.title).toBe('2 hours and 30 minutes (the longest allowed)');
    expect(ofType(card, 'Input.ChoiceSet')[0]?.['value']).toBe('90');
  });

  test('offers a day where the policy sets no limit', () => {
    expect(choices(draw({ maximumMinutes: null })).at(-1)).toEqual({ title: '1 day', value: '1440' });
  });

  test('says what was asked and what is allowed when the first is longer', () => {
    const tooLong = draw({ needs: ['duration'], minutes: 240, askedMinutes: 480 });
    expect(words(tooLong)).toContain('You asked 8 hours, the policy allows 4 hours.');
    expect(words(draw({ askedMinutes: 240 }))).not.toContain('You asked');
  });

  test('keeps what was already said', () => {
    expect(words(draw({ needs: ['ticket'], justification: 'fixing prod' }))).toContain('“fixing prod”');
    const card = draw({ needs: ['ticket'], ticket: { system: 'Jira', number: 'OPS-1' } });
    expect(ofType(card, 'Input.Text')[0]?.['value']).toBe('Jira OPS-1');
  });
});

describe('answers', () => {
  test('a choice has one button a name, whose id says which', () => {
    const options = [
      { name: 'Azure Admins', access: 'member' },
      { name: 'Azure Admins', access: 'owner' },
    ] as const;
    const { card } = render(
      { kind: 'choice', id: 'q', typed: 'azure', verb: 'activate', why: 'several', options },
      contextFor(adele.oid),
    );
    expect(titles(card)).toEqual(['Azure Admins', 'OWNER of Azure Admins', 'None of these']);
    const ids = buttons(card).map((button) => (button['data'] as { verb: string; id: string }).id);
    expect(ids).toEqual(['q:0', 'q:1', 'q']);
  });

  test('a list says of each group what state it is in or what it needs, with at most one button', () => {
    const list = read({ kind: 'list', rows, more: 9, total: 15, query: null, next: null }, adele.oid);
    expect(list.text.split('\n')).toEqual([
      'You can activate 15 groups',
      '✓ Azure Admins',
      `Active until ${at1605}`,
      '○ SQL Prod',
      'Ticket · up to 4 hours',
      '○ Exchange L3 Search & Purge',
      'Approval · ticket · extra sign-in check · up to 2 hours',
      '◷ RDP Servers',
      'Waiting for approval',
      '○ Finance Site (OWNER)',
      'Available',
      '◷ Travel Exclusion',
      'Scheduled',
      '… 9 more. Write “list” and a word of the name to find one.',
    ]);
    expect(list.titles).toEqual(['End', 'Activate', 'Activate', 'Activate']);
  });

  test('a list counts the rows that did not fit among those that are more', () => {
    const many = Array.from({ length: 20 }, () => rows[1] as (typeof rows)[number]);
    expect(read({ kind: 'list', rows: many, more: 80, total: 100, query: null, next: null }, adele.oid).text).toContain(
      '… 85 more',
    );
  });

  test('a search that finds nothing says what was searched', () => {
    expect(read({ kind: 'list', rows: [], more: 0, total: 0, query: 'sqll', next: null }, adele.oid).text).toContain(
      'No group fits “sqll”',
    );
  });

  test('a status has a row each with what can be done about it', () => {
    const status = read(
      { kind: 'status', activations: [byPhase.active, byPhase.waiting, byPhase.starting] },
      adele.oid,
    );
    expect(status.titles).toEqual(['End', 'Cancel']);
    expect(status.text).toContain(`✓ Azure Admins\nActive until ${at1605}`);
  });

  test('an empty status leads to the list', () => {
    expect(read({ kind: 'status', activations: [] }, adele.oid).titles).toEqual(['What can I activate?']);
  });

  test('a sign-in says what goes on afterwards, and loses its link when it is done or expired', () => {
    const open = {
      kind: 'signIn',
      url: 'https://jitney.example/auth/start?s=1',
      state: 'open',
      stepUpFor: null,
    } as const;
    const signIn = read({ ...open, going: 'activate Azure Admins for 2h' }, adele.oid);
    expect(signIn.titles).toEqual(['Sign in']);
    expect(signIn.text).toContain('“activate Azure Admins for 2h”');
    expect(read({ ...open, going: null, stepUpFor: 'SQL Prod' }, adele.oid).titles).toEqual(['Verify and go on']);
    for (const state of ['done', 'expired'] as const) {
      expect(read({ ...open, state, going: 'status' }, adele.oid).titles).toEqual([]);
    }
  });

  test.each(['javascript:alert(1)', 'http://evil.example/', 'data:text/html,x', 'file:///etc/passwd'])(
    'a link to %s is refused',
    (url) => {
      const message = problem('x', { why: null, next: 'y', link: { url, title: 'Open' } });
      expect(() => render(message, contextFor(adele.oid))).toThrow('cannot link');
    },
  );

  test('a problem says what, why, what next and its reference', () => {
    const message = problem('SQL Prod needs a ticket', {
      why: 'Its policy wants one.',
      next: 'Write it again with a ticket:',
      examples: ['activate SQL Prod ticket INC1'],
      reference: '9f8e7d6c',
    });
    expect(read(message, adele.oid).text).toBe(
      '⚠ SQL Prod needs a ticket\nIts policy wants one.\nWrite it again with a ticket:\nactivate SQL Prod ticket INC1\nReference 9f8e7d6c',
    );
  });

  test('a notice is its shape, its title and its lines', () => {
    expect(read(notice('✓', 'Signed out', 'Done.'), adele.oid).text).toBe('✓ Signed out\nDone.');
  });
});

test('a zone that nobody knows is read as UTC', () => {
  const context = { ...contextFor(adele.oid), reader: { oid: adele.oid, zone: 'Mars/Olympus' } };
  expect(render({ kind: 'activation', activation: byPhase.active }, context).summary).toBe(
    'Azure Admins: active until 15:05',
  );
});

describe('an answer in words tells what is odd about the names in it,', () => {
  const odd = '⚠ Look twice: “А” in “Аzure Readers” is a Cyrillic letter.';

  test('below its lines, to the eye and to the ear, once for each name', () => {
    const said = notice('✓', 'Аzure Readers: 1 has it now', 'Adele Vance: member');
    const card = read(naming(said, 'Аzure Readers', 'Adele Vance', null, 'Аzure Readers'), adele.oid);
    expect(card.text).toBe(`✓ Аzure Readers: 1 has it now\nAdele Vance: member\n${odd}`);
    expect(card.spoken).toContain(odd);
  });

  test('and so does what went wrong, after why', () => {
    const said = problem('No.', { why: 'Because.', next: 'Wait.' });
    expect(read(naming(said, 'Аzure Readers'), adele.oid).text).toBe(`⚠ No.\nBecause. ${odd}\nWait.`);
    const unexplained = problem('No.', { why: null, next: 'Wait.' });
    expect(read(naming(unexplained, 'Аzure Readers'), adele.oid).text).toBe(`⚠ No.\n${odd}\nWait.`);
  });

  test('and nothing of ordinary ones', () => {
    expect(read(naming(notice('✓', 'SQL Prod', 'x'), 'SQL Prod'), adele.oid).text).toBe('✓ SQL Prod\nx');
  });
});
