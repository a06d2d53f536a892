import type { Operation } from '../provider.js';
import type { Fault, Profile } from './profile.js';

export interface Refused {
  status: number;
  headers: Record<string, string>;
  body: object;
}

interface Row {
  status: number;
  /** error types of OpenAI and of Anthropic */
  openai: string;
  anthropic: string;
  message: string;
}
const ROWS: Readonly<Partial<Record<Fault, Row>>> = {
  rateLimit: {
    status: 429,
    openai: 'rate_limit_exceeded',
    anthropic: 'rate_limit_error',
    message: 'Rate limit reached; try again later.',
  },
  error: { status: 500, openai: 'server_error', anthropic: 'api_error', message: 'The server had an error while processing your request.' },
  overloaded: { status: 503, openai: 'overloaded', anthropic: 'overloaded_error', message: 'The engine is overloaded; try again later.' },
  quota: { status: 402, openai: 'insufficient_quota', anthropic: 'billing_error', message: 'You exceeded your current quota.' },
};

/** The answer to a call that is refused by a fault; undefined for faults that show otherwise. */
export function refusedBy(fault: Fault, operation: Operation, p: Profile): Refused | undefined {
  const row = ROWS[fault];
  if (!row) return undefined;
  const headers: Record<string, string> =
    fault === 'rateLimit' || fault === 'overloaded' ? { 'retry-after': String(p.retryAfterSeconds) } : {};
  return { status: row.status, headers, body: errorBody(operation, isAnthropic(operation) ? row.anthropic : row.openai, row.message) };
}

export const badRequest = (operation: Operation, message: string): Refused => ({
  status: 400,
  headers: {},
  body: errorBody(operation, 'invalid_request_error', message),
});

const isAnthropic = (operation: Operation): boolean => operation === 'message' || operation === 'countTokens';

const errorBody = (operation: Operation, type: string, message: string): object =>
  isAnthropic(operation) ? { type: 'error', error: { type, message } } : { error: { message, type, param: null, code: type } };
