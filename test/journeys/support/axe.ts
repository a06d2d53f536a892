import { readFileSync } from 'node:fs';
import type axe from 'axe-core';
import type { Page } from 'playwright-core';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const source = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** Runs axe in the page; one line a violation. Evaluated and not added as a script: the page's policy forbids inline ones. */
export async function checkAxe(page: Page): Promise<string[]> {
  await page.evaluate(source);
  const violations = await page.evaluate(async (tags) => {
    const { axe: run } = window as unknown as { axe: typeof axe };
    const results = await run.run(document, { runOnly: tags });
    return results.violations.map((v) => ({ id: v.id, nodes: v.nodes.map((n) => n.html.slice(0, 200)) }));
  }, TAGS);
  return violations.map((v) => `${v.id}: ${v.nodes.join(' | ')}`);
}
