import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { nodes } from '../cards/reading.ts';
import { contoso } from '../support/contoso.ts';
import { startBot } from '../support/bot.ts';
import type { Card, TeamsPerson } from '../support/teams-client.ts';
import { request, startWorld } from './world.ts';
import type { World } from './world.ts';

const behindC1 = ['azure-readers', 'rdp-munich', 'ca-travel', 'intune-helpdesk', 'research'];
const five = 'Azure Readers, RDP Servers Munich, CA Exclusion Travel, Intune Helpdesk and Research and Development';

/** The default tenant with five groups behind the authentication context c1. */
function tenant(): string {
  type Policies = { groups: Record<string, { policies?: unknown }> };
  const read = parse(contoso) as Policies;
  const member = { justification: false, authenticationContext: 'c1' };
  for (const key of behindC1) read.groups[key]!.policies = { member, owner: {} };
  return stringify(read);
}

let world: World;
let adele: TeamsPerson;
let megan: TeamsPerson;
beforeAll(async () => {
  world = await startWorld({}, tenant());
  [adele, megan] = [world.person('Adele Vance'), world.person('Megan Bowen')];
});
afterAll(() => world.stop());
beforeEach(fresh);

const isCheck = ({ buttons }: Card): boolean => buttons.includes('Verify and go on');

/** What the sandbox says to a write that lacks the context. */
function challenge(message: string, code = 'RoleAssignmentRequestAcrsValidationFailed'): unknown {
  return { status: 400, body: { error: { code, message } } };
}
const c1 = '{"access_token":{"acrs":{"essential":true, "value":"c1"}}}';

/** Time passes until nothing of the test before is left, and everybody has signed in anew. */
async function fresh(): Promise<void> {
  await world.sandbox.ask('settings', { checks: {}, everyTime: [] });
  await world.sandbox.ask('faults', undefined, 'DELETE');
  await world.untilOver();
  await Promise.all(
    [adele, megan].map(async (person) => {
      await person.say('sign out');
      await person.arrive();
    }),
  );
  await world.forget();
}

/** Adele has passed the check of c1, and used it. */
async function passed(): Promise<void> {
  const asked = await adele.say('activate Intune Helpdesk for 30m');
  await adele.signIn(await asked.reply(isCheck));
  await asked.reply(/Intune Helpdesk.*Active until/s);
  await world.forget();
}

describe('a policy with an authentication context', () => {
  test('is met before the order: one card, one sign-in, one order that PIM takes', async () => {
    const asked = await adele.say('activate Finance Break Glass for 30m because audit');
    const check = await asked.reply(isCheck);
    expect(check.text).toContain('One more check for Finance Break Glass');
    await asked.reply(/Finance Break Glass\nWaiting for your sign-in/);
    expect(await world.writes()).toEqual([]);
    expect(await adele.signIn(check)).toContain('You are signed in');
    await asked.reply(/Finance Break Glass.*Active until/s);
    expect(await world.writes()).toEqual(['activate 201']);
  });

  test('is asked once for five targets of one sentence', async () => {
    const asked = await adele.say(`activate ${five} for 30m`);
    const check = await asked.reply((card) => isCheck(card) && card.text.includes('and 4 more'));
    expect(await world.writes()).toEqual([]);
    expect(await adele.signIn(check)).toContain('You are signed in');
    await asked.reply(({ text }) => (text.match(/Active until/g) ?? []).length === 5);
    expect(await world.writes()).toEqual(Array(5).fill('activate 201'));
    expect(asked.replies().filter(({ text }) => /check/i.test(text))).toHaveLength(1);
  });

  test('passed a moment ago is not asked for again', async () => {
    await passed();
    const asked = await adele.say('activate Azure Readers for 30m');
    await asked.reply(/Azure Readers.*Active until/s);
    expect(asked.replies().some(isCheck)).toBe(false);
    expect(await world.writes()).toEqual(['activate 201']);
  });

  test('is asked for each time where its sign-in frequency says so, and no kept token dodges it', async () => {
    await world.sandbox.ask('settings', { everyTime: ['c1'] });
    await passed();
    const asked = await adele.say('activate Research and Development for 30m');
    const check = await asked.reply(isCheck);
    expect(await world.writes()).toEqual(['activate 400']);
    await adele.signIn(check);
    await asked.reply(/Research and Development.*Active until/s);
    expect(await world.writes()).toEqual(['activate 400', 'activate 201']);
  });

  test('and that frequency, for two targets of one sentence: each gets a sign-in of its own', async () => {
    await world.sandbox.ask('settings', { everyTime: ['c1'] });
    const asked = await adele.say('activate Azure Readers and RDP Servers Munich for 30m');
    const first = await asked.reply(isCheck);
    await adele.signIn(first);
    const second = await asked.reply((card) => isCheck(card) && card.id !== first.id);
    await adele.signIn(second);
    await asked.reply(({ text }) => (text.match(/Active until/g) ?? []).length === 2);
    expect((await world.writes()).filter((write) => write === 'activate 201')).toHaveLength(2);
  });
});

