import { type QueryKey, useQueryClient } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import type { LiveState } from '../client/index.js';
import { useHub } from './hub-context.js';

/** Reads `keys` again whenever the hub says that `topic` has changed. */
export function useLiveTopic(topic: string, keys: readonly QueryKey[]): void {
  const { live } = useHub();
  const queries = useQueryClient();
  const text = JSON.stringify(keys);
  useEffect(
    () =>
      live.subscribe(topic, () => {
        for (const queryKey of JSON.parse(text) as QueryKey[]) void queries.invalidateQueries({ queryKey });
      }),
    [live, queries, topic, text],
  );
}

export function useLiveState(): LiveState {
  const { live } = useHub();
  return useSyncExternalStore(
    (listener) => live.onState(listener),
    () => live.state,
  );
}

/** While the stream is down, pages ask every 5 s. */
export function usePolling(): number | false {
  const state = useLiveState();
  return state === 'reconnecting' || state === 'stale' ? 5000 : false;
}
