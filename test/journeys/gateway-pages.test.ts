import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../support/browser.js';
import type { TestHub } from '../support/hub.js';
import { until } from '../support/until.js';
import { startGatewayWorld } from './support/gateway-world.js';
import { signIn } from './support/sign-in.js';
import { type By, type Theme, Walker } from './support/walker.js';

/** A policy, a call by it in the playground, its request, a limit that holds, a connection that is checked: on real servers. */
let world: Awaited<ReturnType<typeof startGatewayWorld>>;
let hub: TestHub;
let browser: Browser;
const HANDS: [By, Theme][] = [
  ['pointer', 'light'],
  ['keyboard', 'dark'],
];

beforeAll(async () => {
  world = await startGatewayWorld('journey-gateway');
  hub = world.hub;
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await world.stop();
});

const walk = async (by: By, theme: Theme, path: string): Promise<Walker> => {
  const walker = await Walker.start(browser, { url: hub.apiUrl, by, theme });
  await signIn(walker, path, hub.adminKey);
  return walker;
};
const figure = (page: Page, label: string) =>
  page.locator('.amh-figure', { has: page.locator('dt', { hasText: label }) }).locator('.amh-figure-value');
const columnOf = (page: Page, table: string, column: number) =>
  page.getByRole('table', { name: table }).locator(`tbody tr > :nth-child(${column})`).allInnerTexts();
/** The log once the gateway's journal has brought these calls. */
const booked = (query: string, n: number) =>
  until(`${n} requests with ${query}`, async () => {
    const { events } = (await hub.call('GET', `/api/v1/usage?${query}`)).body as unknown as { events: unknown[] };
    return events.length >= n;
  });

