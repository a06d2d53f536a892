import { keepPreviousData, type QueryKey, queryOptions, useQuery, type UseQueryResult } from '@tanstack/react-query';
import type { ContractId, Contracts } from '#core/contracts.js';
import type { CallOf } from '#core/shared/contract.js';
import type { Answer, Args, HubClient } from '../client/index.js';
import { useHub } from './hub-context.js';

type Input<Id extends ContractId> = CallOf<Contracts[Id]>;
interface Options {
  enabled?: boolean;
  /** shows the last answer while the next one is on its way: for filters and pages */
  keepPrevious?: boolean;
  refetchInterval?: number | false;
  staleTime?: number;
}
export const keyOf = <Id extends ContractId>(id: Id, input?: Input<Id>): QueryKey => (input === undefined ? [id] : [id, input]);

/** One read of the API as a query; its key is the operation and what it was asked. */
export const callOptions = <Id extends ContractId>(client: HubClient, id: Id, input: Input<Id>) =>
  queryOptions<Answer<Id>, Error>({
    queryKey: keyOf(id, input),
    // the tuple is what Args<Id> is for any Id; the compiler cannot see that while Id is open
    queryFn: ({ signal }) => client.call(id, ...([input, { signal }] as unknown as Args<Id>)),
  });

export function useCall<Id extends ContractId>(id: Id, input: Input<Id>, options: Options = {}): UseQueryResult<Answer<Id>, Error> {
  const { client } = useHub();
  const { keepPrevious = false, ...rest } = options;
  return useQuery({ ...callOptions(client, id, input), ...rest, ...(keepPrevious ? { placeholderData: keepPreviousData } : {}) });
}
