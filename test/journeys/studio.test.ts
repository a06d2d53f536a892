import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/browser.js';
import { startTestHub, type TestHub } from '../support/hub.js';
import { signIn } from './support/sign-in.js';
import { type By, type Theme, Walker } from './support/walker.js';

/** Place a node, pick its model, save, come back: what was saved is what is there, whatever the catalog does meanwhile. */
let hub: TestHub;
let browser: Browser;
const FLOW = 'amh.flow.v1';

beforeAll(async () => {
  hub = await startTestHub('journey-studio', { pagesDir: join(__dirname, '../../studio-plugin/dist'), seed: true });
  const registered = await hub.call('POST', '/api/v1/models', {
    id: 'acme/journey-model',
    name: 'Journey model',
    modelType: 'text',
    contextWindow: 8000,
    maxTokens: 1000,
    version: { version: '1' },
  });
  expect(registered.status).toBe(201);
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await hub.stop();
});

describe.each<[By, Theme]>([
  ['keyboard', 'light'],
  ['pointer', 'dark'],
])('by %s, %s', (by, theme) => {
  test('place, pick, save, come back', async () => {
    const walker = await Walker.start(browser, { url: hub.apiUrl, by, theme });
    const { page } = walker;
    const node = page.locator('.react-flow__node');
    const saved = () => page.evaluate((key) => localStorage.getItem(key), FLOW);
    await signIn(walker, '/studio', hub.adminKey);

    if (by === 'keyboard') {
      await walker.press(page.getByRole('button', { name: 'Add model node' }));
      await node.waitFor();
      // the new node has the focus: Enter opens its picker
      await page.waitForFunction(() => document.activeElement?.classList.contains('react-flow__node'));
      await page.keyboard.press('Enter');
    } else {
      await page
        .locator('.amh-palette-entry')
        .dragTo(page.locator('.react-flow__pane'), { sourcePosition: { x: 240, y: 16 }, targetPosition: { x: 160, y: 120 } });
      await node.getByText('no model chosen').waitFor();
      await node.getByRole('combobox').click();
    }
    await page.getByRole('combobox', { name: 'Search models' }).waitFor();
    await page.keyboard.type('journey model');
    const option = page.getByRole('option', { name: /acme\/journey-model/ });
    await option.waitFor();
    await walker.axe('picker');
    if (by === 'keyboard') await page.keyboard.press('Enter');
    else await option.click();
    await node.getByText('ready').waitFor();
    await walker.press(page.getByRole('button', { name: 'Save flow on this device' }));
    await page.getByText('saved on this device').waitFor();
    await walker.axe('saved');

    const before = await saved();
    expect(JSON.parse(before ?? '')).toMatchObject({
      version: 1,
      nodes: [{ data: { model: { ref: 'acme/journey-model', version: '1' } } }],
    });
    await page.reload();
    await node.getByText('ready').waitFor();
    expect(await saved()).toBe(before);
    await walker.end();
  });
});

test('a model that is deprecated later keeps its place; its successor is taken only on a click', async () => {
  const walker = await Walker.start(browser, { url: hub.apiUrl, by: 'pointer', theme: 'light' });
  const { page } = walker;
  const flow = {
    version: 1,
    savedAt: new Date(0).toISOString(),
    nodes: [
      { id: '1', type: 'hub.model', position: { x: 0, y: 0 }, data: { model: { ref: 'acme/journey-model', version: '1' }, params: {} } },
    ],
    edges: [],
  };
  await page.addInitScript(
    ([key, text]) => localStorage.getItem(key ?? '') ?? localStorage.setItem(key ?? '', text ?? ''),
    [FLOW, JSON.stringify(flow)],
  );
  expect((await hub.call('POST', '/api/v1/models/acme%2Fjourney-model/deprecate', { successor: 'openai/gpt-4o-mini' })).status).toBe(200);
  await signIn(walker, '/studio', hub.adminKey);
  const node = page.locator('.react-flow__node');
  await node.getByText('deprecated').waitFor();
  await walker.axe('deprecated');
  expect(await page.evaluate((key) => localStorage.getItem(key), FLOW)).toBe(JSON.stringify(flow));
  await walker.press(node.getByRole('button', { name: 'Use openai/gpt-4o-mini' }));
  await node.getByText('ready').waitFor();
  await page.getByText('not saved').waitFor();
  await walker.end();
});
