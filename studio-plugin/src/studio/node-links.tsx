import { useEdges, useNodes, useReactFlow } from '@xyflow/react';
import { Button } from '../kit/button.js';
import { Field } from '../kit/field.js';
import { Select } from '../kit/input.js';
import { modelEdge } from './flow-nodes.js';

/** Where a node's output goes: the way to connect nodes without dragging. */
export function NodeLinks({ id }: { id: string }) {
  const { addEdges, deleteElements } = useReactFlow();
  const others = useNodes().filter((n) => n.id !== id);
  const outgoing = useEdges().filter((e) => e.source === id);
  const free = others.filter((n) => !outgoing.some((e) => e.target === n.id));
  if (others.length === 0) return null;
  return (
    <>
      {free.length > 0 && (
        <Field label="Send its output to">
          {(ids) => (
            <Select
              {...ids}
              value=""
              options={[['', 'Choose a node'], ...free.map((n) => [n.id, `Model ${n.id}`] as const)]}
              onText={(to) => to !== '' && addEdges(modelEdge(id, to))}
            />
          )}
        </Field>
      )}
      {outgoing.map((e) => (
        <div key={e.id} className="amh-row amh-row-apart">
          <span>Output goes to model {e.target}</span>
          <Button onClick={() => void deleteElements({ edges: [e] })} aria-label={`Disconnect model ${id} from model ${e.target}`}>
            Disconnect
          </Button>
        </div>
      ))}
    </>
  );
}
