import { useSyncExternalStore } from 'react';

export type Theme = 'light' | 'dark' | 'system';
const STORE_KEY = 'amh.theme.v1';
const listeners = new Set<() => void>();
const isTheme = (v: string | null): v is Theme => v === 'light' || v === 'dark' || v === 'system';

export function currentTheme(): Theme {
  const kept = localStorage.getItem(STORE_KEY);
  return isTheme(kept) ? kept : 'system';
}
/** `system` sets nothing: the colour scheme of the browser decides. */
export function applyTheme(root: HTMLElement, theme: Theme): void {
  if (theme === 'system') delete root.dataset['theme'];
  else root.dataset['theme'] = theme;
}
export function setTheme(theme: Theme): void {
  localStorage.setItem(STORE_KEY, theme);
  applyTheme(document.body, theme);
  for (const listener of listeners) listener();
}
export const useTheme = (): Theme =>
  useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, currentTheme);