describe('a check that PIM asks for', () => {
  test.each([
    ['percent-encoded claims', challenge(`&claims=${encodeURIComponent(c1)}`)],
    [
      'raw claims behind an empty code',
      challenge(`RoleAssignmentRequestAcrsValidationFailed claims=${c1}`, 'UnknownError'),
    ],
    [
      'a wrapped error',
      challenge(
        JSON.stringify({
          errorCode: 'RoleAssignmentRequestAcrsValidationFailed',
          message: `&claims=${encodeURIComponent(c1)}`,
        }),
        'UnknownError',
      ),
    ],
    [
      'claims in the header of a 401',
      {
        status: 401,
        headers: {
          'WWW-Authenticate': `Bearer error="insufficient_claims", claims="${Buffer.from(c1).toString('base64')}"`,
        },
      },
    ],
    [
      'the rule for MFA',
      challenge('The following policy rules failed: ["MfaRule"]', 'RoleAssignmentRequestPolicyValidationFailed'),
    ],
  ])('by %s is asked of the person, and the order goes out once more', async (_, answer) => {
    await world.sandbox.fault({ match: { method: 'POST', path: 'assignmentScheduleRequests' }, answer });
    const asked = await adele.say('activate SQL Prod for 30m because x ticket INC1');
    await adele.signIn(await asked.reply(isCheck));
    await asked.reply(/SQL Prod.*Active until/s);
    expect(await world.writes()).toHaveLength(2);
  });

  test.each([
    ['claims that are no JSON', '&claims=%7B%22access_token%22'],
    ['claims that ask for nothing', `&claims=${encodeURIComponent('{"id_token":{}}')}`],
    ['no claims', 'no'],
  ])('with %s leads to no sign-in and is told', async (_, message) => {
    await world.sandbox.fault({
      match: { method: 'POST', path: 'assignmentScheduleRequests' },
      times: 9,
      answer: challenge(message),
    });
    const asked = await adele.say('activate SQL Prod for 30m because x ticket INC1');
    await asked.reply(/one more check/);
    expect(asked.replies().some(isCheck)).toBe(false);
    expect(await world.writes()).toEqual(['activate 400']);
  });

  test('and refuses all the same is told, not asked again', async () => {
    await world.sandbox.fault({
      match: { method: 'POST', path: 'assignmentScheduleRequests' },
      times: 9,
      answer: challenge(`&claims=${encodeURIComponent(c1)}`),
    });
    const asked = await adele.say('activate SQL Prod for 30m because x ticket INC1');
    const check = await asked.reply(isCheck);
    await adele.signIn(check);
    await asked.reply(/did not accept the sign-in/);
    expect(await world.writes()).toEqual(['activate 400', 'activate 400']);
    expect(asked.replies().filter(isCheck)).toEqual([]);
  });

  test('that the person breaks off orders nothing, and the same card works afterwards', async () => {
    const asked = await adele.say('activate Azure Readers for 30m');
    const check = await asked.reply(isCheck);
    expect(await breakOff(check)).toContain('You are not signed in');
    expect(await world.writes()).toEqual([]);
    await adele.signIn(check);
    await asked.reply(/Azure Readers.*Active until/s);
  });

  test('that nobody finishes is closed, and says so', async () => {
    const asked = await adele.say('activate Azure Readers for 30m');
    await asked.reply(isCheck);
    const database = new DatabaseSync(join(world.bot.folder, 'jitney.db'), { timeout: 5000 });
    database.exec('update parked set expires_at = 1 where taken = 0');
    database.close();
    await asked.reply(/This sign-in ran out/);
    await asked.reply(/not finished in time/);
    expect(await world.writes()).toEqual([]);
  });
});