describe.each(HANDS)('by %s, %s', (by, theme) => {
  const policy = `support-${by}`;

  test('a policy is written, explained, changed and obeyed', async () => {
    const walker = await walk(by, theme, '/routing');
    const { page } = walker;
    await walker.axe('policies');
    await walker.press(page.getByRole('link', { name: 'New policy' }).first());
    await page.getByRole('heading', { level: 1, name: 'New policy' }).waitFor();

    // everything that is wrong is said at its field, and nothing is sent
    await walker.type(page.getByLabel('Name', { exact: true }), 'Not A Name');
    await walker.press(page.getByRole('button', { name: 'Create policy' }));
    await page.getByText('use lower-case letters, digits and inner hyphens').first().waitFor();
    await walker.axe('faulty policy');

    await walker.type(page.getByLabel('Name', { exact: true }), policy);
    const first = page.getByRole('group', { name: 'candidate 1' });
    await walker.type(first.getByLabel('Deployment'), 'fast');
    await walker.press(page.getByRole('button', { name: 'Add candidate' }));
    const second = page.getByRole('group', { name: 'candidate 2' });
    await walker.type(second.getByLabel('Deployment'), 'strong');
    await walker.type(second.getByLabel('Weight'), '3');
    await first.getByText('25 % of calls').waitFor();
    await walker.press(page.getByRole('button', { name: 'Move candidate 2 up' }));
    expect(await first.getByLabel('Deployment').inputValue()).toBe('strong');
    await walker.press(page.getByRole('button', { name: 'Add rule' }));
    const rule = page.getByRole('group', { name: 'rule 1' });
    await walker.type(rule.getByLabel('Name'), 'legal');
    await walker.type(rule.getByLabel('When'), 'headers["team"] =');
    await walker.check(rule.getByLabel('strong'));
    await walker.press(page.getByRole('button', { name: 'Create policy' }));
    // only the server can compile a condition; its message stands at the field too
    await rule.locator('.amh-field-error').waitFor();
    await walker.type(rule.getByLabel('When'), '"team" in headers && headers["team"] == "legal"');
    await walker.press(page.getByRole('button', { name: 'Create policy' }));

    await page.waitForURL(`**/routing/development/${policy}`);
    await page.getByText(`Saved ${policy}`).waitFor();
    const explain = async (headers: string): Promise<string[]> => {
      await walker.type(page.getByLabel('Headers'), headers);
      const answered = page.waitForResponse((r) => r.url().endsWith('/routing/explain'));
      await walker.press(page.getByRole('button', { name: 'Explain this call' }));
      expect((await answered).status()).toBe(200);
      await page.getByRole('region', { name: 'Explanation' }).waitFor();
      return columnOf(page, 'In the order in which they would be tried', 2);
    };
    await until('the gateway knows the policy', async () => (await explain('')).length === 2);
    await until('the rule holds', async () => (await explain('x-modelhub-meta-team: legal')).join() === 'strong');
    await page.getByText('under the rule “legal”').waitFor();
    await walker.axe('explained policy');

    await page.getByLabel('Strategy').first().selectOption('priority');
    await page.getByText('not saved').waitFor();
    await walker.press(page.getByRole('button', { name: `Save ${policy}` }));
    await page.getByText('not saved').waitFor({ state: 'detached' });
    await until('strong comes first', async () => (await explain('')).join() === 'strong,fast');
    await walker.end(/status of 400/);
  });

  test('the playground streams by it, stops, and says what it cost', async () => {
    const walker = await walk(by, theme, '/deployments/development/fast');
    const { page } = walker;
    const hint = page.locator('.amh-field-hint');
    await walker.press(page.getByRole('link', { name: 'Try fast' }));
    await page.waitForURL('**/playground?environment=development&model=fast');
    await hint.filter({ hasText: 'deployment, openai/gpt-4o-mini' }).waitFor();
    await walker.type(page.getByLabel('Deployment or policy'), policy);
    await hint.filter({ hasText: 'policy, priority, 2 candidates' }).waitFor();
    await walker.type(page.getByLabel('User message'), `It's me: please fail first`);
    await walker.press(page.getByRole('button', { name: 'Send message' }));
    await page.getByText('● done').waitFor();
    expect(await page.getByRole('group', { name: 'Text of the answer' }).innerText()).toBe('The order is on its way.');
    // 200 × $0.15 + 1,000 × $0.075 + 6 × $0.60, a million
    await figure(page, 'Cost').getByText('$0.0001086').waitFor();
    expect(await figure(page, 'Tokens in').innerText()).toBe('1,200');
    await walker.axe('an answer');

    await walker.type(page.getByLabel('User message'), 'slowly');
    await walker.press(page.getByRole('button', { name: 'Send message' }));
    await page.getByText('◐ streaming').waitFor();
    await walker.press(page.getByRole('button', { name: 'Stop answer' }));
    await page.getByText('○ stopped').waitFor();
    await until('the provider was cut off', () => world.provider.seen.at(-1)?.cutAt !== undefined);
    await walker.end();
  });

  test('the request log leads to the tries of that call', async () => {
    await booked(`policy=${policy}&status=ok`, 1);
    const walker = await walk(by, theme, '/requests');
    const { page } = walker;
    await page.getByRole('table', { name: 'Requests, newest first' }).waitFor();
    await walker.axe('requests');
    await walker.press(page.getByRole('button', { name: 'More filters' }));
    await walker.type(page.getByLabel('Policy'), policy);
    await page.waitForURL(`**/requests?policy=${policy}`);
    await page.getByLabel('Status').selectOption('ok');
    await page.getByText(/^1 request/).waitFor();
    await page.reload();
    await page.getByText(/^1 request/).waitFor();
    await walker.press(page.getByRole('table', { name: 'Requests, newest first' }).getByRole('link'));

    await page.getByRole('heading', { level: 1, name: /^Request req_/ }).waitFor();
    await page.getByRole('table', { name: 'Tries of this call' }).waitFor();
    expect(await columnOf(page, 'Tries of this call', 3)).toEqual(['✕ failed', '● answered']);
    expect(await page.locator('.amh-fall-bar').count()).toBe(2);
    await page.getByRole('table', { name: 'Tokens by class' }).getByText('$0.075').waitFor();
    expect(await columnOf(page, 'Tokens by class', 2)).toEqual(['200', '1,000', '6']);
    await walker.axe('request');
    await walker.press(page.getByRole('link', { name: policy }));
    await page.getByRole('heading', { level: 1, name: policy }).waitFor();
    await walker.end();
  });

  test('a limit is written in plain language and holds', async () => {
    const key = await hub.call('POST', '/api/v1/keys', { name: `limited-${by}`, role: 'developer' });
    const walker = await walk(by, theme, '/limits');
    const { page } = walker;
    const dialog = page.locator('.amh-dialog');
    const name = `few-${by}`;
    await walker.press(page.getByRole('button', { name: 'Add limit' }).first());
    await walker.type(dialog.getByLabel('Name', { exact: true }), name);
    await dialog.getByLabel('Which key').selectOption({ label: `limited-${by}` });
    await walker.type(dialog.getByLabel('At most'), '2');
    await walker.press(dialog.getByRole('button', { name: 'Add dynamic rule' }));
    await walker.type(dialog.getByLabel('Above, requests'), '100');
    await dialog.getByText(`The key limited-${by} may make 2 requests in any minute, over all environments.`).waitFor();
    await dialog.getByText('While the deployment gets more than 100 requests a minute, 1 instead of 2').waitFor();
    await walker.axe('limit dialog');
    await walker.press(dialog.getByRole('button', { name: 'Add limit' }));
    await page.getByRole('button', { name: `Delete ${name}` }).waitFor();
    await walker.axe('limits');
    const call = () => hub.chat('fast', { key: String(key.body['key']), headers: { 'x-modelhub-environment': 'development' } });
    await until('the third call is refused', async () => (await call()).status === 429);

    await walker.press(page.getByRole('button', { name: `Delete ${name}` }));
    await walker.press(dialog.getByRole('button', { name: `Delete ${name}` }));
    await page.getByText(`Deleted the limit ${name}`).waitFor();
    await until('nothing holds it back', async () => (await call()).status === 200);
    await walker.end();
  });

  test('a connection is checked, and its health by model is seen', async () => {
    const walker = await walk(by, theme, '/connections');
    const { page } = walker;
    await page.getByText(/^● closed for 2 models$/).waitFor();
    await walker.axe('connections');
    await walker.press(page.getByRole('link', { name: 'openai' }));
    await page.getByRole('heading', { level: 1, name: 'openai' }).waitFor();
    await walker.press(page.getByRole('button', { name: 'Check openai' }));
    await page.getByText('● works').waitFor();
    await page.getByText('It names 2 models: gpt-4o, gpt-4o-mini').waitFor();
    expect((await columnOf(page, 'Health by model', 1)).sort()).toEqual(['openai/gpt-4o', 'openai/gpt-4o-mini']);
    await walker.axe('connection');
    await walker.end();
  });
});

test.each([
  '/requests',
  '/playground?environment=development&model=fast',
  '/limits',
  '/routing',
  '/routing/development/support-pointer',
  '/connections/openai',
])('%s reads on a telephone', async (path) => {
  const walker = await Walker.start(browser, { url: hub.apiUrl, by: 'pointer', theme: 'light', width: 360 });
  await signIn(walker, '/models', hub.adminKey);
  await walker.page.goto(path);
  await walker.page.getByRole('heading', { level: 1 }).waitFor();
  await walker.page.locator('.amh-skeleton').first().waitFor({ state: 'detached' });
  await walker.axe(path);
  await walker.end();
});
