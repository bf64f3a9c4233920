import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { readLedger } from '../support/ledger.ts';
import { eventually } from '../support/processes.ts';
import type { Card, TeamsPerson } from '../support/teams-client.ts';
import { outside } from './outside.ts';
import { idOn, pause, request, startWorld } from './world.ts';
import type { World } from './world.ts';

/** Answers that get lost, doors that do not open, and what happens past the bot: the cards tell what PIM says. */

let world: World;
let adele: TeamsPerson;
let megan: TeamsPerson;
let alex: TeamsPerson;
let groups: ReadonlyMap<string, string>;

beforeAll(async () => {
  world = await startWorld();
  [adele, megan, alex] = await world.arrived('Adele Vance', 'Megan Bowen', 'Alex Wilber');
  groups = new Map((await world.sandbox.state()).groups.map(({ name, id }) => [name, id]));
}, 60_000);
afterAll(() => world.stop());
beforeEach(() => world.forget());

const orders = { method: 'POST', path: 'assignmentScheduleRequests' } as const;

describe('an answer of PIM that gets lost', () => {
  test('an order is read back and adopted, never ordered again', async () => {
    await world.sandbox.fault({ match: orders, answer: 'lost' });
    const said = await adele.say('activate Intune Helpdesk for 1h because lost answer');
    await said.reply(/Intune Helpdesk\nActive until/);
    const { requests } = await world.sandbox.state();
    expect(requests.filter(({ justification }) => justification === 'lost answer')).toHaveLength(1);
    expect((await world.writes()).filter((write) => write.startsWith('activate'))).toHaveLength(1);
  });

  test('a decision is read back, and its maker is not told that somebody else was first', async () => {
    const { said, task } = await request(adele, megan, 'Azure Admins');
    await world.sandbox.fault({ match: { method: 'PATCH', path: 'stages' }, answer: 'lost' });
    const { card } = await megan.press(task, 'Approve');
    expect(card?.text).toContain('Approved by you');
    expect(card?.text).not.toContain('first');
    await said.reply(/is active. Approved by Megan Bowen/);
    expect((await world.writes()).filter((write) => write.startsWith('decide'))).toHaveLength(1);
    await world.later('PT2H');
    await said.reply(/Azure Admins has ended/);
  });

  test('a decision that PIM never got can be made again', async () => {
    const { said, task } = await request(adele, megan, 'Azure Admins');
    await world.sandbox.fault({ match: { method: 'PATCH', path: 'stages' }, answer: { status: 503 } });
    const first = await megan.press(task, 'Approve');
    expect(first.card?.text).toMatch(/PIM is not answering now/);
    expect(first.card?.buttons).toContain('Approve');
    expect((await megan.press(first.card!, 'Approve')).card?.text).toContain('Approved by you');
    await said.reply(/is active. Approved by Megan Bowen/);
    await world.later('PT2H');
    await said.reply(/Azure Admins has ended/);
  });
});