describe('deciding, ending and cancelling', () => {
  test('on the card: the approver verifies, and the decision goes on by itself', async () => {
    await world.sandbox.ask('settings', { checks: { decide: 'c1' } });
    const { task } = await request(adele, megan, 'Azure Admins');
    const pressed = await megan.press(task, 'Approve');
    expect(pressed.card?.buttons).toEqual(['Verify and go on']);
    await megan.signIn(pressed.card!);
    await megan.waitForCard(/Approved by you/);
    expect((await world.writes()).slice(1)).toEqual(['decide 400', 'decide 204']);
  });

  test('by text: the approver gets the card of the check', async () => {
    await world.sandbox.ask('settings', { checks: { decide: 'c1' } });
    await world.forget();
    const { task } = await request(adele, megan, 'Azure Admins');
    const id = /Request (\w{8})/.exec(task.text)![1]!;
    const said = await megan.say(`deny ${id} because not now`);
    const check = await said.reply(isCheck);
    await megan.signIn(check);
    await megan.waitForCard(/Denied by you/);
    expect((await world.writes()).slice(1)).toEqual(['decide 400', 'decide 204']);
    expect(megan.cards().find(({ id: card }) => card === check.id)!.text).toContain('Checked for Azure Admins');
  });

  test('taking a request back', async () => {
    await world.sandbox.ask('settings', { checks: { cancel: 'c2' } });
    await world.forget();
    const { said, card } = await request(adele, megan, 'Azure Admins');
    await adele.press(card, 'Cancel request');
    await adele.signIn(await said.reply(isCheck));
    await said.reply(/Cancelled/);
    expect((await world.writes()).slice(1)).toEqual(['cancel 400', 'cancel 204']);
  });

  test('ending, and extending: nobody is put out only to be asked for a check', async () => {
    await world.sandbox.ask('settings', { checks: { deactivate: 'c3' } });
    const asked = await adele.say('activate Azure Readers for 30m');
    await adele.signIn(await asked.reply(isCheck));
    const before = await asked.reply(/Azure Readers.*Active until/s);
    await world.later('PT6M');
    await world.forget();
    const longer = await adele.say('extend Azure Readers by 30m');
    const offer = await longer.reply(({ buttons }) => buttons.includes('End and activate again'));
    await adele.press(offer, 'End and activate again');
    await adele.signIn(await longer.reply(isCheck));
    await longer.reply(({ text, id }) => /Azure Readers\s+Active until/.test(text) && id !== before.id);
    expect(await world.writes()).toEqual(['deactivate 400', 'deactivate 201', 'activate 201']);
  });
});

describe('several replicas', () => {
  test('the order goes out where the check was passed', async () => {
    const other = await startBot({
      sandbox: world.sandbox,
      env: { DATABASE_URL: `sqlite:${join(world.bot.folder, 'jitney.db')}` },
    });
    try {
      const asked = await adele.say('activate Finance Break Glass for 30m because audit');
      const check = await asked.reply(isCheck);
      expect(await adele.signIn(via(check, other.url))).toContain('You are signed in');
      await asked.reply(/Finance Break Glass.*Active until/s);
      expect(await world.writes()).toEqual(['activate 201']);
    } finally {
      await other.stop();
      other.forget();
    }
  });
});

/** The card's link on another replica. */
function via(card: Card, replica: string): Card {
  const { host } = new URL(replica);
  return {
    ...card,
    content: JSON.parse(JSON.stringify(card.content).replace(/(http:\/\/)[^/"]+(\/auth\/start)/, `$1${host}$2`)),
  };
}

/** Goes to Entra's page and presses Cancel there. */
async function breakOff(card: Card): Promise<string> {
  const link = nodes(card.content).find(({ type }) => type === 'Action.OpenUrl')!;
  const start = await fetch(String(link['url']), { redirect: 'manual' });
  const page = await (await fetch(start.headers.get('location')!)).text();
  const form = new URLSearchParams({ transaction: /name="transaction" value="([^"]+)"/.exec(page)![1]!, cancel: '1' });
  const action = /<form method="post" action="([^"]+)"/.exec(page)![1]!;
  const back = await fetch(new URL(action, start.headers.get('location')!), { method: 'POST', body: form });
  return back.text();
}
