import { Handle, type NodeProps, Position } from '@xyflow/react';
import { memo } from 'react';
import { short } from '../kit/numbers.js';
import { Price } from '../pages/catalog/price.js';
import { HUB_MODEL } from './descriptor.js';
import type { ModelNodeType } from './flow-nodes.js';
import { ModelBadge } from './model-badge.js';
import { ModelField } from './model-field.js';
import { useChoice } from './use-choice.js';
import { useModelState } from './use-model-state.js';
import './model-node.css';

/** `hub.model` on the canvas: the choice, its state, and what it takes, gives and costs. */
export const ModelNode = memo(function ModelNode({ id, data, selected }: NodeProps<ModelNodeType>) {
  const state = useModelState(data.model);
  const { choose, take } = useChoice(id);
  return (
    <div className="amh-node" data-selected={selected || undefined} data-state={state.state}>
      <Handle type="target" position={Position.Left} />
      <div className="amh-row amh-row-apart">
        <strong className="amh-node-title">
          {HUB_MODEL.title} {id}
        </strong>
      </div>
      <ModelField fieldId={`node-${id}`} label={`Model of node ${id}`} chosen={data.model} state={state} onChange={choose} />
      <span className="amh-small">
        <ModelBadge state={state} chosen={data.model} onTake={take} />
      </span>
      {'model' in state && (
        <p className="amh-node-facts amh-num">
          {state.model.modalities.input.join(', ')} to {state.model.modalities.output.join(', ')}
          <br />
          {short(state.model.contextWindow)} context ·{' '}
          {state.model.pricing === 'unpriced' ? (
            'unpriced'
          ) : (
            <>
              <Price nano={state.model.prices?.input} unpriced={false} /> in, <Price nano={state.model.prices?.output} unpriced={false} />{' '}
              out per million
            </>
          )}
        </p>
      )}
      <Handle type="source" position={Position.Right} />
    </div>
  );
});
