import { ApplicationFailure, Context } from '@temporalio/activity';
import { ApplicationFailureCategory } from '@temporalio/common';
import { STEP_REFUSED } from '#core/deployment/activities.js';
import { HubError } from '#core/shared/problem.js';
import type { Ctx } from '#core/shared/scope.js';

/** How often a refused connection and the like is tried again before the step gives up (about 20 s with the retry policy). */
const PATIENCE = 6;

/** An expected end of a step: not retried, shown to the user with its code and, if there is one, the log tail. */
export const refused = (code: string, message: string, logTail?: string): ApplicationFailure =>
  // benign: it is shown to the user, and no fault of the hub that operators should be woken for
  ApplicationFailure.create({
    type: STEP_REFUSED,
    message,
    nonRetryable: true,
    category: ApplicationFailureCategory.BENIGN,
    details: [{ code, ...(logTail ? { logTail } : {}) }],
  });

/**
 * Wraps an activity: heartbeats every second while it runs, and maps errors once, at this edge. A `HubError` that a retry
 * may mend (`unavailable`) is retried by Temporal; after `PATIENCE` attempts of a step, and at once for every other
 * `HubError`, it is a refusal. Unknown errors are retried: they may be a fault of ours that a new version mends.
 */
export function activity<I extends object, O>(
  work: (input: I, signal: AbortSignal) => Promise<O>,
  o: { patient?: boolean } = {},
): (input: I) => Promise<O> {
  return async function run(input: I): Promise<O> {
    const context = Context.current();
    const beat = setInterval(() => context.heartbeat(), 1_000);
    try {
      return await work(input, context.cancellationSignal);
    } catch (e) {
      if (context.cancellationSignal.aborted) return await context.cancelled; // rejects with the cancellation
      if (!(e instanceof HubError)) throw e;
      const passing = e.code === 'unavailable' && (o.patient === true || context.info.attempt < PATIENCE);
      throw passing ? ApplicationFailure.create({ type: `Hub.${e.code}`, message: e.message }) : refused(e.code, e.message);
    } finally {
      clearInterval(beat);
    }
  };
}

/** The walls and the name under which a workflow's activity acts. */
export function contextOf(id: { tenant: string; scope: string }): Ctx {
  const { workflowExecution } = Context.current().info;
  return {
    tenant: id.tenant,
    scope: id.scope,
    actor: `workflow:${workflowExecution?.workflowId ?? '?'}`,
    requestId: workflowExecution?.runId ?? '',
  };
}

/** Waits, unless the activity is cancelled meanwhile: then it rejects. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason instanceof Error ? signal.reason : new Error('cancelled'));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
}