describe('an ending whose answer gets lost', () => {
  const endings = { ...orders, body: 'selfDeactivate' } as const;

  async function active(group: string): Promise<Card> {
    const card = await (await adele.say(`activate ${group} for 1h because it ends early`)).reply(/Active until/);
    await world.later('PT10M');
    await world.forget();
    return card;
  }

  test('is read back and told as the ending of whoever asked for it, and its write stands beside its wish in the ledger', async () => {
    await active('RDP Servers Munich');
    await world.sandbox.fault({ match: endings, answer: 'lost' });
    const said = await adele.say('deactivate RDP Servers Munich');
    await said.reply(/PIM was asked to .+, and its answer was lost/);
    const card = await said.reply(/RDP Servers Munich\nEnded at/);
    expect(card.text).toContain('You ended it');
    expect(await world.writes()).toEqual(['deactivate 0']);
    const lines = (await readLedger(world.bot)).filter(({ activationId }) => activationId?.startsWith(idOn(card)));
    const ends = lines.filter(
      ({ action, detail }) => action === 'activation.end' || detail['what'] === 'selfDeactivate',
    );
    expect(ends.map(({ action, actor }) => [action, actor?.oid])).toEqual([
      ['activation.end', adele.oid],
      ['pim.write', adele.oid],
    ]);
  });

  test('is theirs also where PIM lists the activation for a while after it', async () => {
    await active('RDP Servers Munich');
    const { assignments } = await world.sandbox.state();
    const value = assignments.filter(({ groupId }) => groupId === groups.get('RDP Servers Munich'));
    expect(value).toHaveLength(1);
    const listed = { method: 'GET', path: 'assignmentScheduleInstances' };
    await world.sandbox.fault({ match: endings, answer: 'lost' });
    await world.sandbox.fault({ match: listed, times: 100, answer: { status: 200, body: { value } } });
    const said = await adele.say('deactivate RDP Servers Munich');
    await said.reply(/PIM was asked to .+, and its answer was lost/);
    await world.later('PT40S');
    await pause(1_000);
    await world.sandbox.ask('faults', undefined, 'DELETE');
    await world.later('PT10S');
    expect((await said.reply(/RDP Servers Munich\nEnded at/)).text).toContain('You ended it');
  });

  test('can be asked for again where PIM never got it', async () => {
    await active('RDP Servers Munich');
    await world.sandbox.fault({ match: endings, answer: { status: 503 } });
    await (await adele.say('deactivate RDP Servers Munich')).reply(/PIM was asked to .+, and its answer was lost/);
    await world.later('PT2M');
    const again = await adele.say('deactivate RDP Servers Munich');
    expect((await again.reply(/RDP Servers Munich\nEnded at/)).text).toContain('You ended it');
    expect(await world.writes()).toEqual(['deactivate 503', 'deactivate 201']);
  });

  test('that PIM never got is nobody’s here when it ends elsewhere later', async () => {
    const card = await active('RDP Servers Munich');
    await world.sandbox.fault({ match: endings, answer: { status: 503 } });
    const said = await adele.say('deactivate RDP Servers Munich');
    await said.reply(/PIM was asked to .+, and its answer was lost/);
    await world.later('PT2M');
    // A while after it nothing has come of it, so it came to nothing.
    await eventually(
      () => world.stored(card).step === null,
      () => world.bot.printed,
    );
    await (await outside(world.sandbox, 'Adele Vance')).deactivate(groups.get('RDP Servers Munich') ?? '');
    await world.later('PT1M');
    expect((await said.reply(/RDP Servers Munich\nEnded at/)).text).toContain('It was ended outside Jitney');
  });
});

test('a request whose taking back gets no answer is read back as taken back', async () => {
  const { said, card } = await request(adele, megan, 'Azure Admins');
  await world.sandbox.fault({ match: { method: 'POST', path: '/cancel' }, answer: 'lost' });
  await adele.press(card, 'Cancel request');
  await said.reply(/Azure Admins\nCancelled/);
  expect((await world.writes()).filter((write) => write.startsWith('cancel'))).toHaveLength(1);
});

describe('a chat that does not take a message', () => {
  test('a throttled card comes later', async () => {
    world.teams.connector.fail({ kind: 'answer', status: 429, headers: { 'Retry-After': '1' } });
    const said = await adele.say('activate RDP Servers Munich for 1h because throttled');
    await said.reply(/RDP Servers Munich\nActive until/);
    expect(adele.cards().filter(({ text }) => text.includes('“throttled”'))).toHaveLength(1);
    expect(world.teams.connector.requests.length).toBeGreaterThan(world.teams.connector.accepted.length);
  });

  test('an approver’s card whose delivery is unclear is sent once more rather than lost', async () => {
    world.teams.connector.fail(
      { kind: 'answer', status: 502 },
      { kind: 'answer', status: 502 },
      { kind: 'answer', status: 502 },
    );
    const { said, card } = await request(adele, megan, 'Azure Admins');
    await alex.waitForCard(({ text }) => text.includes(idOn(card)));
    await adele.press(card, 'Cancel request');
    await said.reply(/Cancelled/);
  });
});

