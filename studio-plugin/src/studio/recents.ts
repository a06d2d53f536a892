import { z } from 'zod';

const STORE_KEY = 'amh.recent-models.v1';
const MOST = 5;
const recent = z.array(z.object({ id: z.string(), name: z.string(), providerName: z.string() }));
export type Recent = z.output<typeof recent>[number];

/** Models that were picked last, newest first. Prices and versions are not kept: they would grow old. */
export function loadRecents(): Recent[] {
  try {
    return recent.parse(JSON.parse(localStorage.getItem(STORE_KEY) ?? '[]'));
  } catch {
    return [];
  }
}
export function addRecent({ id, name, providerName }: Recent): void {
  const rest = loadRecents().filter((r) => r.id !== id);
  localStorage.setItem(STORE_KEY, JSON.stringify([{ id, name, providerName }, ...rest].slice(0, MOST)));
}
