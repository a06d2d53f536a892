import { useCall } from '../../app/use-call.js';
import { useMay } from '../../app/use-me.js';

/** Names of keys by id, for those who may read them; everyone else sees ids. */
export function useKeyNames(): { keys: readonly { id: string; name: string }[]; nameOf: (id: string) => string } {
  const may = useMay()('key:read');
  const { data } = useCall('keys.list', {}, { enabled: may, staleTime: 60_000 });
  const keys = data?.keys ?? [];
  return { keys, nameOf: (id) => keys.find((k) => k.id === id)?.name ?? id };
}