describe('what happens past the bot', () => {
  test.each([
    ['Approve', /Azure Admins is active\. Approved/, 'Approved in PIM'],
    ['Deny', /Azure Admins was denied/, 'Denied in PIM'],
  ])('a decision made in PIM itself changes all cards: %s', async (verdict, told, shown) => {
    const { said, task } = await request(adele, megan, 'Azure Admins');
    const portal = await outside(world.sandbox, 'Alex Wilber');
    await portal.decide(verdict, 'seen in the portal');
    await world.later('PT5S');
    await said.reply(told);
    await megan.waitForCard((card) => card.id === task.id && card.text.includes(shown));
    await alex.waitForCard((card) => card.text.includes(idOn(task)) && card.text.includes(shown));
    const late = await megan.press(task, 'Approve');
    expect(late.card?.text).toContain(shown);
    expect(await world.writes()).toEqual(['activate 201', 'decide 204']);
    await world.later('PT2H');
    if (verdict === 'Approve') await said.reply(/Azure Admins has ended/);
  });

  test('a press that meets a decision made in PIM reads who was first', async () => {
    const { said, task } = await request(adele, megan, 'Azure Admins');
    const portal = await outside(world.sandbox, 'Alex Wilber');
    await portal.decide('Deny', 'seen in the portal');
    const late = await megan.press(task, 'Approve');
    expect(late.card?.text).toMatch(/Denied by Alex Wilber[^]*“seen in the portal”/);
    await said.reply(/Azure Admins was denied/);
    expect((await world.writes()).filter((write) => write === 'decide 204')).toHaveLength(1);
  });

  test('an activation that is ended in PIM itself has ended here', async () => {
    const said = await adele.say('activate Research and Development for 1h because short');
    await said.reply(/Research and Development\nActive until/);
    await world.later('PT6M');
    await (await outside(world.sandbox, 'Adele Vance')).deactivate(groups.get('Research and Development') ?? '');
    await world.later('PT1M');
    expect((await said.reply(/Research and Development\nEnded at/)).text).toContain('It was ended outside Jitney');
    await said.reply(/Research and Development has ended/);
  });

  test('an activation that was made in PIM itself is ended by deactivate', async () => {
    const group = groups.get('CA Exclusion Travel') ?? '';
    await (await outside(world.sandbox, 'Adele Vance')).activate(group);
    await pause(100);
    const soon = await adele.say('deactivate CA Exclusion Travel');
    await soon.reply(/CA Exclusion Travel cannot end before/);
    await soon.reply(/CA Exclusion Travel\nActive until/);
    await world.later('PT6M');
    const said = await adele.say('deactivate CA Exclusion Travel');
    expect((await said.reply(/CA Exclusion Travel\nEnded/)).text).toContain('You ended it');
    expect((await world.sandbox.state()).assignments.filter(({ groupId }) => groupId === group)).toEqual([]);
    expect(await world.writes()).toEqual(['activate 201', 'deactivate 400', 'deactivate 201']);
  });

  test('an activation that was made in PIM itself and runs out is over here too, and can be asked for again', async () => {
    await (await outside(world.sandbox, 'Adele Vance')).activate(groups.get('CA Exclusion Travel') ?? '');
    await pause(100);
    const soon = await adele.say('deactivate CA Exclusion Travel');
    await soon.reply(/CA Exclusion Travel\nActive until/);
    await world.later('PT2H');
    await soon.reply(/CA Exclusion Travel\nEnded at/);
    const again = await adele.say('activate CA Exclusion Travel for 1h because again');
    await again.reply(/CA Exclusion Travel\nActive until[^]*“again”/);
  });
});

