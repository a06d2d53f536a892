import { addEdge, type Connection, type Edge, useEdgesState, useNodesState } from '@xyflow/react';
import { useCallback, useState } from 'react';
import { type ModelNodeType, freeId, fromSaved, modelEdge, modelNode, toSaved } from './flow-nodes.js';
import { loadFlow, saveFlow } from './flow-storage.js';

/** The flow on the canvas, and the one that is kept on this device. */
export function useFlow() {
  const [loaded] = useState(() => loadFlow(localStorage));
  const initial = loaded.state === 'loaded' ? fromSaved(loaded.flow) : { nodes: [], edges: [] };
  const [nodes, setNodes, onNodesChange] = useNodesState<ModelNodeType>(initial.nodes);
  const [edges, setEdges, onEdgesChange] = useEdgesState<Edge>(initial.edges);
  const [saved, setSaved] = useState(loaded.state === 'loaded' ? loaded.flow : undefined);
  const [failure, setFailure] = useState<string>();
  const content = (at: string): string => JSON.stringify(toSaved(nodes, edges, at));
  const dirty = saved === undefined ? nodes.length > 0 : content('') !== JSON.stringify({ ...saved, savedAt: '' });
  const place = useCallback(
    (position: { x: number; y: number }): string => {
      const id = freeId(nodes);
      setNodes((before) => [...before, modelNode(id, position)]);
      return id;
    },
    [nodes, setNodes],
  );
  const connect = useCallback(
    (c: Connection) => setEdges((before) => addEdge({ ...c, ...modelEdge(c.source, c.target) }, before)),
    [setEdges],
  );
  const save = (): void => {
    const flow = toSaved(nodes, edges, new Date().toISOString());
    try {
      saveFlow(localStorage, flow);
      setSaved(flow);
      setFailure(undefined);
    } catch {
      setFailure('This browser refused to keep the flow: its storage is full or switched off.');
    }
  };
  return { nodes, edges, onNodesChange, onEdgesChange, connect, place, save, saved, dirty, failure, loaded };
}
