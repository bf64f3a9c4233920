import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { render } from '../../src/cards/render.ts';
import { launchBrowser } from '../support/browser.ts';
import { hostConfig, hostStyle } from '../support/host-config.ts';
import type { Theme } from '../support/host-config.ts';
import { contextFor, samples } from './samples.ts';

const pictures = fileURLToPath(new URL('../e2e/screenshots/cards/', import.meta.url));
const renderer = createRequire(import.meta.url).resolve('adaptivecards/dist/adaptivecards.min.js');

/** What the page's own script holds; this program's types know no browser. */
type Drawn = { readonly text: string; readonly overflow: number; readonly inputs: number; readonly labelled: number };

let browser: Browser;
beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
});

type View = readonly [theme: Theme, width: number];
const views: readonly View[] = [
  ['light', 320],
  ['light', 600],
  ['dark', 320],
  ['dark', 600],
];

describe.each(views)('%s, %i px wide', (theme, width) => {
  let page: Page;
  beforeAll(async () => {
    page = await browser.newPage({
      viewport: { width, height: 400 },
      timezoneId: 'Europe/Berlin',
      locale: 'en-GB',
      colorScheme: theme,
    });
    await page.setContent(`<style>${hostStyle(theme)}</style><div id="card"></div>`);
    await page.addScriptTag({ path: renderer });
  });
  afterAll(async () => {
    await page.close();
  });

  test.each(samples)('$title fits and is drawn whole', async ({ title, message, reader }) => {
    const { card } = render(message, contextFor(reader));
    const drawn = await draw(page, card, theme);
    await page.screenshot({ path: `${pictures}${title}-${theme}-${width}.png`, fullPage: true });
    expect(drawn.overflow).toBeLessThanOrEqual(0);
    expect(drawn.text).not.toMatch(/\{\{|\$\{|undefined|null/);
    expect(drawn.labelled).toBe(drawn.inputs);
  });
});

async function draw(page: Page, card: unknown, theme: Theme): Promise<Drawn> {
  // As text: the function runs in the page, with names this program does not know.
  const script = `([card, host]) => {
    const drawn = new AdaptiveCards.AdaptiveCard();
    drawn.hostConfig = new AdaptiveCards.HostConfig(host);
    drawn.parse(card);
    const root = document.getElementById('card');
    root.replaceChildren(drawn.render());
    const inputs = [...root.querySelectorAll('input, textarea, select')];
    return {
      text: root.innerText,
      overflow: document.documentElement.scrollWidth - innerWidth,
      inputs: inputs.length,
      labelled: inputs.filter((input) => input.labels.length > 0 || input.getAttribute('aria-labelledby')).length,
    };
  }`;
  return page.evaluate<Drawn>(`(${script})(${JSON.stringify([card, hostConfig(theme)])})`);
}
