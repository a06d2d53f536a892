import { useSyncExternalStore } from 'react';

/** Which node's picker is open: at most one, wherever it was opened from. Kept outside of the nodes' data. */
let open: string | undefined;
const listeners = new Set<() => void>();

export function setOpenPicker(id: string | undefined): void {
  if (open === id) return;
  open = id;
  for (const listener of listeners) listener();
}
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
export const usePickerOpen = (id: string): boolean => useSyncExternalStore(subscribe, () => open === id);
