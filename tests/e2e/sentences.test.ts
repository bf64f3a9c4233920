import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { contosoWith } from '../support/contoso.ts';
import type { TeamsPerson } from '../support/teams-client.ts';
import { idOn, request, startWorld } from './world.ts';
import type { World } from './world.ts';

/** What a sentence is answered with where it cannot be obeyed as it stands, in a tenant of a thousand groups. */

let world: World;
let adele: TeamsPerson;
let megan: TeamsPerson;

beforeAll(async () => {
  world = await startWorld({}, thousandGroups());
  [adele, megan] = await world.arrived('Adele Vance', 'Megan Bowen');
}, 60_000);
afterAll(() => world.stop());
beforeEach(() => world.forget());

/** The default tenant, and a thousand groups more that Adele may activate. */
function thousandGroups(): string {
  const groups = Array.from({ length: 1_000 }, (_none, at) => {
    const number = String(at + 1).padStart(4, '0');
    return [
      `  farm-${number}:`,
      `    id: dddddddd-0000-4000-8000-00000000${number}`,
      `    name: Farm ${number}`,
      '    owners: [patti]',
      '    eligible: [{ who: adele }]',
      '    policies: { member: { justification: false } }',
    ].join('\n');
  });
  return contosoWith({ groups });
}

describe('among a thousand groups', () => {
  test('the list is shown in pages, and says how many there are', async () => {
    const first = await (await adele.say('list')).reply(/You can activate 1\d{3} groups/);
    expect(first.text).toMatch(/… \d+ more/);
    const second = (await adele.press(first, 'Show more')).card;
    const farms = (text = ''): readonly string[] => text.match(/Farm \d{4}/g) ?? [];
    expect(farms(second?.text).length).toBeGreaterThan(5);
    expect(farms(second?.text).filter((name) => farms(first.text).includes(name))).toEqual([]);
  });

  test('a word finds its groups, and says when there are none', async () => {
    const found = await (await adele.say('list farm 07')).reply(/100 groups for “farm 07”/);
    expect(found.text).toContain('Farm 0700');
    await (await adele.say('list no such name')).reply(/No group fits “no such name”/);
  });

  test('an exact name is activated, and a near one is asked about', async () => {
    await (await adele.say('activate Farm 0042 for 30m')).reply(/Farm 0042\nActive until/);
    const asked = await (await adele.say('activate Frm 0043 for 30m')).reply(/Did you mean/);
    expect(asked.buttons).toContain('Farm 0043');
    expect(await world.writes()).toEqual(['activate 201']);
  });
});

describe('help', () => {
  test('shows sentences with groups of the person’s own', async () => {
    const helped = await (await adele.say('help')).reply(/What you can write/);
    const group = /activate (.+) for 2h because/.exec(helped.text)?.[1];
    await (await adele.say(`policy ${group}`)).reply(new RegExp(String(group)));
  });

  test('of one word shows that one alone', async () => {
    const helped = await (await adele.say('help extend')).reply(/extend NAME/);
    expect(helped.text).not.toContain('deactivate NAME');
  });
});

describe('a time', () => {
  test('that is past today is offered for tomorrow, and goes on with a press', async () => {
    const asked = await (await adele.say('activate Farm 0100 at 00:00:01 for 1h')).reply(/00:00/);
    expect(await world.writes()).toEqual([]);
    const [choice = ''] = asked.buttons;
    await (await adele.press(asked, choice)).reply(/Farm 0100\nScheduled/);
    expect(await world.writes()).toEqual(['activate 201']);
  });

  test('in the future is scheduled, then active, then ended, on one card', async () => {
    await (await adele.say('activate Farm 0101 in 30 minutes for 1h')).reply(/Farm 0101\nScheduled/);
    const shown = await adele.say('status');
    const card = await shown.reply(/Farm 0101\nScheduled/);
    expect(card.buttons).toEqual(['Open PIM']);
    await world.later('PT31M');
    await shown.reply((one) => one.id === card.id && /Farm 0101\nActive until/.test(one.text));
    await world.later('PT61M');
    await shown.reply((one) => one.id === card.id && /Farm 0101\nEnded/.test(one.text));
    expect(await world.writes()).toEqual(['activate 201']);
  });
});

