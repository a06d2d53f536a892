import { type ContractId, type Contracts, contracts } from '#core/contracts.js';
import { type AnswerOf, type CallOf, type Contract, fillPath } from '#core/shared/contract.js';
import { backoffMs, sleep } from './backoff.js';
import { AnswerError, ProblemError, problemOf, UnreachableError } from './problem.js';
import { queryString } from './query-string.js';

export interface ClientOptions {
  /** origin of the hub, without /api/v1; '' for the page's own */
  baseUrl: string;
  getToken: () => string | undefined | Promise<string | undefined>;
  fetch?: typeof fetch;
  /** tests make the waits short */
  sleep?: typeof sleep;
}
export interface CallOptions {
  signal?: AbortSignal;
  /** names the action, so that a repeat after a lost answer does not act twice; made up when absent */
  idempotencyKey?: string;
}
type Input<Id extends ContractId> = CallOf<Contracts[Id]>;
export type Args<Id extends ContractId> =
  Record<never, never> extends Input<Id> ? [input?: Input<Id>, options?: CallOptions] : [input: Input<Id>, options?: CallOptions];
export type Answer<Id extends ContractId> = AnswerOf<Contracts[Id]>;

export interface HubClient {
  call<Id extends ContractId>(id: Id, ...args: Args<Id>): Promise<Answer<Id>>;
}

const ATTEMPTS = 4;
export const newActionKey = (): string => crypto.randomUUID();

/** The API as functions, typed by the contracts. Holds no state and no DOM: pages, Studio and tests use the same one. */
export function createClient(options: ClientOptions): HubClient {
  const wait = options.sleep ?? sleep;
  return {
    async call(id, ...args) {
      const [input = {}, { signal, idempotencyKey }] = [args[0], args[1] ?? {}];
      const contract: Contract = contracts[id] as Contract;
      const request = requestOf(contract, input as Parts, idempotencyKey);
      for (let attempt = 1; ; attempt++) {
        try {
          const answer = await send(options, contract, request, signal);
          return parse(id, contract, answer) as Answer<typeof id>;
        } catch (error) {
          signal?.throwIfAborted();
          if (attempt >= ATTEMPTS || !isRetryable(contract, error)) throw error;
          const told = error instanceof ProblemError && error.retryAfter !== undefined ? error.retryAfter * 1000 : 0;
          await wait(Math.min(10_000, Math.max(told, backoffMs(attempt))), signal);
        }
      }
    },
  };
}

interface Parts {
  params?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: unknown;
}
interface PlainRequest {
  path: string;
  headers: Record<string, string>;
  body?: string;
}

function requestOf(contract: Contract, input: Parts, key: string | undefined): PlainRequest {
  return {
    path: fillPath(contract.path, input.params) + queryString(input.query),
    headers: {
      accept: 'application/json',
      ...(input.body === undefined ? {} : { 'content-type': 'application/json' }),
      // made once per action: every repeat of it carries the same key
      ...(contract.idempotent ? { 'idempotency-key': key ?? newActionKey() } : {}),
    },
    ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
  };
}

async function send(options: ClientOptions, contract: Contract, request: PlainRequest, signal: AbortSignal | undefined): Promise<unknown> {
  const token = await options.getToken();
  const call = options.fetch ?? fetch;
  let response: Response;
  try {
    response = await call(options.baseUrl + request.path, {
      method: contract.method,
      headers: { ...request.headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
      ...(request.body === undefined ? {} : { body: request.body }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw new UnreachableError(error);
  }
  if (!response.ok) throw await problemOf(response);
  return response.json().catch((error: unknown) => {
    throw new UnreachableError(error);
  });
}

/** Reads may be repeated at will; a write only when no answer came and its key makes the repeat harmless. */
function isRetryable(contract: Contract, error: unknown): boolean {
  if (error instanceof UnreachableError) return contract.method === 'GET' || contract.idempotent === true;
  return contract.method === 'GET' && error instanceof ProblemError && error.status >= 502 && error.status <= 504;
}

function parse(id: string, contract: Contract, answer: unknown): unknown {
  const result = contract.response.safeParse(answer);
  if (!result.success) throw new AnswerError(id, result.error);
  return result.data;
}
