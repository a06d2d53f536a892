import { useInfiniteQuery } from '@tanstack/react-query';
import { useHub } from '../../app/hub-context.js';
import { queryOf, type RequestsSearch } from './search.js';

const PAGE = 50;

/** The log page by page. Reading again reads as many pages as are shown, so that nobody loses their place. */
export function useRequests(search: RequestsSearch, enabled: boolean) {
  const { client } = useHub();
  const { refresh, ...filters } = search;
  return useInfiniteQuery({
    queryKey: ['usage.list', 'pages', filters],
    queryFn: ({ pageParam, signal }) =>
      client.call(
        'usage.list',
        {
          query: {
            ...queryOf(filters as RequestsSearch, Date.now()),
            limit: PAGE,
            ...(pageParam === undefined ? {} : { cursor: pageParam }),
          },
        },
        { signal },
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next,
    enabled,
    refetchInterval: refresh === undefined ? false : Number(refresh) * 1000,
  });
}
