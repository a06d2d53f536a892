import { useReactFlow } from '@xyflow/react';
import { useState } from 'react';
import { Button } from '../kit/button.js';
import { fromPairs, type Pair, toPairs } from '../pages/deploy/parameter-pairs.js';
import { ParametersEditor } from '../pages/deploy/parameters-editor.js';
import type { ModelNodeType } from './flow-nodes.js';
import { ModelBadge } from './model-badge.js';
import { ModelField } from './model-field.js';
import { NodeLinks } from './node-links.js';
import { useChoice } from './use-choice.js';
import { useModelState } from './use-model-state.js';

/** One node in the list beside the canvas: all that can be done on the canvas can be done here. */
export function NodePanel({ node }: { node: ModelNodeType }) {
  const state = useModelState(node.data.model);
  const { choose, take } = useChoice(node.id);
  const { updateNodeData, deleteElements, fitView } = useReactFlow<ModelNodeType>();
  const [pairs, setPairs] = useState<Pair[]>(() => toPairs(node.data.params));
  return (
    <li className="amh-node-entry">
      <div className="amh-row amh-row-apart">
        <h3 className="amh-h3">Model {node.id}</h3>
        <span className="amh-small">
          <ModelBadge state={state} chosen={node.data.model} onTake={take} />
        </span>
      </div>
      <ModelField
        fieldId={`list-${node.id}`}
        label={`Model ${node.id} in the list`}
        chosen={node.data.model}
        state={state}
        onChange={choose}
      />
      <ParametersEditor
        pairs={pairs}
        onChange={(next) => {
          setPairs(next);
          updateNodeData(node.id, { params: fromPairs(next) });
        }}
      />
      <NodeLinks id={node.id} />
      <div className="amh-row">
        <Button onClick={() => void fitView({ nodes: [{ id: node.id }], maxZoom: 1 })}>Show node {node.id}</Button>
        <Button look="danger" onClick={() => void deleteElements({ nodes: [{ id: node.id }] })}>
          Remove node {node.id}
        </Button>
      </div>
    </li>
  );
}
