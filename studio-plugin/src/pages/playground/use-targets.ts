import { useCall } from '../../app/use-call.js';
import { PHASE_STATUS, statusOf } from '../../kit/status-words.js';
import { nowServing } from '../deployment/view.js';

/** What can be named as `model` in an environment. */
export interface Target {
  name: string;
  kind: 'deployment' | 'policy';
  environment: string;
  /** what it is, in a few words */
  note: string;
  /** why it cannot be tried here */
  blocked?: string;
}

/** Deployments and policies by name; a policy stands in front of a deployment of its name. */
export function useTargets() {
  const deployments = useCall('deployments.list', { query: { limit: 200 } }, { staleTime: 30_000 });
  const policies = useCall('policies.list', { query: {} }, { staleTime: 30_000 });
  const named: Target[] = (policies.data?.policies ?? []).map((p) => ({
    name: p.name,
    kind: 'policy',
    environment: p.environment,
    note: `policy, ${p.strategy}, ${p.candidates.length} ${p.candidates.length === 1 ? 'candidate' : 'candidates'}`,
  }));
  const direct = (deployments.data?.deployments ?? []).flatMap((d): Target[] => {
    if (d.phase === 'retired' || named.some((p) => p.name === d.name && p.environment === d.environment)) return [];
    const now = nowServing(d);
    const target = { name: d.name, kind: 'deployment' as const, environment: d.environment };
    if (!now) return [{ ...target, note: statusOf(PHASE_STATUS, d.phase).word, blocked: `${d.name} serves nothing yet.` }];
    const type = now.spec.modelType;
    const odd = type === 'embedding' || type === 'image' || type === 'audio' || type === 'video';
    return [
      {
        ...target,
        note: `deployment, ${now.spec.modelId}`,
        ...(odd ? { blocked: `${d.name} is of type ${type} and takes no messages; its own page shows how to call it.` } : {}),
      },
    ];
  });
  const all = [...named, ...direct];
  return {
    loading: deployments.isPending || policies.isPending,
    error: deployments.error ?? policies.error,
    retry: () => void Promise.all([deployments.refetch(), policies.refetch()]),
    all,
  };
}
