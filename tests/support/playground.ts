import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';

/** One person in front of one Playground window, driven like a person drives it: by what is written on the page. */
export type PlaygroundWindow = {
  readonly page: Page;
  /** Opens a chat by its name in the list: "Personal Chat", "Group Chat" or "<team> - <channel>". */
  open(chat: string): Promise<void>;
  /** Types a sentence into the open chat and sends it; mention writes @Jitney in front, as a channel needs it. */
  say(text: string, options?: { readonly mention: boolean }): Promise<void>;
  /** The newest card that has this text on it; waits for it. */
  card(text: string | RegExp): Locator;
  sees(text: string | RegExp): Promise<void>;
  reload(): Promise<void>;
  close(): Promise<void>;
};

const patienceMs = 12_000;

export async function openWindow(browser: Browser, port: number, zone = 'Europe/Berlin'): Promise<PlaygroundWindow> {
  const context: BrowserContext = await browser.newContext({
    viewport: { width: 1600, height: 1000 },
    timezoneId: zone,
    locale: 'en-GB',
  });
  context.setDefaultTimeout(patienceMs);
  const page = await context.newPage();
  await page.route(
    (url) => url.hostname !== 'localhost' && url.hostname !== '127.0.0.1',
    (route) => route.abort(),
  );
  await page.goto(`http://localhost:${port}`);
  await page.getByRole('treeitem', { name: 'Personal Chat' }).waitFor();

  const card = (text: string | RegExp): Locator => page.locator('.ac-adaptiveCard').filter({ hasText: text }).last();

  async function say(text: string, options = { mention: false }): Promise<void> {
    const box = page.getByRole('textbox').last();
    await box.click();
    if (options.mention) {
      await box.pressSequentially('@');
      await page.getByRole('menuitem', { name: 'Jitney' }).first().click();
      await box.pressSequentially(' ');
    }
    await box.pressSequentially(text);
    await page.getByRole('button', { name: /^(Send Message|Post)$/ }).click();
  }

  return {
    page,
    say,
    card,
    open: (chat) => page.getByRole('treeitem', { name: chat }).dispatchEvent('click'),
    sees: (text) => card(text).waitFor(),
    reload: async () => {
      await page.reload();
      await page.getByRole('treeitem', { name: 'Personal Chat' }).waitFor();
    },
    close: () => context.close(),
  };
}

/** Opens the sign-in of a card in a new tab, as the link does; the sandbox knows the person by the hint. Returns what the page said. */
export async function signInFrom(window: PlaygroundWindow, card: Locator, picture?: string): Promise<string> {
  const [tab] = await Promise.all([
    window.page.context().waitForEvent('page'),
    card.getByRole('link', { name: /sign in/i }).click(),
  ]);
  await tab.getByText('You are signed in').waitFor();
  const said = (await tab.locator('body').innerText()).trim();
  if (picture !== undefined) await tab.screenshot({ path: picture });
  await tab.close();
  return said;
}
