import { Toast } from '@base-ui/react/toast';
import { useCallback } from 'react';

export function useToast(): (title: string) => void {
  const { add } = Toast.useToastManager();
  return useCallback((title) => void add({ title }), [add]);
}
