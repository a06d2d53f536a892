import type { Walker } from './walker.js';

/** Opens a page without a key, is sent to the sign-in page, and comes back to where it wanted to go. */
export async function signIn(walker: Walker, path: string, key: string): Promise<void> {
  const { page } = walker;
  await page.goto(path);
  await page.waitForURL(/\/sign-in/);
  await walker.type(page.getByLabel('API key'), key);
  await walker.press(page.getByRole('button', { name: 'Sign in' }));
  await page.waitForURL((url) => url.pathname === path);
}
