import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { createClient, type HubClient, Live, ProblemError } from '../client/index.js';
import { Session } from './session.js';

/** All that the pages share. Made once, by the page or by a host. */
export interface Hub {
  client: HubClient;
  live: Live;
  queries: QueryClient;
  session: Session;
}

export function createHub(baseUrl = ''): Hub {
  const session = new Session();
  const getToken = (): string | undefined => session.key;
  const onError = (error: unknown): void => {
    if (error instanceof ProblemError && error.code === 'unauthenticated' && session.key !== undefined)
      session.end(`Your key was refused: ${error.detail}`);
  };
  const queries = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    // the client repeats what can be repeated; the live stream says when to read again
    defaultOptions: { queries: { retry: false, staleTime: 10_000, refetchOnWindowFocus: false }, mutations: { retry: false } },
  });
  const live = new Live({ baseUrl, getToken });
  live.onResync(() => void queries.invalidateQueries());
  session.onChange(() => {
    queries.clear();
    live.reset();
  });
  return { client: createClient({ baseUrl, getToken }), live, queries, session };
}
