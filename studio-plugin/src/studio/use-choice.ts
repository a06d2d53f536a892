import { useQueryClient } from '@tanstack/react-query';
import { useReactFlow } from '@xyflow/react';
import { useHub } from '../app/hub-context.js';
import { callOptions } from '../app/use-call.js';
import { errorText } from '../kit/error-text.js';
import { useToast } from '../kit/use-toast.js';
import type { ModelNodeType } from './flow-nodes.js';
import type { ModelNodeData } from './flow-schema.js';

/** The only two ways in which a node's model changes: picked, or a suggestion taken. Both are the user's act. */
export function useChoice(nodeId: string) {
  const { updateNodeData } = useReactFlow<ModelNodeType>();
  const { client } = useHub();
  const queries = useQueryClient();
  const toast = useToast();
  const choose = (model: NonNullable<ModelNodeData['model']>): void => updateNodeData(nodeId, { model });
  return {
    choose,
    take: ({ ref, version }: { ref: string; version?: string }): void => {
      if (version !== undefined) return choose({ ref, version });
      queries.fetchQuery(callOptions(client, 'models.get', { params: { id: ref } })).then(
        (m) => choose({ ref: m.id, version: m.version }),
        (error: unknown) => toast(`${ref} was not chosen: ${errorText(error).detail}`),
      );
    },
  };
}
