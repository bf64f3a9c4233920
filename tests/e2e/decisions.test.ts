import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdirSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { openWindow, signInFrom } from '../support/playground.ts';
import type { PlaygroundWindow } from '../support/playground.ts';
import { startProgram } from '../support/program.ts';
import type { Program } from '../support/program.ts';

/** What else an engineer and two approvers do with the cards, in three real chat windows. */

const folder = 'tests/e2e/screenshots/decisions';

let program: Program;
let browser: Browser;
let adele: PlaygroundWindow;
let megan: PlaygroundWindow;
let alex: PlaygroundWindow;

beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  [program, browser] = await Promise.all([startProgram(), launchBrowser()]);
  const [first, second, third] = program.windowPorts;
  [adele, megan, alex] = await Promise.all([
    openWindow(browser, first),
    openWindow(browser, second),
    openWindow(browser, third),
  ]);
  await adele.say('sign in');
  await signInFrom(adele, adele.card(/sign in/i));
}, 90_000);

afterAll(async () => {
  await browser.close();
  await program.stop();
  program.forget();
});

async function picture(window: PlaygroundWindow, name: string): Promise<void> {
  await window.page.screenshot({ path: `${folder}/${name}.png` });
}

async function writes(): Promise<readonly string[]> {
  const calls = await program.calls();
  return calls
    .filter(({ method, path }) => method !== 'GET' && path.includes('privilegedAccess'))
    .map(({ method, status }) => `${method} ${status}`);
}

test('a denial asks the approver why, and everybody reads who and why', async () => {
  await adele.say('activate Azure Admins for 1h because trying things');
  await adele.sees(/Azure Admins.*Waiting for approval/s);
  const task = megan.card('asks for Azure Admins');
  await task.getByRole('button', { name: 'Deny' }).click();
  const form = megan.card(/will see this|why/i);
  await picture(megan, '1-deny-form');
  await form.getByRole('textbox').fill('Use Azure Readers for that');
  await form.getByRole('button', { name: 'Deny', exact: true }).click();
  await signInFrom(megan, megan.card(/sign in/i));

  await megan.sees(/Denied by you/);
  await picture(megan, '2-denied-approver');
  await adele.sees(/Azure Admins.*Denied by Megan Bowen.*Use Azure Readers for that/s);
  await adele.sees('Azure Admins was denied by Megan Bowen.');
  await alex.sees(/Denied by Megan Bowen/);
  await picture(adele, '3-denied-requester');
  expect(await writes()).toEqual(['POST 201', 'PATCH 204']);
}, 60_000);

test('of two approvers the first decides, and the late one reads who was first and has no button left', async () => {
  await adele.say('activate Azure Admins for 1h because patch night');
  const late = megan.card('patch night');
  await late.getByRole('button', { name: 'Approve', exact: true }).waitFor();
  await alex.card('patch night').getByRole('button', { name: 'Approve', exact: true }).click();
  await signInFrom(alex, alex.card(/sign in/i));

  await alex.sees(/Approved by you.*patch night/s);
  await megan.sees(/Approved by Alex Wilber.*patch night/s);
  expect(await megan.card('patch night').getByRole('button', { name: 'Approve', exact: true }).count()).toBe(0);
  await adele.sees(/Azure Admins.*Active until.*Alex Wilber.*patch night/s);
  await picture(megan, '4-late-approver');
}, 60_000);

test('a name typed wrong is asked about with buttons, and nothing is asked of PIM before the answer', async () => {
  const before = await writes();
  await adele.say('activate RDP Server Munich for 30m because reboot');
  const choice = adele.card('RDP Server Munich').filter({ hasText: /mean|that you can activate/i });
  await choice.getByRole('button', { name: 'RDP Servers Munich' }).waitFor();
  await picture(adele, '5-did-you-mean');
  expect(await writes()).toEqual(before);
  await choice.getByRole('button', { name: 'RDP Servers Munich' }).click();

  await adele.sees(/RDP Servers Munich.*Active until/s);
  expect(await writes()).toEqual([...before, 'POST 201']);
}, 60_000);

test('a policy that wants a ticket asks for it in one card', async () => {
  const before = await writes();
  await adele.say('activate SQL Prod for 1h because slow query');
  const question = adele.card(/SQL Prod needs/);
  await question.getByRole('button', { name: 'Activate' }).click();
  await picture(adele, '6-ticket-missing');
  expect(await writes()).toEqual(before);
  await question.getByLabel(/ticket/i).fill('ServiceNow INC0012345');
  await question.getByRole('button', { name: 'Activate' }).click();

  await adele.sees(/SQL Prod.*Active until/s);
  await picture(adele, '7-ticket-given');
  const { requests } = await program.state();
  expect(JSON.stringify(requests)).toContain('INC0012345');
}, 60_000);

test('stopping and starting goes on where it was, on the same data', async () => {
  expect(await program.stop()).toBe(0);
  await program.startAgain();
  await adele.reload();
  await adele.say('status');

  await adele.sees(/SQL Prod.*Active until/s);
  await adele.sees(/RDP Servers Munich.*Active until/s);
}, 60_000);
