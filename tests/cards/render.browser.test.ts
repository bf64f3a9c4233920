import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { render } from '../../src/cards/render.ts';
import { launchBrowser } from '../support/browser.ts';
import { hostConfig, hostStyle } from '../support/host-config.ts';
import type { Theme } from '../support/host-config.ts';
import { activation, contextFor, megan, samples } from './samples.ts';

const pictures = fileURLToPath(new URL('../e2e/screenshots/cards/', import.meta.url));
const require = createRequire(import.meta.url);
const renderer = require.resolve('adaptivecards/dist/adaptivecards.min.js');

/** What the page's own script holds; this program's types know no browser. */
type Drawn = {
  readonly text: string;
  /** How far anything reaches beyond the card or the card beyond the window, in px. */
  readonly overflow: number;
  /** Buttons whose title does not fit. */
  readonly cut: number;
  readonly inputs: number;
  readonly labelled: number;
  /** Elements that could load or open something. */
  readonly links: number;
};

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
    // A choice repeats a name that is too long for its button above it.
    if (message.kind !== 'choice') expect(drawn.cut).toBe(0);
  });

  test('long and hostile words neither widen the card nor become a link, an image or a time', async () => {
    const text = `[x](http://evil) ![](http://evil/x.png) <a href="x">x</a> {{TIME(2026-11-23T15:05:00Z)}} ${'W'.repeat(90)}`;
    const wish = {
      length: { kind: 'for', minutes: 60 },
      startAt: null,
      justification: text,
      ticket: { number: text },
    } as const;
    const hostile = activation({ personName: text, targetName: text, wish });
    const { card } = render(
      { kind: 'approval', activation: hostile, form: 'decide', note: text },
      contextFor(megan.oid),
    );
    const drawn = await draw(page, card, theme);
    await page.screenshot({ path: `${pictures}hostile-${theme}-${width}.png`, fullPage: true });
    expect(drawn.overflow).toBeLessThanOrEqual(0);
    expect(drawn.links).toBe(0);
    expect(drawn.text).toContain('[x](http://evil) ![](http://evil/x.png)');
    expect(drawn.text).toContain('{ {TIME(2026-11-23T15:05:00Z)}}');
  });

  test('the check does see a link that markdown made, words that reach too far and buttons that are cut', async () => {
    const buttons = Array(6).fill({ type: 'Action.Submit', title: 'W'.repeat(12) }) as unknown[];
    const wide = { type: 'Column', width: '700px', items: [{ type: 'TextBlock', text: '[x](http://127.0.0.1/)' }] };
    const body = [
      { type: 'ColumnSet', columns: [wide] },
      { type: 'ActionSet', actions: buttons },
    ];
    const drawn = await draw(page, { type: 'AdaptiveCard', version: '1.5', body }, theme);
    expect(drawn.links).toBe(1);
    expect(drawn.cut).toBe(6);
    expect(drawn.overflow).toBeGreaterThan(0);
  });
});

async function draw(page: Page, card: unknown, theme: Theme): Promise<Drawn> {
  // As text: the function runs in the page, with names this program does not know.
  const script = `([card, host]) => {
    // As bold as a client's markdown can be: whatever looks like a link or an image becomes one.
    AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
      result.outputHtml = text.replace(/(!?)\\[([^\\]]*)\\]\\(([^)]*)\\)/g, (_, image, words, url) =>
        image ? '<img src="' + url + '">' : '<a href="' + url + '">' + words + '</a>');
      result.didProcess = true;
    };
    const drawn = new AdaptiveCards.AdaptiveCard();
    drawn.hostConfig = new AdaptiveCards.HostConfig(host);
    drawn.parse(card);
    const root = document.getElementById('card');
    root.replaceChildren(drawn.render());
    const frame = root.firstElementChild.getBoundingClientRect();
    const inside = [...root.querySelectorAll('button, input, textarea, select, p, span')];
    const beyond = (element) => element.getBoundingClientRect().right - frame.right;
    const inputs = [...root.querySelectorAll('input, textarea, select')];
    return {
      text: root.innerText,
      overflow: Math.max(document.documentElement.scrollWidth - innerWidth, ...inside.map(beyond)),
      cut: [...root.querySelectorAll('button *')].filter((title) => title.scrollWidth > title.clientWidth).length,
      links: root.querySelectorAll('a, img, iframe, script').length,
      inputs: inputs.length,
      labelled: inputs.filter((input) => input.labels.length > 0 || input.getAttribute('aria-labelledby')).length,
    };
  }`;
  return page.evaluate<Drawn>(`(${script})(${JSON.stringify([card, hostConfig(theme)])})`);
}
