import { createContext, use } from 'react';

export const ToastContext = createContext<((title: string) => void) | undefined>(undefined);

/** Says what the user has just done. */
export function useToast(): (title: string) => void {
  const add = use(ToastContext);
  if (!add) throw new Error('Put the hub pages into <Toasts>');
  return add;
}
