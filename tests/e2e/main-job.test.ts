import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdirSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { openWindow, signInFrom } from '../support/playground.ts';
import type { PlaygroundWindow } from '../support/playground.ts';
import { startProgram } from '../support/program.ts';
import type { Program } from '../support/program.ts';

/** The README's transcript, by two people in two real chat windows. */

const channel = 'Cloud Operations - Privileged Access';
const folder = 'tests/e2e/screenshots/main-job';

let program: Program;
let browser: Browser;
let adele: PlaygroundWindow;
let megan: PlaygroundWindow;

beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  [program, browser] = await Promise.all([startProgram(), launchBrowser()]);
  adele = await openWindow(browser, program.windowPorts[0]);
}, 90_000);

afterAll(async () => {
  await browser.close();
  await program.stop();
  program.forget();
});

async function picture(window: PlaygroundWindow, name: string): Promise<void> {
  await window.page.screenshot({ path: `${folder}/${name}.png` });
}

/** The README's pictures are these; UPDATE_PICTURES=1 writes them where it shows them from. */
async function cardPicture(window: PlaygroundWindow, text: string | RegExp, name: string): Promise<void> {
  const path = process.env['UPDATE_PICTURES'] === '1' ? `docs/images/${name}.png` : `${folder}/card-${name}.png`;
  await window.card(text).screenshot({ path });
}

test('starting says in under fifteen lines where to look, what to type, how to stop and where the data is', () => {
  const lines = program.printed.trim().split('\n');

  expect(lines.length).toBeLessThan(15);
  for (const port of program.windowPorts) expect(program.printed).toContain(`http://localhost:${port}`);
  expect(program.printed).toContain('activate Azure Admins for 2h because fixing prod');
  expect(program.printed).toMatch(/Ctrl-C/);
  expect(program.printed).toMatch(/Data is in/);
});

test('an engineer asks, signs in, an approver approves on the card, everybody is told, and it ends by itself', async () => {
  await adele.open(channel);
  await adele.say('announce here', { mention: true });
  await adele.sees('Activations of all groups are announced here');
  await picture(adele, '1-announce-here');

  await adele.open('Personal Chat');
  await adele.say('activate Azure Admins for 2h because fixing prod');
  const signIn = adele.card(/sign in/i);
  await signIn.waitFor();
  await picture(adele, '2-sign-in-card');
  expect(await signInFrom(adele, signIn, `${folder}/sign-in-page.png`)).toContain('Go back to Teams');
  await adele.sees(/Signed in.*activate Azure Admins for 2h because fixing prod/s);
  await adele.sees(/Azure Admins.*Waiting for approval/s);
  await picture(adele, '3-waiting');

  // The approver opens the window only now: what waited is there.
  megan = await openWindow(browser, program.windowPorts[1]);
  const task = megan.card('asks for Azure Admins');
  await task.waitFor();
  expect(await task.innerText()).toMatch(/Adele Vance asks for Azure Admins/);
  expect(await task.innerText()).toMatch(/2 hours from your approval/);
  expect(await task.innerText()).toContain('“fixing prod”');
  await picture(megan, '4-approval-task');
  await cardPicture(megan, 'asks for Azure Admins', 'approval');
  await adele.sees(/Waiting for approval.*Asked: Megan Bowen/s);
  await cardPicture(adele, /Waiting for approval/, 'waiting');
  await task.getByRole('button', { name: 'Approve', exact: true }).click();
  const approverSignIn = megan.card(/sign in/i);
  await approverSignIn.getByRole('link', { name: /sign in/i }).waitFor();
  await picture(megan, '5-approver-signs-in');
  await signInFrom(megan, approverSignIn);

  await megan.sees(/Approved by you/);
  await megan.sees(/Adele Vance has Azure Admins.*until/s);
  await picture(megan, '6-approved');
  await adele.sees(/Azure Admins.*Active until.*\d\d?:\d\d.*Megan Bowen/is);
  await adele.sees(/Azure Admins is active. Approved by Megan Bowen/);
  await picture(adele, '7-active');
  await cardPicture(adele, /Azure Admins.*Active until/s, 'active');
  await adele.open(channel);
  await adele.sees(/Adele Vance is in Azure Admins.*until/s);
  await picture(adele, '8-announced');
  await cardPicture(adele, /Adele Vance is in Azure Admins/, 'announcement');

  const before = await program.state();
  const azureAdmins = before.groups.find(({ name }) => name === 'Azure Admins');
  const adeleId = before.people.find(({ name }) => name === 'Adele Vance')?.id;
  expect(azureAdmins?.members).toContain(adeleId);
  await program.advance('PT2H');
  await adele.sees(/Azure Admins.*ended/is);
  expect(await adele.card(/Adele Vance is in Azure Admins/).count()).toBe(0);
  await picture(adele, '9-channel-ended');
  await adele.open('Personal Chat');
  await adele.sees(/Azure Admins.*Ended at/is);
  await adele.sees('Azure Admins has ended.');
  await picture(adele, '10-ended');

  const after = await program.state();
  expect(after.groups.find(({ name }) => name === 'Azure Admins')?.members).not.toContain(adeleId);
  const writes = (await program.calls()).filter(
    ({ method, path }) => method !== 'GET' && path.includes('privilegedAccess'),
  );
  expect(writes.map(({ method, token }) => [method, token?.kind])).toEqual([
    ['POST', 'delegated'],
    ['PATCH', 'delegated'],
  ]);
}, 120_000);
