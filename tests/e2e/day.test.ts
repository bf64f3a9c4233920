import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { readLedger } from '../support/ledger.ts';
import type { TeamsPerson } from '../support/teams-client.ts';
import { request, startWorld } from './world.ts';
import type { World } from './world.ts';

/** The verbs of a working day: several at once, rehearsed, repeated, longer, sooner over. */

let world: World;
let adele: TeamsPerson;
let megan: TeamsPerson;

beforeAll(async () => {
  world = await startWorld();
  [adele, megan] = await world.arrived('Adele Vance', 'Megan Bowen');
}, 60_000);
afterAll(() => world.stop());
beforeEach(() => world.forget());

describe('a dry run', () => {
  test('says what would happen and who would have to approve, and asks for nothing', async () => {
    const said = await adele.say('activate Azure Admins for 2h dry run because rehearsal');
    const answer = await said.reply(/Dry run: PIM would take Azure Admins/);
    expect(answer.text).toContain('For 2 hours.');
    expect(answer.text).toMatch(/approval by one of: .*Megan Bowen/);
    const { requests } = await world.sandbox.state();
    expect(JSON.stringify(requests)).not.toContain('rehearsal');
  });

  test('names what the policy wants besides', async () => {
    const answer = await (await adele.say('activate SQL Prod for 1h dry run because x')).reply(/Dry run: SQL Prod/);
    expect(answer.text).toContain('still needs a ticket');
    expect(await world.writes()).toEqual([]);
  });
});

describe('several targets in one sentence', () => {
  test('share one card with a line each', async () => {
    const said = await adele.say(
      'activate RDP Servers Munich, Intune Helpdesk and Azure Readers for 1h because moving',
    );
    const card = await said.reply(/3 groups/);
    const done = await adele.waitForCard(({ text }) => (text.match(/Active until/g) ?? []).length === 3);
    expect(done.text).toMatch(/RDP Servers Munich[\s\S]*Intune Helpdesk[\s\S]*Azure Readers/);
    expect(card.id).toBe(done.id);
    expect(await world.writes()).toEqual(['activate 201', 'activate 201', 'activate 201']);
  });

  test('say plainly which one failed, and ask again for that one only', async () => {
    const fault = { match: { method: 'POST', path: 'assignmentScheduleRequests', body: 'Research' }, times: 1 };
    const groups = (await world.sandbox.state()).groups;
    const research = groups.find(({ name }) => name === 'Research and Development')?.id ?? '';
    await world.sandbox.fault({
      ...fault,
      match: { ...fault.match, body: research },
      answer: { status: 400, body: { error: { code: 'InvalidRoleAssignmentRequest', message: 'Not today.' } } },
    });
    await adele.say('activate Research and Development and CA Exclusion Travel for 1h because x');
    const partly = await adele.waitForCard(
      ({ text }) => text.includes('1 of 2 groups; 1 failed') && text.includes('Active until'),
    );
    expect(partly.text).toContain('Not today.');
    await adele.press(partly, 'Try the failed one again');
    const whole = await adele.waitForCard(
      ({ id, text }) => id === partly.id && (text.match(/Active until/g) ?? []).length === 2,
    );
    expect(whole.text).toContain('2 groups');
    expect(await world.writes()).toEqual(expect.arrayContaining(['activate 400', 'activate 201', 'activate 201']));
    expect(await world.writes()).toHaveLength(3);
  });
});

describe('ending within five minutes', () => {
  test('tells from when it works, and does it then', async () => {
    const answer = await (await adele.say('deactivate Azure Readers')).reply(/Azure Readers cannot end before/);
    expect(answer.text).toContain('at least 5 minutes');
    const pressed = await adele.press(answer, answer.buttons[0] ?? '');
    await pressed.reply(/Azure Readers ends at/);
    await world.later('PT6M');
    await adele.waitForCard(({ text }) => /Azure Readers[\s\S]*Ended/.test(text));
    expect(await world.writes()).toEqual(['deactivate 400', 'deactivate 201']);
  });
});