describe('what is there already', () => {
  test('an active group is answered with until when, and nothing is asked of PIM', async () => {
    await (await adele.say('activate Farm 0200 for 1h')).reply(/Farm 0200\nActive until/);
    await world.forget();
    const again = await (await adele.say('activate Farm 0200 for 2h')).reply(/Farm 0200[^]*active/);
    expect(again.text).toMatch(/\d\d:\d\d/);
    expect(await world.writes()).toEqual([]);
  });
});

describe('two orders in one message', () => {
  test('are offered one by one, and only the pressed one is done', async () => {
    const asked = await (
      await adele.say('activate Farm 0300 for 1h and then activate Farm 0301 for 1h')
    ).reply(/Farm 0301/);
    expect(asked.buttons).toEqual(expect.arrayContaining(['activate Farm 0300 for 1h', 'activate Farm 0301 for 1h']));
    expect(await world.writes()).toEqual([]);
    await (await adele.press(asked, 'activate Farm 0301 for 1h')).reply(/Farm 0301\nActive until/);
    expect(await world.writes()).toEqual(['activate 201']);
  });
});

describe('an id', () => {
  test('of somebody else and one that nobody has are answered alike, for every verb', async () => {
    const { card, said } = await request(adele, megan, 'Azure Admins');
    const others = idOn(card);
    const grady = world.person('Grady Archie');
    await grady.arrive();
    for (const sentence of ['approve ID', 'deny ID because no', 'cancel ID']) {
      const say = async (id: string): Promise<string> => {
        const answer = await (await grady.say(sentence.replace('ID', id))).reply(/There is no such/);
        return answer.text;
      };
      expect(await say(others)).toBe(await say('0a0b0c0d'));
    }
    expect(await world.writes()).toEqual(['activate 201']);
    await (await adele.say(`cancel ${others}`)).reply((one) => one.id === card.id && /Cancelled/.test(one.text));
    await said.reply(/Azure Admins\nCancelled/);
  });
});

describe('a question card', () => {
  test('that is cancelled leaves nothing behind', async () => {
    const asked = await (await adele.say('activate SQL Prod for 1h')).reply(/SQL Prod[^]*needs/);
    const gone = await adele.press(asked, 'Cancel');
    expect(gone.card?.buttons).toEqual([]);
    const { requests } = await world.sandbox.state();
    expect(JSON.stringify(requests)).not.toContain('left behind');
    const late = await adele.press(asked, 'Activate', { justification: 'left behind', ticket: 'INC1', duration: '60' });
    expect(late.card?.text).toMatch(/answered or is too old/);
    expect(await world.writes()).toEqual([]);
  });

  test('answered after 15 minutes asks anew, and nothing is asked of PIM', async () => {
    const asked = await (await adele.say('activate SQL Prod for 1h')).reply(/SQL Prod[^]*needs/);
    await world.later('PT16M');
    const late = await adele.press(asked, 'Activate', { justification: 'late', ticket: 'INC1', duration: '60' });
    expect(late.card?.text).toMatch(/too old/);
    expect(await world.writes()).toEqual([]);
  });
});

test('a prepared request outlives a restart, and is sent when the running one has ended', async () => {
  const { task } = await request(adele, megan, 'Azure Admins');
  await megan.press(task, 'Approve');
  await adele.waitForCard(({ text }) => /Azure Admins\nActive until/.test(text));
  await world.forget();
  const offer = await (
    await adele.say('extend Azure Admins by 1h because the night shift')
  ).reply(/cannot be extended/);
  await adele.press(offer, offer.buttons[0] ?? '');
  await world.bot.kill();
  await world.later('PT61M');
  await world.bot.startAgain();
  await megan.waitForCard(({ text, buttons }) => text.includes('“the night shift”') && buttons.includes('Deny…'));
  expect(await world.writes()).toEqual(['activate 201']);
}, 60_000);
