import { type UseMutationResult, useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import type { ContractId, Contracts } from '#core/contracts.js';
import { canonicalJson } from '#core/shared/canonical.js';
import type { CallOf } from '#core/shared/contract.js';
import { type Answer, type Args, newActionKey, ProblemError } from '../client/index.js';
import { useHub } from './hub-context.js';

type Input<Id extends ContractId> = CallOf<Contracts[Id]>;
interface Options<Id extends ContractId> {
  /** operations whose answers are out of date afterwards */
  invalidates?: readonly ContractId[];
  onDone?: (answer: Answer<Id>, input: Input<Id>) => void;
}

/**
 * One write. Its idempotency key lives as long as nobody has answered: pressing the button again after a lost answer
 * or a 503 repeats the same action and does not start a second one.
 */
export function useAction<Id extends ContractId>(id: Id, options: Options<Id> = {}): UseMutationResult<Answer<Id>, Error, Input<Id>> {
  const { client } = useHub();
  const queries = useQueryClient();
  const open = useRef<{ text: string; key: string } | undefined>(undefined);
  return useMutation<Answer<Id>, Error, Input<Id>>({
    mutationFn: (input) => {
      const text = canonicalJson(input);
      if (open.current?.text !== text) open.current = { text, key: newActionKey() };
      return client.call(id, ...([input, { idempotencyKey: open.current.key }] as unknown as Args<Id>));
    },
    onError: (error) => {
      if (error instanceof ProblemError && error.status < 500) open.current = undefined;
    },
    onSuccess: async (answer, input) => {
      open.current = undefined;
      options.onDone?.(answer, input);
      await Promise.all((options.invalidates ?? []).map((key) => queries.invalidateQueries({ queryKey: [key] })));
    },
  });
}
