import type { UsageAttempt } from '#core/metric/schema.js';
import { type Failed, reasonOf } from './fate.js';
import type { Outcome } from './outcome.js';
import type { Address } from './targets.js';

const round = (ms: number): number => Math.round(ms * 1000) / 1000;

/** One attempt as the event tells it. Times are of the performance clock. */
export function tryOf({ target, connection }: Address, startedAt: number, sentAt: number, outcome: Outcome): UsageAttempt {
  const end = outcome.kind === 'over' ? outcome.end : undefined;
  return {
    deployment: target.live.route.name,
    revision: target.revision.digest,
    provider: target.revision.provider,
    connection,
    startedMs: round(sentAt - startedAt),
    durationMs: round(performance.now() - sentAt),
    outcome: end ? (end.status === 'aborted' ? 'aborted' : 'answered') : outcome.kind === 'late' ? 'hedged' : 'failed',
    httpStatus: end ? end.httpStatus : outcome.kind === 'failed' ? outcome.status : null,
    error: end ? end.error : outcome.kind === 'late' ? null : reasonOf(outcome as Failed),
  };
}
