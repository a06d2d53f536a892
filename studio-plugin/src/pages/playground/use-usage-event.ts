import { useQuery } from '@tanstack/react-query';
import type { UsageEvent } from '#core/metric/schema.js';
import { useHub } from '../../app/hub-context.js';
import { sleep } from '../../client/backoff.js';

const EVERY_MS = 500;
const READINGS = 40;

/**
 * The usage event of a call that has just ended; the gateway's journal brings it within about a second. Null when it has
 * not come after 20 s.
 */
export function useUsageEvent(id: string | null, enabled: boolean) {
  const { client } = useHub();
  return useQuery<UsageEvent | null>({
    queryKey: ['usage.list', 'one', id],
    queryFn: async ({ signal }) => {
      for (let i = 0; i < READINGS; i++) {
        const { events } = await client.call('usage.list', { query: { id: id ?? '', limit: 1 } }, { signal });
        if (events[0]) return events[0];
        await sleep(EVERY_MS, signal);
      }
      return null;
    },
    enabled: enabled && id !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
}
