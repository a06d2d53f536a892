import { useQueryClient } from '@tanstack/react-query';
import { deploymentAnswer, type DeploymentAnswer } from '#core/deployment/schema.js';
import type { DeploymentVerb } from '#core/deployment/verbs.js';
import { useAction } from '../../app/use-action.js';
import { keyOf } from '../../app/use-call.js';
import { ProblemError } from '../../client/index.js';

type Verb = Exclude<DeploymentVerb, 'deploy'>;

/**
 * Sends a verb with the token of the state on the page. The answer carries the new view, and so does the refusal of a
 * stale token: either way the page shows what is true now.
 */
export function useVerb(d: DeploymentAnswer, onDone?: () => void) {
  const queries = useQueryClient();
  const params = { environment: d.environment, name: d.name };
  const show = (answer: DeploymentAnswer): void => void queries.setQueryData(keyOf('deployments.get', { params }), answer);
  const options = {
    invalidates: ['deployments.list', 'deployments.replicas'] as const,
    onDone: (answer: DeploymentAnswer) => {
      show(answer);
      onDone?.();
    },
  };
  const actions = {
    rollback: useAction('deployments.rollback', options),
    pause: useAction('deployments.pause', options),
    resume: useAction('deployments.resume', options),
    abort: useAction('deployments.abort', options),
    retry: useAction('deployments.retry', options),
    retire: useAction('deployments.retire', options),
  };
  const names = Object.keys(actions) as Verb[];
  return {
    running: names.find((n) => actions[n].isPending),
    error: names.map((n) => actions[n].error).find((e) => e !== null) ?? null,
    reset: () => names.forEach((n) => actions[n].reset()),
    run: (verb: Verb, extra: { to?: string; reason?: string } = {}) =>
      actions[verb].mutate(
        { params, body: { token: d.token, ...extra } },
        {
          onError: (error) => {
            if (!(error instanceof ProblemError) || error.status !== 409) return;
            // the current view has no links of its own: those on the page stay
            const current = deploymentAnswer.safeParse({ links: d.links, ...(error.current as object | undefined) });
            if (current.success) show(current.data);
            else void queries.invalidateQueries({ queryKey: keyOf('deployments.get', { params }) });
          },
        },
      ),
  };
}
