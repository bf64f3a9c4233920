import { mkdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Locator } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { openWindow, signInFrom } from '../support/playground.ts';
import type { PlaygroundWindow } from '../support/playground.ts';
import { startProgram } from '../support/program.ts';
import type { Program } from '../support/program.ts';

/** The message extension in a chat window, in a group chat that others read. */

const folder = 'tests/e2e/screenshots/extension';

let program: Program;
let browser: Browser;
let adele: PlaygroundWindow;

beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  [program, browser] = await Promise.all([startProgram(), launchBrowser()]);
  adele = await openWindow(browser, program.windowPorts[0]);
  await adele.say('sign in');
  await signInFrom(adele, adele.card(/sign in/i));
}, 90_000);

afterAll(async () => {
  await browser.close();
  await program.stop();
  program.forget();
});

async function picture(name: string): Promise<void> {
  await adele.page.screenshot({ path: `${folder}/${name}.png` });
}

async function openExtension(command: 'Search Command' | 'Action Command'): Promise<Locator> {
  await adele.page.getByRole('button', { name: 'Trigger Message Extension App' }).click();
  await adele.page.getByRole('menuitem', { name: command }).click();
  return adele.page.locator('.fui-PopoverSurface, [role=dialog]').last();
}

async function writes(): Promise<readonly string[]> {
  const calls = await program.calls();
  return calls
    .filter(({ method, path }) => method !== 'GET' && path.includes('privilegedAccess'))
    .map(({ method, status }) => `${method} ${status}`);
}

test('a searched group goes into a group chat as a card, whose button asks in the own chat', async () => {
  await adele.open('Group Chat');
  const search = await openExtension('Search Command');
  await search.getByRole('button', { name: /Specify Command ID/ }).click();
  await search.getByPlaceholder('Command ID').fill('groups');
  await search.getByPlaceholder('Parameter name').fill('query');
  await search.getByPlaceholder('Enter a search term').fill('rdp');
  const found = search.getByText('RDP Servers Munich');
  await found.waitFor();
  await search.getByText('Up to 8 hours').waitFor();
  await picture('1-found');
  await found.click();
  await adele.page.getByRole('button', { name: 'Send Message' }).click();
  const card = adele.card('Nothing is activated from here');
  await card.getByRole('button', { name: 'Activate…' }).click();
  await adele.page.getByText('Answered in your own chat.').waitFor();
  await picture('2-card-in-the-room');

  await adele.open('Personal Chat');
  const question = adele.card('RDP Servers Munich needs one more thing');
  await question.waitFor();
  expect(await writes()).toEqual([]);
  await question.getByRole('textbox').fill('patch day');
  await picture('3-question-in-the-own-chat');
  await question.getByRole('button', { name: 'Activate', exact: true }).click();
  await adele.sees(/RDP Servers Munich.*Active until/s);
  expect(await writes()).toEqual(['POST 201']);
}, 60_000);

test('the form activates what was filled in, and the group chat reads nothing of it', async () => {
  await adele.open('Group Chat');
  const before = await adele.page.locator('.ac-adaptiveCard').count();
  const dialog = await openExtension('Action Command');
  await dialog.getByPlaceholder(/command id/i).fill('activate');
  await dialog.getByRole('button', { name: 'Create' }).click();
  const form = adele.page.locator('[role=dialog]').last();
  await form.getByText('Which group?').waitFor();
  await picture('4-form');
  await form.getByRole('combobox', { name: /Which group/ }).click();
  await adele.page.getByRole('option', { name: 'CA Exclusion Travel' }).click();
  await form.getByRole('textbox', { name: /Why do you need it/ }).fill('travels to a fair');
  await picture('5-form-filled');
  await form.getByRole('button', { name: 'Activate' }).click();
  await form.getByText('Answered in your own chat.').waitFor();
  await picture('6-form-sent');
  await form.getByRole('button', { name: 'Close' }).click();
  await form.waitFor({ state: 'hidden' });
  expect(await adele.page.locator('.ac-adaptiveCard').count()).toBe(before);
  await adele.open('Personal Chat');
  await adele.sees(/CA Exclusion Travel.*Active until/s);
  expect(await writes()).toEqual(['POST 201', 'POST 201']);
}, 60_000);
