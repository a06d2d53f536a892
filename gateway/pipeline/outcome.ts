import type { IncomingHttpHeaders } from 'node:http';
import type { UsageEvent } from '#core/metric/schema.js';
import type { Tokens } from '#core/metric/tokens.js';

/** How an answer that had begun came to its end. */
export interface AnswerEnd {
  status: Extract<UsageEvent['status'], 'ok' | 'aborted' | 'truncated' | 'error'>;
  httpStatus: number | null;
  error: string | null;
  /** the provider's figures, or by our own count of what passed when it did not say */
  tokens: Readonly<Tokens>;
  usageSource: 'provider' | 'estimated' | null;
  finishReason: string | null;
  firstByteMs: number | null;
}
/**
 * `unreached`: not a byte came. `failed`: an error answer, kept back whole so that another address may be tried.
 * `late`: another attempt has answered. `over`: the caller has its answer, or what there was of it.
 */
export type Outcome =
  | { kind: 'unreached'; error: Error }
  | { kind: 'failed'; status: number; headers: IncomingHttpHeaders; body: Buffer }
  | { kind: 'late' }
  | { kind: 'over'; end: AnswerEnd };
