import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import type { Upstream } from '../gateway/support/upstream.js';
import { launchBrowser } from '../support/browser.js';
import { startTestHub, type TestHub } from '../support/hub.js';
import { until } from '../support/until.js';
import { CREDENTIAL, startProvider } from './support/provider.js';
import { signIn } from './support/sign-in.js';
import { type By, type Theme, Walker } from './support/walker.js';

/** Search → detail → deploy → watch it go live → call it → roll back, on real servers, in a real browser. */
let hub: TestHub;
let provider: Upstream;
let browser: Browser;

beforeAll(async () => {
  provider = await startProvider();
  hub = await startTestHub('journey-deploy', { pagesDir: join(__dirname, '../../studio-plugin/dist'), seed: true });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await hub.stop();
  await provider.stop();
});

describe.each<[By, Theme]>([
  ['pointer', 'light'],
  ['keyboard', 'dark'],
])('by %s, %s', (by, theme) => {
  test('from a search to a rollback', async () => {
    const walker = await Walker.start(browser, { url: hub.apiUrl, by, theme });
    const { page } = walker;
    const name = `chat-by-${by}`;
    const live = page
      .getByRole('main')
      .getByRole('status')
      .filter({ hasText: /^● live$/ });
    const dialog = page.locator('.amh-dialog');
    const call = () => hub.chat(name, { headers: { 'x-modelhub-environment': 'development' } });

    await signIn(walker, '/models', hub.adminKey);
    await walker.type(page.getByRole('searchbox', { name: /^Search models/ }), 'gpt-4o-mini');
    await page.waitForURL(/q=gpt-4o-mini/);
    await walker.axe('catalog');
    await walker.press(page.locator('a[href="/models/openai%2Fgpt-4o-mini"]'));

    await page.getByRole('heading', { level: 1, name: 'GPT-4o mini' }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
    await walker.axe('model');
    await walker.press(page.getByRole('button', { name: 'Deploy this model' }));
    await dialog.waitFor();
    if (by === 'pointer') {
      // nothing is connected yet: the dialog says so and offers it
      await walker.press(dialog.getByRole('button', { name: 'Add a connection to OpenAI' }));
      await walker.type(dialog.getByLabel('Base URL'), `${provider.url}/v1`);
      await walker.type(dialog.getByLabel('Credential'), CREDENTIAL);
      await walker.axe('connection form');
      await walker.press(dialog.getByRole('button', { name: 'Add connection' }));
      await dialog.getByLabel('Connection', { exact: true }).waitFor();
    }
    await walker.type(dialog.getByLabel('Name', { exact: true }), name);
    await walker.press(dialog.getByRole('button', { name: 'Add parameter' }));
    await walker.type(dialog.getByLabel('Parameter 1 value'), '0.2');
    await walker.axe('deploy dialog');
    await walker.press(dialog.getByRole('button', { name: `Deploy ${name} to development` }));

    await page.waitForURL(`**/deployments/development/${name}`);
    await live.waitFor();
    await walker.axe('live deployment');
    const first = await call();
    expect(first.status).toBe(200);
    expect(first.body).toMatchObject({ temperature: 0.2 });
    await page.getByRole('region', { name: 'Latest calls', exact: true }).getByText('● ok').first().waitFor();

    await walker.press(page.getByRole('button', { name: 'Deploy a revision' }));
    await walker.type(dialog.getByLabel('Parameter 1 value'), '0.9');
    await walker.press(dialog.getByRole('button', { name: `Deploy ${name} to development` }));
    await page.getByRole('heading', { name: 'Rollout to r2 from r1' }).waitFor();
    await live.waitFor();
    expect((await call()).body).toMatchObject({ temperature: 0.9 });

    await walker.press(page.locator('[data-verb="rollback"]'));
    await dialog.getByText(`All traffic of ${name} in development moves to revision r1 at once.`).waitFor();
    await walker.axe('roll back dialog');
    await walker.press(dialog.getByRole('button', { name: 'Roll back to r1' }));
    await page.getByRole('heading', { name: 'Rollback to r1 from r2' }).waitFor();
    await live.waitFor();
    await until(
      'traffic is back on r1',
      async () => (await call()).headers.get('x-modelhub-revision') === first.headers.get('x-modelhub-revision'),
    );
    await walker.axe('rolled back');
    await walker.end();
  });
});

test('the list of deployments reads on a telephone', async () => {
  const walker = await Walker.start(browser, { url: hub.apiUrl, by: 'pointer', theme: 'light', width: 360 });
  await signIn(walker, '/deployments', hub.adminKey);
  await walker.page.getByRole('link', { name: 'chat-by-pointer' }).waitFor();
  await walker.axe('deployments at 360');
  await walker.press(walker.page.getByRole('link', { name: 'chat-by-pointer' }));
  await walker.page.getByRole('heading', { level: 1, name: 'chat-by-pointer' }).waitFor();
  await walker.axe('deployment at 360');
  await walker.end();
});
