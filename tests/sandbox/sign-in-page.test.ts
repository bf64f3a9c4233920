import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { authorizeUrl } from '../support/graph-tokens.ts';
import type { StartedSandbox } from '../support/sandbox.ts';
import { startSandbox } from '../support/sandbox.ts';

const pictures = fileURLToPath(new URL('../e2e/screenshots/sandbox/', import.meta.url));
const claims = JSON.stringify({ access_token: { acrs: { essential: true, value: 'c1' } } });

let sandbox: StartedSandbox;
let browser: Browser;
/** Stands for the app: shows the address it was called back at, after a redirect of its own as apps do. */
const app = createServer((request, response) => {
  if (request.url?.startsWith('/auth/callback')) {
    // Not chained: restify, loaded by another test of the same worker, makes writeHead return nothing.
    response.writeHead(302, { Location: `/done${request.url.slice('/auth/callback'.length)}` });
    response.end();
  } else response.end('back in the app');
});
beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  app.listen(0, '127.0.0.1');
  [sandbox, browser] = await Promise.all([startSandbox(), launchBrowser()]);
});
afterAll(async () => {
  app.close();
  await Promise.all([sandbox.stop(), browser.close()]);
});

async function open(
  fields: Record<string, string>,
  colorScheme: 'light' | 'dark' = 'light',
  width = 900,
): Promise<Page> {
  const redirect_uri = `http://localhost:${(app.address() as AddressInfo).port}/auth/callback`;
  const page = await browser.newPage({ colorScheme, viewport: { width, height: 800 } });
  await page.goto(authorizeUrl(sandbox, { redirect_uri, ...fields }).url);
  return page;
}

describe('the sign-in page in a browser', () => {
  test('works with the keyboard alone, its policy lets the app be called back', async () => {
    const page = await open({});
    const refused: string[] = [];
    page.on('console', (message) => refused.push(message.text()));

    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/done?*');

    expect(new URL(page.url()).searchParams.get('state')).toBe('state-1');
    expect(await page.textContent('body')).toBe('back in the app');
    expect(refused).toEqual([]);
    await page.close();
  });

  test('names its buttons for screen readers and asks for the extra check on a page of its own', async () => {
    const page = await open({ claims });

    await page.getByRole('button', { name: 'Adele Vance' }).click();
    await page.getByRole('heading', { name: 'More proof is needed' }).waitFor();
    await page.getByRole('button', { name: 'Pass the check' }).click();
    await page.waitForURL('**/done?*');

    expect(new URL(page.url()).searchParams.get('code')).toMatch(/^[\w-]{43}$/);
    await page.close();
  });

  test.each([
    ['light', 900],
    ['dark', 900],
    ['light', 320],
  ] as ['light' | 'dark', number][])('is legible in %s at %d px', async (scheme, width) => {
    for (const [name, fields] of Object.entries({
      people: {},
      check: { claims, login_hint: 'AdeleV@contoso.onmicrosoft.com' },
      refused: { client_id: 'nobody' },
    })) {
      const page = await open(fields, scheme, width);
      await page.screenshot({ path: join(pictures, `${name}-${scheme}-${width}.png`), fullPage: true });

      const colors = await page.evaluate<readonly string[]>(
        "[getComputedStyle(document.querySelector('h1')).color, getComputedStyle(document.querySelector('main')).backgroundColor]",
      );
      const [text = 0, sheet = 0] = colors.map(brightness);
      expect(Math.abs(text - sheet)).toBeGreaterThan(150);
      const overflow = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      expect(overflow).toBe(0);
      await page.close();
    }
  });
});

/** The strongest of red, green and blue, 0 to 255. */
function brightness(color: string): number {
  return Math.max(...(color.match(/\d+/g) ?? []).slice(0, 3).map(Number));
}
