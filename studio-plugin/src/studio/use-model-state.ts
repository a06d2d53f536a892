import type { ModelDetail } from '#core/catalog/schema.js';
import { useCall } from '../app/use-call.js';
import { useLiveTopic } from '../app/use-live.js';
import { ProblemError } from '../client/index.js';
import type { ModelNodeData } from './flow-schema.js';

/** What is known about the model that a node names. The node's own data is never touched by it. */
export type ModelState =
  | { state: 'unset' }
  | { state: 'loading'; ref: string }
  | { state: 'failed'; ref: string; error: unknown; retry: () => void }
  | { state: 'missing'; ref: string }
  | { state: 'version-gone' | 'deprecated' | 'ready'; ref: string; model: ModelDetail };

export function useModelState(chosen: ModelNodeData['model']): ModelState {
  const input = { params: { id: chosen?.ref ?? '' } };
  useLiveTopic('catalog', [['models.get', input]]);
  const { data, error, refetch } = useCall('models.get', input, { enabled: chosen !== null, staleTime: 30_000 });
  if (chosen === null) return { state: 'unset' };
  const { ref } = chosen;
  if (error instanceof ProblemError && error.status === 404) return { state: 'missing', ref };
  if (data) {
    const version = data.versions.find((v) => v.version === chosen.version);
    if (!version) return { state: 'version-gone', ref, model: data };
    return { state: data.status === 'deprecated' || version.status === 'deprecated' ? 'deprecated' : 'ready', ref, model: data };
  }
  if (error) return { state: 'failed', ref, error, retry: () => void refetch() };
  return { state: 'loading', ref };
}
