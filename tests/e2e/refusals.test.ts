import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ownerSentence } from '../../src/core/refusal.ts';
import type { Owner } from '../../src/core/refusal.ts';
import type { TeamsPerson } from '../support/teams-client.ts';
import { idOn, request, startWorld } from './world.ts';
import type { Waiting, World } from './world.ts';

/** What a rule turns down says which rule, who owns it, and what to do next. */

let world: World;
let adele: TeamsPerson;
let megan: TeamsPerson;
let waiting: Waiting;

beforeAll(async () => {
  world = await startWorld();
  [adele, megan] = await world.arrived('Adele Vance', 'Megan Bowen');
  await (await adele.say('activate RDP Servers Munich for 1h because x')).reply(/RDP Servers Munich\nActive until/);
  waiting = await request(adele, megan, 'Azure Admins');
}, 60_000);
afterAll(() => world.stop());

type Case = readonly [sentence: string, rule: string, owner: Owner, next: string];

const typed: readonly Case[] = [
  ['activate Global Readers Oslo', 'not among the groups you are eligible for', 'group', 'Say “list” to see them all'],
  ['activate Azure Admins for 1h because x', 'One request at a time', 'pim', 'cancel it and ask again'],
  ['activate SQL Prod for 2 minutes because x ticket INC0012345', 'at least 5 minutes', 'pim', 'Ask for longer'],
  ['deactivate RDP Servers Munich', 'lasts at least 5 minutes', 'pim', 'I can end it for you then'],
  ['cancel RDP Servers Munich', 'Only what waits for a decision', 'pim', 'End it instead'],
  ['cancel 00000000', 'only their own', 'jitney', 'Say “status” to see yours'],
  ['approve 00000000', 'Only its approvers decide', 'pim', 'Say “approvals”'],
  ['who has Payroll Admins Lima', 'groups that you may activate, approve or own', 'jitney', 'exact name'],
  ['policy Payroll Admins Lima', 'groups that you may activate, approve or own', 'jitney', 'exact name'],
  ['remove alias nothing', 'Only what is there can be removed', 'jitney', 'Say “aliases”'],
  [`alias ${'x'.repeat(70)} = Azure Admins`, 'at most', 'jitney', 'Take a word or two'],
  ['alias 12ab34cd = Azure Admins', 'read as something else', 'jitney', 'Take a word or two'],
  ['announce here', 'this is no channel', 'jitney', 'Say it in the channel'],
  ['audit', 'members of one group are auditors', 'operator', 'Say “status”'],
];

test.each(typed)('“%s” meets a rule with an owner', async (sentence, rule, owner, next) => {
  const answer = await (await adele.say(sentence)).reply(({ text }) => text.includes(rule));
  expect(answer.text).toContain(ownerSentence(owner));
  expect(answer.text).toContain(next);
});

test('one’s own request is nobody’s to approve by themselves', async () => {
  const answer = await (await adele.say(`approve ${idOn(waiting.card)}`)).reply(/Nobody approves their own access/);
  expect(answer.text).toContain(ownerSentence('jitney'));
  expect(answer.text).toContain('One of the other approvers can');
});

test('a denial without a reason is asked for one', async () => {
  const answer = await (await megan.say(`deny ${idOn(waiting.card)}`)).reply(/A denial needs a reason/);
  expect(answer.text).toContain(ownerSentence('jitney'));
  expect(answer.text).toMatch(/deny \w{8} because …/);
});

test('none of it had an effect in PIM: only whether an end is too early was asked', async () => {
  expect(await world.writes()).toEqual(['activate 201', 'activate 201', 'deactivate 400']);
});