describe('PIM that does not answer', () => {
  test('a command is answered in words with a reference, and works when PIM is back', async () => {
    await world.sandbox.fault({
      match: { method: 'GET', path: 'eligibilitySchedule' },
      times: 20,
      answer: { status: 500 },
    });
    const failed = await (await adele.say('list')).reply(/PIM does not answer now/);
    expect(failed.text).toMatch(/Reference [0-9a-f]{8}/);
    expect(failed.buttons).toContain('Open PIM');
    await world.sandbox.ask('faults', undefined, 'DELETE');
    await (await adele.say('list')).reply(/You can activate \d+ groups/);
  });

  test('a refusal that nobody counts on is told with a reference, and with the way into PIM itself', async () => {
    await world.sandbox.fault({
      match: { method: 'GET', path: 'eligibilitySchedule' },
      times: 20,
      answer: { status: 403, body: { error: { code: 'LunarPhase', message: 'x' } } },
    });
    const failed = await (await adele.say('list')).reply(/Something went wrong on my side/);
    expect(failed.text).toMatch(/Reference [0-9a-f]{8}/);
    expect(failed.buttons).toEqual(['Open PIM']);
    await world.sandbox.ask('faults', undefined, 'DELETE');
  });

  test('an order that PIM refuses to take now is held on its card, and can be tried again', async () => {
    await world.sandbox.fault({ match: orders, times: 3, answer: { status: 429, retryAfter: 60 } });
    const said = await adele.say('activate Azure Readers for 1h');
    const held = await said.reply(/Azure Readers\nPIM cannot be asked now/);
    expect(held.text).toContain('Nothing has been asked of PIM yet.');
    await world.sandbox.ask('faults', undefined, 'DELETE');
    await (await adele.press(held, 'Keep trying')).reply(/Azure Readers\nActive until/);
  });
});

test('an answer of PIM that nobody knows is shown as text, with the reference that finds its line in the log', async () => {
  const error = { code: 'LunarPhase', message: '[Not](https://evil.example) today, **Adele**' };
  await world.sandbox.fault({ match: orders, times: 1, answer: { status: 418, body: { error } } });
  const said = await adele.say('activate Intune Helpdesk for 1h because x');
  const failed = await said.reply(/Intune Helpdesk\nFailed/);
  expect(failed.text).toContain('[Not](https://evil.example) today, **Adele**');
  expect(failed.text).toContain('LunarPhase, HTTP 418');
  expect(failed.text).toContain('whoever runs this bot finds it in the log');
  const line = world.bot.printed.split('\n').find((one) => one.includes('LunarPhase'));
  expect(idOn(failed)).toMatch(/^[0-9a-f]{8}$/);
  expect(line).toContain(`"activation":"${idOn(failed)}`);
});

test.each([
  ['a dry run', 'activate CA Exclusion Travel for 1h dry run because x', 'POST', 'assignmentScheduleRequests'],
  ['an early end', 'deactivate Intune Helpdesk', 'POST', 'assignmentScheduleRequests'],
])('%s that PIM refuses for no known reason has a reference too', async (_what, sentence, method, path) => {
  const code = `Lunar${_what.length}`;
  if (sentence.startsWith('deactivate')) {
    await (await adele.say('activate Intune Helpdesk for 1h because y')).reply(/Intune Helpdesk\nActive until/);
  }
  await world.sandbox.fault({
    match: { method, path },
    times: 1,
    answer: { status: 418, body: { error: { code, message: 'Not today.' } } },
  });
  const failed = await (await adele.say(sentence)).reply(new RegExp(code));
  const reference = /Reference ([0-9a-f]{8})/.exec(failed.text)?.[1] ?? 'none';
  const line = world.bot.printed.split('\n').find((one) => one.includes(code));
  expect(line).toContain(`":"${reference}`);
});

test('nothing of what people wrote, and no token, is in the log', () => {
  expect(world.bot.printed).not.toMatch(/Not today|reason number|lost answer|throttled|portal|eyJ/);
});
