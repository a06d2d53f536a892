import { expect } from '@jest/globals';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { checkAxe } from './axe.js';

export type By = 'pointer' | 'keyboard';
export type Theme = 'light' | 'dark';

/** Someone who walks through the pages with one hand: the pointer, or the keyboard and nothing else. */
export class Walker {
  readonly page: Page;
  readonly by: By;
  readonly #context: BrowserContext;
  readonly #errors: string[] = [];

  private constructor(context: BrowserContext, page: Page, by: By) {
    this.#context = context;
    this.page = page;
    this.by = by;
    page.setDefaultTimeout(15_000);
    page.on('console', (m) => m.type() === 'error' && this.#errors.push(m.text()));
    page.on('pageerror', (e) => this.#errors.push(String(e)));
  }

  static async start(browser: Browser, o: { url: string; by: By; theme: Theme; width?: number }): Promise<Walker> {
    const context = await browser.newContext({ baseURL: o.url, colorScheme: o.theme, viewport: { width: o.width ?? 1280, height: 900 } });
    return new Walker(context, await context.newPage(), o.by);
  }

  /** Activates a button or a link. */
  async press(what: Locator): Promise<void> {
    if (this.by === 'pointer') return what.click();
    await this.#tabTo(what);
    await this.page.keyboard.press('Enter');
  }
  /** Checks a box. */
  async check(what: Locator): Promise<void> {
    if (this.by === 'pointer') return what.check();
    await this.#tabTo(what);
    await this.page.keyboard.press('Space');
  }
  /** Replaces the text of a field. */
  async type(what: Locator, text: string): Promise<void> {
    if (this.by === 'pointer') return what.fill(text);
    await this.#tabTo(what);
    await this.page.keyboard.press('Control+A');
    await this.page.keyboard.press('Delete');
    await this.page.keyboard.type(text);
  }

  /** No violation of WCAG 2.2 AA on what is shown now, and nothing wider than the window. */
  async axe(where: string): Promise<void> {
    expect(await checkAxe(this.page)).toEqual([]);
    const wider = await this.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect({ where, wider: Math.max(0, wider) }).toEqual({ where, wider: 0 });
  }
  /** Ends the walk; what the console has complained about is a failure, but for refusals that were provoked. */
  async end(provoked?: RegExp): Promise<void> {
    await this.#context.close();
    expect(this.#errors.filter((e) => !provoked?.test(e))).toEqual([]);
  }

  /** By Tab alone, as someone without a mouse gets there. */
  async #tabTo(what: Locator): Promise<void> {
    await what.waitFor();
    for (let i = 0; i < 400; i++) {
      if (await what.evaluate((element) => element === document.activeElement)) return;
      await this.page.keyboard.press('Tab');
    }
    throw new Error(`Tab does not reach ${String(what)}`);
  }
}