describe('extending', () => {
  test('names the gap, and ends and activates again only after a yes', async () => {
    await world.later('PT70M');
    await adele.waitForCard(({ text }) => (text.match(/Ended at/g) ?? []).length === 2);
    await adele.say('activate CA Exclusion Travel for 1h because of a trip');
    const card = await adele.waitForCard(({ text, buttons }) => text.includes('a trip') && buttons.includes('Extend…'));
    await world.later('PT6M');
    await world.forget();
    const offer = await (
      await adele.say('extend CA Exclusion Travel by 1h because more work')
    ).reply(/Extending CA Exclusion Travel/);
    expect(offer.text).toContain('in between you are out');
    expect(await world.writes()).toEqual([]);
    const asked = await (await adele.press(card, 'Extend…')).reply(/CA Exclusion Travel needs/);
    const answered = await adele.press(asked, 'Go on', { justification: 'still at it', duration: '60' });
    expect(answered.card?.buttons).toEqual(['End and activate again']);
    expect(await world.writes()).toEqual([]);
    const pressed = await adele.press(offer, 'End and activate again');
    await pressed.reply(/CA Exclusion Travel[\s\S]*Active until/);
    expect(await world.writes()).toEqual(['deactivate 201', 'activate 201']);
  });

  describe('where each activation needs an approval', () => {
    const ask = 'extend Azure Admins by 1h because more work';
    const offered = /Azure Admins cannot be extended while it runs/;

    beforeEach(async () => {
      if (adele.cards().some(({ text }) => /^✓ Azure Admins/.test(text))) return;
      const { task } = await request(adele, megan, 'Azure Admins');
      await megan.press(task, 'Approve');
      await adele.waitForCard(({ text }) => /Azure Admins[\s\S]*Active until/.test(text));
      await world.forget();
    });

    test('ends nothing, and prepares the new request only after a yes', async () => {
      const offer = await (await adele.say(ask)).reply(offered);
      expect(offer.text).toContain('you are out until somebody approves');
      expect(offer.buttons).toEqual([expect.stringMatching(/^Ask again at /)]);
      await world.later('PT2M');
      expect(await world.writes()).toEqual([]);
    });

    test('takes the prepared request back on a press', async () => {
      const offer = await (await adele.say(ask)).reply(offered);
      const prepared = await adele.press(offer, offer.buttons[0] ?? '');
      const card = prepared.card ?? (await prepared.reply(/will be asked for again at/));
      const taken = await adele.press(card, 'Do not ask again');
      expect(taken.card?.text).toContain('It will not be asked for again');
      const twice = await adele.press(card, 'Do not ask again');
      expect(twice.card?.text).toContain('no such prepared request');
    });

    test('sends the prepared request when the running one has ended, once', async () => {
      const offer = await (await adele.say('extend Azure Admins by 2h because the night shift')).reply(offered);
      const button = offer.buttons[0] ?? '';
      await adele.press(offer, button);
      await adele.press(offer, button);
      expect(await world.writes()).toEqual([]);
      await world.later('PT61M');
      const task = await megan.waitForCard(
        ({ text, buttons }) => text.includes('“the night shift”') && buttons.includes('Deny…'),
      );
      expect(task.text).toContain('for 2 hours');
      const lines = await readLedger(world.bot);
      const prepared = lines.findLast(({ action }) => action === 'activation.renewLater')?.detail['prepared'];
      const cause = { event: `resumed ${String(prepared)}`, conversation: `a:${adele.oid}` };
      expect(lines.findLast(({ action }) => action === 'activation.order')?.cause).toEqual(cause);
      expect(await world.writes()).toEqual(['activate 201']);
    });
  });
});

describe('again', () => {
  test('asks for the last one once more, with what its policy wants asked afresh', async () => {
    await adele.say('activate Azure Readers for 30m because first time');
    await adele.waitForCard(({ text }) => /Azure Readers[\s\S]*Active until[\s\S]*first time/.test(text));
    await world.later('PT31M');
    await adele.waitForCard(({ text }) => /Azure Readers[\s\S]*Ended[\s\S]*first time/.test(text));
    await world.forget();
    const said = await adele.say('again because second time');
    await said.reply(/Azure Readers[\s\S]*Active until[\s\S]*second time/);
    expect(await world.writes()).toEqual(['activate 201']);
  });
});
