import { useCall } from '../../app/use-call.js';
import { useLiveTopic, usePolling } from '../../app/use-live.js';
import type { CatalogSearch } from './search.js';

export const CATALOG_LIMIT = 50;

export function useCatalog(search: CatalogSearch) {
  useLiveTopic('catalog', [['models.catalog']]);
  return useCall(
    'models.catalog',
    { query: { ...search, page: search.page ?? 1, limit: CATALOG_LIMIT } },
    { keepPrevious: true, refetchInterval: usePolling() },
  );
}
