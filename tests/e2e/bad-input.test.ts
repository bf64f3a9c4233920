import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { TeamsPerson } from '../support/teams-client.ts';
import { pause, request, startWorld } from './world.ts';
import type { World } from './world.ts';

/** What people type that cannot be done as it stands: answered in words, and PIM hears of nothing. */

let world: World;
let adele: TeamsPerson;
let megan: TeamsPerson;
let isaiah: TeamsPerson;

beforeAll(async () => {
  world = await startWorld();
  [adele, megan, isaiah] = await world.arrived('Adele Vance', 'Megan Bowen', 'Isaiah Langer');
}, 60_000);
afterAll(() => world.stop());
beforeEach(() => world.forget());

describe('a sentence that asks for what cannot be', () => {
  test.each(['soonish', '3 bananas', '-2h', '0 hours'])(
    'a length of “%s” is never replaced by a default',
    async (length) => {
      const said = await adele.say(`activate RDP Servers Munich for ${length} because reboot`);
      const answer = await said.reply(/no length I can read/);
      expect(answer.text).toContain(length);
      expect(answer.text).toContain('This would work:');
      expect(await world.writes()).toEqual([]);
    },
  );

  test('a group that nobody knows is said to be unknown, with what there is', async () => {
    const answer = await (await adele.say('activate Blue Team for 1h because x')).reply(/No group “Blue Team”/);
    expect(answer.text).toContain('not among the groups you are eligible for');
    expect(answer.buttons).toEqual(['What can I activate?']);
    expect(await world.writes()).toEqual([]);
  });

  test('a group of others is answered like one that does not exist', async () => {
    const real = await (await isaiah.say('activate Azure Admins for 1h because x')).reply(/No group “Azure Admins”/);
    const made = await (await isaiah.say('activate Azure Wizards for 1h because x')).reply(/No group “Azure Wizards”/);
    expect(real.text).toBe(made.text.replaceAll('Azure Wizards', 'Azure Admins'));
    expect(await world.writes()).toEqual([]);
  });

  test.each(['activate NAME for 1h because x', 'deactivate NAME', 'extend NAME by 1h'])(
    'and costs as many calls of Graph: %s',
    async (sentence) => {
      const costOf = async (name: string): Promise<readonly string[]> => {
        await world.forget();
        await (await isaiah.say(sentence.replace('NAME', name))).reply(new RegExp(`No group “${name}”`));
        return (await world.calls()).map(({ method, path }) => `${method} ${path}`);
      };
      // What is kept of the person for a while is read first.
      await costOf('Azure Warmers');
      expect(await costOf('Azure Admins')).toEqual(await costOf('Azure Wizards'));
    },
  );

  test('longer than the policy allows asks with the longest that it does allow, and goes on with it', async () => {
    const said = await adele.say('activate Azure Admins for 20h because long night');
    const question = await said.reply(/Azure Admins needs a shorter time/);
    expect(question.text).toContain('You asked 20 hours, the policy allows 8 hours.');
    expect(question.text).toContain('“long night”');
    expect(await world.writes()).toEqual([]);
    const answered = await adele.press(question, 'Activate', { duration: '480' });
    expect(answered.card?.text).toContain('Asked PIM for Azure Admins');
    const card = await answered.reply(/Waiting for approval/);
    expect(card.text).toContain('for 8 hours from the approval');
    await (await adele.press(card, 'Cancel request')).reply(/Cancelled/);
    expect(await world.writes()).toEqual(['activate 201', 'cancel 204']);
  });

  test('an answer that is still too long is asked about again', async () => {
    const question = await (await adele.say('activate Azure Admins for 20h because long night')).reply(/shorter time/);
    const answered = await adele.press(question, 'Activate', { duration: '1200' });
    expect(answered.card?.text).toContain('the policy allows 8 hours');
    expect(await world.writes()).toEqual([]);
  });

  test.each(['', '   ', '<p>&nbsp;</p>'])(
    'a message without words (“%s”) is answered with what can be said',
    async (text) => {
      const answer = await (await adele.say(text)).reply(/nothing to read/);
      expect(answer.text).toContain('activate Azure Admins for 2h because …');
      expect(await world.writes()).toEqual([]);
    },
  );

  test('a second request for the same group names the one that waits and takes it back on a press', async () => {
    const { said } = await request(adele, megan, 'Azure Admins');
    const again = await (
      await adele.say('activate Azure Admins for 2h because more')
    ).reply(/waits for approval already/);
    await adele.press(again, 'Cancel request');
    expect((await said.reply(/Cancelled/)).text).toContain('Azure Admins');
    expect(await world.writes()).toEqual(['activate 201', 'cancel 204']);
  });

  test('the same wish twice at the same moment is one request', async () => {
    const wish = 'activate Azure Admins for 1h because twice';
    const [one, two] = await Promise.all([adele.say(wish), adele.say(wish)]);
    await one.reply(/for already|waits for approval already/);
    const card = await two.reply(/Waiting for approval/);
    expect(adele.cards().filter(({ text }) => text.includes('“twice”'))).toHaveLength(1);
    await (await adele.press(card, 'Cancel request')).reply(/Cancelled/);
    expect(await world.writes()).toEqual(['activate 201', 'cancel 204']);
  });
});

describe('a message that comes again', () => {
  test('delivered five times over at once it has one effect and one answer', async () => {
    const first = adele.say('activate RDP Servers Munich for 1h because five times');
    const done = await first;
    await Promise.all(Array.from({ length: 5 }, () => adele.redeliver(done)));
    await done.reply(/RDP Servers Munich\nActive until/);
    await pause(700);
    await adele.redeliver(done);
    await pause(700);
    // A card of an earlier test may still change meanwhile; this wish has one.
    const cards = done.replies().filter(({ text }) => text.includes('RDP Servers Munich'));
    expect(cards.map(({ text }) => text.includes('“five times”'))).toEqual([true]);
    expect(await world.writes()).toEqual(['activate 201']);
  });

  test('a request that was never seen before arrives five times at once', async () => {
    const probe = await adele.say('help');
    await probe.reply(/What you can write/);
    const activity = { ...probe.activity, id: 'fresh-1', text: 'activate Intune Helpdesk for 1h because burst' };
    const all = await Promise.all(Array.from({ length: 5 }, () => adele.redeliver({ ...probe, activity })));
    expect(all.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    await probe.reply(/Intune Helpdesk\nActive until/);
    await pause(700);
    const cards = all[0]?.replies().filter(({ text }) => text.includes('Intune Helpdesk'));
    expect(cards?.map(({ text }) => text.includes('“burst”'))).toEqual([true]);
    expect(await world.writes()).toEqual(['activate 201']);
  });

  test('an edited message gets one notice and has no effect', async () => {
    const said = await adele.say('status');
    const edited = await adele.edit(said, 'activate Research and Development for 1h because edited');
    await edited.reply(/I saw the edit and did nothing/);
    await adele.redeliver(edited);
    await pause(700);
    expect(edited.replies().filter(({ text }) => text.includes('I saw the edit'))).toHaveLength(1);
    expect(await world.writes()).toEqual([]);
  });
});

test('nothing of what people wrote, and no token, is in the log', () => {
  expect(world.bot.printed).not.toMatch(/long night|five times|burst|reason number|eyJ/);
});
